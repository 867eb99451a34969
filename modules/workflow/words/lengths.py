"""Lengths of time and moments in the reader's language: “4 hours”, “2 days before “due date””."""

from collections.abc import Sequence
from datetime import timedelta

from babel.units import format_unit
from django.utils.translation import gettext as _

from modules.core.moments import babel_locale
from modules.workflow.clocks.calendars import DEFAULT
from modules.workflow.graph import Wait
from modules.workflow.words.lists import all_of

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
WITHOUT_DAYS = UNITS[1:]


def span(amount: timedelta, units: Sequence[tuple[str, int]] = UNITS) -> str:
    """`1 day and 4 hours`: every unit that is there, without a sign."""
    left = abs(amount)
    seconds, parts = int(left.total_seconds()), []
    for unit, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(_unit(count, unit))
    fraction = left.microseconds / 1_000_000
    if fraction:
        parts.append(_unit(fraction, "second"))
    return all_of(parts) if parts else _unit(0, "minute")


def length(wait: Wait) -> str:
    """How long, whatever from: calendar months and days, then time, which may be that of a business calendar."""
    parts = [_unit(abs(count), unit) for count, unit in ((wait.months, "month"), (wait.days, "day")) if count]
    if wait.amount and wait.calendar:
        parts.append(_open_time(wait))
    elif wait.amount or not parts:
        parts.append(span(wait.amount))
    return all_of(parts)


def _open_time(wait: Wait) -> str:
    """Never in days, whose hours a calendar says; the firm's own calendar needs no name."""
    told = _("{span} of open time") if wait.calendar == DEFAULT else _("{span} of open time ({calendar})")
    return told.format(span=span(wait.amount, WITHOUT_DAYS), calendar=wait.calendar)


def is_before(wait: Wait) -> bool:
    """Whether the wait ends before the moment that it counts from."""
    signs = [count for count in (wait.months, wait.days, wait.amount.total_seconds()) if count]
    return bool(signs) and signs[0] < 0


def is_nothing(wait: Wait) -> bool:
    """Whether the wait is the very moment that it counts from."""
    return not (wait.months or wait.days or wait.amount)


def moment(wait: Wait, start: str) -> str:
    """When it ends, as a phrase: `2 days before “due date”`, where `start` is what the wait counts from."""
    if is_nothing(wait):
        return _("at {start}").format(start=start)
    words = _("{length} before {start}") if is_before(wait) else _("{length} after {start}")
    return words.format(length=length(wait), start=start)


def _unit(count: float, unit: str) -> str:
    return format_unit(count, f"duration-{unit}", locale=babel_locale())
