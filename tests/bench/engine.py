"""What tasks, timers, lists and many definitions cost: `fire_task`, `fire_timer`, `sweep`, `can`, `definitions`."""

import gc
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model

from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import WorkflowGraph, can, fire, start
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.flows import Flow, register, unregister
from modules.workflow.graph import ActorRule, Outcome, StateNode, TaskNode, Transition
from modules.workflow.models import Timer
from tests.bench import Measurement, benchmark
from tests.bench.fire import AT, compare, floor, letters
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Knot, Letter, Parcel

CLERK, ROBOT = ActorRule("role", "parcels.clerk"), ActorRule("system")
STATES = (StateNode("new", "New", "initial"), StateNode("open", "Open"), StateNode("done", "Done", "final"))
SUBMIT = Transition("submit", "Submit", ("new",), "open", by=(ROBOT,))
END = Transition("end", "End", ("open",), "done", by=(ROBOT,))
TASK = TaskNode("look", "Look", ("open",), CLERK, (Outcome("done", "Done"),))
TIMER = Transition("lapse", "Lapse", ("open",), "done", "timer", (ROBOT,), after=timedelta(days=7))
DUE = 10_000


def graph(**parts: Any) -> WorkflowGraph:
    given = {"transitions": (SUBMIT, END), **parts}
    return WorkflowGraph("bench.engine", 1, "parcels.knot", "Engine", "", STATES, **given)


@contextmanager
def running(flow: WorkflowGraph) -> Iterator[None]:
    registered = register(Flow(flow, Knot))
    try:
        yield
    finally:
        unregister(registered)


def with_knots(flow: WorkflowGraph, note: str) -> Measurement:
    """`fire` of a knot beside the floor of a letter."""
    with running(flow):
        waiting: list[Knot] = []

        def prepare(ours: list[Letter]) -> None:
            waiting[:] = [Knot.objects.create() for _ in ours]
            for knot in waiting:
                start(knot, actor=SYSTEM, at=AT)

        def value(_letter: Letter) -> None:
            fire(waiting.pop(), "submit", actor=SYSTEM, at=AT)

        return compare(value, prepare, note)


@benchmark("fire_bare", unit="s", aim=1.25)
def fire_bare() -> Measurement:
    """A transition with nothing."""
    return with_knots(graph(), "neither outbox row, task nor timer")


@benchmark("fire_task", unit="s", aim=1.5)
def fire_task() -> Measurement:
    """A transition that opens a task."""
    return with_knots(graph(tasks=(TASK,)), "one task opened")


@benchmark("fire_timer", unit="s", aim=1.5)
def fire_timer() -> Measurement:
    """A transition that opens a timer."""
    return with_knots(graph(transitions=(SUBMIT, END, TIMER)), "one timer opened")


@benchmark("sweep", unit="s", aim=None)
def sweep() -> Measurement:
    """Ten thousand due timers swept; the floor is as many bare changes. Aim: under a minute on SQLite."""
    Timer.objects.all().delete()  # those of other benchmarks
    with running(graph(transitions=(SUBMIT, END, TIMER))):
        knots = Knot.objects.bulk_create(Knot(state="open", state_since=AT, workflow_version=1) for _ in range(DUE))
        Timer.objects.bulk_create(
            Timer(
                record_type="parcels.knot", record_id=knot.pk, transition="lapse", state="open", started_at=AT,
                due_at=AT + timedelta(days=7), next_try_at=AT + timedelta(days=7),
            )
            for knot in knots
        )  # fmt: skip
        begin = time.perf_counter()
        fired = sweep_timers(AT + timedelta(days=8))
        middle = time.perf_counter()
        some = letters(200)
        start_floor = time.perf_counter()
        for letter in some:
            floor(letter)
        end = time.perf_counter()
        if fired != DUE:
            raise RuntimeError(f"{fired} of {DUE} timers fired")
        return Measurement(middle - begin, (end - start_floor) / 200 * DUE, f"{DUE} due timers")


@benchmark("can", unit="s")
def can_for_a_list() -> Measurement:
    """`can` for a list of fifty; the floor is loading the fifty rows."""
    customer, _ = get_user_model().objects.get_or_create(email="bench@example.test")
    actor = Actor.of(customer)
    for _number in range(50):
        start(Parcel.objects.create(customer=customer), actor=SYSTEM, at=AT)

    def value() -> None:
        can(list(Parcel.objects.order_by("pk")[:50]), actor, AT)

    return Measurement(median(value), median(lambda: list(Parcel.objects.order_by("pk")[:50])), "50 records")


def median(action: Callable[[], object]) -> float:
    taken = []
    for _round in range(40):
        begin = time.perf_counter()
        action()
        taken.append(time.perf_counter() - begin)
    return sorted(taken)[len(taken) // 2]


@benchmark("definitions", unit="MiB")
def memory_of_definitions() -> Measurement:
    """The memory of 200 loaded definitions; the floor is the JSON they are stored in."""
    texts = [replace(ParcelFlow.flow.graph, version=number).to_json() for number in range(200)]
    gc.collect()
    tracemalloc.start()
    loaded = [Flow(WorkflowGraph.from_data(json.loads(text)), Parcel) for text in texts]
    plans = [flow.plan for flow in loaded]
    taken, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Measurement(taken / 2**20, sum(map(len, texts)) / 2**20, f"{len(plans)} definitions with their plans")
