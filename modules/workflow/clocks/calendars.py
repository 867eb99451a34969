"""The business calendars of the database, ready to count with."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

from modules.workflow.clocks.business_time import Hours, Week
from modules.workflow.clocks.local_times import business_zone
from modules.workflow.clocks.opening_hours import spans_of
from modules.workflow.clocks.public_holidays import holidays_in
from modules.workflow.models import BusinessCalendar, ClosedDay

DEFAULT = "business"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OFFICE_HOURS = {name: "" if name.startswith("s") else "9:00-17:00" for name in WEEKDAYS}
PREVIEW_DAYS = 400


class UnknownCalendar(LookupError):
    """A workflow counts by a calendar that nobody has made."""


def hours_of(key: str) -> Hours:
    """The hours of a calendar as they stand now; UnknownCalendar where there is none. Two small queries."""
    content = BusinessCalendar.objects.filter(key=key).values_list(
        "pk", "time_zone", "country", "region", *WEEKDAYS
    ).first()  # fmt: skip
    if content is None:
        raise UnknownCalendar(f"there is no business calendar “{key}”")
    days = ClosedDay.objects.filter(calendar=content[0]).order_by("day").values_list("day", "hours")
    return _hours(content[1] or business_zone().key, *content[2:4], tuple(content[4:]), tuple(days))


@lru_cache(maxsize=32)
def _hours(
    zone: str, country: str, region: str, week: tuple[str, ...], days: tuple[tuple[date, str], ...]
) -> Hours:  # fmt: skip
    """Kept by all that the answer depends on, so that a change in the console holds at once in every process."""
    spans: Week = tuple(spans_of(text) for text in week)
    own = {day: spans_of(text) for day, text in days}
    if not country:
        return Hours(ZoneInfo(zone), spans, days=own)
    return Hours(ZoneInfo(zone), spans, lambda year: holidays_in(country, region, year), own)


def closed_days(calendar: BusinessCalendar, today: date, language: str, count: int) -> list[tuple[date, str]]:
    """The next days on which a calendar departs from its week, and why; holidays on days that are closed anyway are
    left out."""
    own = {day.day: day for day in calendar.closed_days.filter(day__gte=today).order_by("day")[:PREVIEW_DAYS]}
    hours = hours_of(calendar.key)
    found: list[tuple[date, str]] = []
    for day in (today + timedelta(days=number) for number in range(PREVIEW_DAYS)):
        if len(found) == count:
            break
        if day in own:
            found.append((day, own[day].title))
        elif calendar.country and hours.week[day.weekday()] and day in hours.holidays(day.year):
            found.append((day, holidays_in(calendar.country, calendar.region, day.year, language)[day]))
    return found


def make_default() -> None:
    """The calendar that every firm begins with: office hours from Monday to Friday, in the firm's own zone."""
    values: dict[str, Any] = {"title": gettext_noop("Business hours"), **OFFICE_HOURS}
    BusinessCalendar.objects.get_or_create(key=DEFAULT, defaults=values)
