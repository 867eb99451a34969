"""Finishing a task: alone, as one of several answers, or as a proposal to whom it comes back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from modules.core.actors import Actor
from modules.core.messages import notify
from modules.workflow.choices import TaskDeed, TaskStatus
from modules.workflow.clocks import reminders
from modules.workflow.engine import history
from modules.workflow.engine.footprints import leaving_footprint
from modules.workflow.engine.history import FireResult
from modules.workflow.engine.run import Run
from modules.workflow.errors import InvalidData, TaskClosed
from modules.workflow.flows import Flow, flow_of, plan_of
from modules.workflow.graph import Outcome, TaskNode
from modules.workflow.messages import TaskReturned
from modules.workflow.models import Task
from modules.workflow.people.assignments import open_next
from modules.workflow.people.deciding import decided, takes_votes
from modules.workflow.people.four_eyes import called
from modules.workflow.plan import make_form
from modules.workflow.services.hands import (
    back_to,
    cancel,
    check_eyes,
    check_hands,
    check_once,
    close_one,
    close_whole,
    in_hand,
    is_holder,
    node_of,
)
from modules.workflow.services.questions import answer_question, question_of
from modules.workflow.services.rows import is_by_row, seats_that_count, undecided
from modules.workflow.services.straight import Ending, finish_straight
from modules.workflow.vocabulary.effects import Firing


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

    Where several decide, this is one answer (`<task>.vote` in the history); the outcome happens with the one that
    decides. What was delegated goes back with the outcome as a proposal. A question is answered by `reason`.

    `data` and `files` are what the task's form validates; without a form data are kept as they are. TaskClosed when it
    is done or cancelled already, TaskTaken when somebody else has claimed it, InvalidData, SamePerson,
    AlreadyAnswered. A task that a transition completes is finished by firing that.
    """
    if not task.question and not files:
        wanted = Ending(task.key, outcome, task.state, data, reason, task.pk)
        straight = finish_straight(flow_of(task.record_type), task.record_id, wanted, actor=actor, at=at)
        if straight is not None:
            return straight[1]
    with in_hand(task, actor, at) as (run, found):
        check_hands(run, found, actor)
        if found.question:
            return answer_question(run, found, reason or str((data or {}).get("answer") or ""))
        node = node_of(run, found)
        ending = _outcome(node.outcomes, outcome)
        check_eyes(run, found, actor)
        check_once(run, found, actor)
        cleaned = _clean(run, found, data, files)
        reason = reason or str(cleaned.get("reason") or "")
        if found.delegated_by_id not in (None, actor.user_id) and is_holder(found, actor):
            return _propose(run, found, ending, cleaned, reason)
        if takes_votes(node):
            return _vote(run, node, found, ending, cleaned, reason)
        return _finish(run, node, found, ending.name, cleaned, reason)


def complete_task(
    record: Any, key: str, outcome: str = "", *, actor: Actor, at: datetime, data: Any = None, reason: str = ""
) -> FireResult:
    """Finish the record's open task of a name, the actor's own where several have it; as `complete` otherwise.

    A task that asks for nothing is found, checked and finished without being loaded. LookupError where the workflow
    has no such task, TaskClosed where it is not open.
    """
    flow = flow_of(record)
    wanted = Ending(key, outcome, record.state, data, reason)
    straight = finish_straight(flow, record.pk, wanted, actor=actor, at=at, version=flow.version_of(record))
    if straight is not None:
        run, result = straight
        run.show_in(record)
        return result
    result = complete(_task_for(flow, record, key, actor), outcome, actor=actor, at=at, data=data, reason=reason)
    record.refresh_from_db()
    return result


def _task_for(flow: Flow, record: Any, key: str, actor: Actor) -> Task:
    """The row of a task that this actor would finish; the newest one where none is open."""
    flow.graph_for(record).task(key)
    rows = Task.objects.filter(record_type=flow.graph.record_type, record_id=record.pk, key=key, question="")
    opened = list(rows.filter(status=TaskStatus.OPEN).order_by("position", "pk"))
    own = [task for task in opened if is_holder(task, actor)] or [task for task in opened if task.person_id is None]
    found = next(iter([*own, *opened]), None) or rows.order_by("-pk").first()
    if found is None:
        raise TaskClosed(status=TaskStatus.CANCELLED.label)
    return found


def form_for_task(task: Task, record: Any, data: Any = None, **extra: Any) -> Any:
    """The form that finishing a task asks the person to fill, or None; bound where data are given."""
    if task.question:
        return None
    return make_form(plan_of(record).task_forms.get(task.key), record, data, **extra)


def _outcome(known: tuple[Outcome, ...], name: str) -> Outcome:
    if not name and len(known) == 1:
        return known[0]
    for outcome in known:
        if outcome.name == name:
            return outcome
    raise LookupError(f"no outcome “{name}”; there are: {', '.join(outcome.name for outcome in known)}")


