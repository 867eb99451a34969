"""What a clock on the wall says, as an instant: also where the clocks skip an hour or repeat it."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def business_zone() -> ZoneInfo:
    """The zone of the firm."""
    return ZoneInfo(settings.BUSINESS_TIME_ZONE)


def instant(wall: datetime, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """The instant of a naive local time. One that the clocks skip is the next that exists; of one that they repeat the
    first is meant, or the `last`."""
    found = wall.replace(tzinfo=zone, fold=int(last)).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    one, other = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return _jump(min(one, other), max(one, other), zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between two at which the clocks jump forward, to the second."""
    offset = before.astimezone(zone).utcoffset()
    first, last = int(before.timestamp()), int(after.timestamp())
    while last - first > 1:
        middle = (first + last) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            first = middle
        else:
            last = middle
    return datetime.fromtimestamp(last, UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """A day's last moment, the second one where the clocks repeat it."""
    return instant(datetime.combine(day, time.max), zone, last=True)


def shifted(day: date, months: int, days: int) -> date:
    """So many months later, at most the month's last day, and then so many days."""
    if months:
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        if not date.min.year <= year <= date.max.year:
            raise OverflowError("no such year")
        day = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return day + timedelta(days=days)
