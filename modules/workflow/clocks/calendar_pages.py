"""Business calendars in the console: their hours, their special days, and what they make of the coming weeks."""

import json
from collections.abc import Sequence
from typing import Any, cast

from babel.core import Locale
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from modules.console.api import RecordAdmin, RecordInline, display, register
from modules.core import clock
from modules.core.http import PortalRequest
from modules.core.moments import babel_locale
from modules.workflow.clocks.calendar_forms import CalendarForm, SpecialDayForm, hours_in_words
from modules.workflow.clocks.calendars import DEFAULT, WEEKDAYS, closed_days
from modules.workflow.flows import flows
from modules.workflow.models import BusinessCalendar, ClosedDay, Definition

SHOWN_DAYS = 10


class SpecialDays(RecordInline):
    """Days on which the calendar departs from its week; those that are over are left out."""

    model, form = ClosedDay, SpecialDayForm
    fields = ["day", "title", "hours"]
    show_change_link = False
    verbose_name_plural = _("Special days: closed, or open at other hours")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClosedDay]:
        today = timezone.localdate(cast(PortalRequest, request).now)
        found: QuerySet[ClosedDay] = super().get_queryset(request).filter(day__gte=today.replace(month=1, day=1))
        return found.order_by("day")


@register(BusinessCalendar)
class CalendarAdmin(RecordAdmin):
    """For who plans the work: when the firm is open, so that promises count only that time."""

    form = CalendarForm
    list_display = ["titled", "key", "week", "rests"]
    search_fields = ["=key"]
    default_order = ["key"]
    empty_hint = _("A calendar says when the firm is open. Add one, and workflows can count in business hours.")
    inlines = [SpecialDays]
    readonly_fields = ["coming"]
    fieldsets = [
        (None, {"fields": [("title", "key"), "time_zone"]}),
        (_("Open at"), {"fields": list(WEEKDAYS)}),
        (_("Public holidays"), {"fields": [("country", "region")]}),
        (_("Coming days"), {"fields": ["coming"]}),
    ]

    @display(description=_("title"))
    def titled(self, calendar: BusinessCalendar) -> str:
        return str(calendar)

    @display(description=_("open at"))
    def week(self, calendar: BusinessCalendar) -> str:
        return hours_in_words(calendar)

    @display(description=_("public holidays"))
    def rests(self, calendar: BusinessCalendar) -> str:
        names = Locale.parse(babel_locale()).territories
        country = str(names.get(calendar.country, calendar.country))
        return f"{country}, {calendar.region}" if calendar.region else country

    @display(description=_("Closed, or open at other hours"))
    def coming(self, calendar: BusinessCalendar) -> str:
        """As the calendar was saved."""
        days = []
        if calendar.pk is not None:
            days = closed_days(calendar, timezone.localdate(clock.now()), get_language() or "", SHOWN_DAYS)
        return render_to_string("workflow/console/_coming_days.html", {"days": days, "is_saved": calendar.pk})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """The key is chosen once: workflows name it."""
        declared = super().get_readonly_fields(request, obj)
        return declared if obj is None else [*declared, "key"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a workflow counts by stays."""
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or not _is_used(obj.key)


def _is_used(key: str) -> bool:
    """Whether a workflow of the code, or one that records may still run on, names the calendar."""
    graphs = [flow.graph.to_data() for flow in flows]
    kept = Definition.objects.exclude(status="retired").values_list("graph", flat=True)
    named = f'"calendar": {json.dumps(key)}'
    return key == DEFAULT or any(named in json.dumps(graph) for graph in [*graphs, *kept])
