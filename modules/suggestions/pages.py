"""What customers see of their suggestions."""

from django.utils.translation import gettext_lazy as _

from modules.portal.api import CreatePage, DetailPage, EmptyList, ListPage, RecordPages
from modules.suggestions.models import Suggestion


class SuggestionPages(RecordPages):
    """Suggesting a film, and what becomes of it."""

    model, owner, lookup, prefix, title = Suggestion, "customer", "number", "suggestions", _("Suggestions")
    create = CreatePage(
        ["title", "year", "reason", "email"], _("Suggest a film"),
        _("We vote on it, find a price, and ask you before we buy it."), _("Suggest it"),
    )  # fmt: skip
    list = ListPage(
        ["title", "year", "state", "created_at"], filters=["state"], search=["title"], sort="-created_at",
        empty=EmptyList(_("No suggestions yet"), _("Films that you would like us to sell stand here."), "light-bulb"),
    )  # fmt: skip
    detail = DetailPage(["title", "year", "reason", "email", "created_at", "answer"], timeline=True, actions=True)
