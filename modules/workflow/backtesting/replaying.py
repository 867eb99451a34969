"""One record lived through again on one version, in a transaction that is always rolled back.

The record is put back to its start: initial state, no tasks, timers, clocks or messages. Its fields are as they are
now, but for what the steps write again. Between two steps time passes: what would have been due happens at its time.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from modules.core.errors import Refusal
from modules.core.models import OutboxMessage
from modules.core.request_id import request_id
from modules.workflow.backtesting.sealing import sealed
from modules.workflow.backtesting.stories import Deed, Story
from modules.workflow.choices import START
from modules.workflow.errors import InvalidData, TaskClosed
from modules.workflow.flows import Flow, Version, instead
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import EarlyEvent, Footprint, HistoryEntry, SlaClock, Task, Timer
from modules.workflow.models.history import seeing_only_after
from modules.workflow.run import run_on
from modules.workflow.services import complete
from modules.workflow.sweep import _fire as fire_timer

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

    @property
    def final(self) -> str:
        return self.path[-1] if self.path else ""


class _Enough(Exception):
    """The trial is over; everything that it wrote is undone."""


def replay(
    graph: WorkflowGraph, flow: Flow, story: Story, *, at: datetime, names: Mapping[str, str] | None = None
) -> Replay:
    """Live a record's story again on a version, until a moment. `names` are the steps that are called otherwise."""
    trial = Flow(graph, flow.model, flow.source)
    found = Replay()
    mark = f"trial-{uuid4().hex}"[:40]
    try:
        with sealed(), instead(trial), request_id(mark), transaction.atomic():
            last = HistoryEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            with seeing_only_after(last):
                _live(trial, story, found, at, names or {})
                _read(trial, story, found, mark)
            raise _Enough
    except _Enough:
        return found


def _live(trial: Flow, story: Story, found: Replay, at: datetime, names: Mapping[str, str]) -> None:
    _put_back(trial, story.record_id)
    _begin(trial, story)
    for place, deed in enumerate(story.deeds):
        _let_time_pass(trial, story.record_id, deed.at)
        name = names.get(deed.name, deed.name)
        try:
            with transaction.atomic():
                (_step if deed.kind == "step" else _task)(trial, story.record_id, deed, name)
        except Refusal as refusal:
            found.refused.append(Refused(place, name, deed.at, str(refusal)))
        except Exception as error:
            found.refused.append(Refused(place, name, deed.at, f"{type(error).__name__}: {error}"))
    _let_time_pass(trial, story.record_id, at)


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


def _step(trial: Flow, pk: int, deed: Deed, name: str) -> None:
    """Fire a step with what was given then. Data that its form cleaned then may not pass it again: they count as
    they were written down."""
    with _running(trial, pk, deed.actor, deed.at) as run:
        run.lock()
        step = run.plan.steps[name] if _is_event(trial, name) else run.manual(name)
        try:
            data = run.check(step, data=deed.data, seen=run.record.state, expected=None)
        except InvalidData:
            run.check_guards(step)
            data = deed.data
        run.walk(step, data=data, reason=deed.reason)


def _is_event(trial: Flow, name: str) -> bool:
    return trial.graph.has_transition(name) and trial.graph.transition(name).kind == "event"


def _task(trial: Flow, pk: int, deed: Deed, name: str) -> None:
    """Finish the open task, whoever of those who may has it."""
    key, _dot, outcome = name.partition(".")
    mine = Task.objects.filter(record_type=trial.declared.record_type, record_id=pk, key=key, status="open").order_by(
        "pk"
    )
    task = mine.filter(person=deed.actor.user_id).first() or mine.first()
    if task is None:
        raise TaskClosed(status="–")
    complete(task, outcome, actor=deed.actor, at=deed.at, data=deed.data, reason=deed.reason)


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
