"""What people do with their tasks: take, give back, give to somebody, finish. Each under the record's lock, each told
in the history."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from modules.core.actors import Actor
from modules.core.messages import notify
from modules.workflow.choices import TaskDeed, TaskStatus
from modules.workflow.errors import InvalidData, TaskClosed, TaskNotYours, TaskTaken, Unsuitable
from modules.workflow.flows import flow_of
from modules.workflow.footprints import leaving_footprint
from modules.workflow.four_eyes import called, refuse_same_person
from modules.workflow.graph import Outcome
from modules.workflow.history import FireResult
from modules.workflow.lateness import who
from modules.workflow.messages import TaskGiven
from modules.workflow.models import Task
from modules.workflow.plan import make_form
from modules.workflow.rights import has_role, may_change
from modules.workflow.run import Run, run_on

if TYPE_CHECKING:
    from modules.accounts.models import User


def claim(task: Task, *, actor: Actor, at: datetime) -> Task:
    """Take a task of one's role; taking one's own again is harmless.

    TaskClosed, TaskTaken, TaskNotYours, or SamePerson where somebody else must do it.
    """
    with _in_hand(task, actor, at) as (run, found):
        _check_hands(found, actor)
        if actor.user is None:
            raise TaskNotYours
        _check_eyes(run, found, actor)
        if found.person_id != actor.user_id:
            _hand_over(run, found, actor.user, TaskDeed.CLAIM)
    task.refresh_from_db()
    return task


def release(task: Task, *, actor: Actor, at: datetime) -> Task:
    """Give a task that one has taken back to its role."""
    with _in_hand(task, actor, at) as (run, found):
        is_mine = actor.user is not None and found.person_id == actor.user_id
        if not is_mine or not found.role or found.status != TaskStatus.OPEN:
            raise TaskNotYours
        _hand_over(run, found, None, TaskDeed.RELEASE)
    task.refresh_from_db()
    return task


def assign(task: Task, *, person: "User", actor: Actor, at: datetime) -> Task:
    """Give an open task to a person who may do it.

    The holder, members of its role and who may change the record may do so, else TaskNotYours. TaskClosed, Unsuitable
    (the person does not have the role, or is no staff), SamePerson (of that person).
    """
    with _in_hand(task, actor, at) as (run, found):
        if not _may_assign(run, found, actor):
            raise TaskNotYours
        _check_open(found)
        candidate = Actor.of(person)
        if not (has_role(candidate, found.role) if found.role else person.is_active and person.is_staff):
            raise Unsuitable(who=called(candidate))
        _check_eyes(run, found, candidate)
        if found.person_id != person.pk:
            _hand_over(run, found, person, TaskDeed.ASSIGN, {"person": called(candidate)})
            if person.pk != actor.user_id:
                giver = {"giver": called(actor)} if actor.user is not None else {}
                notify(TaskGiven, found, key=f"{person.pk}:{at.isoformat()}", at=at, facts=giver)
    task.refresh_from_db()
    return task


def complete(
    task: Task,
    outcome: str = "",
    *,
    actor: Actor,
    at: datetime,
    data: Any = None,
    files: Any = None,
    reason: str = "",
) -> FireResult:
    """Finish a task with one of its outcomes (the only one may stay unsaid), and let the record go where that leads.

    `data` and `files` are what the task's form validates; without a form data are kept as they are. TaskClosed when it
    is done or cancelled already, TaskTaken when somebody else has claimed it, InvalidData, SamePerson. A task that a
    transition completes is finished by firing that.
    """
    with _in_hand(task, actor, at) as (run, found):
        _check_hands(found, actor)
        ending = _outcome(run.graph.task(found.key).outcomes, outcome)
        _check_eyes(run, found, actor)
        return _finish(run, found, ending, _clean(run, found, data, files), reason)


def form_for_task(task: Task, record: Any, data: Any = None, **extra: Any) -> Any:
    """The form that finishing a task asks the person to fill, or None; bound where data are given."""
    return make_form(flow_of(record).plan.task_forms.get(task.key), record, data, **extra)


@contextmanager
def _in_hand(task: Task, actor: Actor, at: datetime) -> Iterator[tuple[Run, Task]]:
    """The task as it is now, under its record's lock."""
    with run_on(flow_of(task.record_type), task.record_id, actor=actor, at=at) as run:
        run.lock()
        yield run, Task.objects.select_related("person").get(pk=task.pk)


def _hand_over(run: Run, task: Task, person: "User | None", deed: TaskDeed, data: dict[str, Any] | None = None) -> None:
    Task.objects.filter(pk=task.pk).update(person=person, claimed_at=None if person is None else run.at)
    run.note(f"{task.key}.{deed}", data=data)


def _outcome(known: tuple[Outcome, ...], name: str) -> Outcome:
    if not name and len(known) == 1:
        return known[0]
    for outcome in known:
        if outcome.name == name:
            return outcome
    raise LookupError(f"no outcome “{name}”; there are: {', '.join(outcome.name for outcome in known)}")


def _clean(run: Run, task: Task, data: Any, files: Any) -> dict[str, Any]:
    extra = {"files": files} if files else {}
    form = make_form(run.plan.task_forms.get(task.key), run.record, data if data is not None else {}, **extra)
    if form is None:
        return data or {}
    if not form.is_valid():
        raise InvalidData(form)
    return form.cleaned_data


def _finish(run: Run, task: Task, outcome: Outcome, data: dict[str, Any], reason: str) -> FireResult:
    """End the task and move the record, or leave it where it is and look at the automatic transitions."""
    name, reason = f"{task.key}.{outcome.name}", reason or str(data.get("reason") or "")
    with leaving_footprint(run, name):
        run.completed[task.key] = outcome.name
        Task.objects.filter(pk=task.pk).update(
            status=TaskStatus.DONE, outcome=outcome.name, reason=reason, closed_at=run.at, closed_by=run.actor.user,
            closed_by_label=str(run.actor)[:254],
        )  # fmt: skip
        if outcome.target is not None:
            step = run.plan.step(name)
            run.go(step)
            result = run.take(step, data=data, reason=reason)
        else:
            result = run.note(name, data=data, reason=reason)
        run.rest()
    return result


def _check_hands(task: Task, actor: Actor) -> None:
    """Refuse unless the task is open, and the actor's or free for a role of the actor's."""
    allowed = actor.is_system or (actor.user_id is not None and task.person_id == actor.user_id)
    if not allowed and not (task.role and has_role(actor, task.role)):
        raise TaskNotYours
    _check_open(task)
    if task.person_id is not None and not allowed:
        raise TaskTaken(who=who(task.person_id, str(task.person), actor))


def _check_open(task: Task) -> None:
    if task.status != TaskStatus.OPEN:
        raise TaskClosed(status=TaskStatus(task.status).label)


def _check_eyes(run: Run, task: Task, actor: Actor) -> None:
    refuse_same_person(run.graph, run.plan.task_eyes.get(task.key, ()), run.record_id, actor)


def _may_assign(run: Run, task: Task, actor: Actor) -> bool:
    is_holder = actor.user_id is not None and task.person_id == actor.user_id
    return is_holder or (bool(task.role) and has_role(actor, task.role)) or may_change(run.record, actor)
