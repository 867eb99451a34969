"""A filter from one day to another, in the zone of the reader. It reads a piece of the index, never the table."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from babel.dates import format_date, format_interval
from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from modules.console.list_filters import ConsoleFilter, Option
from modules.core.http import PortalRequest
from modules.core.moments import babel_locale

WITHIN = {
    "today": (_("today"), 0),
    "yesterday": (_("yesterday"), 1),
    "week": (_("in the last 7 days"), 6),
    "month": (_("in the last 30 days"), 29),
    "year": (_("in the last 365 days"), 364),
}


class DateRange(ConsoleFilter):
    """`?placed_at__from=2026-11-01&placed_at__to=2026-11-30`, both days included, or `?placed_at__within=week`."""

    control = "dates"
    suffixes = ("__from", "__to", "__within")
    is_equality = False

    def __init__(self, field: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, request, *args, **kwargs)
        self.today = timezone.localdate(cast(PortalRequest, request).now)
        first, last, within = (self.values(suffix) for suffix in self.suffixes)
        self.within = within[0] if within and within[0] in WITHIN else ""
        self.first, self.last = (_day(first), _day(last)) if not self.within else self._span()

    def _span(self) -> tuple[date, date]:
        first = self.today - timedelta(days=WITHIN[self.within][1])
        return first, first if self.within == "yesterday" else self.today

    @property
    def typed(self) -> tuple[str, str]:
        """What stands in the two date fields."""
        shown = (None, None) if self.within else (self.first, self.last)
        first, last = (day.isoformat() if day else "" for day in shown)
        return first, last

    def options(self) -> list[Option]:
        return [Option(value, str(words), value == self.within) for value, (words, _days) in WITHIN.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        conditions: dict[str, Any] = {}
        if self.first is not None:
            conditions[f"{self.field_path}__gte"] = self._bound(self.first)
        if self.last is not None and self.last < date.max:
            conditions[f"{self.field_path}__lt"] = self._bound(self.last + timedelta(days=1))
        return queryset.filter(**conditions)

    def _bound(self, day: date) -> date | datetime:
        if not isinstance(self.field, DateTimeField):
            return day
        return timezone.make_aware(datetime.combine(day, time.min))

    def words(self) -> str:
        locale = babel_locale()
        if self.within:
            return str(WITHIN[self.within][0])
        if self.first and self.last and self.first != self.last:
            return str(format_interval(self.first, self.last, "yMMMd", locale=locale))
        if self.first and self.last:
            return str(format_date(self.first, "medium", locale=locale))
        if self.first:
            return str(_("from {day}")).format(day=format_date(self.first, "medium", locale=locale))
        if self.last:
            return str(_("until {day}")).format(day=format_date(self.last, "medium", locale=locale))
        return ""


def _day(values: list[str]) -> date | None:
    """A day between the years 1900 and 9999; anything else was not typed into the field."""
    try:
        day = date.fromisoformat(values[0]) if values else None
    except ValueError:
        return None
    return day if day and day.year >= 1900 else None
