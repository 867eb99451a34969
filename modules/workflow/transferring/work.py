"""Tasks of a record that moves to another version: kept where the new state has them, cancelled, opened."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modules.workflow import assignments
from modules.workflow.choices import TaskStatus, TransferTimers
from modules.workflow.comparing.matching import Matches
from modules.workflow.graph import TaskNode, WorkflowGraph
from modules.workflow.models import Task
from modules.workflow.transferring.choices import Choices
from modules.workflow.transferring.snapshots import about
from modules.workflow.waits import due_at

if TYPE_CHECKING:
    from modules.workflow.run import Run


@dataclass
class TaskFates:
    """The rows that are kept with their nodes, those that are cancelled, and the nodes to open."""

    kept: list[tuple[Task, TaskNode]] = field(default_factory=list)
    cancelled: list[Task] = field(default_factory=list)
    opened: list[TaskNode] = field(default_factory=list)


def carry_tasks(run: "Run", old: WorkflowGraph, source: str, matches: Matches, choices: Choices) -> TaskFates:
    """Keep and cancel what is open; what is new is opened later, by `open_tasks`."""
    here = {node.key: node for node in run.plan.tasks[run.record.state]}
    before = {matches.tasks[node.key]: node for node in old.tasks_in(source) if node.key in matches.tasks}
    fates, again = TaskFates(), set()
    for task in Task.objects.filter(**about(run), status=TaskStatus.OPEN).order_by("pk"):
        key = matches.tasks.get(task.key, "")
        node = here.get(key)
        if node is not None and key in before and _stays(task, before[key], node):
            _keep(run, task, node, choices)
            fates.kept.append((task, node))
        else:
            fates.cancelled.append(task)
            again |= {key}
    Task.objects.filter(pk__in=[task.pk for task in fates.cancelled]).update(
        status=TaskStatus.CANCELLED, closed_at=run.at, closed_by=run.actor.user, closed_by_label=str(run.actor)[:254]
    )
    fates.opened = [node for key, node in here.items() if key not in before or key in again]
    return fates


def _stays(task: Task, old: TaskNode, new: TaskNode) -> bool:
    """Whether an open task is the new one: it ends alike, answers given under the one count under the other, and
    somebody has taken it, or it is free for the same kind of people."""
    if old.decide != new.decide or (new.decide is not None and old.assignees != new.assignees):
        return False
    if old.key != new.key and {end.name for end in old.outcomes} != {end.name for end in new.outcomes}:
        return False
    is_for_the_same = old.assign == new.assign or (old.assign.kind, new.assign.kind) == ("role", "role")
    return is_for_the_same or task.claimed_at is not None


def _keep(run: "Run", task: Task, node: TaskNode, choices: Choices) -> None:
    """The same row under the new names; whoever holds it holds it, what nobody has taken goes to the new role."""
    task.key, task.state = node.key, run.record.state
    if task.person_id is None and task.role and node.assign.kind == "role":
        task.role = node.assign.value
    if choices.timers != TransferTimers.KEEP:
        start = run.at if choices.timers == TransferTimers.RESTART else task.opened_at
        task.due_at = None if node.due is None else due_at(node.due, run.record, start)
    task.save(update_fields=["key", "state", "role", "due_at"])


def open_tasks(run: "Run", nodes: Sequence[TaskNode]) -> None:
    """Open the tasks of the reached state that are new there."""
    if nodes:
        with _only(run, nodes):
            assignments.open_here(run)


@contextmanager
def _only(run: "Run", nodes: Sequence[TaskNode]) -> Iterator[None]:
    """A plan whose present state has these tasks and no others."""
    whole = run.plan
    run.plan = copy(whole)
    run.plan.tasks = {**whole.tasks, run.record.state: tuple(nodes)}
    try:
        yield
    finally:
        run.plan = whole
