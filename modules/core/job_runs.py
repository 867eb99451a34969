"""What a delivery of the outbox does for a job: its rows in short transactions, each once, wherever a process dies.

A delivery takes up to `job.chunk` rows in slices. A slice locks the job, looks whether the delivery is still the job's
turn, takes the next pending rows, and saves what became of them with the counts; so a killed slice has done nothing and
its rows are still pending. Slices are as long as other writers may wait on a database with one writer at a time.
"""

import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from modules.core.choices import JobItemState, JobState, OutboxState
from modules.core.errors import Refusal
from modules.core.jobs import JobDone, JobKind, ask_for_delivery, kinds
from modules.core.messages import notify
from modules.core.models import Job, JobItem, OutboxMessage
from modules.core.outbox import Delivery, Later, effect
from modules.core.sweeps import sweep

SLICE_SECONDS = 0.04
"""Aimed at for a transaction, so that somebody who waits to write hardly notices."""
DELIVERY_SECONDS = 2.0
"""After so long other work of the outbox gets its turn."""
FIRST_SLICE = 10
CUT_OFF = 5
"""So often a delivery may die without an error before its job is given up."""
GIVE_UP = 50
"""When so many rows have failed and none has come through, the fault is not in the rows."""
ROWS_KEPT = timedelta(days=90)
PREPARING = timedelta(hours=1)
SWEPT_ROWS = 2000


@dataclass(frozen=True)
class Sliced:
    """How many rows a slice has done, and whether the delivery has more to do."""

    rows: int
    goes_on: bool


@effect("core.job")
def deliver_job(delivery: Delivery) -> None:
    """One turn of a job."""
    job_id, number = delivery.payload["job"], delivery.payload["delivery"]
    if delivery.attempt > CUT_OFF:
        give_up(job_id, number, _("The work was cut off again and again."), at=delivery.at)
        return
    size, done, began = (FIRST_SLICE if delivery.attempt == 1 else 1), 0, time.monotonic()
    while True:
        before = time.monotonic()
        is_last = before - began > DELIVERY_SECONDS
        sliced = run_slice(job_id, number, size=size, done=done, is_last=is_last, at=delivery.at)
        took = time.monotonic() - before
        if not sliced.goes_on:
            return
        done += sliced.rows
        size = max(1, min(size * 2, int(size * SLICE_SECONDS / max(took, 0.001))))
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            time.sleep(took)  # as long a gap as the slice was: writers that wait poll, and need to hit it


def run_slice(job_id: int, number: int, *, size: int, done: int, is_last: bool, at: datetime) -> Sliced:
    """Do the next rows in one transaction; nothing when it is not this delivery's turn any more."""
    with transaction.atomic():
        job = _locked(job_id, number)
        if job is None:
            return Sliced(0, goes_on=False)
        if job.state == JobState.STOPPING:
            _end(job, JobState.STOPPED, at=at)
            return Sliced(0, goes_on=False)
        kind = kinds.get(job.kind)
        if kind is None:
            _end(job, JobState.FAILED, at=at, error=_("Nothing here knows how to do “{kind}”.").format(kind=job.kind))
            return Sliced(0, goes_on=False)
        size = min(size, job.chunk - done)
        pending = JobItem.objects.filter(job=job, state=JobItemState.PENDING).order_by("position")
        items = list(pending[:size])
        with _as_starter(job):
            errors = _work(kind, job, items, at)
            _count(job, items, at)
            goes_on = _go_on(kind, job, items, errors, is_last=is_last or done + size >= job.chunk, at=at)
        return Sliced(len(items), goes_on)


def _locked(job_id: int, number: int) -> Job | None:
    turn = Job.objects.filter(
        pk=job_id, delivery=number, state__in=[JobState.QUEUED, JobState.RUNNING, JobState.STOPPING]
    )
    job = turn.select_for_update(skip_locked=True, of=("self",)).select_related("actor").first()
    if job is None and turn.exists():
        raise Later(5, "another worker is at this job")
    return job


@contextmanager
def _as_starter(job: Job) -> Iterator[None]:
    """Results are worded in the language and the times of whoever started the job."""
    zone = getattr(job.actor, "zone", "")
    with translation.override(job.language or None), timezone.override(ZoneInfo(zone) if zone else None):
        yield


# The rows


def _work(kind: JobKind, job: Job, items: Sequence[JobItem], at: datetime) -> list[str]:
    """Do the rows together, or one by one when that raises; the errors of those that failed by raising."""
    if not items:
        return []
    before = deepcopy(job.data)
    known = [(item.record_id, deepcopy(item.data)) for item in items]
    try:
        with transaction.atomic():
            kind.work(job, items, at)
    except (OperationalError, InterfaceError):
        raise  # the database's fault and not the rows': the delivery is tried again
    except Exception:
        job.data = before
        for item, (record_id, data) in zip(items, known, strict=True):
            item.state, item.message, item.record_id, item.data = JobItemState.PENDING, "", record_id, data
        return [error for item in items if (error := _work_alone(kind, job, item, at))]
    return []


