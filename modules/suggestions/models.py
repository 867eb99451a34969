"""What a suggestion is."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.core.fields import MoneyField
from modules.core.text import public_number
from modules.workflow.api import WorkflowRecord


class SuggestionState(models.TextChoices):
    VOTING = "voting", _("Being voted on")
    PRICING = "pricing", _("Price is being found")
    CHECKING = "checking", _("Price is being checked")
    ASKING = "asking", _("Answer is awaited")
    WANTED = "wanted", _("To be bought")
    BOUGHT = "bought", _("Bought")
    REFUSED = "refused", _("To be declined")
    DECLINED = "declined", _("Not taken up")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Suggestion(WorkflowRecord):
    """A film that a customer would buy if we sold it."""

    record_type = "suggestions.suggestion"
    number = models.CharField(_("number"), max_length=12, unique=True, default=public_number, editable=False)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("customer"))
    title = models.CharField(_("title"), max_length=120)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    reason = models.TextField(_("why we should have it"), max_length=2000, blank=True, default="")
    email = models.EmailField(_("e-mail address"), help_text=_("Before we buy it, we ask you here."))
    cost = MoneyField(_("cost"), null=True, blank=True)  # type: ignore[misc]  # until a buyer knows it
    answer = models.TextField(_("our answer"), max_length=2000, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("suggestion"), _("suggestions")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SuggestionState.values), name="suggestions_state_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(email=""), name="suggestions_title_and_email"),
            models.CheckConstraint(condition=Q(cost__gt=0), name="suggestions_cost_positive"),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="suggestions_newest")]

    def __str__(self) -> str:
        return f"{self.title} ({self.year})" if self.year else self.title

    def get_absolute_url(self) -> str:
        return reverse("portal:suggestions_suggestion_detail", args=[self.number])
