"""Tasks of a record that moves to another version: kept where the new state has them, cancelled, opened."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modules.workflow.choices import TaskStatus, TransferTimers
from modules.workflow.clocks.waits import due_at
from modules.workflow.comparing.matching import Matches
from modules.workflow.graph import TaskNode, WorkflowGraph
from modules.workflow.models import Task
from modules.workflow.people import assignments
from modules.workflow.people.deciding import takes_votes
from modules.workflow.transferring.choices import Choices
from modules.workflow.transferring.snapshots import about

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


@dataclass
class TaskFates:
    """The rows that are kept with their nodes, those that are cancelled, and the nodes to open."""

    kept: list[tuple[Task, TaskNode]] = field(default_factory=list)
    cancelled: list[Task] = field(default_factory=list)
    opened: list[TaskNode] = field(default_factory=list)
    answers_kept: Counter[str] = field(default_factory=Counter)
    """By the task's new key, the answers of several that were given and count on."""
    answers_lost: Counter[str] = field(default_factory=Counter)
    """By the task's old key, those that count no more."""


def carry_tasks(run: "Run", old: WorkflowGraph, source: str, matches: Matches, choices: Choices) -> TaskFates:
    """Keep and cancel what is open; what is new is opened later, by `open_tasks`."""
    here = {node.key: node for node in run.plan.tasks[run.record.state]}
    before = {matches.tasks[node.key]: node for node in old.tasks_in(source) if node.key in matches.tasks}
    fates, again = TaskFates(), set()
    rows = list(Task.objects.filter(**about(run), status=TaskStatus.OPEN).order_by("pk"))
    staying = _staying(rows, matches, here, before)
    openings: dict[tuple[str, int], TaskNode | None] = {}
    for task in rows:
        key = matches.tasks.get(task.key, "")
        openings.setdefault((task.key, task.opening), here[key] if task.pk in staying else None)
        if task.pk in staying:
            _keep(run, task, here[key], before[key], choices)
            fates.kept.append((task, here[key]))
        else:
            fates.cancelled.append(task)
            again |= {key}
    Task.objects.filter(pk__in=[task.pk for task in fates.cancelled]).update(
        status=TaskStatus.CANCELLED, closed_at=run.at, closed_by=run.actor.user, closed_by_label=str(run.actor)[:254]
    )
    _carry_answers(run, openings, fates)
    fates.opened = [node for key, node in here.items() if key not in before or key in again]
    return fates


def _staying(
    rows: Sequence[Task], matches: Matches, here: dict[str, TaskNode], before: dict[str, TaskNode]
) -> set[int]:
    """The open rows that stay; a question stays with the task that it was asked about."""
    found = set()
    for task in rows:
        key = matches.tasks.get(task.key, "")
        if task.question:
            is_kept = int(task.seat[1:]) in found
        else:
            is_kept = key in here and key in before and _stays(task, before[key], here[key])
        if is_kept:
            found.add(task.pk)
    return found


def _carry_answers(run: "Run", openings: dict[tuple[str, int], TaskNode | None], fates: TaskFates) -> None:
    """Answers that were given count on where their task goes on, under its new name."""
    for (key, opening), node in openings.items():
        given = Task.objects.filter(**about(run), key=key, opening=opening, status=TaskStatus.DONE, question="")
        if node is None:
            fates.answers_lost[key] += given.count()
        else:
            fates.answers_kept[node.key] += given.update(key=node.key)


def _stays(task: Task, old: TaskNode, new: TaskNode) -> bool:
    """Whether an open task is the new one: it ends alike, answers given under the one count under the other, and
    somebody has taken it, or it is free for the same kind of people."""
    if old.decide != new.decide or (takes_votes(new) and old.assignees != new.assignees):
        return False
    if takes_votes(new) and _ends(old) != _ends(new):  # the first of them is what all have to say
        return False
    if old.key != new.key and {*_ends(old)} != {*_ends(new)}:
        return False
    is_for_the_same = old.assign == new.assign or (old.assign.kind, new.assign.kind) == ("role", "role")
    return is_for_the_same or task.claimed_at is not None


def _ends(node: TaskNode) -> list[str]:
    return [end.name for end in node.outcomes]


def _keep(run: "Run", task: Task, node: TaskNode, old: TaskNode, choices: Choices) -> None:
    """The same row under the new names; whoever holds it holds it, what nobody has taken goes to the new role."""
    task.key, task.state = node.key, run.record.state
    was_for_all = task.person_id is None and old.assign.kind == node.assign.kind == "role"
    if was_for_all and task.role == old.assign.value and not takes_votes(node):
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
