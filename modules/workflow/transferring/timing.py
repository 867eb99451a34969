"""Timers of a record that moves to another version: kept, counted anew, dropped; what would be due at once.

Those of states and tasks stand here; promises have clocks (`promises.py`). A timer that the old state had and that has
no row has done its work and is not set again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from modules.workflow.choices import TimerScope, TransferOverdue, TransferTimers
from modules.workflow.clocks import duties
from modules.workflow.clocks.repeats import next_moment
from modules.workflow.clocks.waits import due_at
from modules.workflow.comparing.matching import Matches
from modules.workflow.graph import Repeat, TaskNode, Transition, Wait, WorkflowGraph
from modules.workflow.models import Task, Timer
from modules.workflow.transferring.choices import Choices
from modules.workflow.transferring.outcome import Fate, TimerFate
from modules.workflow.transferring.snapshots import about

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


@dataclass(frozen=True)
class Wanted:
    """A timer that the new version has where the record now stands."""

    name: str
    wait: Wait
    start: datetime
    """Since when it would have counted, had the new version always been there."""
    subject: Any
    """Whose fields its wait reads: the record, or the task."""
    node: Transition | Repeat | None = None
    scope: str = TimerScope.STATE


@dataclass(frozen=True)
class Turning:
    """What a record's timers are reckoned with; `turn` is when it is this record's turn for what is due at once."""

    run: "Run"
    choices: Choices
    turn: datetime


def carry_timers(
    run: "Run", old: WorkflowGraph, source: str, matches: Matches, kept: Sequence[tuple[Task, TaskNode]],
    turning: Turning,
) -> list[TimerFate]:  # fmt: skip
    """Replace the timers of the old state and of its tasks by those that the new version has here."""
    ours = Timer.objects.filter(**about(run)).exclude(scope=TimerScope.SLA).order_by("pk")
    rows = {new_name(timer.transition, matches): timer for timer in ours}
    ours.delete()
    known = {new_name(name, matches) for name in _declared(old, source)}
    fates, timers = [], []
    for wanted in _wanted(run, kept):
        row = rows.pop(wanted.name, None)
        if row is None and wanted.name in known:
            continue
        timer, fate = _carry(turning, wanted, row)
        fates.append(fate)
        if timer is not None:
            timers.append(timer)
    Timer.objects.bulk_create(timers)
    return fates + [TimerFate(name, title_of(old, row.transition), "dropped") for name, row in rows.items()]


def timers_of_opened(run: "Run", nodes: Iterable[TaskNode]) -> list[TimerFate]:
    """The reminders and escalations of tasks that the move has opened: they count from now."""
    names = [name for node in nodes for name, _wait in _duties(node)]
    rows = Timer.objects.filter(**about(run), transition__in=names) if names else ()
    return [TimerFate(row.transition, title_of(run.graph, row.transition), "set", row.due_at) for row in rows]


def new_name(name: str, matches: Matches) -> str:
    """A timer's name in the new version; its own where there is none, which then is not wanted."""
    key, mark, deed = name.partition("#")
    if mark:
        return f"{matches.tasks.get(key, matches.slas.get(key, key))}#{deed}"
    return matches.transitions.get(key, matches.repeats.get(key, key))


def title_of(graph: WorkflowGraph, name: str) -> str:
    """A timer in words."""
    if graph.has_transition(name):
        return str(graph.transition(name).title)
    return duties.title_of(graph, name) or name


def _declared(graph: WorkflowGraph, state: str) -> Iterator[str]:
    """The names of the timers that a state of a version has."""
    yield from (way.key for way in graph.leaving(state, "timer"))
    yield from (repeat.key for repeat in graph.repeats_in(state))
    for node in graph.tasks_in(state):
        yield from (name for name, _wait in _duties(node))


def _duties(node: TaskNode) -> Iterator[tuple[str, Wait]]:
    yield from ((f"{node.key}#remind{number}", wait) for number, wait in enumerate(node.remind))
    yield from ((f"{node.key}#escalate{number}", rule.wait) for number, rule in enumerate(node.escalate))


def _wanted(run: "Run", kept: Iterable[tuple[Task, TaskNode]]) -> Iterator[Wanted]:
    record = run.record
    for way in run.plan.timers[record.state]:
        if way.after is not None:
            yield Wanted(way.key, way.after, record.state_since, record, way)
    for repeat in run.plan.repeats[record.state]:
        yield Wanted(repeat.key, repeat.wait, record.state_since, record, repeat)
    first: dict[str, tuple[Task, TaskNode]] = {}
    for task, node in kept:
        if not task.question:
            first.setdefault(node.key, (task, node))
    for task, node in first.values():
        for name, wait in _duties(node):
            subject = task if wait.field == "due_at" else record
            yield Wanted(name, wait, task.opened_at, subject, scope=TimerScope.TASK)


def _carry(turning: Turning, wanted: Wanted, row: Timer | None) -> tuple[Timer | None, TimerFate]:
    """The timer as it will stand, or None where it will not; and what has become of it."""
    run, choice = turning.run, turning.choices.timers
    title = title_of(run.graph, wanted.name)
    if row is not None and choice == TransferTimers.KEEP:
        row.pk, row.transition, row.state = None, wanted.name, run.record.state
        return row, TimerFate(wanted.name, title, "kept", row.due_at)
    is_from_now = choice != TransferTimers.RECOMPUTE
    start = run.at if is_from_now else wanted.start
    runs = 0 if row is None or is_from_now else row.runs
    due, is_due = _due(turning, wanted, start, runs)
    fate: Fate = "set" if row is None else "restarted"
    if due is None:
        return None, TimerFate(wanted.name, title, "skipped" if is_due else "dropped", is_due=is_due)
    timer = Timer(
        **about(run), transition=wanted.name, state=run.record.state, scope=wanted.scope, started_at=start, due_at=due,
        next_try_at=due, runs=runs,
    )  # fmt: skip
    is_skipped = is_due and turning.choices.overdue == TransferOverdue.SKIP
    return timer, TimerFate(wanted.name, title, "skipped" if is_skipped else fate, due, is_due)


def _due(turning: Turning, wanted: Wanted, start: datetime, runs: int) -> tuple[datetime | None, bool]:
    """When it is due, and whether that moment had passed before something was chosen about it."""
    run = turning.run
    due = due_at(wanted.wait, wanted.subject, start)
    if due is not None and runs:
        due = _next(run, wanted, due)
    if due is None or due > run.at:
        return due, False
    match turning.choices.overdue:
        case TransferOverdue.SEND:
            return run.at, True
        case TransferOverdue.SPREAD:
            return turning.turn, True
        case _:
            return _after_skipping(run, wanted, due), True


def _next(run: "Run", wanted: Wanted, first: datetime) -> datetime | None:
    if not isinstance(wanted.node, Repeat) or wanted.node.every is None:
        return None
    return next_moment(wanted.node.every, run.record, first, run.at)


def _after_skipping(run: "Run", wanted: Wanted, due: datetime) -> datetime | None:
    """A repetition goes on in its rhythm; a step that time takes counts from now; a single reminder does not come."""
    if isinstance(wanted.node, Transition):
        return due_at(replace(wanted.wait, field=""), run.record, run.at)
    return _next(run, wanted, due)
