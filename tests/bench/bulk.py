"""A transition of a hundred thousand records as a job: what other requests notice of it, and its memory."""

import json
import os
import resource
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, transaction
from django.test import Client

from modules.core.actors import SYSTEM
from modules.core.audit import audit
from modules.core.jobs import record_ids, start_job
from modules.core.models import Job
from modules.core.outbox import drain
from modules.workflow.worklists.bulk import KIND
from tests.bench import Measurement, benchmark
from tests.workflow.app.models import Letter

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROWS = int(os.environ.get("BULK_ROWS", "100000"))
QUIET_REQUESTS = 300
BATCH = 1000
PAUSE = 0.02
"""Between two requests: a busy office, not a load test."""


def letters(count: int) -> None:
    """Letters that wait to be weighed."""
    for start in range(0, count, BATCH):
        Letter.objects.bulk_create(
            Letter(weight=500, state="written", state_since=AT) for _ in range(min(BATCH, count - start))
        )


def started() -> Job:
    data = {"transition": "weigh", "form": None, "reason": ""}
    return start_job(
        KIND, title="Weigh", items=record_ids(Letter.objects.all()), data=data, actor=SYSTEM, at=AT,
        record_type="parcels.letter",
    )  # fmt: skip


class Worker:
    """The queue's part, in a process of its own; tells at its end how long it took and how much its memory grew."""

    def __init__(self) -> None:
        connections.close_all()
        self._mouth, ear = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.write(ear, json.dumps(self._work()).encode())
            except BaseException:
                traceback.print_exc()
            os._exit(0)
        os.close(ear)

    def _work(self) -> dict[str, float]:
        drain(at=AT, rounds=1)
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        while Job.objects.filter(finished_at=None).exists():
            drain(at=AT, rounds=50)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        return {"grown": grown / 1024, "seconds": time.perf_counter() - began}

    def is_alive(self) -> bool:
        return os.waitpid(self.pid, os.WNOHANG) == (0, 0)

    def told(self) -> dict[str, float]:
        with os.fdopen(self._mouth) as said:
            found: dict[str, float] = json.loads(said.read())
        return found


def office(client: Client, job: Job) -> Iterator[tuple[float, float]]:
    """Request after request: seconds for a page that reads, and for a small change."""
    while True:
        time.sleep(PAUSE)
        begin = time.perf_counter()
        assert client.get("/console/core/auditentry/").status_code == 200
        read = time.perf_counter()
        with transaction.atomic():
            audit(job, "looked_at", actor=SYSTEM, at=AT)
        yield read - begin, time.perf_counter() - read


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


@benchmark("bulk", unit="s", aim=1.1)
def page_beside_a_long_job() -> Measurement:
    """The 95th percentile of a page while the job runs, over the same page before it."""
    letters(ROWS)
    people: Any = get_user_model().objects
    client = Client(SERVER_NAME="localhost")
    client.force_login(people.create_superuser(email="bulk@example.test", password="x"))
    begin = time.perf_counter()
    job = started()
    written = time.perf_counter() - begin
    requests = office(client, job)
    for _ in range(50):
        next(requests)
    before = [next(requests) for _ in range(QUIET_REQUESTS)]
    worker, during = Worker(), []
    while worker.is_alive():
        during.append(next(requests))
    told = worker.told()
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", ROWS), (job.state, job.done, job.error)
    quiet, busy = [write * 1000 for _read, write in before], [write * 1000 for _read, write in during]
    note = (
        f"{ROWS} rows in {told['seconds']:.0f} s ({ROWS / told['seconds']:.0f} a second), "
        f"written down in {written:.1f} s; worker grew by {told['grown']:.0f} MiB; a small change took "
        f"{p95(quiet):.0f} ms (p95) before, {p95(busy):.0f} during, {max(busy):.0f} at most"
    )
    return Measurement(p95([read for read, _w in during]), p95([read for read, _w in before]), note)
