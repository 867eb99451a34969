"""What customers and buyers are told."""

from django.utils.translation import gettext_lazy as _

from modules.core.messages import Category, declare_category
from modules.workflow.api import RecordMessage

declare_category(Category("suggestions", _("Suggestions"), _("What becomes of a film that you suggested.")))


class SuggestionMessage(RecordMessage):
    category, model = "suggestions", "suggestions.Suggestion"


class SuggestionBought(SuggestionMessage):
    key, title, template = "suggestions.bought", _("Suggestion bought"), "suggestions/email/bought"


class SuggestionDeclined(SuggestionMessage):
    key, title, template = "suggestions.declined", _("Suggestion declined"), "suggestions/email/declined"


class SuggestionLate(SuggestionMessage):
    key, title, template = "suggestions.late", _("Suggestion takes too long"), "suggestions/email/late"
    whom = ("role:suggestions.buyer", "role:suggestions.manager")
