"""What time does again and again while a record stays in a state."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from modules.workflow.api import advance, history_of
from modules.workflow.clocks.calendars import make_default
from modules.workflow.clocks.repeats import next_moment
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.graph import Repeat, Wait
from modules.workflow.models import Timer
from tests.workflow.app.models import Slip
from tests.workflow.clocks import EXPLODE, IS_SMALL, STAMP, Made, due, go, local, stamps, steps

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def nag(**changes: Any) -> Repeat:
    parts = {"states": ("open",), "wait": DAY, "every": HOUR, "times": 0, "effects": (STAMP,), **changes}
    return Repeat("nag", "Nag", **parts)


@pytest.mark.django_db
def test_it_runs_in_its_rhythm_and_each_run_stands_in_the_history(slip_by: Made, at: datetime) -> None:
    slip = slip_by(repeats=[nag()])
    assert due(slip) == {"nag": at + DAY}
    assert [sweep_timers(at + DAY + number * HOUR / 2) for number in range(-1, 5)] == [0, 1, 0, 1, 0, 1]
    assert stamps(slip) == ["nag"] * 3
    entry = history_of(slip).latest("pk")
    assert (entry.transition, entry.source, entry.target, entry.actor_label) == ("nag", "open", "open", "system")
    assert entry.at == at + DAY + 2 * HOUR
    slip.refresh_from_db()
    assert (slip.state, slip.state_since) == ("open", at)
    assert due(slip) == {"nag": at + DAY + 3 * HOUR}


@pytest.mark.django_db
def test_leaving_the_state_ends_it_and_coming_back_begins_it_anew(slip_by: Made, at: datetime) -> None:
    slip = slip_by(repeats=[nag()])
    sweep_timers(at + DAY)
    go(slip, "aside", at + DAY)
    assert due(slip) == {}
    go(slip, "open", at + 2 * DAY)
    assert due(slip) == {"nag": at + 3 * DAY}


@pytest.mark.django_db
@pytest.mark.parametrize(("times", "every", "runs"), [(1, None, 1), (3, HOUR, 3), (1, HOUR, 1)])
def test_it_runs_so_many_times(slip_by: Made, at: datetime, times: int, every: Any, runs: int) -> None:
    slip = slip_by(repeats=[nag(times=times, every=every)])
    for number in range(6):
        sweep_timers(at + DAY + number * HOUR)
    assert (stamps(slip), due(slip)) == (["nag"] * runs, {})


@pytest.mark.django_db
def test_f03_after_a_downtime_it_runs_once_and_goes_on_in_its_rhythm(slip_by: Made, at: datetime) -> None:
    slip, late = slip_by(repeats=[nag(times=3)]), at + DAY + 10 * HOUR + timedelta(minutes=20)
    assert [sweep_timers(late), sweep_timers(late), sweep_timers(late + timedelta(minutes=1))] == [1, 0, 0]
    assert stamps(slip) == ["nag"]
    assert due(slip) == {"nag": at + DAY + 11 * HOUR}
    assert [sweep_timers(at + DAY + number * HOUR) for number in (11, 12, 13)] == [1, 1, 0]


@pytest.mark.django_db
def test_f22_a_jumping_clock_neither_doubles_nor_loses_a_run(slip_by: Made, at: datetime) -> None:
    slip, first = slip_by(repeats=[nag()]), at + DAY
    assert sweep_timers(first) == 1
    assert sweep_timers(first - timedelta(minutes=10)) == 0  # ten minutes back
    assert sweep_timers(first) == 0
    assert sweep_timers(first + DAY) == 1  # a day forward
    assert [sweep_timers(first + HOUR), sweep_timers(first + 23 * HOUR), sweep_timers(first + DAY)] == [0, 0, 0]
    assert sweep_timers(first + DAY + HOUR) == 1
    assert stamps(slip) == ["nag"] * 3


@pytest.mark.django_db
def test_f23_daily_at_half_past_two_and_monthly_on_the_31st(slip_by: Made, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    daily = nag(wait=Wait(days=1), every=Wait(days=1))
    slip = slip_by(repeats=[daily], when=local(2026, 3, 27, 2, 30))
    seen = []
    for _ in range(4):
        seen.append(due(slip)["nag"])
        sweep_timers(seen[-1])
    assert seen == [
        local(2026, 3, 28, 2, 30), local(2026, 3, 29, 3), local(2026, 3, 30, 2, 30), local(2026, 3, 31, 2, 30),
    ]  # fmt: skip
    slip = slip_by(repeats=[nag(wait=Wait(months=1), every=Wait(months=1))], when=local(2026, 12, 31, 9))
    seen = []
    for _ in range(3):
        seen.append(due(slip)["nag"])
        sweep_timers(seen[-1])
    assert seen == [local(2027, 1, 31, 9), local(2027, 2, 28, 9), local(2027, 3, 31, 9)]


@pytest.mark.django_db
def test_f23_the_hour_that_comes_twice_has_one_daily_run(slip_by: Made, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    slip = slip_by(repeats=[nag(wait=Wait(days=1), every=Wait(days=1))], when=local(2026, 10, 24, 2, 30))
    for minutes in range(0, 26 * 60, 10):
        sweep_timers(local(2026, 10, 25) + timedelta(minutes=minutes))
    assert stamps(slip) == ["nag"]


@pytest.mark.django_db
def test_it_counts_open_time_of_a_business(slip_by: Made, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    make_default()
    four = Wait(timedelta(hours=4), calendar="business")
    slip = slip_by(repeats=[nag(wait=four, every=four)], when=local(2026, 11, 20, 15))
    assert due(slip) == {"nag": local(2026, 11, 23, 11)}
    sweep_timers(local(2026, 11, 23, 11))
    assert due(slip) == {"nag": local(2026, 11, 23, 15)}


@pytest.mark.django_db
def test_a_run_that_a_guard_refuses_is_skipped_and_is_no_failure(slip_by: Made, at: datetime) -> None:
    slip = slip_by(repeats=[nag(times=3, guards=(IS_SMALL,))])
    assert sweep_timers(at + DAY) == 0
    assert Timer.objects.get(record_id=slip.pk).error == ""
    Slip.objects.filter(pk=slip.pk).update(amount=5)
    assert [sweep_timers(at + DAY + number * HOUR) for number in (1, 2, 3)] == [1, 1, 0]
    assert steps(slip) == ["start", "open", "nag", "nag"]


@pytest.mark.django_db
def test_a_run_that_fails_leaves_nothing_and_is_tried_again(slip_by: Made, at: datetime) -> None:
    slip = slip_by(repeats=[nag(effects=(STAMP, EXPLODE))])
    assert sweep_timers(at + DAY) == 0
    timer = Timer.objects.get(record_id=slip.pk)
    assert (timer.attempts, timer.error, timer.due_at) == (1, "ZeroDivisionError: this effect always fails", at + DAY)
    assert (stamps(slip), steps(slip)) == ([], ["start", "open"])


@pytest.mark.django_db
def test_a_reminder_before_a_date_follows_the_date(slip_by: Made, at: datetime, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    before = nag(wait=Wait(days=-2, field="promised_on"), every=None, times=1)
    slip = slip_by(repeats=[before])
    assert due(slip) == {}
    move(slip, date(2026, 12, 10), at)
    assert due(slip) == {"nag": local(2026, 12, 9) - timedelta(microseconds=1)}
    move(slip, date(2026, 12, 12), at)
    assert due(slip) == {"nag": local(2026, 12, 11) - timedelta(microseconds=1)}
    assert [sweep_timers(local(2026, 12, 9, 12)), sweep_timers(local(2026, 12, 11))] == [0, 1]
    move(slip, date(2026, 12, 12), local(2026, 12, 11, 1))
    assert due(slip) == {}  # it is over
    move(slip, date(2026, 12, 24), local(2026, 12, 11, 2))
    assert list(due(slip)) == ["nag"]  # and begins again for a later date
    move(slip, None, local(2026, 12, 11, 3))
    assert due(slip) == {}


def move(slip: Slip, day: date | None, when: datetime) -> None:
    Slip.objects.filter(pk=slip.pk).update(promised_on=day)
    advance(slip, at=when)


@pytest.mark.any_database
def test_years_of_a_rhythm_of_seconds_are_no_loop() -> None:
    first = datetime(2020, 1, 1, tzinfo=local(2020, 1, 1).tzinfo)
    now = first + timedelta(days=3000, seconds=0.5)
    assert next_moment(Wait(timedelta(seconds=1)), None, first, now) == first + timedelta(days=3000, seconds=1)
    assert next_moment(Wait(months=1), None, first, datetime.max.replace(tzinfo=first.tzinfo)) is None
    assert next_moment(Wait(), None, first, now) is None  # a rhythm that does not move forward
