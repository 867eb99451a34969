"""Payments and refunds: what was asked of the provider, and what came of it. The books follow from them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.billing.choices import (
    OPEN_STATES,
    PaymentPurpose,
    PaymentState,
    Provider,
    RefundOrigin,
    RefundState,
)
from modules.core.fields import CurrencyField, MoneyField
from modules.core.moments import babel_locale
from modules.core.money import Money


class Payment(models.Model):
    """Money asked of a customer for a record of any kind.

    Everything that the call to the provider says is stored before the call, so that trying again says the same under
    the same key. `refunding` is reserved by refunds that are under way.
    """

    looks = {
        PaymentState.REQUESTED: ("info", "clock"),
        PaymentState.OPEN: ("warning", "credit-card"),
        PaymentState.PROCESSING: ("info", "clock"),
        PaymentState.SETTLED: ("success", "check-circle"),
        PaymentState.EXPIRED: ("neutral", "clock"),
        PaymentState.FAILED: ("danger", "x-circle"),
    }

    public = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    subject_type = models.CharField(_("for, kind"), max_length=80)
    subject_id = models.BigIntegerField(_("for, id"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=PaymentPurpose, default=PaymentPurpose.PURCHASE)
    amount = MoneyField(_("amount"))
    captured = MoneyField(_("captured"), default=0)
    refunded = MoneyField(_("refunded"), default=0)
    refunding = MoneyField(_("refunds under way"), default=0)
    currency = CurrencyField(_("currency"))
    state = models.CharField(_("state"), max_length=12, choices=PaymentState, default=PaymentState.REQUESTED)
    provider = models.CharField(_("provider"), max_length=12, choices=Provider)
    livemode = models.BooleanField(_("real money"))
    session_id = models.CharField(_("checkout session"), max_length=255, blank=True, default="")
    intent_id = models.CharField(_("payment intent"), max_length=255, blank=True, default="")
    call_key = models.CharField(_("idempotency key of the call"), max_length=100, unique=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    called_at = models.DateTimeField(_("provider first called"), null=True, blank=True)
    checkout_url = models.TextField(_("checkout page"), blank=True, default="")
    expires_at = models.DateTimeField(_("checkout page closes"))
    description = models.CharField(_("description"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True, default="")
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    back_to = models.CharField(_("back to"), max_length=500)
    cancel_to = models.CharField(_("back to when given up"), max_length=500)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    created_at = models.DateTimeField(_("created"))
    settled_at = models.DateTimeField(_("paid"), null=True, blank=True)
    checked_at = models.DateTimeField(_("last looked up"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("payment"), _("payments")
        permissions = [("refund_payment", _("Can refund payments"))]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PaymentState.values), name="billing_payment_state_known"),
            models.CheckConstraint(condition=Q(provider__in=Provider.values), name="billing_payment_provider_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="billing_payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(captured__gte=0, captured__lte=F("amount")), name="billing_payment_captured_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunding__gte=0, captured__gte=F("refunded") + F("refunding")),
                name="billing_payment_refunded_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(state=PaymentState.SETTLED, captured__gt=0, settled_at__isnull=False)
                | (~Q(state=PaymentState.SETTLED) & Q(captured=0, settled_at__isnull=True)),
                name="billing_payment_settled_has_money",
            ),
            models.CheckConstraint(
                condition=~Q(state=PaymentState.OPEN) | ~Q(session_id=""), name="billing_payment_open_has_session"
            ),
            models.UniqueConstraint(
                fields=["livemode", "session_id"], condition=~Q(session_id=""), name="billing_payment_session_once"
            ),
            models.UniqueConstraint(
                fields=["livemode", "intent_id"], condition=~Q(intent_id=""), name="billing_payment_intent_once"
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "purpose"],
                condition=Q(state__in=[str(state) for state in OPEN_STATES]),
                name="billing_payment_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="billing_payment_newest"),
            models.Index(fields=["subject_type", "subject_id"], name="billing_payment_subject"),
            models.Index(fields=["settled_at"], name="billing_payment_settled"),
            models.Index(
                fields=["checked_at"],
                condition=Q(state__in=[str(state) for state in OPEN_STATES]),
                name="billing_payment_open",
            ),
        ]

    def __str__(self) -> str:
        return self.description or str(self.public)

    def get_absolute_url(self) -> str:
        """The page that says how the payment stands and leads on."""
        return reverse("billing:payment", args=[self.public])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def refundable(self) -> Money:
        """What was paid and is neither refunded nor about to be."""
        return self.captured - self.refunded - self.refunding


class Refund(models.Model):
    """Money on its way back. Its amount is reserved on the payment until it has arrived or failed."""

    looks = {
        RefundState.HELD: ("warning", "eye"),
        RefundState.REQUESTED: ("info", "clock"),
        RefundState.PENDING: ("info", "arrow-uturn-left"),
        RefundState.SETTLED: ("success", "check-circle"),
        RefundState.FAILED: ("danger", "x-circle"),
        RefundState.DECLINED: ("neutral", "x-circle"),
    }

    public = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    amount = MoneyField(_("amount"))
    currency = CurrencyField(_("currency"))
    state = models.CharField(_("state"), max_length=12, choices=RefundState, default=RefundState.REQUESTED)
    origin = models.CharField(_("origin"), max_length=10, choices=RefundOrigin, default=RefundOrigin.OURS)
    key = models.CharField(_("idempotency key"), max_length=200, unique=True)
    call_key = models.CharField(_("idempotency key of the call"), max_length=100, unique=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    livemode = models.BooleanField(_("real money"))
    provider_id = models.CharField(_("provider's id"), max_length=255, blank=True, default="")
    request = models.ForeignKey(
        "billing.RefundRequest",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        verbose_name=_("asked for by"),
    )
    """Where staff asked for it; empty for refunds of the system, of customers and of the provider's own side."""
    lines = models.JSONField(_("lines"), default=list, blank=True)
    """What it is for, where that is known: `[position on the invoice, quantity]` each."""
    posting = models.OneToOneField(
        "billing.Transaction", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("posting")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    created_at = models.DateTimeField(_("created"))
    settled_at = models.DateTimeField(_("refunded"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)
    checked_at = models.DateTimeField(_("last looked up"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("refund"), _("refunds")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RefundState.values), name="billing_refund_state_known"),
            models.CheckConstraint(condition=Q(origin__in=RefundOrigin.values), name="billing_refund_origin_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="billing_refund_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state=RefundState.SETTLED) | Q(settled_at__isnull=False, posting__isnull=False),
                name="billing_refund_settled_is_posted",
            ),
            models.UniqueConstraint(
                fields=["livemode", "provider_id"], condition=~Q(provider_id=""), name="billing_refund_provider_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="billing_refund_newest"),
            models.Index(
                fields=["checked_at"],
                condition=Q(state__in=[str(RefundState.REQUESTED), str(RefundState.PENDING)]),
                name="billing_refund_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.format(babel_locale())} · {self.payment}"
