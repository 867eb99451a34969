"""One answer for each row, while rows come and go: a new row gets a seat, one that is gone takes its seat along."""

from typing import Any

from modules.workflow.choices import TaskStatus
from modules.workflow.engine.run import Run
from modules.workflow.graph import TaskNode
from modules.workflow.models import Task
from modules.workflow.people.assignments import open_seats
from modules.workflow.people.assignments.seats import seats_of
from modules.workflow.services.hands import cancel, group_of


def is_by_row(node: TaskNode) -> bool:
    """Whether each row of a relation is answered for."""
    return node.decide is not None and node.decide.kind == "each"


def seats_that_count(run: Run, node: TaskNode, beside: Task, *, but: int | None = None) -> Any:
    """The seats of an opening that are still about something, after those of new rows have opened and open ones of rows
    that are gone have been cancelled, but one that is being answered. What was said of a row that is gone does not
    count."""
    seats = group_of(run, beside)
    if not is_by_row(node):
        return seats
    wanted = seats_of(run, node)
    rows = [seat.about_id for seat in wanted if seat.about_id is not None]
    counting = seats.filter(about_id__in=rows) if rows else seats.filter(about_id__isnull=True)
    cancel(run, seats.exclude(pk__in=counting.values("pk")).exclude(pk=but))
    known = set(seats.values_list("seat", flat=True))
    open_seats(run, node, [seat for seat in wanted if seat.name not in known], beside.opening)
    return counting


def undecided(run: Run) -> list[tuple[TaskNode, Task]]:
    """The tasks of the state that wait for answers about rows, each with one of its open seats."""
    found = []
    for node in run.plan.tasks.get(run.record.state, ()):
        if is_by_row(node):
            seats = Task.objects.filter(record_type=run.graph.record_type, record_id=run.record_id, key=node.key)
            task = seats.filter(status=TaskStatus.OPEN, question="").order_by("position", "pk").first()
            if task is not None:
                found.append((node, task))
    return found