def _clean(run: Run, task: Task, data: Any, files: Any) -> Mapping[str, Any]:
    extra = {"files": files} if files else {}
    form = make_form(run.plan.task_forms.get(task.key), run.record, data if data is not None else {}, **extra)
    if form is None:
        return data or {}
    if not form.is_valid():
        raise InvalidData(form)
    return form.cleaned_data


def _propose(run: Run, task: Task, ending: Outcome, data: Mapping[str, Any], reason: str) -> FireResult:
    """Bring a delegated task back to whom it belongs, who confirms or decides otherwise; or to who does that now."""
    holder = back_to(run, task)
    Task.objects.filter(pk=task.pk).update(
        person=holder.person, stands_in_for=task.stands_in_for_id or holder.stands_in_for, delegated_by=None,
        proposal=ending.name, claimed_at=None if holder.person is None else run.at, reason=reason,
    )  # fmt: skip
    told: dict[str, Any] = {
        "_task": task.pk,
        "_from": task.person_id,
        "_to": holder.person,
        "outcome": ending.name,
    }
    if data:
        told["data"] = data
    result = run.note(f"{task.key}.{TaskDeed.RETURN}", data=told, reason=reason)
    notify(TaskReturned, task, key=run.at.isoformat(), at=run.at, facts={"giver": called(run.actor)})
    return result


def _vote(run: Run, node: TaskNode, task: Task, ending: Outcome, data: Mapping[str, Any], reason: str) -> FireResult:
    """Write one answer down; end the task where it decides, ask the next one where they come one after the other."""
    seats = seats_that_count(run, node, task, but=task.pk)
    answers = _given(seats)
    if not is_by_row(node) or seats.filter(pk=task.pk).exists():
        answers.append(ending.name)
    waiting = seats.filter(status=TaskStatus.OPEN).exclude(pk=task.pk).count()
    told = {"outcome": ending.name, "_seat": task.seat, "_task": task.pk} | ({"data": data} if data else {})
    vote = history.append(
        run.graph, run.record_id, transition=f"{node.key}.{TaskDeed.VOTE}", source=run.record.state,
        target=run.record.state, actor=run.actor, at=run.at, reason=reason, data=told,
    )  # fmt: skip
    in_order = node.decide is not None and node.decide.kind == "sequence"
    if in_order and decided(node, answers, waiting) == node.outcomes[0].name:
        waiting += open_next(run, node, task.opening)
    outcome = decided(node, answers, waiting)
    if outcome is not None:
        return _finish(run, node, task, outcome, data if outcome == ending.name else {}, reason, answer=ending.name)
    _close_seat(run, task, ending.name, reason)
    run.rest()
    return vote


def _given(seats: Any) -> list[str]:
    """The answers so far, in order."""
    done = seats.filter(status=TaskStatus.DONE).order_by("closed_at", "pk")
    return list(done.values_list("outcome", flat=True))


def settle_rows(run: Run) -> list[FireResult]:
    """Bring answers about rows in line with the rows of now; what that decides happens. Nothing where it does not."""
    for node, task in undecided(run):
        seats = seats_that_count(run, node, task)
        outcome = decided(node, _given(seats), seats.filter(status=TaskStatus.OPEN).count())
        if outcome is not None:
            return [_finish(run, node, None, outcome, {}, "")]
    return []


def _close_seat(run: Run, task: Task, answer: str, reason: str) -> None:
    close_one(run, task, answer, reason)
    cancel(run, Task.objects.filter(question_of(task)))


def _finish(
    run: Run, node: TaskNode, task: Task | None, outcome: str, data: Mapping[str, Any], reason: str, *, answer: str = ""
) -> FireResult:  # fmt: skip
    """End the task and move the record, or leave it where it is and look at the automatic transitions. Without a task
    what was said before has decided it."""
    ending, name = _outcome(node.outcomes, outcome), f"{node.key}.{outcome}"
    with leaving_footprint(run, name):
        run.completed[node.key] = outcome
        if task is not None and ending.target is not None and not takes_votes(node):
            close_whole(run, task, outcome, reason)
        elif task is not None:
            close_one(run, task, answer or outcome, reason)
        if takes_votes(node):
            about = {"record_type": run.graph.record_type, "record_id": run.record_id}
            cancel(run, Task.objects.filter(**about, key=node.key))
        if ending.target is not None:
            step = run.plan.step(name)
            run.go(step)
            result = run.take(step, data=data, reason=reason)
        else:
            if task is not None:
                cancel(run, Task.objects.filter(question_of(task)))
            reminders.close_for(run, node)
            result = run.note(name, data=data, reason=reason)
            _act(run, result, data, reason)
        run.rest()
    return result


def _act(run: Run, result: FireResult, data: Mapping[str, Any], reason: str) -> None:
    """Run the effects of an outcome after which the record stays where it is."""
    effects = run.plan.staying.get(result.transition, ())
    if not effects:
        return
    key = f"{result.record_type}:{result.record_id}:{result.history_id}"
    firing = Firing(
        result.transition, result.source, result.target, run.actor, run.at, key, reason, data, run.facts
    )  # fmt: skip
    for effect in effects:
        effect(run.record, firing)
    run.forget_facts()
