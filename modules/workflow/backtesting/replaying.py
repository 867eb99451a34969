"""One record lived through again on one version, in a transaction that is always rolled back.

The record is put back to its start: initial state, no tasks, timers, clocks or messages, and its fields as they were
then, where their changes are on record (`pasts.py`); they change again when they did. Between two steps time passes:
what would have been due happens at its time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, transaction

from modules.core.actors import SYSTEM
from modules.core.errors import Refusal
from modules.core.models import OutboxMessage
from modules.core.request_id import request_id
from modules.workflow.backtesting.hands import do_again
from modules.workflow.backtesting.pasts import Edit, Past
from modules.workflow.backtesting.sealing import sealed
from modules.workflow.backtesting.stories import Deed, Story
from modules.workflow.choices import START
from modules.workflow.clocks.sweep import _fire as fire_timer
from modules.workflow.engine.moving import put_by_hand
from modules.workflow.engine.running import run_on
from modules.workflow.errors import InvalidData, TaskClosed, UnknownState
from modules.workflow.flows import Flow, Version, instead
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import EarlyEvent, Footprint, HistoryEntry, SlaClock, Task, Timer
from modules.workflow.models.history import seeing_only_after
from modules.workflow.services import complete

MOST_TIMERS = 500
"""So often time may do something to a record in one trial."""


@dataclass(frozen=True)
class Refused:
    """A deed that was not possible: its place among the deeds, the step, and why."""

    place: int
    name: str
    at: datetime
    why: str


@dataclass
class Replay:
    """How a record fared."""

    path: list[str] = field(default_factory=list)
    """The states that it came into, first one first."""
    steps: list[tuple[str, str]] = field(default_factory=list)
    """Each step with the state that it led to."""
    messages: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    as_today: list[str] = field(default_factory=list)
    """Fields that could not be put back after all."""

    @property
    def final(self) -> str:
        return self.path[-1] if self.path else ""


@dataclass(frozen=True)
class Names:
    """What the parts of the version that a story was lived on are called in the one that is tried."""

    steps: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """A step's name, or that of a task's deed."""
        task, dot, deed = name.partition(".")
        return self.steps.get(name) or self.tasks.get(task, task) + dot + deed


@dataclass(frozen=True)
class Trial:
    """A version at work on one record, for a while."""

    flow: Flow
    pk: int
    names: Names
    past: Past


class _Enough(Exception):
    """The trial is over; everything that it wrote is undone."""


def replay(
    graph: WorkflowGraph,
    flow: Flow,
    story: Story,
    *,
    at: datetime,
    names: Names | None = None,
    past: Past | None = None,
) -> Replay:
    """Live a record's story again on a version, until a moment. `names` are the parts that are called otherwise."""
    trial = Trial(Flow(graph, flow.model, flow.source), story.record_id, names or Names(), past or Past())
    found = Replay()
    mark = f"trial-{uuid4().hex}"[:40]
    try:
        with sealed(), instead(trial.flow), request_id(mark), transaction.atomic():
            last = HistoryEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            with seeing_only_after(last):
                _live(trial, story, found, at)
                _read(trial.flow, story, found, mark)
            raise _Enough
    except _Enough:
        return found


def _live(trial: Trial, story: Story, found: Replay, at: datetime) -> None:
    _put_back(trial.flow, story.record_id)
    _write(trial.past.start, found)
    _begin(trial.flow, story)
    edits = list(trial.past.edits)
    for place, deed in enumerate(story.deeds):
        while edits and edits[0].at <= deed.at:
            _edit(trial, edits.pop(0), found)
        _let_time_pass(trial.flow, story.record_id, deed.at)
        name = trial.names.of(deed.name)
        try:
            with transaction.atomic():
                DOING[deed.kind](trial, deed, name)
        except Refusal as refusal:
            if deed.kind != "hand":  # whoever does it in the end may do it
                found.refused.append(Refused(place, name, deed.at, str(refusal)))
        except Exception as error:
            found.refused.append(Refused(place, name, deed.at, f"{type(error).__name__}: {error}"))
    for edit in edits:
        _edit(trial, edit, found)
    _let_time_pass(trial.flow, story.record_id, at)


def _write(rows: Iterable[tuple[Any, Mapping[str, Any]]], found: Replay) -> None:
    """Put fields to what they were; what the table would not take stays as it is today."""
    for row, values in rows:
        try:
            with transaction.atomic():
                type(row)._base_manager.filter(pk=row.pk).update(**values)
        except DatabaseError:
            found.as_today += [str(row._meta.get_field(name).verbose_name).capitalize() for name in values]


