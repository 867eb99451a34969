"""Everybody's absences in the console, for who plans the work."""

from django.utils.translation import gettext_lazy as _

from modules.console.api import RecordAdmin, register
from modules.workflow.models import Absence
from modules.workflow.people.absence_forms import AnybodysAbsenceForm


@register(Absence)
class AbsenceAdmin(RecordAdmin):
    """Who is away when, and who stands in. One's own stand on a page that everybody has."""

    form = AnybodysAbsenceForm
    list_display = ["person", "substitute", "starts_at", "ends_at"]
    list_select_related = ["person", "substitute"]
    default_order = ["-starts_at"]
    autocomplete_fields = ["person", "substitute"]
    empty_hint = _("Nobody is away. People enter their own absences under “My absences”.")
    fieldsets = [(None, {"fields": [("person", "substitute"), ("starts_at", "ends_at")]})]
