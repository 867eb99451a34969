"""Payments and refunds in the console."""

from django.utils.translation import gettext_lazy as _

from modules.billing.admin.reading import ReadOnlyAdmin, ReadOnlyInline, subject_link
from modules.billing.models import Payment, Refund
from modules.console.api import DateRange, display, register


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = ["created_at", "amount", "state", "origin", "reason", "settled_at", "failed_at", "error"]
    readonly_fields = fields
    show_change_link = True


@register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """What customers were asked for, and what came of it."""

    list_display = ["description", "state", "amount", "refunded", "email", "created_at", "settled_at"]
    list_filter = ["state", ("settled_at", DateRange), "provider", "livemode"]
    search_fields = ["=session_id", "=intent_id", "=email"]
    default_order = ["-created_at"]
    inlines = [RefundInline]
    readonly_fields = ["subject"]
    fieldsets = [
        (None, {"fields": ["description", "subject", "state", ("amount", "captured"), ("refunded", "refunding")]}),
        (_("When"), {"fields": [("created_at", "expires_at"), ("settled_at", "checked_at")]}),
        (_("Customer"), {"fields": [("email", "language"), ("back_to", "cancel_to")]}),
        (
            _("Provider"),
            {"fields": [("provider", "livemode"), "session_id", "intent_id", ("call_key", "attempt"), "error"]},
        ),
    ]

    @display(description=_("for"))
    def subject(self, payment: Payment) -> str:
        return subject_link(payment.subject_type, payment.subject_id)


@register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Money on its way back."""

    list_display = ["payment", "amount", "state", "origin", "reason", "created_at", "settled_at"]
    list_select_related = ["payment"]
    list_filter = ["state", "origin"]
    search_fields = ["=provider_id", "=payment__intent_id"]
    default_order = ["-created_at"]
    fieldsets = [
        (None, {"fields": ["payment", ("amount", "state"), "reason", ("origin", "actor"), "error"]}),
        (_("When"), {"fields": [("created_at", "checked_at"), ("settled_at", "failed_at")]}),
        (_("Provider"), {"fields": ["provider_id", ("call_key", "attempt"), "posting"]}),
    ]
