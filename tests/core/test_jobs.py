"""Jobs: rows in the background, each once; stopped and resumed; one bad row stops no other."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from modules.core import job_runs, outbox
from modules.core.actors import Actor
from modules.core.choices import JobItemState, JobState, OutboxState
from modules.core.errors import Conflict
from modules.core.jobs import NotResumable, NotStoppable, kinds, resume_job, start_job, stop_job
from modules.core.models import AuditEntry, Job, JobItem, OutboxMessage
from modules.core.models import Sequence as Counter
from modules.core.once import KeyOfAnother
from tests.core.counting import KIND, counts, make, run


@pytest.mark.django_db
def test_all_rows_are_done_once_in_order_over_several_deliveries(actor: Actor, at: datetime, work: Any) -> None:
    seen: list[int | None] = []
    work(lambda job, items, at: seen.extend(item.record_id for item in items))
    started = make(actor, at, 25, chunk=10)
    run(at)
    assert seen == list(range(1, 26))
    assert counts(started) == (JobState.DONE, 25, 25, 0, 0)
    assert OutboxMessage.objects.filter(effect="core.job", state=OutboxState.DONE).count() == 3
    assert (started.started_at, started.finished_at) == (at, at)
    assert AuditEntry.objects.get(action="job_started").changes["rows"] == 25


@pytest.mark.django_db
def test_the_worker_says_what_became_of_a_row_and_what_comes_of_it(actor: Actor, at: datetime, work: Any) -> None:
    def sort(job: Job, items: Sequence[JobItem], at: datetime) -> None:
        for item in items:
            if item.data["n"] == 2:
                item.state, item.message = JobItemState.REFUSED, "not this one"
            item.record_id = 100 + item.data["n"]
        job.data["sum"] = job.data.get("sum", 0) + sum(item.data["n"] for item in items)

    work(sort)
    started = make(actor, at, [{"n": number} for number in range(1, 4)])
    run(at)
    assert counts(started) == (JobState.DONE, 3, 2, 1, 0)
    assert started.data == {"sum": 6}
    assert list(started.items.order_by("position").values_list("record_id", "state", "message")) == [
        (101, "done", ""), (102, "refused", "not this one"), (103, "done", ""),
    ]  # fmt: skip


@pytest.mark.django_db
def test_f49_one_bad_row_fails_with_its_words_and_the_others_go_on(actor: Actor, at: datetime, work: Any) -> None:
    def burst(job: Job, items: Sequence[JobItem], at: datetime) -> None:
        for item in items:
            Counter.objects.create(name=f"row {item.record_id}")
            if item.record_id == 3:
                raise ZeroDivisionError("poison")
            if item.record_id == 4:
                raise Conflict("taken by {who}", who="Ana")

    work(burst)
    started = make(actor, at, 6)
    run(at)
    assert counts(started) == (JobState.DONE, 6, 4, 1, 1)
    assert Counter.objects.filter(name__startswith="row ").count() == 4
    bad, taken = started.items.exclude(state=JobItemState.DONE).order_by("position")
    assert (bad.state, bad.message) == (JobItemState.FAILED, "ZeroDivisionError: poison")
    assert (taken.state, taken.message) == (JobItemState.REFUSED, "taken by Ana")


@pytest.mark.django_db
def test_f49_a_worker_that_always_raises_ends_its_job_and_no_other(actor: Actor, at: datetime, work: Any) -> None:
    def fail(job: Job, items: Sequence[JobItem], at: datetime) -> None:
        if job.data.get("bad"):
            raise RuntimeError("out of order")

    work(fail)
    bad = start_job(KIND, title="Bad", items=range(500), data={"bad": True}, actor=actor, at=at)
    good = make(actor, at, 500)
    run(at)
    assert counts(good) == (JobState.DONE, 500, 500, 0, 0)
    state, _total, done, _refused, failed = counts(bad)
    assert (state, done, bad.error) == (JobState.FAILED, 0, "RuntimeError: out of order")
    assert job_runs.GIVE_UP <= failed < 500
    assert bad.items.filter(state=JobItemState.PENDING).count() == 500 - failed


@pytest.mark.django_db
def test_a_mended_job_tries_failed_rows_again(actor: Actor, at: datetime, work: Any) -> None:
    def fail(job: Job, items: Sequence[JobItem], at: datetime) -> None:
        raise RuntimeError("out of order")

    work(fail)
    started = make(actor, at, 3)
    run(at)
    assert counts(started) == (JobState.FAILED, 3, 0, 0, 3)
    work(lambda job, items, at: None)
    resume_job(started, actor=actor, at=at)
    run(at)
    assert counts(started) == (JobState.DONE, 3, 3, 0, 0)
    assert started.error == ""
    with pytest.raises(NotResumable):
        resume_job(started, actor=actor, at=at)


@pytest.mark.django_db
def test_stopping_keeps_what_is_done_and_going_on_does_the_rest(actor: Actor, at: datetime, work: Any) -> None:
    seen: list[int | None] = []

    work(lambda job, items, at: seen.extend(item.record_id for item in items))
    started = make(actor, at, 30, chunk=10)
    outbox.drain(at=at, rounds=1)
    assert seen == list(range(1, 11))
    stop_job(started, actor=actor, at=at)
    assert started.state == JobState.STOPPING
    run(at)
    assert counts(started)[:3] == (JobState.STOPPED, 30, 10)
    with pytest.raises(NotStoppable):
        stop_job(started, actor=actor, at=at)
    resume_job(started, actor=actor, at=at)
    run(at)
    assert seen == list(range(1, 31))
    assert counts(started) == (JobState.DONE, 30, 30, 0, 0)


@pytest.mark.django_db
def test_a_job_that_waits_is_stopped_at_once(actor: Actor, at: datetime, work: Any) -> None:
    seen: list[Any] = []
    work(lambda job, items, at: seen.extend(items))
    started = make(actor, at)
    stop_job(started, actor=actor, at=at)
    assert started.state == JobState.STOPPED
    run(at)
    assert seen == []


@pytest.mark.django_db
def test_a_delivery_that_comes_twice_does_nothing_the_second_time(actor: Actor, at: datetime, work: Any) -> None:
    seen: list[Any] = []
    work(lambda job, items, at: seen.extend(items))
    started = make(actor, at, 15, chunk=10)
    outbox.drain(at=at, rounds=1)
    again = outbox.Delivery({"job": started.pk, "delivery": 1}, "job", at, 2)
    job_runs.deliver_job(again)
    assert len(seen) == 10


@pytest.mark.django_db
def test_what_comes_after_the_last_row_runs_once_and_may_fail(actor: Actor, at: datetime, work: Any) -> None:
    ended: list[int] = []
    work(lambda job, items, at: None, finished=lambda job, at: ended.append(job.done))
    make(actor, at, 25, chunk=10)
    run(at)
    assert ended == [25]

    def burst(job: Job, at: datetime) -> None:
        raise ValueError("no room")

    work(lambda job, items, at: None, finished=burst)
    started = make(actor, at, 2)
    run(at)
    assert counts(started)[:3] == (JobState.FAILED, 2, 2)
    assert started.error == "ValueError: no room"


@pytest.mark.django_db
def test_f25_starting_twice_under_one_key_makes_one_job(actor: Actor, at: datetime, work: Any, owner: Any) -> None:
    work(lambda job, items, at: None)
    key = uuid4()
    assert make(actor, at, key=key) == make(actor, at, key=key)
    assert JobItem.objects.count() == 5
    with pytest.raises(KeyOfAnother):
        make(Actor.of(owner), at, key=key)


@pytest.mark.django_db
def test_a_job_without_rows_is_finished_at_once(actor: Actor, at: datetime, work: Any) -> None:
    work(lambda job, items, at: None)
    started = make(actor, at, 0)
    run(at)
    assert counts(started) == (JobState.DONE, 0, 0, 0, 0)


@pytest.mark.django_db
def test_a_kind_that_nothing_knows(actor: Actor, at: datetime, work: Any) -> None:
    work(lambda job, items, at: None)
    started = make(actor, at)
    kinds.unregister(KIND)
    run(at)
    assert counts(started)[0] == JobState.FAILED
    assert KIND in started.error
    with pytest.raises(LookupError):
        make(actor, at)
