"""Asking back: a question to a person or to the owner, while the task waits for the answer."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from modules.core.actors import Actor
from modules.core.messages import notify
from modules.core.statements import insert
from modules.workflow.choices import TaskDeed, TaskStatus
from modules.workflow.engine.history import FireResult
from modules.workflow.engine.run import Run
from modules.workflow.errors import AlreadyAsking, NobodyToAsk, NothingSaid, TaskNotYours, Unsuitable
from modules.workflow.messages import TaskAnswered, TaskAsked
from modules.workflow.models import Task
from modules.workflow.people import links
from modules.workflow.people.assignments.presence import holders_at
from modules.workflow.people.four_eyes import called
from modules.workflow.people.rights import person_id
from modules.workflow.services.hands import check_hands, close_one, in_hand

if TYPE_CHECKING:
    from modules.accounts.models import User

ANSWERED = "answered"
LONGEST = 4000


def ask(task: Task, question: str, *, actor: Actor, at: datetime, person: "User | None" = None) -> Task:
    """Ask somebody, by default the owner of the record, and wait; the task stays whose it is.

    Gives the question, itself a task of the person. Who has no sight of the console gets a link by mail. TaskNotYours,
    TaskClosed, TaskTaken, NothingSaid, AlreadyAsking, NobodyToAsk, Unsuitable (oneself, or a closed account).
    """
    words = question.strip()[:LONGEST]
    if not words:
        raise NothingSaid
    with in_hand(task, actor, at) as (run, found):
        check_hands(run, found, actor)
        if actor.user is None or found.question:
            raise TaskNotYours
        asked = person or _owner(run)
        if asked is None:
            raise NobodyToAsk
        if asked.pk == actor.user_id or not asked.is_active:
            raise Unsuitable(who=called(Actor.of(asked)))
        if Task.objects.filter(question_of(found), status=TaskStatus.OPEN).exists():
            raise AlreadyAsking
        made = _open(run, found, asked, words)
        asked = made.person or asked
        data = {"_task": found.pk, "question": words, "person": called(Actor.of(asked))}
        run.note(f"{found.key}.{TaskDeed.ASK}", data=data)
        if asked.is_staff:
            notify(TaskAsked, made, key="asked", at=at, facts={"giver": called(actor)})
        else:
            links.invite(made.pk, asked.email, at=at)
    return made


def question_of(task: Task) -> Q:
    """The rows of questions that were asked from a task."""
    return Q(record_type=task.record_type, record_id=task.record_id, key=task.key, seat=f"?{task.pk}")


def waiting_for(tasks: Any) -> dict[int, Task]:
    """By task, the open question that it waits for, in one query."""
    rows = [task for task in tasks if not task.question]
    if not rows:
        return {}
    found = Task.objects.filter(
        status=TaskStatus.OPEN, record_type__in={task.record_type for task in rows},
        record_id__in={task.record_id for task in rows}, seat__in=[f"?{task.pk}" for task in rows],
    ).select_related("person")  # fmt: skip
    return {int(row.seat[1:]): row for row in found}


def answer_question(run: Run, task: Task, words: str) -> FireResult:
    """Write the answer into the history and tell whoever asked."""
    words = words.strip()[:LONGEST]
    if not words:
        raise NothingSaid
    close_one(run, task, ANSWERED, words)
    data = {"_task": int(task.seat[1:]), "question": task.question, "answer": words}
    result = run.note(f"{task.key}.{TaskDeed.ANSWER}", data=data)
    if task.asked_by_id is not None:
        notify(TaskAnswered, task, key="answered", at=run.at, facts={"giver": called(run.actor)})
    return result


def _owner(run: Run) -> "User | None":
    owner = person_id(run.record, run.graph.owner) if run.graph.owner else None
    return None if owner is None else get_user_model()._default_manager.filter(pk=owner).first()


def _open(run: Run, beside: Task, asked: "User", words: str) -> Task:
    """For whom it is meant, or for who stands in for them now, unless that is the one who asks."""
    holder, person, away = holders_at([asked.pk], run.at)[asked.pk], asked, None
    if holder.person is not None and holder.stands_in_for is not None and holder.person != run.actor.user_id:
        person, away = get_user_model()._default_manager.get(pk=holder.person), asked.pk
    columns = {
        "record_type": beside.record_type, "record_id": beside.record_id, "key": beside.key,
        "state": run.record.state, "status": TaskStatus.OPEN, "role": "", "person": person.pk, "opened_at": run.at,
        "seat": f"?{beside.pk}", "opening": beside.opening, "position": beside.position,
        "email": "" if person.is_staff else person.email, "asked_by": run.actor.user_id, "question": words,
        "proposal": "", "outcome": "", "reason": "", "closed_by_label": "", "about_type": "", "due_at": beside.due_at,
        "stands_in_for": away,
    }  # fmt: skip
    made = insert(Task, tuple(columns)).run(*columns.values())
    return Task.objects.select_related("person", "asked_by").get(pk=made or 0)
