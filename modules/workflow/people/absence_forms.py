"""What people enter about an absence: from which day to which, and who stands in."""

from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from modules.core.day_field import DayField
from modules.workflow.models import Absence
from modules.workflow.people.absences import days_of, lock_person, overlapping


class AbsenceForm(forms.Form):
    """One's own absence, in whole days of the reader's zone."""

    first_day = DayField(label=_("First day away"))
    last_day = DayField(label=_("Last day away"))
    substitute: Any = forms.ModelChoiceField(
        queryset=None, label=_("Who stands in"), help_text=_("Gets your open tasks, and those that come meanwhile.")
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        people = get_user_model()._default_manager.filter(is_active=True, is_staff=True).exclude(pk=person.pk)
        field = cast("forms.ModelChoiceField[Any]", self.fields["substitute"])
        field.queryset = people.order_by("name", "email", "pk")

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the start of the first day to the end of the last one."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        begin = timezone.make_aware(datetime.combine(first, time.min))
        return begin, timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))

    def clean_last_day(self) -> Any:
        """The last day is not before the first one."""
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data["last_day"]
        if first is not None and last < first:
            raise ValidationError(_("Choose a day that is not before the first day away."), code="before_first")
        return last

    def clean(self) -> dict[str, Any] | None:
        """No two absences at once."""
        cleaned = super().clean()
        if "first_day" in self.cleaned_data and "last_day" in self.cleaned_data:
            other = overlapping(self.person, *self.span).first()
            if other is not None:
                self.add_error("first_day", overlap(other))
        return cleaned


def overlap(other: Absence) -> str:
    """That somebody is away at that time already."""
    since, until = days_of(other)
    told = _t("There is an absence from {since} to {until} already. Choose other days, or end that one first.")
    return told.format(since=since, until=until)


class AnybodysAbsenceForm(forms.ModelForm):
    """An absence of a colleague, by a manager, to the minute."""

    class Meta:
        model = Absence
        fields = ("person", "substitute", "starts_at", "ends_at")

    def clean(self) -> dict[str, Any] | None:
        """Ends after it begins, somebody else with an open account stands in, no two at once."""
        cleaned = super().clean() or {}
        person, substitute = cleaned.get("person"), cleaned.get("substitute")
        begin, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if substitute is not None and (substitute == person or not (substitute.is_active and substitute.is_staff)):
            self.add_error("substitute", _t("Choose a colleague with an open account, not the person who is away."))
        if begin and end and end <= begin:
            self.add_error("ends_at", _t("Choose a moment after the beginning."))
        elif person and begin and end:
            if connection.in_atomic_block:  # a form that is being saved
                lock_person(person)
            other = overlapping(person, begin, end, self.instance.pk).first()
            if other is not None:
                self.add_error("starts_at", overlap(other))
        return cleaned
