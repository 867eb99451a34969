"""Suggestions in the console."""

from modules.console.api import RecordAdmin, register
from modules.suggestions.models import Suggestion


@register(Suggestion)
class SuggestionAdmin(RecordAdmin):
    """What customers suggest; what becomes of it happens by its workflow."""

    list_display, list_filter = ["title", "year", "state", "customer", "cost", "created_at"], ["state"]
    list_select_related, search_fields, default_order = ["customer"], ["title", "=number"], ["-created_at"]
    fields, board_sum = [("title", "year"), ("customer", "email"), "reason", "cost", "answer"], "cost"
    autocomplete_fields, readonly_fields = ["customer"], ["cost"]
