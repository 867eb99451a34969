"""What the database holds and today's workflows no longer know, and work that waits for people who are not there."""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from modules.accounts.api import users_with_role
from modules.workflow.choices import TaskStatus
from modules.workflow.clocks.waits import waits_of
from modules.workflow.finding import Finding, said
from modules.workflow.flows import Flow, flows
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import BusinessCalendar, Definition, Task, Timer
from modules.workflow.publishing import version_findings
from modules.workflow.soundness.people import OF_A_ROLE, actor_rules

MEND = _("Bring it back until every record has moved on.")


def drift() -> list[Finding]:
    """Vanished states that records stand in, work that points nowhere, records that never started."""
    found = [finding for flow in flows for finding in _of_flow(flow)] + version_findings()
    known = {flow.graph.record_type for flow in flows}
    open_work = (
        (Timer.objects.all(), _("has open timers and no workflow.")),
        (Task.objects.filter(status=TaskStatus.OPEN), _("has open tasks and no workflow.")),
    )
    for table, problem in open_work:
        strange = table.exclude(record_type__in=known).values_list("record_type", flat=True).distinct()
        found += [Finding("unknown_workflow", name, "", problem, _("Install its module.")) for name in strange]
    return found


def _of_flow(flow: Flow) -> Iterator[Finding]:
    running = [flow.graph]
    standing: Counter[str] = Counter()
    for version, state, count in _standing(flow):
        own = flow.version(version) if version is not None else flow.current
        graph = flow.graph if own is None else own.graph
        if graph not in running:
            running.append(graph)
        if not graph.has_state(state):
            yield Finding(
                "vanished_state", graph.key, f"state:{state}",
                said(_("is gone, and {count} records stand in it."), count=count), MEND,
            )  # fmt: skip
        standing[state] += count
    yield from _past(flow.graph, set(standing))
    yield from _never_started(flow)
    yield from _orphans(flow.graph, running)
    yield from _missed(running)
    yield from _uncounted(running)


def _standing(flow: Flow) -> Iterable[tuple[int | None, str, int]]:
    """How many records stand where, by version; those that never started have none yet."""
    rows = flow.model._default_manager.order_by().annotate(is_new=Q(state_since__isnull=True))
    counted: Counter[tuple[int | None, str]] = Counter()
    for version, state, is_new, count in rows.values_list("workflow_version", "state", "is_new").annotate(Count("pk")):
        counted[(None if is_new else version, str(state))] += count
    return [(version, state, count) for (version, state), count in sorted(counted.items(), key=repr)]


def _past(graph: WorkflowGraph, standing: set[str]) -> Iterator[Finding]:
    stored = Definition.objects.filter(key=graph.key).values_list("graph", flat=True)
    for state in sorted({state["key"] for graph in stored for state in graph["states"]} - standing):
        if not graph.has_state(state):
            yield Finding(
                "state_of_the_past", graph.key, f"state:{state}", _("is gone; no record stands in it."),
                _("Nothing to do: history shows it by the stored definition."), "warning",
            )  # fmt: skip


def _never_started(flow: Flow) -> Iterator[Finding]:
    unstarted = flow.model._default_manager.filter(state_since__isnull=True).count()
    if unstarted:
        yield Finding(
            "never_started", flow.graph.key, "", said(_("has {count} records that never started."), count=unstarted),
            _("Call `start` where they are made."), "warning",
        )  # fmt: skip


def _orphans(graph: WorkflowGraph, running: Iterable[WorkflowGraph]) -> Iterator[Finding]:
    """Timers and tasks that no running version knows; of a duty, what stands before its # counts."""
    works = {task.key for each in running for task in each.tasks}
    clocks = works | {way.key for each in running for way in each.transitions}
    clocks |= {repeat.key for each in running for repeat in each.repeats} | {
        sla.key for each in running for sla in each.slas
    }
    timers = Timer.objects.filter(record_type=graph.record_type).values_list("transition", flat=True).distinct()
    for name in timers:
        if name.partition("#")[0] not in clocks:
            yield Finding(
                "vanished_timer", graph.key, f"transition:{name}", _("is gone, and timers wait for it."), MEND
            )
    tasks = Task.objects.filter(record_type=graph.record_type, status=TaskStatus.OPEN)
    for name in tasks.values_list("key", flat=True).distinct():
        if name not in works:
            yield Finding("vanished_task", graph.key, f"task:{name}", _("is gone, and people have it to do."), MEND)


def _missed(running: Iterable[WorkflowGraph]) -> Iterator[Finding]:
    """Roles that work is given to and that nobody has."""
    waiting: dict[str, tuple[str, str]] = {}
    for graph in running:
        for place, rule in actor_rules(graph):
            if rule.kind in OF_A_ROLE and not place.startswith("transition:"):
                waiting.setdefault(rule.value, (graph.key, place))
    for role, (key, place) in waiting.items():
        if not users_with_role(role).exists():
            yield Finding(
                "role_without_people", key, place, said(_("is for the role “{role}”, which nobody has."), role=role),
                _("Give the role to somebody."), "warning",
            )  # fmt: skip


def _uncounted(running: Iterable[WorkflowGraph]) -> Iterator[Finding]:
    """Business calendars that something counts by and that nobody has made."""
    made = set(BusinessCalendar.objects.values_list("key", flat=True))
    named = {(graph.key, place, wait.calendar) for graph in running for place, wait in waits_of(graph)}
    for key, place, calendar in sorted(named):
        if calendar and calendar not in made:
            yield Finding(
                "unknown_calendar", key, place,
                said(_("counts by the business calendar “{calendar}”, which nobody has made."), calendar=calendar),
                _("Make it among the business calendars of the console."),
            )  # fmt: skip
