"""Holding an amount of a payment back for a refund, and letting it go again."""

from datetime import datetime

from modules.billing.choices import RefundState
from modules.billing.errors import RefundTooMuch
from modules.billing.models import Payment, Refund
from modules.billing.subjects import lock
from modules.core.money import Money
from modules.core.outbox import send


def locked_payment(payment_id: int) -> Payment:
    """The payment, its record locked before it."""
    known = Payment.objects.get(pk=payment_id)
    lock(known.subject_type, known.subject_id)
    return Payment.objects.select_for_update().get(pk=payment_id)


def reserve(payment: Payment, amount: Money, *, key: str, at: datetime) -> Refund:
    """A refund, not yet saved, whose amount is held back on the locked payment. Raises RefundTooMuch."""
    if not amount > Money(0, amount.currency) or amount > payment.refundable:
        raise RefundTooMuch(left=payment.refundable)
    payment.refunding += amount
    payment.save(update_fields=["refunding"])
    refund = Refund(
        payment=payment, amount=amount, currency=amount.currency, key=key, livemode=payment.livemode, created_at=at
    )
    refund.call_key = call_key(refund)
    return refund


def call_key(refund: Refund) -> str:
    """The idempotency key of the call to the provider."""
    return f"refund:{refund.public}:{refund.attempt}"


def call_later(refund: Refund, *, at: datetime) -> None:
    """Have the provider asked by the outbox."""
    send("billing.refund", {"refund": refund.pk}, key=refund.call_key, at=at, record=refund)


def let_go(refund: Refund) -> None:
    """A refund that waited for approval is declined: what it held back is free again."""
    payment = Payment.objects.select_for_update().get(pk=refund.payment_id)
    if Refund.objects.filter(pk=refund.pk, state=RefundState.HELD).update(state=RefundState.DECLINED):
        payment.refunding -= refund.amount
        payment.save(update_fields=["refunding"])
