"""Long work over many rows: started by a person, done in the background a few rows at a time, stopped and resumed.

A module registers the worker of a kind with `job` in its `tasks.py` or beside it; `start_job` writes the rows down and
asks the outbox for the first delivery. What a delivery does stands in `job_runs.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.choices import JobItemState, JobState
from modules.core.errors import Refusal
from modules.core.messages import IN_APP, WORK, Message, Recipient
from modules.core.models import Job, JobItem
from modules.core.once import KeyOfAnother
from modules.core.outbox import send
from modules.core.registry import Registry

BATCH = 500
"""So many rows are written down in one transaction."""

Work = Callable[[Job, Sequence[JobItem], datetime], None]
"""Does the rows it is given, inside a transaction, and says on each what became of it (`state`, `message`); a row that
it leaves pending is done. It may raise: a `Refusal` refuses the row, anything else makes it fail, the others go on."""
Finished = Callable[[Job, datetime], None]


@dataclass(frozen=True)
class JobKind:
    """What is done with the rows of a kind of job, and what once after the last."""

    key: str
    work: Work
    finished: Finished | None = None


kinds: Registry[JobKind] = Registry("kinds of jobs")


class NotResumable(Refusal):
    """The job has nothing left to do, or is still at it."""

    code = "not_resumable"
    words = _("There is nothing to go on with.")


class NotStoppable(Refusal):
    """The job has come to its end already."""

    code = "not_stoppable"
    words = _("This job has ended already.")


def job(key: str, *, finished: Finished | None = None) -> Callable[[Work], Work]:
    """Register the worker of a kind of job; `finished(job, at)` runs once, in the transaction of the job's end."""

    def add(work: Work) -> Work:
        kinds.register(key, JobKind(key, work, finished))
        return work

    return add


def start_job(
    kind: str,
    *,
    title: str,
    items: Iterable[dict[str, Any] | int],
    data: dict[str, Any],
    actor: Actor,
    at: datetime,
    chunk: int = 200,
    record_type: str = "",
    key: UUID | None = None,
) -> Job:
    """Write a job and its rows down and put it in line. An int among `items` is a record's id, a dict the row's data.

    `key` makes the call idempotent: a second one gives the first one's job, and KeyOfAnother to somebody else.

    Rows are taken from `items` as they come and saved in batches, so a hundred thousand take no memory. Outside of a
    transaction each batch is one of its own, so that nobody waits for the last; the job begins when all are there.
    """
    if kind not in kinds:
        raise LookupError(f"no kind of job “{kind}”")
    started = {
        "kind": kind, "title": title[:200], "record_type": record_type, "data": data, "actor": actor.user,
        "actor_label": str(actor)[:254], "language": get_language() or "", "chunk": chunk, "created_at": at,
    }  # fmt: skip
    new, is_new = Job.objects.get_or_create(key=key, defaults=started) if key else (Job.objects.create(**started), True)
    if not is_new:
        if new.actor_id != actor.user_id:
            raise KeyOfAnother
        return new
    new.total = _write_down(new, items)
    with transaction.atomic():
        new.delivery = 1
        new.save(update_fields=["total", "delivery"])
        audit(new, "job_started", actor=actor, at=at, changes={"kind": kind, "rows": new.total})
        ask_for_delivery(new, at=at)
    return new


def _write_down(new: Job, items: Iterable[dict[str, Any] | int]) -> int:
    rows = (
        JobItem(job=new, position=position, **({"record_id": item} if isinstance(item, int) else {"data": item}))
        for position, item in enumerate(items, 1)
    )
    written = 0
    while batch := list(islice(rows, BATCH)):
        with _own_transaction():
            written += len(JobItem.objects.bulk_create(batch))
    return written


def _own_transaction() -> AbstractContextManager[Any]:
    return nullcontext() if connection.in_atomic_block else transaction.atomic()


def record_ids(rows: models.QuerySet[Any]) -> Iterator[int]:
    """The ids of the rows of a query in rising order, fetched a batch at a time; the query may be large and change."""
    ids, last = rows.order_by("pk").values_list("pk", flat=True), None
    while batch := list((ids if last is None else ids.filter(pk__gt=last))[:BATCH]):
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1]


def ask_for_delivery(job: Job, *, at: datetime) -> None:
    """Put the job's next turn into the outbox, in the transaction that makes it its turn."""
    key = f"job:{job.pk}:{job.delivery}"
    send("core.job", {"job": job.pk, "delivery": job.delivery}, key=key, at=at, record=job)


def stop_job(job: Job, *, actor: Actor, at: datetime) -> None:
    """Stop after the rows that are being done now; what is done stays done. NotStoppable when it has ended."""
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk)
        waiting = mine.filter(state=JobState.QUEUED, delivery__gt=0)
        stopped = waiting.update(state=JobState.STOPPED, finished_at=at)
        if not stopped and not mine.filter(state=JobState.RUNNING).update(state=JobState.STOPPING):
            raise NotStoppable
        audit(job, "job_stopped", actor=actor, at=at)
    job.refresh_from_db()


def resume_job(job: Job, *, actor: Actor, at: datetime) -> None:
    """Go on with the rows that are left, and try those again that failed. NotResumable when there are none."""
    with transaction.atomic():
        current = Job.objects.select_for_update().get(pk=job.pk)
        if not may_resume(current):
            raise NotResumable
        again = JobItem.objects.filter(job=current, state=JobItemState.FAILED)
        again.update(state=JobItemState.PENDING, message="")
        current.state, current.finished_at, current.error, current.failed = JobState.QUEUED, None, "", 0
        current.delivery += 1
        current.save(update_fields=["state", "finished_at", "error", "failed", "delivery"])
        audit(current, "job_resumed", actor=actor, at=at)
        ask_for_delivery(current, at=at)
    job.refresh_from_db()


def may_stop(job: Job) -> bool:
    """Whether there is something to stop."""
    return job.state == JobState.RUNNING or (job.state == JobState.QUEUED and job.delivery > 0)


def may_resume(job: Job) -> bool:
    """Whether it has ended with rows that are left or have failed, and still knows its rows."""
    left = job.total - job.done - job.refused
    return job.finished_at is not None and job.delivery > 0 and job.rows_kept and left > 0


def may_see(job: Job, actor: Actor) -> bool:
    """Whoever started it, and who may see all jobs."""
    return actor.may("core.view_job") or (actor.user_id is not None and job.actor_id == actor.user_id)


def may_steer(job: Job, actor: Actor) -> bool:
    """Whether somebody may stop and resume it: who started it, and who may change all jobs."""
    return actor.may("core.change_job") or (actor.user_id is not None and job.actor_id == actor.user_id)


def job_address(job: Job) -> str:
    """The page of a job in the console."""
    return reverse("console:job", args=[job.pk])


class JobDone(Message):
    """Told to whoever started a job, in the bell, when it has come to its end."""

    key, category, channels, model = "core.job_done", WORK.key, [IN_APP], "core.Job"
    title, template = _("A job has ended"), "core/email/job_done"

    @staticmethod
    def to(record: Job) -> Sequence[Recipient]:
        why = _("started the job")
        return [Recipient(user_id=record.actor_id, language=record.language, why=why)] if record.actor_id else []

    @classmethod
    def url(cls, record: Job) -> str:
        return job_address(record)
