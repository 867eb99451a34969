"""Counting the time in which a business is open: forwards, backwards and between two moments.

The open spans of a year are laid out once, as instants with the sum of what was open before each, so that every
question is a search in a sorted list. Instants are microseconds since 1970, so nothing is rounded.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from modules.workflow.clocks.local_times import instant

Span = tuple[int, int]
"""From and to, in minutes after local midnight; 1440 is the day's end."""
Week = tuple[tuple[Span, ...], ...]
"""Seven days from Monday, each with its spans in order."""
DAY = 1440
YEARS_KEPT = 12
BARREN_YEARS = 5
"""So many years without an open hour, and the business is taken for closed for ever."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class NeverOpen(OverflowError):
    """There is not that much open time in the years that can be counted."""


@dataclass(frozen=True, eq=False)
class Hours:
    """When a business is open. `holidays` knows the days of a year on which it is closed, `days` the single days that
    are otherwise: their own spans, or none for a closed one."""

    zone: ZoneInfo
    week: Week
    holidays: Callable[[int], Mapping[date, str]] = lambda _year: {}
    days: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    _years: dict[int, "_Year"] = field(default_factory=dict)

    def on(self, day: date) -> tuple[Span, ...]:
        """The open spans of a day."""
        if day in self.days:
            return self.days[day]
        return () if day in self.holidays(day.year) else self.week[day.weekday()]

    def add(self, moment: datetime, duration: timedelta) -> datetime:
        """The moment by which so much open time has passed: the first one forwards, the last one backwards.

        NeverOpen where the calendar does not have that much.
        """
        wanted = duration // _MICROSECOND
        if not wanted:
            return moment
        found = self._later(_micros(moment), wanted) if wanted > 0 else self._earlier(_micros(moment), -wanted)
        return _EPOCH + timedelta(microseconds=found)

    def between(self, first: datetime, last: datetime) -> timedelta:
        """How much open time lies between two moments; negative where the first is the later one."""
        if last < first:
            return -self.between(last, first)
        start, end = _micros(first), _micros(last)
        years = range(self._year_of(start), self._year_of(end) + 1)
        if len(years) == 1:
            year = self._year(years[0])
            return timedelta(microseconds=year.until(end) - year.until(start))
        total = self._year(years[0]).total - self._year(years[0]).until(start)
        total += sum(self._year(number).total for number in years[1:-1])
        return timedelta(microseconds=total + self._year(years[-1]).until(end))

    def is_open(self, moment: datetime) -> bool:
        return self._year(self._year_of(_micros(moment))).holds(_micros(moment))

    def _later(self, moment: int, wanted: int) -> int:
        number, barren = self._year_of(moment), 0
        wanted += self._year(number).until(moment)
        while wanted > (total := self._year(number).total):
            wanted, number, barren = wanted - total, number + 1, 0 if total else barren + 1
            self._refuse(number, barren)
        return self._year(number).first_with(wanted)

    def _earlier(self, moment: int, wanted: int) -> int:
        number, barren = self._year_of(moment), 0
        left = self._year(number).until(moment) - wanted
        while left < 0:
            number, barren = number - 1, 0 if self._year(number).total else barren + 1
            self._refuse(number, barren)
            left += self._year(number).total
        return self._year(number).last_with(left)

    @staticmethod
    def _refuse(number: int, barren: int) -> None:
        if barren > BARREN_YEARS or not 1 < number < 9999:
            raise NeverOpen("the calendar has not that much open time")

    def _year_of(self, moment: int) -> int:
        return (_EPOCH + timedelta(microseconds=moment)).astimezone(self.zone).year

    def _year(self, number: int) -> "_Year":
        year = self._years.get(number)
        if year is None:
            for other in list(self._years)[: 1 - YEARS_KEPT]:
                self._years.pop(other, None)
            year = self._years[number] = _Year(self._spans(number))
        return year

    def _spans(self, number: int) -> Iterator[Span]:
        """The open spans of a year as instants, in order; an empty one where the clocks skipped all of it."""
        day, one = date(number, 1, 1), timedelta(days=1)
        while day.year == number:
            midnight = datetime.combine(day, time())
            for opens, closes in self.on(day):
                yield (
                    _micros(instant(midnight + timedelta(minutes=opens), self.zone)),
                    _micros(instant(midnight + timedelta(minutes=closes), self.zone, last=closes < DAY)),
                )
            day += one


class _Year:
    """The open spans of one local year: where each begins and ends, and what was open before it."""

    def __init__(self, spans: Iterator[Span]) -> None:
        self.starts, self.ends, self.before = array("q"), array("q"), array("q")
        self.total = 0
        for opens, end in spans:
            start = max(opens, self.ends[-1]) if self.ends else opens  # an hour that comes twice is open once in all
            if end <= start:
                continue
            self.starts.append(start)
            self.ends.append(end)
            self.before.append(self.total)
            self.total += end - start

    def holds(self, moment: int) -> bool:
        place = bisect_right(self.starts, moment) - 1
        return place >= 0 and moment < self.ends[place]

    def until(self, moment: int) -> int:
        """What was open from the year's beginning to a moment."""
        place = bisect_right(self.starts, moment) - 1
        return 0 if place < 0 else self.before[place] + min(moment, self.ends[place]) - self.starts[place]

    def first_with(self, wanted: int) -> int:
        """The first moment at which so much, more than nothing, was open."""
        place = bisect_left(self.before, wanted) - 1
        return self.starts[place] + wanted - self.before[place]

    def last_with(self, wanted: int) -> int:
        """The last moment at which so much, less than all, was open."""
        place = bisect_right(self.before, wanted) - 1
        return self.starts[place] + wanted - self.before[place]


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
