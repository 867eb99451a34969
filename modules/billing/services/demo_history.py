"""Demo history: what a recorded payment needs to look as if a customer had paid it then."""

from datetime import datetime

from django.db import models

from modules.billing.choices import OPEN_STATES, PaymentState, Provider
from modules.billing.gateways.base import Checkout, CheckoutStatus
from modules.billing.models import Payment
from modules.billing.services.settlement import settle
from modules.billing.subjects import reference


def settle_recorded(subject: models.Model, *, at: datetime) -> Payment:
    """Pay the recorded payment of a record at a past time, also late when it is closed. Raises Payment.DoesNotExist."""
    kind, pk = reference(subject)
    unpaid = Payment.objects.filter(provider=Provider.RECORDING, state__in=(*OPEN_STATES, PaymentState.EXPIRED))
    payment = unpaid.filter(subject_type=kind, subject_id=pk).latest("pk")
    paid = Checkout(
        session_id=payment.session_id,
        status=CheckoutStatus.PAID,
        url="",
        payment=str(payment.public),
        intent_id=f"rec_intent_{payment.public}",
        amount=payment.amount,
        received=payment.amount,
        livemode=False,
    )
    return settle(payment.pk, paid, at=at)
