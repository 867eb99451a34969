"""`workflow export`, `import`, `diff` and `schema`: workflows as JSON, out, in, side by side, and how it is written."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from modules.core import clock
from modules.core.actors import SYSTEM
from modules.workflow.choices import DefinitionStatus
from modules.workflow.comparing import compare
from modules.workflow.flows import Flow, find_flow, flows
from modules.workflow.graph import WorkflowGraph
from modules.workflow.graph.documents import LONGEST
from modules.workflow.graph.schema import document_schema
from modules.workflow.models import Definition
from modules.workflow.publishing import BadDefinition, Unsound, graph_from, problems_of, publish, refresh, save_draft

Options = dict[str, Any]


def add_verbs(verbs: Any) -> None:
    """The verbs and what they take."""
    verb = verbs.add_parser("export", help="write a workflow as canonical JSON to the standard output")
    verb.add_argument("key", metavar="KEY")
    verb.add_argument("--version", type=int, dest="number", help="by default what new records start on")
    verb.add_argument("--pretty", action="store_true", help="indented, for people and version control")
    verb.set_defaults(run=export)
    verb = verbs.add_parser("import", help="read a workflow, examine it and keep it as a draft")
    verb.add_argument("file", metavar="FILE", help="- for the standard input")
    verb.add_argument("--publish", action="store_true", help="new records start on it from now on")
    verb.add_argument("--dry-run", action="store_true", help="examine it and keep nothing")
    verb.add_argument("--note", default="")
    verb.set_defaults(run=read)
    verb = verbs.add_parser("schema", help="write the JSON Schema of a workflow's document to the standard output")
    verb.set_defaults(run=schema)
    verb = verbs.add_parser("diff", help="say what differs between two versions")
    verb.add_argument("old", metavar="OLD", help="KEY, KEY@VERSION or a file")
    verb.add_argument("new", metavar="NEW")
    verb.add_argument("--format", choices=["text", "json"], default="text")
    verb.add_argument("--exit-code", action="store_true", help="end with 4 where they differ")
    verb.set_defaults(run=diff)


def export(command: Any, options: Options) -> None:
    graph = graph_named(options["key"], options["number"])
    pretty = json.dumps(graph.to_data(), indent=2, ensure_ascii=False)
    command.stdout.write(pretty if options["pretty"] else graph.to_json())


def read(command: Any, options: Options) -> None:
    graph = _read_graph(command, options["file"])
    found = problems_of(graph)
    for finding in found:
        command.stderr.write(f"{finding.severity}: {finding} [{finding.code}]")
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        raise Unsound(errors)
    if options["dry_run"]:
        command.stdout.write(f"{graph.key}: sound, {len(graph.states)} states, {len(graph.transitions)} transitions")
        return
    definition = save_draft(graph, at=clock.now(), note=options["note"])
    if options["publish"]:
        definition = publish(definition, actor=SYSTEM, at=clock.now(), note=options["note"])
    command.stdout.write(f"{definition.key}@{definition.version} {definition.hash} {definition.status}")


def _read_graph(command: Any, name: str) -> WorkflowGraph:
    """The graph of a file; everything that is wrong with its form is said, each with its place and code."""
    try:
        return graph_from(text_of(Path(name)))
    except BadDefinition as bad:
        for fault in bad.faults:
            command.stderr.write(f"error: {fault} [{fault.code}]")
        raise


def schema(command: Any, options: Options) -> None:
    command.stdout.write(json.dumps(document_schema(), indent=2, ensure_ascii=False))


def diff(command: Any, options: Options) -> None:
    changes = compare(named(command, options["old"]), named(command, options["new"]))
    if options["format"] == "json":
        data = [change.as_data() for change in changes]
        command.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, default=str))
    else:
        for change in changes:
            command.stdout.write(change.sentence)
    if changes and options["exit_code"]:
        raise CommandError(f"{len(changes)} differences", returncode=4)


def named(command: Any, text: str) -> WorkflowGraph:
    """`films.order`, `films.order@2`, or the path of a file."""
    key, at_sign, number = text.partition("@")
    if find_flow(key) is not None and (not at_sign or number.isdecimal()):
        return graph_named(key, int(number) if at_sign else None)
    return _read_graph(command, text)


def flow_named(key: str) -> Flow:
    """A workflow by its key, as it was last published."""
    refresh()
    flow = find_flow(key)
    if flow is None:
        known = ", ".join(sorted(flow.declared.key for flow in flows)) or "none"
        raise CommandError(f"There is no workflow “{key}”. Known: {known}.")
    return flow


def graph_named(key: str, number: int | None) -> WorkflowGraph:
    """A version of a workflow; by default what new records start on."""
    flow = flow_named(key)
    if number is None:
        return flow.graph
    version = flow.version(number)
    if version is None:
        raise CommandError(f"There is no version {number} of “{key}”.")
    return version.graph


def definition_named(text: str) -> Definition:
    """The stored definition of `KEY@VERSION`, of a draft by its hash, or of what new records start on."""
    key, at_sign, number = text.partition("@")
    drafts = Definition.objects.filter(hash=key)
    if not at_sign and drafts.exists():
        return drafts.get()
    if at_sign and not number.isdecimal():
        raise CommandError(f"“{text}” is not KEY[@VERSION] or a hash.")
    graph = graph_named(key, int(number) if at_sign else None)
    stored = Definition.objects.filter(key=graph.key, version=graph.version).exclude(status=DefinitionStatus.DRAFT)
    found = stored.order_by("status", "-pk").first()
    if found is None:
        raise CommandError(f"“{text}” is not stored: run migrate first.")
    return found


def text_of(path: Path) -> str:
    """The text of a file, or of the standard input for `-`; of more than is allowed only so much that it shows."""
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb") as file:
            data = file.read(4 * LONGEST + 1)
        return data.decode("utf-8-sig", "strict" if len(data) <= 4 * LONGEST else "replace")
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