def _edit(trial: Trial, edit: Edit, found: Replay) -> None:
    """A field changes as it did then; the record looks at what waits for that."""
    _let_time_pass(trial.flow, trial.pk, edit.at)
    _write([(edit.row, edit.values)], found)
    try:
        with _running(trial.flow, trial.pk, SYSTEM, edit.at) as run:
            run.lock()
            run.rest()
    except Refusal:
        return


def _put_back(trial: Flow, pk: int) -> None:
    about = {"record_type": trial.declared.record_type, "record_id": pk}
    for table in (Timer, Task, SlaClock, EarlyEvent, Footprint, OutboxMessage):
        rows: Any = table
        rows.objects.filter(**about).delete()
    rows = trial.model
    rows._base_manager.filter(pk=pk).update(
        state=trial.graph.initial, state_since=None, workflow_version=trial.graph.version
    )


def _begin(trial: Flow, story: Story) -> None:
    with _running(trial, story.record_id, story.starter, story.started_at) as run:
        run.lock()
        run.enter(START, {})
        run.rest()


def _running(trial: Flow, pk: int, actor: Any, at: datetime) -> Any:
    return run_on(trial, pk, actor=actor, at=at, version=_version(trial))


def _version(trial: Flow) -> Version:
    return trial.current


def _step(trial: Trial, deed: Deed, name: str) -> None:
    """Fire a step with what was given then. Data that its form cleaned then may not pass it again: they count as
    they were written down."""
    with _running(trial.flow, trial.pk, deed.actor, deed.at) as run:
        run.lock()
        step = run.plan.steps[name] if _is_event(trial.flow, name) else run.manual(name)
        try:
            data = run.check(step, data=deed.data, seen=run.record.state, expected=None)
        except InvalidData:
            run.check_guards(step)
            data = deed.data
        run.walk(step, data=data, reason=deed.reason)


def _is_event(trial: Flow, name: str) -> bool:
    return trial.graph.has_transition(name) and trial.graph.transition(name).kind == "event"


def _task(trial: Trial, deed: Deed, name: str) -> None:
    """Finish the open task, whoever of those who may has it."""
    key, _dot, outcome = name.partition(".")
    kind = trial.flow.declared.record_type
    mine = Task.objects.filter(record_type=kind, record_id=trial.pk, key=key, status="open", question="")
    mine = mine.order_by("position", "pk")
    task = mine.filter(person=deed.actor.user_id).first() or mine.filter(person=None).first() or mine.first()
    if task is None:
        raise TaskClosed(status="–")
    complete(task, outcome, actor=deed.actor, at=deed.at, data=deed.data, reason=deed.reason)


def _hand(trial: Trial, deed: Deed, name: str) -> None:
    do_again(trial.flow.declared.record_type, trial.pk, name, actor=deed.actor, at=deed.at, data=deed.data)


def _move(trial: Trial, deed: Deed, name: str) -> None:
    """Put the record where it was put by hand, whoever may do that today."""
    with _running(trial.flow, trial.pk, deed.actor, deed.at) as run:
        run.lock()
        to = trial.names.states.get(deed.target, deed.target)
        if not run.graph.has_state(to):
            raise UnknownState(state=to)
        if to != run.record.state:
            put_by_hand(run, to, deed.reason)


DOING: Mapping[str, Callable[[Trial, Deed, str], None]] = {
    "step": _step,
    "task": _task,
    "hand": _hand,
    "move": _move,
}


def _let_time_pass(trial: Flow, pk: int, until: datetime) -> None:
    """Fire what is due by then, in order of the due times; what a guard refuses is looked at again at the next step."""
    refused: list[int] = []
    for _number in range(MOST_TIMERS):
        due = Timer.objects.filter(record_type=trial.declared.record_type, record_id=pk, due_at__lte=until)
        timer = due.exclude(pk__in=refused).order_by("due_at", "pk").first()
        if timer is None:
            return
        try:
            with transaction.atomic():
                fire_timer(timer, timer.due_at)
        except Exception:
            refused.append(timer.pk)


def _read(trial: Flow, story: Story, found: Replay, mark: str) -> None:
    """What the trial wrote: the way, and the messages that would have gone out."""
    entries = HistoryEntry.objects.filter(
        record_type=trial.declared.record_type, record_id=story.record_id, request_id=mark
    ).order_by("pk")
    for entry in entries:
        found.steps.append((entry.transition, entry.target))
        if not found.path or found.path[-1] != entry.target or entry.source != entry.target:
            found.path.append(entry.target)
    rows: Any = OutboxMessage.objects.filter(request_id=mark).values_list("effect", "payload")
    found.messages.update(f"{effect} {payload.get('message', '')}".strip() for effect, payload in rows)
