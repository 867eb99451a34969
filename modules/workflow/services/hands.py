"""A task in somebody's hands: locked with its record, and whose it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from modules.core.actors import Actor
from modules.core.statements import execute, quote
from modules.workflow.choices import TaskDeed, TaskStatus
from modules.workflow.engine.history import FireResult
from modules.workflow.engine.lateness import who
from modules.workflow.engine.run import Run
from modules.workflow.engine.running import run_on
from modules.workflow.engine.statements import rows_of
from modules.workflow.errors import AlreadyAnswered, TaskClosed, TaskNotYours, TaskTaken, Unsuitable
from modules.workflow.flows import flow_of
from modules.workflow.graph import TaskNode
from modules.workflow.models import Task
from modules.workflow.people import links
from modules.workflow.people.assignments.presence import Holder, holders_at
from modules.workflow.people.deciding import takes_votes, votes_once
from modules.workflow.people.four_eyes import barred_people, called, refuse_same_person
from modules.workflow.people.rights import has_role, is_owner, may_change

_DONE = (
    f"UPDATE {Task._meta.db_table} SET status = %s, outcome = %s, reason = %s, closed_at = %s, closed_by_id = %s,"  # noqa: S608
    " closed_by_label = %s WHERE id = %s"
)


_DONE_WHOLE = (
    f"UPDATE {Task._meta.db_table} SET status = CASE WHEN id = %s THEN 'done' ELSE 'cancelled' END,"  # noqa: S608
    " outcome = CASE WHEN id = %s THEN %s ELSE '' END, reason = CASE WHEN id = %s THEN %s ELSE reason END,"
    " closed_at = %s, closed_by_id = %s, closed_by_label = %s"
    f" WHERE record_type = %s AND record_id = %s AND {quote('key')} = %s AND status = 'open'"
)


@contextmanager
def in_hand(task: Task, actor: Actor, at: datetime) -> Iterator[tuple[Run, Task]]:
    """The task as it is now, under its record's lock."""
    with run_on(flow_of(task.record_type), task.record_id, actor=actor, at=at) as run:
        run.lock()
        found = rows_of(Task).load(task.pk)
        if found is None:
            raise Task.DoesNotExist
        yield run, found


def node_of(run: Run, task: Task) -> TaskNode:
    """What the record's workflow says of a task."""
    return run.graph.task(task.key)


def is_holder(task: Task, actor: Actor) -> bool:
    """Whether the task is this actor's own: given to the person, or to the address of a guest with its link."""
    if actor.user_id is not None:
        return task.person_id == actor.user_id
    return bool(task.email) and str(actor) == task.email and actor.holds(task.record_type, task.record_id)


def is_nobodys(task: Task) -> bool:
    """Whether it is for nobody in particular, so that who may change the record sees to it."""
    return task.person_id is None and not task.role and not task.email


def may_take(run: Run, task: Task, actor: Actor) -> bool:
    """Whether a task that nobody has is for this actor too."""
    if task.role:
        return has_role(actor, task.role)
    if not is_nobodys(task):
        return False
    by_owner = any(rule.kind == "owner" for rule in node_of(run, task).assignees)
    return may_change(run.record, actor) or (by_owner and is_owner(run.record, actor, run.graph))


def check_hands(run: Run, task: Task, actor: Actor) -> None:
    """Refuse unless the task is open, and the actor's or free for the actor to take."""
    allowed = actor.is_system or is_holder(task, actor)
    if not allowed and not may_take(run, task, actor):
        raise TaskNotYours
    check_open(task)
    if task.person_id is not None and not allowed:
        raise TaskTaken(who=who(task.person_id, str(task.person), actor))


def check_open(task: Task) -> None:
    """TaskClosed unless it is open."""
    if task.status != TaskStatus.OPEN:
        raise TaskClosed(status=TaskStatus(task.status).label)


def check_eyes(run: Run, task: Task, actor: Actor) -> None:
    """SamePerson where the actor did what this task checks."""
    if not task.question:
        refuse_same_person(run.graph, run.plan.task_eyes.get(task.key, ()), run.record_id, actor)


