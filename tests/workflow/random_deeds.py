"""What may happen in a random world: people press, work, take back and move, time passes and jumps, things break."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from modules.core.actors import SYSTEM
from modules.core.outbox import drain
from modules.workflow.api import (
    AutomaticLoop,
    advance,
    claim,
    complete,
    deliver,
    fire,
    fire_first,
    fire_many,
    release,
    start,
    undo_last,
)
from modules.workflow.choices import TaskStatus, TransferOverdue, TransferTimers
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.engine.moving import move_by_hand
from modules.workflow.engine.running import run_on
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry, Task
from modules.workflow.services import add_seat, ask, assign, delegate, recall
from modules.workflow.services.questions import ANSWERED
from modules.workflow.transferring.carrying import carry
from modules.workflow.transferring.choices import Choices
from tests.workflow.app.models import Knot
from tests.workflow.graphs import STATES, graphs
from tests.workflow.random_world import World, crashing

keys = st.sampled_from(["", "", "k1", "k2"])
records, people = st.integers(0, 2), st.integers(0, 5)
crashes = st.sampled_from([0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
"""After which statement the database is gone; mostly it stays."""


class Deeds(World):
    """People, time and accidents."""

    @rule(which=records, actor=people, name=st.integers(0, 8), key=keys, stale=st.booleans(), crash=crashes)
    def press(self, which: int, actor: int, name: int, key: str, stale: bool, crash: int) -> None:
        """Somebody presses something, perhaps with an object that is not fresh, perhaps twice."""
        knot = self.knots[which]
        if not stale:
            knot.refresh_from_db()
        ways = [way.key for way in self.graph_of(knot).transitions]
        way = ways[name % len(ways)]
        steps = HistoryEntry.objects.count()
        result = self.attempt(lambda: fire(knot, way, actor=self.actors[actor], at=self.now, key=key or None), crash)
        if result is not None and key:
            first = self.results.setdefault((knot.pk, way, key), result)
            assert first == result
        if result is not None and result.replayed:
            assert HistoryEntry.objects.count() == steps

    @rule(which=records, count=st.integers(1, 4), key=keys, crash=crashes)
    def press_first(self, which: int, count: int, key: str, crash: int) -> None:
        knot = self.knots[which]
        manual = [way.key for way in self.graph_of(knot).transitions if way.kind == "manual"][:count]
        if manual:
            self.attempt(lambda: fire_first(knot, manual, actor=SYSTEM, at=self.now, key=key or None), crash)

    @rule(name=st.integers(0, 8), actor=people)
    def press_for_all(self, name: int, actor: int) -> None:
        """In bulk: one answer a record, and a refusal of one changes nothing of another."""
        manual = [way.key for way in self.graph_of(self.knots[0]).transitions if way.kind == "manual"]
        if manual:
            way = manual[name % len(manual)]
            answers = fire_many(self.knots, way, actor=self.actors[actor], at=self.now)
            assert [answer.record_id for answer in answers] == sorted(knot.pk for knot in self.knots)

    @rule(which=records, crash=crashes)
    def nudge(self, which: int, crash: int) -> None:
        self.attempt(lambda: advance(self.knots[which], at=self.now), crash)

    @rule(which=records, actor=people, crash=crashes)
    def take_back(self, which: int, actor: int, crash: int) -> None:
        """The last step, if it is one that can be taken back and nothing of it has left the house."""
        self.knots[which].refresh_from_db()
        self.attempt(lambda: undo_last(self.knots[which], actor=self.actors[actor], at=self.now), crash)

    @rule(which=records, to=st.sampled_from(STATES), crash=crashes)
    def put(self, which: int, to: str, crash: int) -> None:
        """Somebody with the right moves the record by hand."""
        self.knots[which].refresh_from_db()
        self.attempt(lambda: move_by_hand(self.knots[which], to, actor=SYSTEM, at=self.now, reason="stuck"), crash)

    @rule(event=st.sampled_from(["rang", "knocked"]), which=records, key=keys, crash=crashes)
    def comes_from_outside(self, event: str, which: int, key: str, crash: int) -> None:
        """Early, in time, late, and twice."""
        pk = self.knots[which].pk
        self.attempt(lambda: deliver(event, pk, at=self.now, key=key or None), crash)

    # Work

    @rule(number=st.integers(0, 5), outcome=st.sampled_from(["stays", "goes"]), actor=people, crash=crashes)
    def work(self, number: int, outcome: str, actor: int, crash: int) -> None:
        """Somebody finishes a task, perhaps one that is closed by now, perhaps one seat of several."""
        task = self.some_task(number)
        if task is not None:
            self.attempt(lambda: complete(task, outcome, actor=self.hand_at(task, actor), at=self.now), crash)

    @rule(number=st.integers(0, 5), actor=people)
    def take(self, number: int, actor: int) -> None:
        task = self.some_task(number)
        if task is not None:
            self.attempt(lambda: claim(task, actor=self.actors[actor], at=self.now))

    @rule(number=st.integers(0, 5), actor=people)
    def give_back(self, number: int, actor: int) -> None:
        task = self.some_task(number)
        if task is not None:
            self.attempt(lambda: release(task, actor=self.hand_at(task, actor), at=self.now))

    @rule(
        number=st.integers(0, 5), deed=st.sampled_from(["assign", "delegate", "ask", "recall", "seat"]), actor=people,
        to=st.integers(0, 2), crash=crashes,
    )  # fmt: skip
    def pass_on(self, number: int, deed: str, actor: int, to: int, crash: int) -> None:
        """It goes to a colleague, comes back, somebody is asked, one more person decides; a question is answered."""
        task = self.some_task(number)
        if task is None:
            return
        who = self.hand_at(task, actor)
        person = [self.actors[1], self.actors[4], self.actors[5]][to].user
        deeds = {
            "assign": lambda: assign(task, person=person, actor=who, at=self.now),
            "delegate": lambda: delegate(task, person=person, actor=who, at=self.now),
            "ask": lambda: ask(task, "Why?", actor=who, at=self.now, person=person),
            "recall": lambda: recall(task, actor=who, at=self.now),
            "seat": lambda: add_seat(task, person=person, actor=who, at=self.now),
        }
        if task.question:
            deeds["ask"] = lambda: complete(task, ANSWERED, actor=who, at=self.now, data={"answer": "Because."})
        self.attempt(deeds[deed], crash)

    def some_task(self, number: int) -> Any:
        """Mostly an open one, else one of the newest."""
        tasks = Task.objects.order_by("-pk")
        found = list(tasks.filter(status=TaskStatus.OPEN)[:6] if number else tasks[:6])
        return found[number % len(found)] if found else None

    def hand_at(self, task: Any, actor: int) -> Any:
        """Half of the time whoever has the task, or may take it; else anybody."""
        if actor < 3:
            return self.actors[actor]
        holders = [one for one in self.actors if task.person_id and one.user_id == task.person_id]
        return (holders or [self.actors[actor - 3 or 4]])[0]

    # Time, and the world

    @rule(hours=st.integers(1, 60), crash=crashes)
    def time_passes(self, hours: int, crash: int) -> None:
        self.now += timedelta(hours=hours)
        self.sweep(crash)

    @rule(minutes=st.integers(1, 600))
    def the_clock_jumps_back(self, minutes: int) -> None:
        self.now -= timedelta(minutes=minutes)
        self.sweep()

    def sweep(self, crash: int = 0) -> None:
        """A sweep that breaks anywhere leaves nothing half done; the next one goes on."""
        try:
            with crashing(crash):
                sweep_timers(self.now)
        except OSError:
            transaction.set_rollback(False)  # the statement never reached the database
            sweep_timers(self.now)

    @rule()
    def effects_are_delivered(self) -> None:
        drain(at=self.now)

    @rule(graph=graphs(version=2))
    @precondition(lambda self: self.flow is not None and len(self.graphs) == 1)
    def a_new_version_is_published(self, graph: WorkflowGraph) -> None:
        """Records that run stay on theirs; a new one starts on the new one."""
        assert self.flow is not None
        self.flow.use(graph)
        self.graphs[2] = graph
        knot = Knot.objects.create()
        try:
            start(knot, actor=SYSTEM, at=self.now)
        except (OSError, AutomaticLoop):
            knot.delete()
            return
        self.knots[2] = knot

    @rule(
        which=st.sampled_from([0, 1]), timers=st.sampled_from(TransferTimers.values),
        overdue=st.sampled_from(TransferOverdue.values), crash=crashes,
    )  # fmt: skip
    @precondition(lambda self: self.flow is not None and len(self.graphs) == 2)
    def it_is_moved_to_the_new_version(self, which: int, timers: str, overdue: str, crash: int) -> None:
        """With its open work, state by state; one that is there or at its end stays."""
        assert self.flow is not None
        flow, choices = self.flow, Choices({1: {state: state for state in STATES}}, timers, overdue)

        def move() -> None:
            with run_on(flow, self.knots[which].pk, actor=SYSTEM, at=self.now, version=flow.current) as run:
                carry(run, flow, choices)

        self.attempt(move, crash)
        self.knots[which].refresh_from_db()
