"""A kind of job that tests give their own work."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from modules.core import outbox
from modules.core.actors import Actor
from modules.core.jobs import start_job
from modules.core.models import Job, JobItem

KIND = "tests.count"
Work = Callable[[Job, Sequence[JobItem], datetime], None]


def make(actor: Actor, at: datetime, rows: Any = 5, **options: Any) -> Job:
    items = range(1, rows + 1) if isinstance(rows, int) else rows
    return start_job(KIND, title="Count them", items=items, data={}, actor=actor, at=at, **options)


def run(at: datetime, rounds: int = 100) -> None:
    outbox.drain(at=at, rounds=rounds)


def counts(job: Job) -> tuple[str, int, int, int, int]:
    job.refresh_from_db()
    return job.state, job.total, job.done, job.refused, job.failed
