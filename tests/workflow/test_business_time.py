"""Open time of a business: counted forwards, backwards and between, whatever clocks and calendars do."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modules.workflow.clocks.business_time import DAY, Hours, NeverOpen, Span
from modules.workflow.clocks.opening_hours import spans_of, written

pytestmark = pytest.mark.any_database
MADRID = ZoneInfo("Europe/Madrid")
OFFICE = ((540, 1020),)
WEEK = (*(OFFICE for _ in range(5)), (), ())
ZONES = ["Europe/Madrid", "America/Santiago", "America/Havana", "Australia/Lord_Howe", "Asia/Beirut", "UTC"]


def office(**changes: object) -> Hours:
    return Hours(**{"zone": MADRID, "week": WEEK, **changes})  # type: ignore[arg-type]


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=MADRID).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("moment", "hours", "expected"),
    [
        (local(2026, 11, 20, 16), 4, local(2026, 11, 23, 12)),  # Friday afternoon to Monday noon
        (local(2026, 11, 21, 11), 1, local(2026, 11, 23, 10)),  # from a Saturday
        (local(2026, 11, 20, 9), 8, local(2026, 11, 20, 17)),  # ends with the day, not with the next opening
        (local(2026, 11, 23, 10), -2, local(2026, 11, 20, 16)),
        (local(2026, 11, 23, 9), -1, local(2026, 11, 20, 16)),
        (local(2026, 11, 20, 17), -8, local(2026, 11, 20, 9)),
        (local(2026, 11, 21, 3), 0, local(2026, 11, 21, 3)),
        (local(2026, 11, 23, 9), 40, local(2026, 11, 27, 17)),
        (local(2025, 12, 31, 16), 2, local(2026, 1, 1, 10)),
        (local(2026, 1, 1, 10), -2, local(2025, 12, 31, 16)),
    ],
)
def test_open_hours_are_counted_forwards_and_backwards(moment: datetime, hours: int, expected: datetime) -> None:
    assert office().add(moment, timedelta(hours=hours)) == expected


def test_holidays_and_own_days_count_as_they_are_declared() -> None:
    days: Mapping[date, tuple[Span, ...]] = {date(2026, 11, 24): (), date(2026, 11, 28): ((600, 660),)}
    hours = office(holidays=lambda year: {date(year, 11, 23): "Rest"}, days=days)
    assert hours.add(local(2026, 11, 20, 17), timedelta(hours=1)) == local(2026, 11, 25, 10)
    assert hours.between(local(2026, 11, 28), local(2026, 11, 29)) == timedelta(hours=1)
    opened = office(holidays=lambda year: {date(year, 11, 23): "Rest"}, days={date(2026, 11, 23): OFFICE})
    assert opened.is_open(local(2026, 11, 23, 9))
    assert not opened.is_open(local(2026, 11, 23, 17))


def test_several_spans_a_day() -> None:
    hours = office(week=(((540, 840), (960, 1200)),) * 7)
    assert hours.add(local(2026, 11, 20, 13), timedelta(hours=2)) == local(2026, 11, 20, 17)
    assert hours.between(local(2026, 11, 20), local(2026, 11, 21)) == timedelta(hours=9)


def test_f23_a_day_that_is_open_round_the_clock_has_23_or_25_hours() -> None:
    hours = office(week=(((0, DAY),),) * 7)
    assert hours.between(local(2026, 3, 29), local(2026, 3, 30)) == timedelta(hours=23)
    assert hours.between(local(2026, 10, 25), local(2026, 10, 26)) == timedelta(hours=25)
    split = office(
        week=(((0, 120), (120, 180), (180, DAY)),) * 7
    )  # an end and a beginning in the hour that comes twice
    assert split.between(local(2026, 10, 25), local(2026, 10, 26)) == timedelta(hours=25)
    assert split.between(local(2026, 3, 29), local(2026, 3, 30)) == timedelta(hours=23)


def test_f23_hours_that_the_clocks_skip_are_not_open() -> None:
    hours = office(week=(((120, 180),),) * 7)
    assert hours.between(local(2026, 3, 29), local(2026, 3, 30)) == timedelta()
    assert hours.between(local(2026, 3, 28), local(2026, 3, 29)) == timedelta(hours=1)


def test_a_calendar_that_never_opens_is_told_and_not_searched_for_ever() -> None:
    closed = office(week=((),) * 7)
    with pytest.raises(NeverOpen):
        closed.add(local(2026, 1, 1), timedelta(minutes=1))
    with pytest.raises(NeverOpen):
        closed.add(local(2026, 1, 1), timedelta(minutes=-1))
    assert closed.between(local(2026, 1, 1), local(2027, 1, 1)) == timedelta()


moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
durations = st.timedeltas(timedelta(days=-200), timedelta(days=200))


@st.composite
def weeks(draw: st.DrawFn) -> tuple[tuple[Span, ...], ...]:
    def day() -> tuple[Span, ...]:
        edges = sorted(draw(st.sets(st.integers(0, DAY // 15), max_size=6)))
        return tuple((a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False))

    week = tuple(day() for _ in range(7))
    return week if any(week) else WEEK


@given(weeks(), st.sampled_from(ZONES), moments, durations)
@example(WEEK, "Europe/Madrid", datetime(2026, 3, 28, 23, tzinfo=UTC), timedelta(hours=9))
def test_f23_adding_and_measuring_are_each_other_s_opposite(
    week: tuple[tuple[Span, ...], ...], zone: str, moment: datetime, duration: timedelta
) -> None:
    hours = Hours(ZoneInfo(zone), week)
    there = hours.add(moment, duration)
    assert hours.between(moment, there) == duration
    assert (there >= moment) == (duration >= timedelta())
    if duration > timedelta():  # the first such moment: a tick earlier it is not yet so much
        assert hours.between(moment, there - timedelta(microseconds=1)) < duration
    assert hours.between(there, moment) == -duration


@given(weeks(), st.sampled_from(ZONES), moments, durations, durations)
def test_time_between_adds_up(
    week: tuple[tuple[Span, ...], ...], zone: str, moment: datetime, first: timedelta, second: timedelta
) -> None:
    hours = Hours(ZoneInfo(zone), week)
    one, two, three = sorted([moment, moment + first, moment + second])
    assert hours.between(one, two) + hours.between(two, three) == hours.between(one, three)
    assert timedelta() <= hours.between(one, three) <= three - one


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("9:00-17:00", ((540, 1020),)),
        ("9-14, 16.30–20", ((540, 840), (990, 1200))),
        ("0:00-24:00", ((0, 1440),)),
        ("", ()),
        (" , ", ()),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, spans: tuple[Span, ...]) -> None:
    assert spans_of(text) == spans
    assert spans_of(written(spans)) == spans


@pytest.mark.parametrize("text", ["nine to five", "9:00-8:00", "9-25", "9:70-10", "9-12, 11-13", "22:00-6:00", "9-9"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(Exception, match=r".") as refused:
        spans_of(text)
    assert type(refused.value).__name__ == "ValidationError"
