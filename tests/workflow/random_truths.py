"""What must hold in a random world after whatever has happened."""

from collections import Counter
from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis.stateful import invariant, precondition

from modules.core.models import OutboxMessage
from modules.workflow.api import AutomaticLoop, Refused, can, fire
from modules.workflow.choices import MOVE, TRANSFER, UNDO, TaskStatus, TimerScope
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry, SlaClock, Task, Timer
from tests.workflow.app.models import Knot, Stamp
from tests.workflow.graphs import STAMP, STATES, TELL
from tests.workflow.random_world import World

begun = precondition(lambda self: self.flow is not None)
STARTED = {"state_since__isnull": False}


class Truths(World):
    """The invariants."""

    @invariant()
    @begun
    def every_state_is_legal_and_explained_by_the_history(self) -> None:
        """A record's steps are a chain that ends where it stands; each is a way of the version that it was taken on."""
        for knot in Knot.objects.filter(**STARTED):
            steps = list(HistoryEntry.objects.filter(record_type="parcels.knot", record_id=knot.pk).order_by("pk"))
            assert knot.state in STATES
            assert (steps[0].transition, steps[0].source, steps[-1].target) == ("start", "", knot.state)
            for before, after in pairwise(steps):
                assert after.source == before.target
            for step in steps[1:]:
                self.is_a_way(step)

    def is_a_way(self, step: HistoryEntry) -> None:
        graph = self.graphs[step.workflow_version]
        assert step.definition_hash == graph.hash
        if graph.has_transition(step.transition):
            way = graph.transition(step.transition)
            assert step.source in way.sources
            assert step.target == way.target
        elif step.transition == UNDO:
            undone = HistoryEntry.objects.filter(pk__in=step.data["undone"]).order_by("pk")
            first = undone.first()
            assert first is not None
            assert (step.target, first.record_id) == (first.source, step.record_id)
        elif step.transition == TRANSFER:
            assert (step.workflow_version, step.source) == (2, step.target)
        elif step.transition != MOVE:  # a deed with a task, an outcome that stays, or what time does
            known = {node.key for node in (*graph.tasks, *graph.repeats, *graph.slas)}
            assert step.transition.partition("#")[0].partition(".")[0] in known
            assert step.source == step.target

    @invariant()
    @begun
    def each_accepted_step_has_one_row_and_one_run_of_its_effects(self) -> None:
        """And no outbox row is without its step; of a step taken back none is left."""
        entries = {entry.pk: entry for entry in HistoryEntry.objects.all()}
        undone = {pk for entry in entries.values() if entry.transition == UNDO for pk in entry.data["undone"]}
        expected: Counter[tuple[str, str]] = Counter()
        for pk, entry in entries.items():
            key = f"{entry.record_type}:{entry.record_id}:{pk}"
            uses = effects_of(self.graphs[entry.workflow_version], entry.transition)
            expected[("stamp", key)] = uses.count(STAMP)
            expected[("tell", key)] = 0 if pk in undone else uses.count(TELL)
        found = Counter(("stamp", key) for key in Stamp.objects.exclude(word="told").values_list("key", flat=True))
        told = OutboxMessage.objects.filter(effect="parcels.tell").values_list("key", flat=True)
        assert found + Counter(("tell", key) for key in told) == +expected

    @invariant()
    @begun
    def open_work_belongs_to_the_present_state(self) -> None:
        """No timer and no task of a state that was left, and every timer of the state that was reached."""
        for knot in Knot.objects.filter(**STARTED):
            graph = self.graph_of(knot)
            timers = list(Timer.objects.filter(record_id=knot.pk))
            here = {timer.transition for timer in timers if timer.scope == TimerScope.STATE}
            due = {way.key for way in graph.leaving(knot.state, "timer")}
            assert due <= here <= due | {repeat.key for repeat in graph.repeats_in(knot.state)}
            assert {timer.state for timer in timers if timer.scope == TimerScope.STATE} <= {knot.state}
            tasks = {task.key for task in Task.objects.filter(record_id=knot.pk, status=TaskStatus.OPEN)}
            assert tasks <= {task.key for task in graph.tasks_in(knot.state)}
            of_tasks = {timer.transition.partition("#")[0] for timer in timers if timer.scope == TimerScope.TASK}
            assert of_tasks <= tasks
            self.promises_hold(knot, graph, {timer.transition for timer in timers if timer.scope == TimerScope.SLA})

    def promises_hold(self, knot: Any, graph: WorkflowGraph, timers: set[str]) -> None:
        """A clock runs in its states, stands still in its pauses, and has ended everywhere else."""
        clocks = list(SlaClock.objects.filter(record_id=knot.pk, ended_at__isnull=True))
        for sla in graph.slas:
            inside, paused = knot.state in sla.states, knot.state in sla.paused_in
            running = [clock.running_since is not None for clock in clocks if clock.sla == sla.key]
            assert running == ([True] if inside else [False] if running and paused else [])
            assert inside or not timers
        assert {name.partition("#")[0] for name in timers} <= {clock.sla for clock in clocks}

    @invariant()
    @begun
    def what_is_offered_is_what_can_be_done(self) -> None:
        knot = Knot.objects.get(pk=self.knots[0].pk)
        for actor in self.actors[:5]:
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


def effects_of(graph: WorkflowGraph, name: str) -> list[Any]:
    """What a step of this name does: a transition, a repeat, or a deed of a promise."""
    if graph.has_transition(name):
        return list(graph.transition(name).effects)
    for repeat in graph.repeats:
        if repeat.key == name:
            return list(repeat.effects)
    for sla in graph.slas:
        if name.startswith(f"{sla.key}#"):
            return list(sla.on_warning if name.endswith("#warn") else sla.on_breach)
    return []
