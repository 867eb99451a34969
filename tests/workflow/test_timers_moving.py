"""Timers at a date of the record: they follow the date, come in order, once, whatever the clocks do."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from modules.core.actors import SYSTEM
from modules.workflow.api import advance, fire
from modules.workflow.clocks.calendars import make_default
from modules.workflow.clocks.retiming import retime
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.graph import Transition, Wait
from modules.workflow.models import HistoryEntry, Timer
from tests.workflow.app.models import Slip
from tests.workflow.clocks import IS_SMALL, STAMP, Made, due, go, local, stamps, steps

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
AT_DATE = Wait(4 * HOUR, field="asked_at")


def lapse(after: Wait, **changes: Any) -> Transition:
    return Transition("lapse", "Lapse", ("open",), "done", "timer", after=after, effects=(STAMP,), **changes)


def set_date(slip: Slip, moment: datetime | None) -> None:
    Slip.objects.filter(pk=slip.pk).update(asked_at=moment)


def test_it_is_set_when_the_date_is_known_and_moves_with_it(slip_by: Made, at: datetime) -> None:
    slip = slip_by(ways=[lapse(AT_DATE)])
    assert due(slip) == {}
    for moment in (at + HOUR, at + 9 * HOUR, at - 9 * HOUR):
        set_date(slip, moment)
        retime(slip, at=at)
        assert due(slip) == {"lapse": moment + 4 * HOUR}
    set_date(slip, None)
    retime(slip, at=at)
    assert due(slip) == {}


def test_advance_looks_at_the_dates_too_and_another_state_s_dates_do_not_matter(slip_by: Made, at: datetime) -> None:
    slip = slip_by(ways=[lapse(AT_DATE)])
    set_date(slip, at)
    advance(slip, at=at)
    assert due(slip) == {"lapse": at + 4 * HOUR}
    go(slip, "aside", at)
    retime(slip, at=at)
    assert due(slip) == {}


def test_a_date_that_was_put_off_unseen_does_not_fire_early(slip_by: Made, at: datetime) -> None:
    slip = slip_by(ways=[lapse(AT_DATE)], asked_at=at)
    set_date(slip, at + 48 * HOUR)
    assert sweep_timers(at + 5 * HOUR) == 0
    assert due(slip) == {"lapse": at + 52 * HOUR}
    set_date(slip, None)
    assert sweep_timers(at + 52 * HOUR) == 0
    assert (due(slip), steps(slip)) == ({}, ["start", "open"])


def test_a_move_forgets_a_failure_and_its_pause(slip_by: Made, at: datetime) -> None:
    slip = slip_by(ways=[lapse(AT_DATE, guards=(IS_SMALL,))], asked_at=at)
    sweep_timers(at + 5 * HOUR)
    assert Timer.objects.get(record_id=slip.pk).error == "Too much"
    set_date(slip, at + HOUR)
    retime(slip, at=at + 5 * HOUR)
    timer = Timer.objects.get(record_id=slip.pk)
    assert (timer.attempts, timer.error, timer.next_try_at) == (0, "", at + 5 * HOUR)


def test_an_effect_that_changes_the_date_moves_the_timer(slip_by: Made, at: datetime) -> None:
    slip = slip_by(ways=[lapse(AT_DATE)], asked_at=at)
    set_date(slip, at + HOUR)
    fire(slip, "open", actor=SYSTEM, at=at)
    assert due(slip) == {"lapse": at + 5 * HOUR}


def test_f03_after_a_downtime_timers_fire_in_the_order_of_their_due_times(slip_by: Made, at: datetime) -> None:
    slips = [slip_by(ways=[lapse(AT_DATE)], asked_at=at + number * HOUR) for number in (5, 1, 3)]
    assert sweep_timers(at + 30 * HOUR) == 3
    fired = HistoryEntry.objects.filter(transition="lapse").order_by("pk").values_list("record_id", flat=True)
    assert list(fired) == [slips[1].pk, slips[2].pk, slips[0].pk]


def test_f22_ten_minutes_back_and_a_day_forward(slip_by: Made, at: datetime) -> None:
    slip = slip_by(ways=[lapse(AT_DATE)], asked_at=at)
    back = at - timedelta(minutes=10)
    assert sweep_timers(back) == 0
    other = slip_by(ways=[lapse(Wait(HOUR))], when=at + 24 * HOUR)  # made while the clock was a day ahead
    assert sweep_timers(at + 4 * HOUR) == 1
    assert sweep_timers(at + 24 * HOUR) == 0
    assert sweep_timers(at + 25 * HOUR) == 1
    assert [stamps(slip), stamps(other)] == [["lapse"], ["lapse"]]


@pytest.mark.parametrize(
    ("after", "start", "expected"),
    [
        (Wait(days=1), local(2026, 3, 28, 2, 30), local(2026, 3, 29, 3)),
        (Wait(days=1), local(2026, 10, 24, 2, 30), local(2026, 10, 25, 2, 30)),
        (Wait(months=12), local(2028, 2, 29, 9), local(2029, 2, 28, 9)),
        (Wait(8 * HOUR, calendar="business"), local(2026, 3, 27, 16), local(2026, 3, 30, 16)),
        (Wait(8 * HOUR, calendar="business"), local(2026, 10, 23, 16), local(2026, 10, 26, 16)),
    ],
)
def test_f23_a_day_later_is_a_day_later_and_fires_once(
    slip_by: Made, settings: Any, after: Wait, start: datetime, expected: datetime
) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    make_default()
    slip = slip_by(ways=[lapse(after)], when=start)
    assert due(slip) == {"lapse": expected}
    ticks = [expected + number * timedelta(minutes=15) for number in range(-8, 9)]
    assert sum(sweep_timers(tick) for tick in ticks) == 1


def test_f23_a_date_ends_where_the_business_is(slip_by: Made, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    for day in (28, 29, 30):
        slip = slip_by(ways=[lapse(Wait(field="promised_on"))], promised_on=date(2026, 3, day))
        assert due(slip) == {"lapse": local(2026, 3, day + 1) - timedelta(microseconds=1)}


def test_a_sweep_that_took_long_leaves_the_rest_for_the_next_in_the_same_order(
    slip_by: Made, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modules.workflow.clocks.sweep.BATCH", 2)
    slips = [slip_by(ways=[lapse(AT_DATE)], asked_at=at + number * HOUR) for number in range(5)]
    late = at + 30 * HOUR
    assert [sweep_timers(late, spell=0), sweep_timers(late, spell=0), sweep_timers(late, spell=0)] == [2, 2, 1]
    fired = HistoryEntry.objects.filter(transition="lapse").order_by("pk").values_list("record_id", flat=True)
    assert list(fired) == [slip.pk for slip in slips]
