"""Plausible hours: customers order until late, staff work by day and not on Sundays, where the business is."""

import random
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from modules.workflow.api import business_hours, due_at

OPENS, CLOSES = 9, 19


def zone() -> ZoneInfo:
    return ZoneInfo(settings.BUSINESS_TIME_ZONE)


def days_before(at: datetime, days: int, clock: str) -> datetime:
    """A time of a day some days ago: `days_before(at, 1, "11:20")` is yesterday's twenty past eleven."""
    return datetime.combine(at.astimezone(zone()).date() - timedelta(days=days), time.fromisoformat(clock), zone())


def open_hours_before(at: datetime, hours: float) -> datetime:
    """So much open time of the business ago."""
    return due_at(business_hours(-hours), None, at) or at - timedelta(hours=hours)


def open_hours_after(at: datetime, hours: float) -> datetime:
    """When so much open time of the business has passed since."""
    return due_at(business_hours(hours), None, at) or at + timedelta(hours=hours)


def shopping_time(at: datetime, days: int, dice: random.Random) -> datetime:
    """Some moment of a day some days ago: most order in the evening."""
    hour = dice.choice((8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 19, 20, 20, 21, 21, 22, 22, 23))
    return days_before(at, days, f"{hour:02}:{dice.randrange(60):02}")


def at_work(moment: datetime, dice: random.Random) -> datetime:
    """The moment itself, or the next morning when nobody is there then."""
    local = moment.astimezone(zone())
    if local.hour >= CLOSES:
        local = local.replace(hour=OPENS, minute=dice.randrange(60)) + timedelta(days=1)
    elif local.hour < OPENS:
        local = local.replace(hour=OPENS, minute=dice.randrange(60))
    return local + timedelta(days=1) if local.weekday() == 6 else local


def earlier_today(at: datetime, part: float) -> datetime:
    """A moment of today that is past: 0 is the morning, 1 is now. Right after midnight the day is short."""
    midnight = days_before(at, 0, "00:00")
    morning = midnight + timedelta(hours=8, minutes=20)
    start = morning if at > morning + timedelta(hours=1) else midnight
    return start + (at - start) * part
