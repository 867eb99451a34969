"""What staff ask to be refunded, and how much each of them may let go on a day without a second pair of eyes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.billing.choices import RefundRequestState
from modules.core.fields import CurrencyField, MoneyField
from modules.core.moments import babel_locale
from modules.workflow.api import WorkflowRecord


class RefundRequest(WorkflowRecord):
    """A refund that a person asked for. Its amount is reserved on the record's payments from the first moment."""

    record_type = "billing.refundrequest"

    subject_type = models.CharField(_("for, kind"), max_length=80, editable=False)
    subject_id = models.BigIntegerField(_("for, id"), editable=False)
    description = models.CharField(_("for"), max_length=200)
    amount = MoneyField(_("amount"))
    currency = CurrencyField(_("currency"))
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    lines = models.JSONField(_("lines"), default=list, blank=True)
    """What it is for, where that was said: `[position on the invoice, quantity]` each."""
    key = models.CharField(_("idempotency key"), max_length=200, unique=True, editable=False)
    is_within_limit = models.BooleanField(_("within the person's limit"), editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        verbose_name, verbose_name_plural = _("refund request"), _("refund requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RefundRequestState.values), name="billing_refundrequest_state_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="billing_refundrequest_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["-asked_at", "-id"], name="billing_refundrequest_newest"),
            models.Index(fields=["state", "-asked_at"], name="billing_refundrequest_state"),
            models.Index(fields=["subject_type", "subject_id"], name="billing_refundrequest_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.amount.format(babel_locale())} · {self.description}"


class RefundAllowance(models.Model):
    """What a person has let go on a day of the business without a second pair of eyes. One guarded UPDATE counts it,
    so that many small refunds at once are still many."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    day = models.DateField(_("day"))
    currency = CurrencyField(_("currency"))
    spent = MoneyField(_("let go"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("allowance of a day"), _("allowances of days")
        constraints = [
            models.UniqueConstraint(fields=["person", "day", "currency"], name="billing_refundallowance_once"),
            models.CheckConstraint(condition=Q(spent__gte=0), name="billing_refundallowance_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"
