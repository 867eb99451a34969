"""Work for people while a record is in a state: opened on entering, cancelled on leaving, claimed, released, done."""

from typing import TYPE_CHECKING, Any

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
        due = None if node.due is None else run.at + node.due
        insert(Task, _COLUMNS, ignore=True).run(
            run.graph.record_type, run.record_id, node.key, run.path[-1], TaskStatus.OPEN, role, person, run.at, due,
            None, None, None, "", "", "",
        )  # fmt: skip


def _assigned(node: TaskNode, record: Any, owner: str) -> tuple[str, int | None]:
    """The role or the person a task is for."""
    if node.assign.kind == "role":
        return node.assign.value, None
    field = node.assign.value or owner
    return "", person_id(record, field) if field else None
