"""Times in the reader's words, language and zone."""

from datetime import date, datetime, timedelta

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from django.utils import timezone
from django.utils.translation import get_language, gettext, to_locale

from modules.core import clock

CLOSE = timedelta(days=7)
"""Within this span people say "3 days ago"; beyond it they say the date."""
JUST_NOW = timedelta(seconds=45)


def babel_locale() -> str:
    """The reader's language as a locale's name; English where the language is none."""
    return str(Locale.parse(to_locale(get_language() or "en")))


def relatively(value: datetime | date, now: datetime | None = None) -> str:
    """As people say it: "3 hours ago", "in 2 days", or the date when it is far."""
    locale = babel_locale()
    if not isinstance(value, datetime):
        return format_date(value, "medium", locale=locale)
    distance = value - (now or clock.now())
    if abs(distance) < JUST_NOW:
        return gettext("just now")
    if abs(distance) > CLOSE:
        return format_date(timezone.localtime(value), "medium", locale=locale)
    return format_timedelta(distance, add_direction=True, locale=locale)


def exactly(value: datetime | date) -> str:
    """The full date, and for a moment its time and zone as the reader's clock shows it."""
    locale = babel_locale()
    if not isinstance(value, datetime):
        return format_date(value, "full", locale=locale)
    local = timezone.localtime(value)
    return format_datetime(local, "long", tzinfo=local.tzinfo, locale=locale)


def clock_time(value: datetime) -> str:
    """The time of day as the reader's clock shows it, such as 14:32."""
    local = timezone.localtime(value)
    return format_time(local, "short", tzinfo=local.tzinfo, locale=babel_locale())
