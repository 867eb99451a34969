"""When a wait ends: elapsed time, days and months of the calendar, moments and dates of the record, open time."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.workflow.clocks.calendars import UnknownCalendar, make_default
from modules.workflow.clocks.local_times import end_of_day, instant
from modules.workflow.clocks.waits import due_at
from modules.workflow.graph import Wait
from modules.workflow.models import BusinessCalendar

MADRID = ZoneInfo("Europe/Madrid")
NOTHING = SimpleNamespace()


@pytest.fixture(autouse=True)
def _madrid(settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=MADRID, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("start", "wait", "expected"),
    [
        (local(2026, 3, 28, 12), Wait(timedelta(days=1)), local(2026, 3, 29, 13)),  # elapsed: the clock lost an hour
        (local(2026, 3, 28, 12), Wait(days=1), local(2026, 3, 29, 12)),
        (local(2026, 3, 28, 2, 30), Wait(days=1), local(2026, 3, 29, 3)),  # 02:30 does not exist
        (local(2026, 3, 30, 2, 30), Wait(days=-1), local(2026, 3, 29, 3)),
        (local(2026, 10, 24, 2, 30), Wait(days=1), local(2026, 10, 25, 2, 30)),  # of two the first one
        (local(2026, 10, 25, 2, 30, fold=1), Wait(days=1), local(2026, 10, 26, 2, 30)),
        (local(2026, 1, 31, 9), Wait(months=1), local(2026, 2, 28, 9)),
        (local(2028, 1, 31, 9), Wait(months=1), local(2028, 2, 29, 9)),
        (local(2026, 1, 31, 9), Wait(months=2), local(2026, 3, 31, 9)),
        (local(2026, 3, 31, 9), Wait(months=-1), local(2026, 2, 28, 9)),
        (local(2028, 2, 29, 9), Wait(months=12), local(2029, 2, 28, 9)),
        (local(2028, 2, 29, 9), Wait(months=48), local(2032, 2, 29, 9)),
        (local(2026, 1, 31, 9), Wait(months=1, days=1), local(2026, 3, 1, 9)),
        (local(2026, 1, 31, 9), Wait(timedelta(hours=2), days=1, months=1), local(2026, 3, 1, 11)),
        (local(2026, 1, 1), Wait(timedelta(hours=-2)), local(2025, 12, 31, 22)),
    ],
)
def test_f23_days_and_months_keep_the_time_of_the_day(start: datetime, wait: Wait, expected: datetime) -> None:
    assert due_at(wait, NOTHING, start) == expected


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("value", "wait", "expected"),
    [
        (None, Wait(field="on"), None),
        (local(2026, 5, 1, 9), Wait(field="on"), local(2026, 5, 1, 9)),
        (local(2026, 5, 1, 9), Wait(timedelta(hours=-3), field="on"), local(2026, 5, 1, 6)),
        (date(2026, 3, 28), Wait(field="on"), datetime(2026, 3, 28, 22, 59, 59, 999999, tzinfo=UTC)),
        (date(2026, 3, 29), Wait(field="on"), datetime(2026, 3, 29, 21, 59, 59, 999999, tzinfo=UTC)),  # 23 hours
        (date(2026, 10, 25), Wait(field="on"), datetime(2026, 10, 25, 22, 59, 59, 999999, tzinfo=UTC)),  # 25 hours
        (date(2026, 3, 30), Wait(days=-2, field="on"), datetime(2026, 3, 28, 22, 59, 59, 999999, tzinfo=UTC)),
        (date(2026, 1, 31), Wait(months=1, field="on"), datetime(2026, 2, 28, 22, 59, 59, 999999, tzinfo=UTC)),
        (date.max, Wait(days=1, field="on"), None),  # a date for “never”
        (date.max, Wait(timedelta(days=1), field="on"), None),
        (date.min, Wait(months=-1, field="on"), None),
    ],
)
def test_a_date_counts_from_its_end_and_what_is_not_there_is_never_due(
    value: Any, wait: Wait, expected: datetime | None
) -> None:
    assert due_at(wait, SimpleNamespace(on=value), local(2026, 1, 1)) == expected


@pytest.mark.any_database
def test_a_field_may_follow_a_relation() -> None:
    placed = local(2026, 5, 1, 9)
    order = SimpleNamespace(order=SimpleNamespace(placed_at=placed))
    assert due_at(Wait(timedelta(hours=1), field="order__placed_at"), order, placed) == placed + timedelta(hours=1)
    assert due_at(Wait(field="order__placed_at"), SimpleNamespace(order=None), placed) is None


@pytest.mark.any_database
def test_f23_where_the_clocks_repeat_the_last_hour_the_day_ends_with_the_second_one() -> None:
    santiago = ZoneInfo("America/Santiago")  # on 4 April 2026 the hour before midnight comes twice
    assert end_of_day(date(2026, 4, 4), santiago) == datetime(2026, 4, 5, 3, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.any_database
def test_f23_a_skipped_time_is_the_next_that_exists_even_where_a_whole_day_is_skipped() -> None:
    apia = ZoneInfo("Pacific/Apia")  # 30 December 2011 never was
    assert instant(datetime(2011, 12, 30, 15), apia) == datetime(2011, 12, 30, 10, tzinfo=UTC)
    howe = ZoneInfo("Australia/Lord_Howe")  # half an hour
    assert instant(datetime(2026, 10, 4, 2, 15), howe) == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)


@pytest.mark.any_database
@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.integers(-40, 40),
    st.integers(-800, 800),
)
def test_f23_the_day_is_always_the_one_that_was_meant(start: datetime, months: int, days: int) -> None:
    due = due_at(Wait(months=months, days=days), NOTHING, start)
    assert due is not None
    was, is_now = start.astimezone(MADRID), due.astimezone(MADRID)
    if days == 0 and months:
        assert (is_now.year * 12 + is_now.month) - (was.year * 12 + was.month) == months
        assert is_now.day <= was.day
    if not months:
        assert (is_now.date() - was.date()).days == days
    assert (
        timedelta() <= is_now.replace(tzinfo=None) - datetime.combine(is_now.date(), was.time()) <= timedelta(hours=1)
    )


@pytest.mark.django_db
def test_open_time_of_a_calendar_forwards_and_backwards() -> None:
    make_default()
    friday = local(2026, 11, 20, 16)
    assert due_at(Wait(timedelta(hours=4), calendar="business"), NOTHING, friday) == local(2026, 11, 23, 12)
    release = SimpleNamespace(on=date(2026, 11, 22))  # a Sunday
    wait = Wait(timedelta(hours=-4), field="on", calendar="business")
    assert due_at(wait, release, friday) == local(2026, 11, 20, 13)
    assert due_at(Wait(timedelta(hours=1), days=1, calendar="business"), NOTHING, friday) == local(2026, 11, 23, 10)


@pytest.mark.django_db
def test_a_change_of_the_calendar_holds_at_once() -> None:
    make_default()
    calendar, friday = BusinessCalendar.objects.get(key="business"), local(2026, 11, 20, 16)
    wait = Wait(timedelta(hours=4), calendar="business")
    calendar.closed_days.create(day=date(2026, 11, 23), title="Moving house")
    assert due_at(wait, NOTHING, friday) == local(2026, 11, 24, 12)
    calendar.closed_days.update(hours="10:00-11:00")
    assert due_at(wait, NOTHING, friday) == local(2026, 11, 24, 11)
    calendar.closed_days.all().delete()
    BusinessCalendar.objects.filter(pk=calendar.pk).update(country="ES", region="MD", saturday="9:00-14:00")
    assert due_at(wait, NOTHING, friday) == local(2026, 11, 21, 12)
    assert due_at(wait, NOTHING, local(2026, 12, 24, 16)) == local(2026, 12, 26, 12)  # Christmas is a Friday


@pytest.mark.django_db
def test_a_calendar_that_nobody_has_made_is_named() -> None:
    with pytest.raises(UnknownCalendar, match="“moon”"):
        due_at(Wait(timedelta(hours=1), calendar="moon"), NOTHING, local(2026, 1, 1))
