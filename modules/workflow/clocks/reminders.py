"""What the time of a task brings: whoever has it is reminded, and at last somebody else gets it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from modules.core.messages import notify
from modules.workflow.choices import TaskDeed, TaskStatus, TimerScope
from modules.workflow.clocks import timers
from modules.workflow.clocks.waits import due_at
from modules.workflow.graph import ActorRule, TaskNode, Wait
from modules.workflow.models import Task, Timer
from modules.workflow.people.deciding import takes_votes

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run

OWN_DUE = "due_at"


def open_for(run: "Run", node: TaskNode, due: datetime | None = None) -> None:
    """Set the timers of a task that has opened; `due` is its own due time."""
    for name, wait in _named(node):
        moment = _moment(run, wait, due)
        if moment is not None:
            timers.open_timer(run, name, moment, scope=TimerScope.TASK)


def _moment(run: "Run", wait: Wait, due: datetime | None) -> datetime | None:
    if wait.field != OWN_DUE:
        return due_at(wait, run.record, run.at)
    return None if due is None else due_at(replace(wait, field=""), run.record, due)


def close_for(run: "Run", node: TaskNode) -> None:
    """Take away the timers of a task that is over."""
    names = [name for name, _wait in _named(node)]
    if names:
        ours = Timer.objects.filter(record_type=run.graph.record_type, record_id=run.record_id, scope=TimerScope.TASK)
        ours.filter(transition__in=names).delete()


def _named(node: TaskNode) -> list[tuple[str, Wait]]:
    """The timers of a task by their names."""
    named = [(f"{node.key}#remind{number}", wait) for number, wait in enumerate(node.remind)]
    return named + [(f"{node.key}#escalate{number}", step.wait) for number, step in enumerate(node.escalate)]


def remind(run: "Run", timer: Timer, node: TaskNode, number: int) -> bool:
    """Tell whoever has the task; whether there was anybody to tell."""
    tasks = [task for task in _open(run, node.key) if not task.question]
    if not tasks:
        return False
    for task in tasks:
        _tell(run, task, f"{timer.transition}:{timer.due_at.isoformat()}")
    run.note(timer.transition, data={"due_at": timer.due_at, "_tasks": [task.pk for task in tasks]})
    return True


def _tell(run: "Run", task: Task, key: str) -> None:
    from modules.workflow.messages import TaskReminder
    from modules.workflow.people.links import remind_by_mail

    if task.email:
        remind_by_mail(task, at=run.at, key=key)
    else:
        notify(TaskReminder, task, key=key, at=run.at)


def escalate(run: "Run", timer: Timer, node: TaskNode, number: int) -> bool:
    """Give the task to whom the step names, and run its effects; whether it was still open."""
    from modules.workflow.clocks import duties

    if not _open(run, node.key):
        return False
    step = node.escalate[number]
    if step.to is not None:
        hand_up(run, node.key, step.to)
    duties.act(run, timer.transition, step.effects, {"due_at": timer.due_at})
    return True


def hand_up(run: "Run", task_key: str, rule: ActorRule) -> None:
    """Give what is open of a task, or of all tasks of the record, to somebody else; they are told.

    A role gets every seat, a person the first one: nobody answers twice.
    """
    from modules.workflow.messages import TaskEscalated
    from modules.workflow.people import links
    from modules.workflow.people.assignments.seats import chosen

    nodes = {node.key: node for node in run.graph.tasks}
    for key, tasks in _by_key(task for task in _open(run, task_key) if not task.question and task.key in nodes):
        node = nodes[key]
        holding = {task.person_id for task in tasks if task.person_id is not None} if takes_votes(node) else set()
        seat = chosen(run, node, rule, holding)
        if seat.is_nobodys or seat.person in holding:
            continue
        for task in tasks if seat.person is None else tasks[:1]:
            Task.objects.filter(pk=task.pk).update(
                role=seat.role, person=seat.person, email=seat.email, stands_in_for=seat.stands_in_for,
                claimed_at=None, delegated_by=None, proposal="",
            )  # fmt: skip
            run.note(f"{key}.{TaskDeed.ESCALATE}", data={"_task": task.pk, "_from": task.person_id, "_to": seat.person})
            if task.email:
                links.withdraw(task.pk, at=run.at)
            if seat.email:
                links.invite(task.pk, seat.email, at=run.at)
            else:
                notify(TaskEscalated, task, key=f"{run.at.isoformat()}", at=run.at)


def _open(run: "Run", key: str) -> list[Task]:
    found = Task.objects.filter(
        record_type=run.graph.record_type,
        record_id=run.record_id,
        status=TaskStatus.OPEN,
        **({"key": key} if key else {}),
    )
    return list(found.order_by("position", "pk"))


def _by_key(tasks: Iterable[Task]) -> Iterable[tuple[str, list[Task]]]:
    found: dict[str, list[Task]] = {}
    for task in tasks:
        found.setdefault(task.key, []).append(task)
    return found.items()
