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
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry, Task
from modules.workflow.moving import move_by_hand
from modules.workflow.sweep import sweep_timers
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
            self.attempt(lambda: complete(task, outcome, actor=self.actors[actor], at=self.now), crash)

    @rule(number=st.integers(0, 5), actor=people)
    def take(self, number: int, actor: int) -> None:
        task = self.some_task(number)
        if task is not None:
            self.attempt(lambda: claim(task, actor=self.actors[actor], at=self.now))

    @rule(number=st.integers(0, 5), actor=people)
    def give_back(self, number: int, actor: int) -> None:
        task = self.some_task(number)
        if task is not None:
            self.attempt(lambda: release(task, actor=self.actors[actor], at=self.now))

    def some_task(self, number: int) -> Any:
        """One of the newest, open or not."""
        found = list(Task.objects.order_by("-pk")[:6])
        return found[number % len(found)] if found else None

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
