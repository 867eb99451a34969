"""Giving a task to somebody: for good, for a proposal, as one more voice; and taking it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from modules.core.actors import Actor
from modules.core.messages import notify
from modules.core.statements import insert
from modules.workflow.choices import TaskDeed, TaskStatus
from modules.workflow.engine.run import Run
from modules.workflow.errors import Delegated, NoDecision, NothingToRecall, Refused, TaskNotYours, Unsuitable
from modules.workflow.messages import TaskDelegated, TaskGiven
from modules.workflow.models import HistoryEntry, Task
from modules.workflow.people import links
from modules.workflow.people.assignments.presence import holders_at
from modules.workflow.people.deciding import takes_votes
from modules.workflow.people.four_eyes import called
from modules.workflow.people.rights import fits, has_role, may_change
from modules.workflow.services.hands import (
    check_eyes,
    check_hands,
    check_once,
    check_open,
    check_suits,
    group_of,
    hand_over,
    in_hand,
    is_holder,
    node_of,
)

if TYPE_CHECKING:
    from modules.accounts.models import User

HANDED = (TaskDeed.ASSIGN, TaskDeed.DELEGATE)
MOVED = (*HANDED, TaskDeed.CLAIM, TaskDeed.RELEASE, TaskDeed.RETURN, TaskDeed.RECALL, TaskDeed.STAND_IN,
         TaskDeed.HAND_BACK, TaskDeed.PASS_ON, TaskDeed.ESCALATE)  # fmt: skip


def assign(task: Task, *, person: "User", actor: Actor, at: datetime) -> Task:
    """Give an open task to a person who may do it; while they are away, to who stands in for them, if they may too.

    The holder, members of its role and who may change the record may do so, else TaskNotYours. TaskClosed, Unsuitable
    (the person does not have the role, or is no staff), AlreadyAnswered and SamePerson (of that person).
    """
    with in_hand(task, actor, at) as (run, found):
        if not _may_assign(run, found, actor):
            raise TaskNotYours
        _candidate(run, found, person, with_role=True)
        if found.person_id != person.pk:
            to = _present(run, found, person, with_role=True)
            stood_in = {} if to == person else {"stands_in_for": person, "claimed_at": None}
            hand_over(run, found, TaskDeed.ASSIGN, to, email="", **stood_in)
            _tell(found, TaskGiven, to, actor, at)
    task.refresh_from_db()
    return task


def delegate(task: Task, *, person: "User", actor: Actor, at: datetime) -> Task:
    """Let a colleague do one's task; what they come to is a proposal, and the task comes back to be confirmed.

    What a transition completes is done by who may fire it, and then whoever delegated it is told.

    TaskNotYours, TaskClosed, TaskTaken, Delegated, Unsuitable, AlreadyAnswered, SamePerson.
    """
    with in_hand(task, actor, at) as (run, found):
        check_hands(run, found, actor)
        if actor.user is None or found.question:
            raise TaskNotYours
        if found.delegated_by_id is not None:
            raise Delegated
        check_eyes(run, found, actor)
        check_once(run, found, actor)
        _candidate(run, found, person, with_role=False, to_do=True)
        if person.pk == actor.user_id:
            raise Unsuitable(who=called(actor))
        to = _present(run, found, person, with_role=False)
        hand_over(run, found, TaskDeed.DELEGATE, to, delegated_by=actor.user, stands_in_for=found.stands_in_for)
        _tell(found, TaskDelegated, to, actor, at)
    task.refresh_from_db()
    return task


def recall(task: Task, *, actor: Actor, at: datetime) -> Task:
    """Take back what one has forwarded or delegated, as long as it is open and nobody has moved it since.

    NothingToRecall, TaskClosed.
    """
    with in_hand(task, actor, at) as (run, found):
        check_open(found)
        given = last_move(found)
        if given is None or actor.user_id is None or given.actor_id != actor.user_id or not _is_given(given):
            raise NothingToRecall
        before = get_user_model()._default_manager.filter(pk=given.data.get("_from"), is_active=True).first()
        email = str(given.data.get("_email") or "") if before is None else ""
        if before is None and not found.role and not email:
            before = actor.user
        hand_over(run, found, TaskDeed.RECALL, before, delegated_by=None, email=email)
        if email:
            links.invite(found.pk, email, at=at)
    task.refresh_from_db()
    return task


def add_seat(task: Task, *, person: "User", actor: Actor, at: datetime) -> Task:
    """Ask one more person in an open decision: its holders may, and who may change the record.

    NoDecision, TaskNotYours, TaskClosed, Unsuitable, AlreadyAnswered and SamePerson (of that person).
    """
    with in_hand(task, actor, at) as (run, found):
        check_open(found)
        if found.question or not takes_votes(node_of(run, found)):
            raise NoDecision
        seats = group_of(run, found)
        holds = actor.user is not None and seats.filter(status=TaskStatus.OPEN, person=actor.user).exists()
        if not (holds or actor.is_system or may_change(run.record, actor)):
            raise TaskNotYours
        _candidate(run, found, person, with_role=False, anew=True)
        made = _seat(run, found, person, max(seats.values_list("position", flat=True)) + 1)
        data = {"_task": made.pk, "person": called(Actor.of(person))}
        run.note(f"{found.key}.{TaskDeed.ADD}", data=data)
        _tell(made, TaskGiven, person, actor, at)
    return made


def last_move(task: Task) -> HistoryEntry | None:
    """The last time the task went from hand to hand."""
    names = [f"{task.key}.{deed}" for deed in MOVED]
    rows = HistoryEntry.objects.filter(record_type=task.record_type, record_id=task.record_id, transition__in=names)
    return next((row for row in rows.order_by("-pk")[:50] if row.data.get("_task") == task.pk), None)


def recallable(tasks: Sequence[Task], actor: Actor) -> frozenset[int]:
    """Those open tasks of one record that the actor gave away last; one query."""
    if actor.user_id is None or not tasks:
        return frozenset()
    names = [f"{key}.{deed}" for key in {task.key for task in tasks} for deed in MOVED]
    rows = HistoryEntry.objects.filter(
        record_type=tasks[0].record_type, record_id=tasks[0].record_id, transition__in=names,
    )  # fmt: skip
    last: dict[int, HistoryEntry] = {}
    for row in rows.order_by("-pk")[:200]:
        if "_task" in row.data:
            last.setdefault(row.data["_task"], row)
    return frozenset(pk for pk, row in last.items() if row.actor_id == actor.user_id and _is_given(row))


def _is_given(entry: HistoryEntry) -> bool:
    return entry.transition.rpartition(".")[2] in HANDED


def _seat(run: Run, beside: Task, person: "User", position: int) -> Task:
    columns = {
        "record_type": beside.record_type, "record_id": beside.record_id, "key": beside.key,
        "state": run.record.state, "status": TaskStatus.OPEN, "role": "", "person": person.pk, "opened_at": run.at,
        "due_at": beside.due_at, "seat": f"+{person.pk}", "opening": beside.opening, "position": position,
        "email": "", "question": "", "proposal": "", "outcome": "", "reason": "", "closed_by_label": "",
        "about_type": beside.about_type, "about_id": beside.about_id,
    }  # fmt: skip
    made = insert(Task, tuple(columns)).run(*columns.values())
    return Task.objects.get(pk=made or 0)


def _present(run: Run, task: Task, person: "User", *, with_role: bool) -> "User":
    """The person, or who stands in for them now and may be given the task; who has it already is no use."""
    holder = holders_at([person.pk], run.at)[person.pk]
    if holder.person in (None, person.pk, run.actor.user_id, task.person_id):
        return person
    other: User = get_user_model()._default_manager.get(pk=holder.person)
    try:
        _candidate(run, task, other, with_role=with_role, to_do=not with_role)
    except Refused:
        return person
    return other


def _candidate(
    run: Run, task: Task, person: "User", *, with_role: bool, anew: bool = False, to_do: bool = False
) -> Actor:
    """The person as an actor, if they may be given the task; `to_do`: if they could fire what completes it, too."""
    check_open(task)
    candidate = Actor.of(person)
    check_suits(task, candidate, with_role=with_role)
    check_eyes(run, task, candidate)
    if task.person_id != person.pk or anew:
        beside = Task(pk=0, key=task.key, opening=task.opening) if anew else task
        check_once(run, beside, candidate, seated=True)
    if to_do and not _may_fire(run, task, candidate):
        raise Unsuitable(who=called(candidate))
    return candidate


def _may_fire(run: Run, task: Task, candidate: Actor) -> bool:
    """Whether a task that only transitions complete could be done by the person once it is theirs."""
    ways = [way for way in run.graph.transitions if way.completes == task.key and way.kind == "manual"]
    by_holder = any(rule.kind == "assignee" and rule.value in ("", task.key) for way in ways for rule in way.by)
    return not ways or by_holder or any(fits(way.by, run.record, candidate, run.graph) for way in ways)


def _tell(task: Task, message: Any, person: "User", actor: Actor, at: datetime) -> None:
    if person.pk != actor.user_id:
        facts = {"giver": called(actor)} if actor.user is not None else {}
        notify(message, task, key=f"{person.pk}:{at.isoformat()}", at=at, facts=facts)


def _may_assign(run: Run, task: Task, actor: Actor) -> bool:
    is_theirs = is_holder(task, actor) or (bool(task.role) and has_role(actor, task.role))
    return is_theirs or may_change(run.record, actor)
