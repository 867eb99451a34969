"""Staff are told about money that needs a person."""

from modules.billing.events import EventParked, RefundFailed, StrayPaymentRefunded
from modules.billing.messages import RefundNeedsAttention, StrayPayment, WebhookParked
from modules.billing.models import Payment, Refund, WebhookEvent
from modules.core.events import subscribe
from modules.core.messages import notify


@subscribe(EventParked)
def tell_of_parked_event(event: EventParked) -> None:
    record = WebhookEvent.objects.get(pk=event.webhook_event_id)
    notify(WebhookParked, record, key=event.at.isoformat(), at=event.at)


@subscribe(RefundFailed)
def tell_of_failed_refund(event: RefundFailed) -> None:
    notify(RefundNeedsAttention, Refund.objects.get(pk=event.refund_id), key="failed", at=event.at)


@subscribe(StrayPaymentRefunded)
def tell_of_stray_payment(event: StrayPaymentRefunded) -> None:
    notify(StrayPayment, Payment.objects.get(pk=event.payment_id), key="stray", at=event.at)
