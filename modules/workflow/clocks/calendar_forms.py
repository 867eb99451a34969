"""What staff enter about a business calendar: hours for each weekday, a country with its holidays, single days."""

from typing import Any
from zoneinfo import available_timezones

from babel.core import Locale
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from modules.core.moments import babel_locale
from modules.workflow.clocks.calendars import WEEKDAYS
from modules.workflow.clocks.opening_hours import spans_of, written
from modules.workflow.clocks.public_holidays import countries, regions_of
from modules.workflow.models import BusinessCalendar, ClosedDay

Choices = list[tuple[str, Any]]


def zone_choices() -> Choices:
    """Every zone by its name, the firm's own first."""
    own = _("the firm's own, %(zone)s") % {"zone": settings.BUSINESS_TIME_ZONE}
    return [("", own), *((name, name.replace("_", " ")) for name in sorted(available_timezones()))]


def country_choices() -> Choices:
    """Every country whose holidays are known, in the reader's language."""
    names = Locale.parse(babel_locale()).territories
    known = [(code, str(names.get(code, code))) for code in countries()]
    return [("", _("no holidays")), *sorted(known, key=lambda pair: pair[1])]


class HoursWidget(UnfoldAdminTextInputWidget):
    """A line for the hours of one day."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"placeholder": pgettext_lazy("day", "closed"), "autocomplete": "off", **(attrs or {})})


class CalendarForm(forms.ModelForm):
    """A business calendar. Its region is chosen among those of the chosen country."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, required=False, widget=UnfoldAdminSelectWidget
    )
    country = forms.ChoiceField(
        label=_("Public holidays of"), choices=country_choices, required=False, widget=UnfoldAdminSelectWidget
    )
    region = forms.ChoiceField(
        label=_("Region"), required=False, widget=UnfoldAdminSelectWidget,
        error_messages={"invalid_choice": _("This is no region of that country. Choose one of those offered now.")},
    )  # fmt: skip

    class Meta:
        model = BusinessCalendar
        exclude = ()  # noqa: DJ006 - the console names the fields
        widgets = dict.fromkeys(WEEKDAYS, HoursWidget)
        help_texts = {
            "key": _("Workflows name the calendar by this word; it stays as it is."),
            "monday": _("Like 9:00-17:00; several with a comma; nothing for a closed day."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "region" not in self.fields:
            return
        country = str(self.data.get(self.add_prefix("country"), "") if self.is_bound else self.instance.country)
        field: Any = self.fields["region"]
        try:
            field.choices = [("", _("all of the country")), *(regions_of(country) if country else ())]
        except LookupError:  # the country's own field says so
            field.choices = [("", "")]
        if not country:
            field.help_text = _("Choose a country and save; then its regions stand here.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in WEEKDAYS:
            if name in cleaned:
                self._read_hours(name)
        if all(name in cleaned and not cleaned[name] for name in WEEKDAYS) and not self.errors:
            self.add_error("monday", ValidationError(_("Open it on at least one day of the week."), code="never_open"))
        return cleaned

    def _read_hours(self, name: str) -> None:
        try:
            self.cleaned_data[name] = written(spans_of(self.cleaned_data[name]))
        except ValidationError as error:
            self.add_error(name, error)


class SpecialDayForm(forms.ModelForm):
    """A day on which the calendar is closed, or open at other hours."""

    class Meta:
        model = ClosedDay
        exclude = ()  # noqa: DJ006 - the console names the fields
        widgets = {"hours": HoursWidget}

    def clean_hours(self) -> str:
        return written(spans_of(self.cleaned_data["hours"]))


def hours_in_words(calendar: BusinessCalendar) -> str:
    """The week of a calendar: `Mon–Fri 9:00-17:00`; days with the same hours stand together."""
    names = Locale.parse(babel_locale()).days["format"]["abbreviated"]
    groups: list[tuple[int, int, str]] = []
    for number, weekday in enumerate(WEEKDAYS):
        hours = getattr(calendar, weekday)
        if groups and groups[-1][2] == hours:
            groups[-1] = (groups[-1][0], number, hours)
        else:
            groups.append((number, number, hours))
    parts = [
        f"{names[first] if first == last else f'{names[first]}–{names[last]}'} {hours}"
        for first, last, hours in groups
        if hours
    ]
    return " · ".join(parts) or _t("never open")
