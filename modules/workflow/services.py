"""What people do with their tasks."""

from datetime import datetime
from typing import Any

from modules.core.actors import Actor
from modules.workflow import history
from modules.workflow.choices import TaskStatus
from modules.workflow.errors import TaskClosed, TaskNotYours, TaskTaken
from modules.workflow.flows import flow_of
from modules.workflow.graph import Outcome
from modules.workflow.history import FireResult
from modules.workflow.lateness import who
from modules.workflow.models import Task
from modules.workflow.rights import has_role
from modules.workflow.run import Run, run_on


def claim(task: Task, *, actor: Actor, at: datetime) -> Task:
    """Take a task of one's role; taking one's own again is harmless. TaskClosed, TaskTaken or TaskNotYours."""
    _check_hands(task, actor)
    free = Task.objects.filter(pk=task.pk, status=TaskStatus.OPEN, person__isnull=True)
    if not free.update(person=actor.user, claimed_at=at):
        task.refresh_from_db()
        _check_hands(task, actor)
    task.refresh_from_db()
    return task


def release(task: Task, *, actor: Actor) -> Task:
    """Give a task that one has taken back to its role."""
    mine = Task.objects.filter(pk=task.pk, status=TaskStatus.OPEN, person=actor.user).exclude(role="")
    if actor.user is None or not mine.update(person=None, claimed_at=None):
        raise TaskNotYours
    task.refresh_from_db()
    return task


def complete(
    task: Task, outcome: str = "", *, actor: Actor, at: datetime, data: dict[str, Any] | None = None, reason: str = ""
) -> FireResult:
    """Finish a task with one of its outcomes (the only one may stay unsaid), and let the record go where that leads.

    TaskClosed when it is done or cancelled already, TaskTaken when somebody else has claimed it. A task that a
    transition completes is finished by firing that.
    """
    flow = flow_of(task.record_type)
    with run_on(flow, task.record_id, actor=actor, at=at) as run:
        run.lock()
        task = Task.objects.select_related("person").get(pk=task.pk)
        _check_hands(task, actor)
        return _finish(run, task, _outcome(flow.graph.task(task.key).outcomes, outcome), data or {}, reason)


def _outcome(known: tuple[Outcome, ...], name: str) -> Outcome:
    if not name and len(known) == 1:
        return known[0]
    for outcome in known:
        if outcome.name == name:
            return outcome
    raise LookupError(f"no outcome “{name}”; there are: {', '.join(outcome.name for outcome in known)}")


def _finish(run: Run, task: Task, outcome: Outcome, data: dict[str, Any], reason: str) -> FireResult:
    """End the task and move the record, or leave it where it is and look at the automatic transitions."""
    run.completed[task.key] = outcome.name
    Task.objects.filter(pk=task.pk).update(
        status=TaskStatus.DONE, outcome=outcome.name, reason=reason, closed_at=run.at, closed_by=run.actor.user,
        closed_by_label=str(run.actor)[:254],
    )  # fmt: skip
    name = f"{task.key}.{outcome.name}"
    if outcome.target is not None:
        step = run.plan.step(name)
        run.go(step)
        result = run.take(step, data=data, reason=reason)
    else:
        state = run.record.state
        result = history.append(
            run.graph, run.record_id, transition=name, source=state, target=state, actor=run.actor, at=run.at,
            reason=reason, data=data,
        )  # fmt: skip
    run.rest()
    return result


def _check_hands(task: Task, actor: Actor) -> None:
    """Refuse unless the task is open, and the actor's or free for a role of the actor's."""
    allowed = actor.is_system or (actor.user_id is not None and task.person_id == actor.user_id)
    if not allowed and not (task.role and has_role(actor, task.role)):
        raise TaskNotYours
    if task.status != TaskStatus.OPEN:
        raise TaskClosed(status=TaskStatus(task.status).label)
    if task.person_id is not None and not allowed:
        raise TaskTaken(who=who(task.person_id, str(task.person), actor))
