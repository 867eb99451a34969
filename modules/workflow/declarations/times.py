"""When something is due."""

from dataclasses import replace
from datetime import timedelta

from modules.workflow.graph import Wait


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    """So many times 24 hours; `calendar_days` keeps the time of day when the clocks change."""
    return timedelta(days=count)


def calendar_days(count: int) -> Wait:
    """So many days of the calendar, at the same time of day where the business is."""
    return Wait(days=count)


def months(count: int) -> Wait:
    """So many months of the calendar; the 31st falls on the last day of a shorter one."""
    return Wait(months=count)


def business_hours(count: float, calendar: str = "business") -> Wait:
    """So many open hours of a business calendar."""
    return Wait(timedelta(hours=count), calendar=calendar)


def after(field: str, wait: timedelta | Wait) -> Wait:
    """`due=after("placed_at", hours(48))`: counted from a moment of the record; a date counts from its end."""
    return replace(as_wait(wait), field=field)


def at_date(field: str, offset: timedelta | Wait = timedelta()) -> Wait:
    """`due=at_date("release_on")`: that moment, or the end of that day where the business is; perhaps moved."""
    return replace(as_wait(offset), field=field)


def as_wait(value: timedelta | Wait) -> Wait:
    """A duration as a wait of elapsed time."""
    return Wait(value) if isinstance(value, timedelta) else value