def _work_alone(kind: JobKind, job: Job, item: JobItem, at: datetime) -> str:
    """One row in a savepoint of its own; what it says when it fails."""
    before = deepcopy((job.data, item.record_id, item.data))
    try:
        with transaction.atomic():
            kind.work(job, [item], at)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        job.data, item.record_id, item.data = before
        if isinstance(error, Refusal):
            item.state, item.message = JobItemState.REFUSED, str(error)
            return ""
        item.state = JobItemState.FAILED
        item.message = "".join(traceback.format_exception_only(error)).strip()[:2000]
        return item.message
    return ""


def _count(job: Job, items: Sequence[JobItem], at: datetime) -> None:
    """Save what became of the rows, and the job's counts with them."""
    for item in items:
        if item.state == JobItemState.PENDING:
            item.state = JobItemState.DONE
    JobItem.objects.bulk_update(items, ["state", "message", "record_id", "data"])
    counted = Counter(item.state for item in items)
    job.done += counted[JobItemState.DONE]
    job.refused += counted[JobItemState.REFUSED]
    job.failed += counted[JobItemState.FAILED]
    job.state, job.started_at = JobState.RUNNING, job.started_at or at
    job.save(update_fields=["done", "refused", "failed", "state", "started_at", "data"])


# The end


def _go_on(
    kind: JobKind, job: Job, items: Sequence[JobItem], errors: Sequence[str], *, is_last: bool, at: datetime
) -> bool:
    """Whether this delivery goes on; the job ends here, or its next delivery is asked for."""
    none_came_through = job.done + job.refused == 0 and job.failed >= GIVE_UP
    if none_came_through and errors and len(errors) == len(items):
        _end(job, JobState.FAILED, at=at, error=errors[-1])
        return False
    if not items or job.done + job.refused + job.failed >= job.total:
        _finish(kind, job, at=at)
        return False
    if is_last:
        job.delivery += 1
        job.save(update_fields=["delivery"])
        ask_for_delivery(job, at=at)
    return not is_last


def _finish(kind: JobKind, job: Job, *, at: datetime) -> None:
    """All rows are done with: failed when every one of them is, or when what comes after the last fails."""
    if job.total and job.failed == job.total:
        last = JobItem.objects.filter(job=job, state=JobItemState.FAILED).order_by("-position").first()
        _end(job, JobState.FAILED, at=at, error=last.message if last else "")
        return
    try:
        with transaction.atomic():
            if kind.finished is not None:
                kind.finished(job, at)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        _end(job, JobState.FAILED, at=at, error="".join(traceback.format_exception_only(error)).strip())
    else:
        _end(job, JobState.DONE, at=at)


def _end(job: Job, state: JobState, *, at: datetime, error: str = "") -> None:
    job.state, job.finished_at, job.error = state, at, error[:2000]
    job.save(update_fields=["state", "finished_at", "error", "data"])
    if state != JobState.STOPPED:
        notify(JobDone, job, key=str(job.delivery), at=at)


def give_up(job_id: int, number: int, error: str, *, at: datetime) -> None:
    """End a job whose deliveries lead nowhere."""
    with transaction.atomic():
        job = _locked(job_id, number)
        if job is not None:
            _end(job, JobState.FAILED, at=at, error=error)


# What time does


@sweep("core.jobs")
def sweep_jobs(at: datetime) -> int:
    """End jobs that nothing brings forward any more, and forget the rows of old ones."""
    return _end_stranded(at) + _forget_rows(at)


def _end_stranded(at: datetime) -> int:
    """Jobs whose delivery became a dead letter, and those that were cut off while their rows were written down."""
    active = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING, JobState.STOPPING])
    ended = 0
    for job in list(active.order_by("pk")[:100]):
        if job.delivery == 0:
            if job.created_at < at - PREPARING:
                give_up(job.pk, 0, _("It was cut off before it began; nothing was done. Start it again."), at=at)
                ended += 1
            continue
        key = f"job:{job.pk}:{job.delivery}"
        dead = OutboxMessage.objects.filter(key=key, state=OutboxState.DEAD).values_list("error", flat=True).first()
        if dead is not None:
            give_up(job.pk, job.delivery, dead, at=at)
            ended += 1
    return ended


def _forget_rows(at: datetime) -> int:
    """Some rows of the oldest job whose time is over."""
    old = Job.objects.filter(rows_kept=True, finished_at__lt=at - ROWS_KEPT).order_by("finished_at").first()
    if old is None:
        return 0
    ids = list(JobItem.objects.filter(job=old).order_by("position").values_list("pk", flat=True)[:SWEPT_ROWS])
    JobItem.objects.filter(pk__in=ids).delete()
    if len(ids) < SWEPT_ROWS:
        Job.objects.filter(pk=old.pk).update(rows_kept=False)
    return len(ids)
