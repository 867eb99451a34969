"""The same approval in two other libraries: create, submit, approve. `viewflow` and `fsm` are theirs over ours.

The libraries are installed into an environment of their own for the benchmark, and are no dependency of anything. Both
sides run on SQLite with the same settings; beside the seconds stands what they are of a floor in their own run (one
UPDATE and one INSERT by the ORM in one transaction). django-fsm-2 keeps neither history nor tasks nor rights; viewflow
keeps all three.
"""

import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import WorkflowGraph, complete_task, fire, start
from modules.workflow.flows import Flow, register, unregister
from modules.workflow.graph import ActorRule, Outcome, StateNode, TaskNode, Transition
from tests.bench import Measurement, benchmark
from tests.bench.fire import AT, floor, letters
from tests.workflow.app.models import Knot
from tests.workflow.conftest import role_group

PACKAGES = ["Django==5.2.19", "django-viewflow==2.4.0", "django-fsm-2==4.2.4"]
SCRIPT = Path(__file__).parent / "rivals" / "approvals.py"
ROUNDS, BLOCK = 40, 10
CLERK = ActorRule("role", "parcels.clerk")
APPROVAL = WorkflowGraph(
    key="bench.approval",
    version=1,
    record_type="parcels.knot",
    title="Approval",
    description="Create, submit, approve.",
    states=(
        StateNode("new", "New", "initial"),
        StateNode("submitted", "Submitted"),
        StateNode("done", "Done", "final"),
    ),
    transitions=(
        Transition("submit", "Submit", ("new",), "submitted", by=(ActorRule("system"),)),
        Transition("approve.yes", "Yes", ("submitted",), "done", "task", (CLERK,), completes="approve"),
    ),
    tasks=(TaskNode("approve", "Approve", ("submitted",), CLERK, (Outcome("yes", "Yes", "done"),)),),
)


@cache
def ours() -> dict[str, float]:
    """Seconds of a whole approval, of the approving alone, and of the floor, as medians of this run."""
    flow = register(Flow(APPROVAL, Knot))
    try:
        return _ours()
    finally:
        unregister(flow)


def _ours() -> dict[str, float]:
    clerk = get_user_model().objects.create(email="approver@example.test")
    clerk.groups.add(role_group("parcels.clerk"))
    actor = Actor.of(clerk)
    wholes, approvals, floors = [], [], []
    for number in range(ROUNDS + 5):
        plain = letters(BLOCK)
        gc.collect()
        gc.disable()
        begin = time.perf_counter()
        knots = [_submitted() for _ in range(BLOCK)]
        middle = time.perf_counter()
        for knot in knots:
            complete_task(knot, "approve", actor=actor, at=AT)
        done = time.perf_counter()
        for letter in plain:
            floor(letter)
        end = time.perf_counter()
        gc.enable()
        if number >= 5:  # the first rounds warm up
            wholes.append((done - begin) / BLOCK)
            approvals.append((done - middle) / BLOCK)
            floors.append((end - done) / BLOCK)
    return {
        "whole": statistics.median(wholes),
        "approve": statistics.median(approvals),
        "floor": statistics.median(floors),
    }


def _submitted() -> Knot:
    with transaction.atomic():
        knot = Knot.objects.create()
        start(knot, actor=SYSTEM, at=AT)
        fire(knot, "submit", actor=SYSTEM, at=AT)
    return knot


@cache
def theirs(rival: str) -> dict[str, float]:
    """The same of another library, in an environment of its own; its floor is smaller: two tables of four columns."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        subprocess.run([sys.executable, "-m", "venv", home / "v"], check=True)
        python = home / "v" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True, stderr=subprocess.DEVNULL)
        run = [python, SCRIPT, rival, home / "bench.sqlite3"]
        said = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def compared(rival: str, what: str) -> Measurement:
    """Theirs over ours, each in floors of its own run."""
    if connection.vendor != "sqlite":
        return Measurement(1, 1, "measured on SQLite only")
    their, our = theirs(rival), ours()
    floors = f"{their[what] / their['floor']:.1f} of its floor, ours {our[what] / our['floor']:.1f}"
    return Measurement(their[what], our[what], f"{what}: theirs is {floors}")


@benchmark("viewflow", unit="s", aim=8)
def viewflow_human_task() -> Measurement:
    """A human task approved: find it, do it, next step. Aim: theirs costs 8 times ours."""
    return compared("viewflow", "approve")


@benchmark("viewflow_whole", unit="s")
def viewflow_whole() -> Measurement:
    """Create, submit, approve."""
    return compared("viewflow", "whole")


@benchmark("fsm", unit="s")
def fsm_whole() -> Measurement:
    """Create, submit, approve, beside a library that keeps only the state."""
    return compared("fsm", "whole")
