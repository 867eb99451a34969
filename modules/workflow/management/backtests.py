"""`workflow backtest`: a version, or a changed condition, tried on the last records."""

import json
from typing import Any

from django.core.management.base import CommandError

from modules.core import clock
from modules.workflow.backtesting import Verdict, try_on, with_guard
from modules.workflow.flows import flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.management.exchange import Options, graph_named, named
from modules.workflow.models import Definition


def add_verbs(verbs: Any) -> None:
    verb = verbs.add_parser("backtest", help="replay the last records on another version; nothing of it stays")
    verb.add_argument("candidate", metavar="KEY[@VERSION]|HASH|FILE")
    verb.add_argument("--guard", metavar="STEP=EXPRESSION", help="the present version with this condition on a step")
    verb.add_argument("--last", type=int, default=100)
    verb.add_argument("--format", choices=["text", "json"], default="text")
    verb.set_defaults(run=backtest)


def backtest(command: Any, options: Options) -> None:
    candidate = _candidate(command, options)
    flow, at = flow_of(candidate.key), clock.now()
    newest = flow.model._default_manager.filter(state_since__isnull=False).order_by("-pk")[: options["last"]]
    found = [verdict for record in newest if (verdict := try_on(flow, record, candidate, at=at)) is not None]
    if options["format"] == "json":
        data = [verdict.as_data() for verdict in found]
        command.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, default=str))
        return
    for kind in ("same", "other_way", "other_messages", "unclear"):
        count = sum(verdict.kind == kind for verdict in found)
        command.stdout.write(f"{count:>6}  {kind.replace('_', ' ')}")
    for verdict in found:
        if verdict.kind != "same":
            command.stdout.write(_line(verdict))


def _candidate(command: Any, options: Options) -> WorkflowGraph:
    draft = Definition.objects.filter(hash=options["candidate"]).values_list("graph", flat=True).first()
    graph = WorkflowGraph.from_data(draft) if draft is not None else named(command, options["candidate"])
    if not options["guard"]:
        return graph
    step, equals, expression = options["guard"].partition("=")
    if not equals:
        raise CommandError("--guard is STEP=EXPRESSION")
    present = graph_named(graph.key, None) if draft is None else graph
    try:
        return with_guard(present, step.strip(), expression.strip())
    except LookupError as error:
        raise CommandError(str(error)) from error


def _line(verdict: Verdict) -> str:
    return f"{verdict.record_id:>6}  {verdict.told}"
