"""Random graphs under random actors, clocks, duplicates and failing effects: the invariants hold after every step."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, reject, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.models import OutboxMessage
from modules.workflow import flows
from modules.workflow.api import AutomaticLoop, Refused, advance, can, claim, complete, fire, fire_first, release, start
from modules.workflow.choices import TaskStatus
from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry, Task, Timer
from modules.workflow.sweep import sweep_timers
from tests.workflow.app.models import Knot, Stamp
from tests.workflow.conftest import role_group
from tests.workflow.graphs import STATES, graphs

keys = st.sampled_from(["", "", "k1", "k2"])


class Engine(RuleBasedStateMachine):
    """Three records of one random workflow."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.flow: Flow | None = None
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.accepted = 0
        self.results: dict[tuple[int, str, str], Any] = {}

    def teardown(self) -> None:
        if self.flow is not None:
            flows.unregister(self.flow)
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(graph=graphs())
    def begin(self, graph: WorkflowGraph) -> None:
        """A graph whose automatic transitions break or loop at the very start is no case for the rest."""
        self.flow = flows.register(Flow(graph, Knot))
        clerk = User.objects.create(email="clerk@example.test")
        clerk.groups.add(role_group("parcels.clerk"))
        self.knots = [Knot.objects.create() for _ in range(3)]
        grants = frozenset({f"parcels.knot:{self.knots[0].pk}"})
        self.actors = [SYSTEM, Actor.of(clerk), Actor.guest("guest", grants), Actor.guest("stranger")]
        for knot in self.knots:
            try:
                start(knot, actor=SYSTEM, at=self.now)
            except (OSError, AutomaticLoop):
                reject()

    def attempt(self, action: Any) -> Any:
        """Do something that may be refused or may break: then nothing at all may have changed."""
        before = self.picture()
        memory = [dict(knot.__dict__) for knot in self.knots]
        try:
            return action()
        except (Refused, OSError, AutomaticLoop):
            pass
        assert self.picture() == before
        assert [dict(knot.__dict__) for knot in self.knots] == memory
        return None

    def picture(self) -> Any:
        return [
            list(table.objects.order_by("pk").values())
            for table in (Knot, HistoryEntry, Timer, Task, OutboxMessage, Stamp)
        ]

    # What may happen

    @rule(which=st.integers(0, 2), actor=st.integers(0, 3), name=st.integers(0, 8), key=keys, stale=st.booleans())
    def press(self, which: int, actor: int, name: int, key: str, stale: bool) -> None:
        """Somebody presses something, perhaps with an object that is not fresh, perhaps twice."""
        assert self.flow is not None
        knot, graph = self.knots[which], self.flow.graph
        ways = [way.key for way in graph.transitions]
        way = ways[name % len(ways)]
        if not stale:
            knot.refresh_from_db()
        steps = HistoryEntry.objects.count()
        result = self.attempt(lambda: fire(knot, way, actor=self.actors[actor], at=self.now, key=key or None))
        if result is not None and key:
            first = self.results.setdefault((knot.pk, way, key), result)
            assert first == result
        if result is not None and result.replayed:
            assert HistoryEntry.objects.count() == steps

    @rule(which=st.integers(0, 2), count=st.integers(1, 4), key=keys)
    def press_first(self, which: int, count: int, key: str) -> None:
        assert self.flow is not None
        names = [way.key for way in self.flow.graph.transitions if way.kind == "manual"][:count]
        if names:
            self.attempt(lambda: fire_first(self.knots[which], names, actor=SYSTEM, at=self.now, key=key or None))

    @rule(which=st.integers(0, 2))
    def nudge(self, which: int) -> None:
        self.attempt(lambda: advance(self.knots[which], at=self.now))

    @rule(number=st.integers(0, 5), outcome=st.sampled_from(["stays", "goes"]), actor=st.integers(0, 3))
    def work(self, number: int, outcome: str, actor: int) -> None:
        """Somebody finishes a task, perhaps one that is closed by now."""
        tasks = list(Task.objects.order_by("pk"))
        if tasks:
            task = tasks[number % len(tasks)]
            self.attempt(lambda: complete(task, outcome, actor=self.actors[actor], at=self.now))

    @rule(number=st.integers(0, 5))
    def take(self, number: int) -> None:
        tasks = list(Task.objects.order_by("pk"))
        if tasks:
            self.attempt(lambda: claim(tasks[number % len(tasks)], actor=self.actors[1], at=self.now))

    @rule(number=st.integers(0, 5))
    def give_back(self, number: int) -> None:
        tasks = list(Task.objects.order_by("pk"))
        if tasks:
            self.attempt(lambda: release(tasks[number % len(tasks)], actor=self.actors[1], at=self.now))

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        sweep_timers(self.now)

    @rule(minutes=st.integers(1, 600))
    def the_clock_jumps_back(self, minutes: int) -> None:
        self.now -= timedelta(minutes=minutes)
        sweep_timers(self.now)

    # What must hold

    @invariant()
    @precondition(lambda self: self.flow is not None)
    def every_state_is_legal_and_explained_by_the_history(self) -> None:
        for knot in Knot.objects.filter(state_since__isnull=False):
            steps = list(HistoryEntry.objects.filter(record_type="parcels.knot", record_id=knot.pk).order_by("pk"))
            assert knot.state in STATES
            assert (steps[0].transition, steps[0].source, steps[-1].target) == ("start", "", knot.state)
            for before, after in pairwise(steps):
                assert after.source == before.target
            graph = self.flow.graph  # type: ignore[union-attr]
            for step in steps[1:]:
                if graph.has_transition(step.transition):
                    way = graph.transition(step.transition)
                    assert step.source in way.sources
                    assert step.target == way.target
                else:
                    ends = step.transition.partition(".")[2]
                    assert (ends in ("stays", "claim", "release"), step.source) == (True, step.target)

    @invariant()
    @precondition(lambda self: self.flow is not None)
    def each_accepted_step_has_one_row_and_one_run_of_its_effects(self) -> None:
        entries = {f"{entry.record_type}:{entry.record_id}:{entry.pk}" for entry in HistoryEntry.objects.all()}
        assert set(Stamp.objects.values_list("key", flat=True)) <= entries
        assert set(OutboxMessage.objects.values_list("key", flat=True)) <= entries
        expected: Counter[str] = Counter()
        graph = self.flow.graph  # type: ignore[union-attr]
        for entry in HistoryEntry.objects.all():
            effects = graph.transition(entry.transition).effects if graph.has_transition(entry.transition) else ()
            expected.update(name.rsplit(".", 1)[1] for name in effects)
        assert (Stamp.objects.count(), OutboxMessage.objects.count()) == (expected["stamp"], expected["tell_world"])

    @invariant()
    @precondition(lambda self: self.flow is not None)
    def open_work_belongs_to_the_present_state(self) -> None:
        graph = self.flow.graph  # type: ignore[union-attr]
        for knot in Knot.objects.filter(state_since__isnull=False):
            timers = Timer.objects.filter(record_id=knot.pk)
            due = {way.key for way in graph.leaving(knot.state, "timer")}
            assert {timer.transition for timer in timers} == due
            assert {timer.state for timer in timers} <= {knot.state}
            tasks = Task.objects.filter(record_id=knot.pk, status=TaskStatus.OPEN)
            assert {task.key for task in tasks} <= {task.key for task in graph.tasks_in(knot.state)}

    @invariant()
    @precondition(lambda self: self.flow is not None)
    def what_is_offered_is_what_can_be_done(self) -> None:
        knot = Knot.objects.get(pk=self.knots[0].pk)
        for actor in self.actors:
            for offer in can([knot], actor, self.now)[knot.pk]:
                point = transaction.savepoint()
                try:
                    fire(Knot.objects.get(pk=knot.pk), offer.transition, actor=actor, at=self.now)
                    assert offer.allowed
                except Refused:
                    assert not offer.allowed
                except (OSError, AutomaticLoop):
                    assert offer.allowed
                finally:
                    transaction.savepoint_rollback(point)


@pytest.mark.slow
@pytest.mark.django_db
def test_no_interleaving_breaks_an_invariant() -> None:
    """Inside the test's transaction; each example undoes its own work."""
    chosen = settings(max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Engine, settings=chosen)
