"""What the database holds and the workflows of today's code no longer know."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from modules.workflow.choices import TaskStatus
from modules.workflow.finding import Finding
from modules.workflow.flows import Flow, flows
from modules.workflow.models import Definition, Task, Timer

MEND = "Bring it back until every record has moved on."


def drift() -> list[Finding]:
    """Vanished states that records stand in, work that points nowhere, records that never started."""
    known = {flow.graph.record_type for flow in flows}
    found = [finding for flow in flows for finding in _of_flow(flow)]
    for table, word in ((Timer.objects.all(), "timers"), (Task.objects.filter(status=TaskStatus.OPEN), "tasks")):
        strange = table.exclude(record_type__in=known).values_list("record_type", flat=True).distinct()
        problem = f"has open {word} and no workflow."
        found += [Finding("unknown_workflow", name, "", problem, "Install its module.") for name in strange]
    return found


def _of_flow(flow: Flow) -> Iterator[Finding]:
    graph = flow.graph
    counted = flow.model._default_manager.order_by().values_list("state").annotate(Count("pk"))
    standing = {str(state): int(count) for state, count in counted}
    for state, count in sorted(standing.items()):
        if not graph.has_state(state):
            yield Finding(
                "vanished_state", graph.key, f"state:{state}", f"is gone, and {count} records stand in it.", MEND
            )
    for state in sorted(_once_known(graph.key) - set(standing)):
        if not graph.has_state(state):
            yield Finding(
                "state_of_the_past", graph.key, f"state:{state}", "is gone; no record stands in it.",
                "Nothing to do: history shows it by the stored definition.", "warning",
            )  # fmt: skip
    unstarted = flow.model._default_manager.filter(state_since__isnull=True).count()
    if unstarted:
        yield Finding(
            "never_started", graph.key, "", f"has {unstarted} records that never started.",
            "Call `start` where they are made.", "warning",
        )  # fmt: skip
    yield from _orphans(flow)


def _once_known(key: str) -> set[str]:
    graphs: Any = Definition.objects.filter(key=key).values_list("graph", flat=True)
    return {state["key"] for graph in graphs for state in graph["states"]}


def _orphans(flow: Flow) -> Iterator[Finding]:
    graph = flow.graph
    timers = Timer.objects.filter(record_type=graph.record_type)
    for name in timers.values_list("transition", flat=True).distinct():
        if not graph.has_transition(name):
            yield Finding("vanished_timer", graph.key, f"transition:{name}", "is gone, and timers wait for it.", MEND)
    tasks = Task.objects.filter(record_type=graph.record_type, status=TaskStatus.OPEN)
    keys = {task.key for task in graph.tasks}
    for name in tasks.values_list("key", flat=True).distinct():
        if name not in keys:
            yield Finding("vanished_task", graph.key, f"task:{name}", "is gone, and people have it to do.", MEND)
