"""Timers: fired when due, in order, once; a failing one stops no other."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from modules.core.actors import SYSTEM
from modules.core.sweeps import run_sweeps
from modules.workflow.api import fire, history_of, timers_of
from modules.workflow.clocks.sweep import LEASE, sweep_timers
from modules.workflow.models import HistoryEntry, Timer
from tests.workflow.app.models import Parcel, Stamp

Make = Callable[..., Parcel]
WEEK = timedelta(days=7)


@pytest.fixture
def sent(make_parcel: Make, at: datetime) -> Callable[..., Parcel]:
    """A parcel on its way since `when`, so that it is lost a week later."""

    def make(when: datetime = at, **fields: Any) -> Parcel:
        parcel = make_parcel(**fields)
        fire(parcel, "hand_over", actor=SYSTEM, at=when)
        fire(parcel, "send_off", actor=SYSTEM, at=when)
        return parcel

    return make


@pytest.fixture
def failing_stamp(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[int]]:
    """Records whose stamp cannot be written."""
    broken: set[int] = set()
    real = Stamp.objects.create

    def create(**fields: Any) -> Stamp:
        if fields["record_id"] in broken:
            raise OSError("the stamp is broken")
        return real(**fields)

    monkeypatch.setattr(Stamp.objects, "create", create)
    return broken


@pytest.mark.django_db
def test_a_timer_fires_when_it_is_due_and_not_before(sent: Make, at: datetime) -> None:
    parcel = sent()
    assert sweep_timers(at + WEEK - timedelta(seconds=1)) == 0
    assert run_sweeps(at=at + WEEK)["workflow.timers"] == 1
    parcel.refresh_from_db()
    assert (parcel.state, parcel.state_since) == ("lost", at + WEEK)
    entry = history_of(parcel).latest("pk")
    assert (entry.transition, entry.actor_label) == ("lose", "system")
    assert entry.data["due_at"].startswith("2026-11-28T12:00")
    assert [timer.transition for timer in timers_of(parcel)] == ["give_up"]
    assert sweep_timers(at + WEEK) == 0


@pytest.mark.django_db
def test_f03_after_a_downtime_all_is_caught_up_in_order(sent: Make, at: datetime) -> None:
    parcels = [sent(at + timedelta(hours=number)) for number in (5, 1, 3)]
    late = at + WEEK + timedelta(days=1)
    assert sweep_timers(late) == 3
    order = HistoryEntry.objects.filter(transition="lose").order_by("pk").values_list("record_id", flat=True)
    assert list(order) == [parcels[1].pk, parcels[2].pk, parcels[0].pk]
    assert set(HistoryEntry.objects.filter(transition="lose").values_list("at", flat=True)) == {late}
    assert set(Timer.objects.values_list("due_at", flat=True)) == {late + timedelta(days=30)}


@pytest.mark.django_db
def test_f22_a_jumping_clock_neither_doubles_nor_loses_a_timer(sent: Make, at: datetime) -> None:
    parcel = sent()
    due = at + WEEK
    assert sweep_timers(due - timedelta(minutes=10)) == 0
    assert sweep_timers(due + timedelta(days=1)) == 1
    assert sweep_timers(due - timedelta(minutes=10)) == 0
    assert sweep_timers(due + timedelta(days=1)) == 0
    other = sent(due + timedelta(days=1))
    fire(other, "arrive", actor=SYSTEM, at=due)  # the clock went back a day
    steps = list(history_of(other).values_list("transition", flat=True))
    assert steps == ["start", "hand_over", "send_off", "arrive"]
    assert history_of(parcel).filter(transition="lose").count() == 1


@pytest.mark.django_db
def test_f49_a_failing_timer_shows_why_waits_longer_each_time_and_stops_no_other(
    sent: Make, at: datetime, failing_stamp: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = sent(), sent(at + timedelta(minutes=1))
    failing_stamp.add(bad.pk)
    now = at + timedelta(days=8)
    assert sweep_timers(now) == 1
    timer = timers_of(bad).get()
    assert (timer.attempts, timer.error) == (1, "OSError: the stamp is broken")
    assert now < timer.next_try_at < now + timedelta(seconds=3)
    assert sweep_timers(now) == 0
    assert sweep_timers(now + timedelta(seconds=3)) == 0
    timer.refresh_from_db()
    assert timer.attempts == 2
    assert timer.next_try_at > now + timedelta(seconds=5)
    failing_stamp.clear()
    assert sweep_timers(now + timedelta(minutes=1)) == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == ("lost", "lost")
    assert "failed" in caplog.text


@pytest.mark.django_db
def test_a_guarded_timer_waits_until_its_guard_lets_pass(sent: Make, at: datetime) -> None:
    parcel = sent()
    sweep_timers(at + WEEK)
    Parcel.objects.filter(pk=parcel.pk).update(weight=2500)
    due = at + WEEK + timedelta(days=30)
    assert sweep_timers(due) == 0
    assert timers_of(parcel).get().error == "Too heavy by 500 g"
    Parcel.objects.filter(pk=parcel.pk).update(weight=100)
    assert sweep_timers(due + timedelta(hours=2)) == 1
    parcel.refresh_from_db()
    assert parcel.state == "cancelled"


@pytest.mark.django_db
def test_a_timer_whose_record_is_gone_goes_too(sent: Make, at: datetime) -> None:
    sent().delete()
    assert sweep_timers(at + WEEK) == 0
    assert not Timer.objects.exists()


@pytest.mark.django_db
def test_a_timer_that_today_s_workflow_does_not_know_goes_in_peace(sent: Make, at: datetime) -> None:
    parcel = sent()
    timers_of(parcel).update(transition="vanished")
    assert sweep_timers(at + WEEK) == 0
    parcel.refresh_from_db()
    assert (parcel.state, timers_of(parcel).exists()) == ("sent", False)


@pytest.mark.django_db
def test_a_timer_of_a_module_that_is_not_installed_waits_with_its_error(sent: Make, at: datetime) -> None:
    timers_of(parcel := sent()).update(record_type="gone.thing")
    assert sweep_timers(at + WEEK) == 0
    assert "is its module installed" in Timer.objects.get(record_id=parcel.pk).error


@pytest.mark.django_db
def test_the_timers_of_a_killed_worker_are_free_after_the_lease(
    sent: Make, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent()
    due = at + WEEK
    with monkeypatch.context() as patch:
        patch.setattr("modules.workflow.clocks.sweep._attempt", lambda timer, at: False)
        assert sweep_timers(due) == 0
    assert sweep_timers(due + LEASE / 2) == 0
    assert sweep_timers(due + LEASE) == 1


@pytest.mark.django_db
def test_more_than_a_batch_is_swept_in_one_call(sent: Make, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modules.workflow.clocks.sweep.BATCH", 2)
    for _ in range(5):
        sent()
    assert sweep_timers(at + WEEK) == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_sweep_every_timer_once(
    sent: Make, at: datetime, parallel: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modules.workflow.clocks.sweep.BATCH", 3)
    for _ in range(20):
        sent()
    counts = parallel(lambda number: sweep_timers(at + WEEK), 2)
    assert sum(counts) == 20, counts
    assert HistoryEntry.objects.filter(transition="lose").count() == 20
    assert Stamp.objects.filter(word="lose").count() == 20
    assert connection.vendor == "postgresql"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_person_and_the_sweep_at_once_make_one_legal_story(
    sent: Make, at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    parcels = [sent() for _ in range(8)]

    def act(number: int) -> Any:
        if number % 2:
            return sweep_timers(at + WEEK)
        return [fire(parcel, "arrive", actor=SYSTEM, at=at + WEEK, key="x") for parcel in parcels]

    answers = parallel(act, 4)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    for parcel in parcels:
        steps = list(history_of(parcel).values_list("transition", flat=True))[3:]
        assert steps in (["arrive"], ["lose", "arrive"])
        assert not timers_of(parcel).exists()
