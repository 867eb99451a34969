"""Questions about one edition."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def shop_day(at: datetime) -> date:
    """The date in the shop at a moment: sales begin by the shop's calendar, wherever the reader is."""
    return at.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE)).date()
