"""Telling modules above what happened to a payment."""

from datetime import datetime

from modules.billing.events import PaymentEvent, RefundFailed, RefundSettled
from modules.billing.models import Payment, Refund
from modules.core.events import publish


def announce(event: type[PaymentEvent], payment: Payment, *, at: datetime) -> None:
    """Publish an event about the whole payment."""
    publish(
        event(
            payment_id=payment.pk,
            subject_type=payment.subject_type,
            subject_id=payment.subject_id,
            amount_minor=payment.amount.minor,
            currency=payment.currency,
            at=at,
            key=f"{event.__name__}:{payment.public}",
        )
    )


def announce_refund(event: type[RefundSettled] | type[RefundFailed], refund: Refund, *, at: datetime) -> None:
    """Publish an event about one refund."""
    payment = refund.payment
    publish(
        event(
            refund_id=refund.pk,
            payment_id=payment.pk,
            subject_type=payment.subject_type,
            subject_id=payment.subject_id,
            amount_minor=refund.amount.minor,
            currency=refund.currency,
            at=at,
            key=f"{event.__name__}:{refund.public}",
            origin=refund.origin,
            request_id=refund.request_id,
            reason=refund.reason,
            lines=tuple((position, quantity) for position, quantity in refund.lines),
        )
    )
