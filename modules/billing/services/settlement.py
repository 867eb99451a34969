"""The one idempotent function through which every payment is fulfilled: by webhook, return page, sweep or closing."""

from datetime import datetime

from django.db import transaction

from modules.billing.choices import PaymentState
from modules.billing.errors import Unworkable
from modules.billing.events import PaymentExpired, PaymentFailed, PaymentSettled
from modules.billing.gateways.base import Checkout, CheckoutStatus, RefusedByProvider
from modules.billing.gateways.choice import IN_BACKGROUND, gateway
from modules.billing.models import Payment
from modules.billing.services.announcing import announce
from modules.billing.services.postings import post_payment
from modules.billing.subjects import lock


def look(payment_id: int, *, at: datetime, patience: float = IN_BACKGROUND) -> Payment:
    """Ask the provider how a payment stands and follow it. Network: not inside a transaction. Raises Unreachable."""
    payment = Payment.objects.get(pk=payment_id)
    if not payment.session_id:
        return payment
    try:
        checkout = gateway(payment.provider, patience=patience).look_up_checkout(payment.session_id)
    except RefusedByProvider as error:
        raise Unworkable(str(error)) from error
    return settle(payment_id, checkout, at=at)


@transaction.atomic
def settle(payment_id: int, checkout: Checkout, *, at: datetime) -> Payment:
    """Follow what the provider says about a payment: money is booked and told once, whoever comes first.

    A payment only ever moves forward, so answers may come late, twice and in any order. Raises Unworkable when the
    provider says something that cannot be about this payment.
    """
    known = Payment.objects.get(pk=payment_id)
    lock(known.subject_type, known.subject_id)
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    if checkout.livemode != payment.livemode:
        raise Unworkable("real and test money are mixed up")
    payment.checked_at = at
    payment.save(update_fields=["checked_at"])
    if checkout.status == CheckoutStatus.PAID:
        _capture(payment, checkout, at=at)
    elif payment.is_open:
        _follow(payment, checkout, at=at)
    return payment


def _capture(payment: Payment, checkout: Checkout, *, at: datetime) -> None:
    """Money is there. Above us first, the books last: their rows are the busiest and are held shortest that way."""
    if payment.state == PaymentState.SETTLED:
        if checkout.intent_id != payment.intent_id:
            raise Unworkable(f"paid twice: {payment.intent_id} and {checkout.intent_id}; refund one at the provider")
        return
    if checkout.received != payment.amount:
        raise Unworkable(f"{checkout.received} arrived where {payment.amount} was asked for")
    payment.state, payment.captured, payment.settled_at = PaymentState.SETTLED, checkout.received, at
    payment.session_id, payment.intent_id = checkout.session_id, checkout.intent_id
    payment.checkout_url = payment.error = ""
    payment.save(update_fields=["state", "captured", "settled_at", "session_id", "intent_id", "checkout_url", "error"])
    announce(PaymentSettled, payment, at=at)
    post_payment(payment, at=at)


_FOLLOWED = {
    CheckoutStatus.OPEN: PaymentState.OPEN,
    CheckoutStatus.PROCESSING: PaymentState.PROCESSING,
    CheckoutStatus.FAILED: PaymentState.FAILED,
    CheckoutStatus.EXPIRED: PaymentState.EXPIRED,
}
_TOLD = {PaymentState.FAILED: PaymentFailed, PaymentState.EXPIRED: PaymentExpired}


def _follow(payment: Payment, checkout: Checkout, *, at: datetime) -> None:
    state = _FOLLOWED[checkout.status]
    if state == payment.state or (state == PaymentState.OPEN and payment.state == PaymentState.PROCESSING):
        return
    payment.state = state
    payment.session_id = payment.session_id or checkout.session_id
    payment.checkout_url = checkout.url
    payment.save(update_fields=["state", "session_id", "checkout_url"])
    if state in _TOLD:
        announce(_TOLD[state], payment, at=at)