def check_once(run: Run, task: Task, actor: Actor, *, seated: bool = False) -> None:
    """AlreadyAnswered where the actor has answered in this opening; with `seated` also where they still will."""
    node = node_of(run, task)
    if actor.is_system or task.question or not takes_votes(node) or not votes_once(node):
        return
    others = group_of(run, task).exclude(pk=task.pk)
    if actor.user is not None:
        own = others.filter(status=TaskStatus.DONE, closed_by=actor.user)
        own = own | others.filter(status=TaskStatus.OPEN, person=actor.user) if seated else own
    else:
        own = others.filter(status=TaskStatus.DONE, closed_by__isnull=True, closed_by_label=str(actor)[:254])
    if own.exists():
        raise AlreadyAnswered(who=called(actor))


def group_of(run: Run, task: Task) -> Any:
    """The seats that opened together, without the questions asked meanwhile."""
    return Task.objects.filter(
        record_type=run.graph.record_type, record_id=run.record_id, key=task.key, opening=task.opening, question=""
    )


def check_suits(task: Task, candidate: Actor, *, with_role: bool) -> None:
    """Unsuitable unless the person may be given such work."""
    person = candidate.user
    if with_role and task.role:
        suits = has_role(candidate, task.role)
    else:
        suits = person is not None and person.is_active and person.is_staff
    if not suits:
        raise Unsuitable(who=called(candidate))


def close_one(run: Run, task: Task, outcome: str, reason: str) -> None:
    """End one row of a task; whoever asks next whether it is done reads it anew."""
    moment = connection.ops.adapt_datetimefield_value(run.at)
    execute(_DONE, [TaskStatus.DONE.value, outcome, reason, moment, run.actor.user_id, str(run.actor)[:254], task.pk])
    run.forget_facts()


def close_whole(run: Run, task: Task, outcome: str, reason: str) -> None:
    """End a task that one person does, and cancel the questions asked about it, before the record moves on."""
    moment = connection.ops.adapt_datetimefield_value(run.at)
    execute(
        _DONE_WHOLE,
        [
            task.pk, task.pk, outcome, task.pk, reason, moment, run.actor.user_id, str(run.actor)[:254],
            task.record_type, task.record_id, task.key,
        ],
    )  # fmt: skip
    run.ended.add(task.key)


def cancel(run: Run, tasks: Any) -> None:
    """Cancel those of the tasks that are open."""
    tasks.filter(status=TaskStatus.OPEN).update(
        status=TaskStatus.CANCELLED, closed_at=run.at, closed_by=run.actor.user, closed_by_label=str(run.actor)[:254]
    )


def back_to(run: Run, task: Task) -> Holder:
    """Who gets a delegated task back: whoever delegated it, or who does their tasks now; nobody where there is nobody.

    A substitute who answers for themselves too leaves it with whom it belongs to.
    """
    giver = task.delegated_by_id
    if giver is None:
        return Holder(None)
    holder = holders_at([giver], run.at)[giver]
    if holder.person in (None, giver) or may_stand_in(run, task, holder.person):
        return holder
    return Holder(giver)


def may_stand_in(run: Run, task: Task, person: int) -> bool:
    """Whether a substitute may do the task: not one who answers for themselves too, or is kept from it by four eyes."""
    if task.question or all(node.key != task.key for node in run.graph.tasks):
        return True
    if person in barred_people(run.graph, run.plan.task_eyes.get(task.key, ()), run.record_id):
        return False
    node = node_of(run, task)
    if not takes_votes(node) or not votes_once(node):
        return True
    answered, asked = Q(status=TaskStatus.DONE, closed_by=person), Q(status=TaskStatus.OPEN, person=person)
    return not group_of(run, task).exclude(pk=task.pk).filter(answered | asked).exists()


def hand_over(run: Run, task: Task, deed: TaskDeed, to: Any, **columns: Any) -> FireResult:
    """Give the task to a person (or back to its role), and say so in the history."""
    claimed = None if to is None else run.at
    given: dict[str, Any] = {"delegated_by": task.delegated_by, "stands_in_for": None, "claimed_at": claimed}
    changes = {**given, "proposal": "", **columns}
    if to is not None and to == changes["delegated_by"]:
        changes["delegated_by"] = None  # it is back with whom it belongs to
    if task.email and changes.get("email") == "":
        links.withdraw(task.pk, at=run.at)
    Task.objects.filter(pk=task.pk).update(person=to, **changes)
    data: dict[str, Any] = {"_task": task.pk, "_from": task.person_id, "_to": None if to is None else to.pk}
    if task.email:
        data["_email"] = task.email
    if to is not None and to.pk != run.actor.user_id:
        data["person"] = called(Actor.of(to))
    return run.note(f"{task.key}.{deed}", data=data)
