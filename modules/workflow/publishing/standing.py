"""Which versions there are, how many records run on each, and what is wrong with those that still run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from modules.workflow.choices import DefinitionStatus
from modules.workflow.finding import Finding, said
from modules.workflow.flows import Flow, flows
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition
from modules.workflow.soundness import findings


@dataclass(frozen=True)
class VersionRow:
    """A version of a workflow as a list shows it."""

    definition: Definition
    running: int
    is_current: bool


def running_by(flow: Flow) -> dict[tuple[int, str], int]:
    """How many records stand where: by version and state, those that have started and are not at an end."""
    rows = flow.model._default_manager.filter(state_since__isnull=False).order_by()
    counted: Any = rows.values_list("workflow_version", "state").annotate(Count("pk"))
    found = {(version, state): count for version, state, count in counted}
    ended = {number: _ends(flow, number) for number in {version for version, _state in found}}
    return {place: count for place, count in found.items() if place[1] not in ended[place[0]]}


def _ends(flow: Flow, number: int) -> set[str]:
    version = flow.version(number) or flow.current
    return {state.key for state in version.graph.states if state.kind == "final"}


def version_rows(flow: Flow) -> list[VersionRow]:
    """Every version, newest first: drafts, then those that run or ran."""
    running: dict[int, int] = {}
    for (number, _state), count in running_by(flow).items():
        running[number] = running.get(number, 0) + count
    stored = Definition.objects.filter(key=flow.declared.key).select_related("published_by").order_by("-version", "-pk")
    rows, seen = [], set()
    for definition in stored:
        is_draft = definition.status == DefinitionStatus.DRAFT
        count = 0 if is_draft or definition.version in seen else running.get(definition.version, 0)
        seen |= set() if is_draft else {definition.version}
        rows.append(VersionRow(definition, count, definition.hash == flow.graph.hash))
    return sorted(rows, key=lambda row: row.definition.status != DefinitionStatus.DRAFT)


def once_called(key: str, step: str) -> str | None:
    """The title of a step that another version of a workflow lets people take; None where none does."""
    stored: Any = Definition.objects.filter(key=key).exclude(status=DefinitionStatus.DRAFT).order_by("-version", "-pk")
    for data in stored.values_list("graph", flat=True):
        graph = WorkflowGraph.from_data(data)
        if graph.has_transition(step) and graph.transition(step).kind == "manual":
            return str(graph.transition(step).title)
    return None


def version_findings() -> list[Finding]:
    """What is wrong with versions that records still run on, and with numbers that stand for two behaviours."""
    return [finding for flow in flows for finding in (*_of_numbers(flow), *_of_versions(flow))]


def _of_numbers(flow: Flow) -> Iterator[Finding]:
    """A changed graph of the code under a number that another behaviour had before."""
    declared = flow.declared
    same = Definition.objects.filter(key=declared.key, version=declared.version).exclude(hash=declared.hash)
    for data in same.exclude(status=DefinitionStatus.DRAFT).values_list("graph", flat=True):
        if flow.source == "code" and WorkflowGraph.from_data(data).behaviour != declared.behaviour:
            yield Finding(
                "same_number", declared.key, "",
                said(_("does something else than version {number} did before."), number=declared.version),
                _("Raise the number, so that running records keep what they started with."), "warning",
            )  # fmt: skip
            return


def _of_versions(flow: Flow) -> Iterator[Finding]:
    """Versions that records stand on and that today's code cannot run."""
    for number in sorted({version for version, _state in running_by(flow)}):
        version = flow.version(number)
        if version is None:
            yield Finding(
                "version_not_kept", flow.declared.key, "",
                said(_("has records on version {number}, which is not kept; they run by another."), number=number),
                _("Import the version, or move the records to the present one."), "warning",
            )  # fmt: skip
        elif version is not flow.current:
            for finding in findings(version.graph, flow.model):
                if finding.severity == "error":
                    place = f"version {number} {finding.place}".strip()
                    yield Finding(finding.code, finding.workflow, place, finding.problem, finding.mend)
