"""Tasks of somebody whose account was closed: nobody would ever do them, so they go on to somebody else."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from modules.core.actors import SYSTEM, Actor
from modules.core.messages import notify
from modules.core.outbox import Delivery, effect, send
from modules.workflow.choices import TaskDeed, TaskStatus
from modules.workflow.engine.run import Run
from modules.workflow.engine.running import run_on
from modules.workflow.errors import RecordGone
from modules.workflow.flows import find_flow
from modules.workflow.messages import TaskGiven
from modules.workflow.models import Task
from modules.workflow.people.assignments.presence import Holder, holders_at
from modules.workflow.people.four_eyes import called
from modules.workflow.services.hands import back_to, cancel, may_stand_in

if TYPE_CHECKING:
    from modules.accounts.models import User

EFFECT = "workflow.pass_on_tasks"


def announce(person: int, *, at: datetime) -> None:
    """Ask for the tasks of somebody who has left to be passed on, after the transaction that closes the account."""
    send(EFFECT, {"person": person}, key=f"{EFFECT}:{person}:{at.isoformat()}", at=at)


@effect(EFFECT)
def pass_on(delivery: Delivery) -> None:
    """Each in its own transaction, under its record's lock; nothing where the account has been opened again."""
    left = get_user_model()._default_manager.filter(pk=delivery.payload["person"], is_active=False).first()
    if left is None:
        return
    for task in Task.objects.filter(status=TaskStatus.OPEN, person=left).order_by("pk"):
        flow = find_flow(task.record_type)
        if flow is None:
            continue
        with run_on(flow, task.record_id, actor=SYSTEM, at=delivery.at) as run:
            _pass_on(run, task.pk, left)


def _pass_on(run: Run, pk: int, left: "User") -> None:
    try:
        run.lock()
    except RecordGone:
        return
    task = Task.objects.filter(pk=pk, status=TaskStatus.OPEN, person=left).first()
    if task is None:  # done or given away meanwhile
        return
    told = {"_task": task.pk, "_from": left.pk, "person": called(Actor.of(left))}
    if task.question:  # somebody else can be asked
        cancel(run, Task.objects.filter(pk=task.pk))
        run.note(f"{task.key}.{TaskDeed.PASS_ON}", data=told)
        return
    to = _next(run, task, left)
    columns: dict[str, Any] = {"person": to.person, "stands_in_for": to.stands_in_for, "delegated_by": None}
    Task.objects.filter(pk=task.pk).update(**columns, claimed_at=None)
    run.note(f"{task.key}.{TaskDeed.PASS_ON}", data=told | {"_to": to.person})
    if to.person is not None:
        notify(TaskGiven, task, key=f"{to.person}:{run.at.isoformat()}", at=run.at)


def _next(run: Run, task: Task, left: "User") -> Holder:
    """Whoever had delegated it, else who stands in; else it is its role's again, or nobody's and shown as stuck."""
    if task.delegated_by_id is not None:
        return back_to(run, task)
    holder = holders_at([left.pk], run.at)[left.pk]
    return holder if holder.person is None or may_stand_in(run, task, holder.person) else Holder(None)
