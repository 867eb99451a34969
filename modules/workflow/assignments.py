"""Work for people while a record is in a state: opened on entering, cancelled on leaving, claimed, released, done."""

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings

from modules.core.statements import insert
from modules.workflow.choices import TaskStatus
from modules.workflow.graph import TaskNode
from modules.workflow.models import Task
from modules.workflow.rights import person_id

if TYPE_CHECKING:
    from modules.workflow.run import Run

_COLUMNS = (
    "record_type", "record_id", "key", "state", "status", "role", "person", "opened_at", "due_at", "claimed_at",
    "closed_at", "closed_by", "closed_by_label", "outcome", "reason",
)  # fmt: skip


def close_left(run: "Run") -> None:
    """End the tasks that this run completed; cancel those of the left state that the path led out of."""
    for node in run.plan.tasks.get(run.path[0], ()):
        if node.key in run.completed:
            _close(run, node.key, TaskStatus.DONE, run.completed[node.key])
        elif not set(run.path) <= set(node.states):
            _close(run, node.key, TaskStatus.CANCELLED, "")


def _close(run: "Run", key: str, status: TaskStatus, outcome: str) -> None:
    Task.objects.filter(
        record_type=run.graph.record_type, record_id=run.record_id, key=key, status=TaskStatus.OPEN
    ).update(
        status=status, outcome=outcome, closed_at=run.at, closed_by=run.actor.user, closed_by_label=str(run.actor)[:254]
    )


def open_here(run: "Run") -> None:
    """Open the tasks of the state that was reached; one that stayed open on the way stays as it is."""
    for node in run.plan.tasks[run.path[-1]]:
        role, person = _assigned(node, run.record, run.graph.owner)
        due = _due(node, run.record, run.at)
        insert(Task, _COLUMNS, ignore=True).run(
            run.graph.record_type, run.record_id, node.key, run.path[-1], TaskStatus.OPEN, role, person, run.at, due,
            None, None, None, "", "", "",
        )  # fmt: skip


def _due(node: TaskNode, record: Any, opened: datetime) -> datetime | None:
    """When a task has to be done; no time where the record does not have its moment yet."""
    if node.due is None or not node.due_from:
        return None if node.due is None else opened + node.due
    *relations, last = node.due_from.split("__")
    for relation in relations:
        record = getattr(record, relation, None)
    moment = getattr(record, last, None)
    return None if moment is None else _instant(moment) + node.due


def _instant(moment: date) -> datetime:
    """A moment; of a date its last one, where the business is (the second one where the clocks repeat it)."""
    if isinstance(moment, datetime):
        return moment
    zone = ZoneInfo(settings.BUSINESS_TIME_ZONE)
    return datetime.combine(moment, time.max, tzinfo=zone).replace(fold=1).astimezone(UTC)


def _assigned(node: TaskNode, record: Any, owner: str) -> tuple[str, int | None]:
    """The role or the person a task is for."""
    if node.assign.kind == "role":
        return node.assign.value, None
    field = node.assign.value or owner
    return "", person_id(record, field) if field else None
