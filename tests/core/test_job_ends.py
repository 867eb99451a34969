"""How jobs end: told, given up, forgotten; what their table promises; two workers at one delivery."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from modules.core import job_runs, outbox
from modules.core.actors import Actor
from modules.core.choices import JobItemState, JobState, OutboxState
from modules.core.jobs import NotResumable, record_ids, resume_job
from modules.core.models import AuditEntry, Job, JobItem, OutboxMessage
from modules.core.models import Sequence as Counter
from tests.core.counting import counts, make, run


@pytest.mark.django_db
def test_the_starter_is_told_at_the_end_in_the_bell(actor: Actor, at: datetime, work: Any) -> None:
    def refuse_first(job: Job, items: Sequence[JobItem], at: datetime) -> None:
        for item in items:
            if item.position == 1:
                item.state = JobItemState.REFUSED

    work(refuse_first)
    started = make(actor, at, 3)
    run(at)
    from modules.notifications.models import Notification

    told = Notification.objects.get(user=actor.user)
    assert (told.title, told.text) == ("Count them: finished", "2 of 3 are done. 1 was refused.")
    assert told.url == f"/console/jobs/{started.pk}/"


@pytest.mark.django_db
def test_a_job_whose_delivery_is_a_dead_letter_has_failed(actor: Actor, at: datetime, work: Any) -> None:
    work(lambda job, items, at: None)
    started = make(actor, at)
    OutboxMessage.objects.filter(effect="core.job").update(state=OutboxState.DEAD, finished_at=at, error="no disk")
    assert job_runs.sweep_jobs(at) == 1
    assert counts(started)[0] == JobState.FAILED
    assert started.error == "no disk"


@pytest.mark.django_db
def test_a_job_cut_off_while_its_rows_were_written_down_does_nothing(actor: Actor, at: datetime, work: Any) -> None:
    work(lambda job, items, at: None)

    def cut() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(actor, at, cut())
    assert (job_runs.sweep_jobs(at), job_runs.sweep_jobs(at + timedelta(hours=2))) == (0, 1)
    cut_off = Job.objects.get()
    assert cut_off.state == JobState.FAILED
    with pytest.raises(NotResumable):
        resume_job(cut_off, actor=actor, at=at)


@pytest.mark.django_db
def test_a_delivery_that_dies_again_and_again_is_given_up(actor: Actor, at: datetime, work: Any) -> None:
    work(lambda job, items, at: None)
    started = make(actor, at)
    OutboxMessage.objects.filter(effect="core.job").update(attempts=job_runs.CUT_OFF)
    run(at)
    assert counts(started)[0] == JobState.FAILED


@pytest.mark.django_db
def test_rows_are_forgotten_after_ninety_days(actor: Actor, at: datetime, work: Any) -> None:
    work(lambda job, items, at: None)
    started = make(actor, at, 3)
    run(at)
    assert job_runs.sweep_jobs(at + timedelta(days=89)) == 0
    assert job_runs.sweep_jobs(at + timedelta(days=91)) == 3
    started.refresh_from_db()
    assert (started.rows_kept, started.done, started.items.count()) == (False, 3, 0)


@pytest.mark.django_db
def test_the_table_keeps_its_promises(actor: Actor, at: datetime, work: Any) -> None:
    work(lambda job, items, at: None)
    started = make(actor, at, 2)
    for broken in ({"done": 3}, {"state": "odd"}, {"finished_at": at}, {"state": JobState.DONE}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.filter(pk=started.pk).update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        JobItem.objects.create(job=started, position=1)


@pytest.mark.django_db
def test_ids_come_in_batches_that_the_query_may_outgrow(at: datetime, django_assert_num_queries: Any) -> None:
    Counter.objects.all().delete()
    rows = AuditEntry.objects.bulk_create(
        AuditEntry(at=at, actor_label="x", action="x", record_type="x", record_label="x") for _ in range(1001)
    )
    with django_assert_num_queries(3):
        assert list(record_ids(AuditEntry.objects.filter(action="x"))) == sorted(row.pk for row in rows)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_delivery_do_each_row_once(actor: Actor, at: datetime, work: Any, parallel: Any) -> None:
    def stamp(job: Job, items: Sequence[JobItem], at: datetime) -> None:
        Counter.objects.bulk_create(Counter(name=f"{job.pk}:{item.record_id}") for item in items)

    work(stamp)
    started = make(actor, at, 120)

    def deliver(number: int) -> str:
        connection.ensure_connection()
        try:
            job_runs.deliver_job(outbox.Delivery({"job": started.pk, "delivery": 1}, "job", at, 1))
        except outbox.Later:
            return "later"
        return "done"

    said = parallel(deliver, 4)
    assert "done" in said
    run(at)
    assert counts(started) == (JobState.DONE, 120, 120, 0, 0)
    assert Counter.objects.filter(name__startswith=f"{started.pk}:").count() == 120
