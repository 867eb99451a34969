"""Ten thousand due timers swept in a process of their own: what a web request beside it notices."""

import json
import os
import time
import traceback
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client

from modules.core.processes import NICENESS
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.models import Timer
from tests.bench import Measurement, benchmark
from tests.bench.bulk import QUIET_REQUESTS, office, p95
from tests.bench.engine import TIMER, graph, running
from tests.bench.fire import AT
from tests.workflow.app.models import Knot, Parcel

DUE = int(os.environ.get("SWEEP_TIMERS", "10000"))


class Sweeper:
    """The worker's part: sweeps until nothing is due, and tells how long that took."""

    def __init__(self) -> None:
        connections.close_all()
        self._mouth, ear = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.nice(NICENESS)  # as the queue is
                begin = time.perf_counter()
                fired = sweep_timers(AT + timedelta(days=8))
                os.write(ear, json.dumps([fired, time.perf_counter() - begin]).encode())
            except BaseException:
                traceback.print_exc()
            os._exit(0)
        os.close(ear)

    def is_alive(self) -> bool:
        return os.waitpid(self.pid, os.WNOHANG) == (0, 0)

    def told(self) -> tuple[int, float]:
        with os.fdopen(self._mouth) as said:
            fired, seconds = json.loads(said.read())
        return int(fired), float(seconds)


def make_due_timers() -> None:
    """As many records as there are timers, each with one that is due."""
    Timer.objects.all().delete()  # those of other benchmarks
    knots = Knot.objects.bulk_create(Knot(state="open", state_since=AT, workflow_version=1) for _number in range(DUE))
    due_at = AT + timedelta(days=7)
    given = {"record_type": "parcels.knot", "transition": TIMER.key, "state": "open", "started_at": AT}
    Timer.objects.bulk_create(Timer(**given, record_id=knot.pk, due_at=due_at, next_try_at=due_at) for knot in knots)


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


@benchmark("sweep_beside", unit="s", aim=1.5)
def page_beside_a_sweep() -> Measurement:
    """The 95th percentile of a page while 10,000 due timers are swept, over the same page before."""
    people: Any = get_user_model().objects
    client = Client(SERVER_NAME="localhost")
    client.force_login(people.create_superuser(email="sweep@example.test", password="x"))
    with running(graph(transitions=(*graph().transitions, TIMER))):
        make_due_timers()
        requests = office(client, Parcel.objects.create())
        for _ in range(50):
            next(requests)
        before = [next(requests) for _ in range(QUIET_REQUESTS)]
        sweeper, during = Sweeper(), []
        while sweeper.is_alive():
            during.append(next(requests))
        fired, seconds = sweeper.told()
        assert (fired, Timer.objects.count()) == (DUE, 0)
    reads = [[read for read, _write in some] for some in (before, during)]
    writes = [[write for _read, write in some] for some in (before, during)]
    middle = [f"{median(one) * 1000:.0f}" for one in reads]
    small = [f"{p95(one) * 1000:.0f}" for one in writes]
    note = (
        f"{DUE} timers in {seconds:.0f} s beside {len(during)} requests; median {middle[0]} ms before, "
        f"{middle[1]} during; a small change took {small[0]} ms (p95) before, {small[1]} during, "
        f"{max(writes[1]) * 1000:.0f} at most"
    )
    return Measurement(p95(reads[1]), p95(reads[0]), note)
