"""A provider for demo history: nothing leaves the machine, every call succeeds, ids follow from the order.

It keeps no state: a checkout it is asked about is open until the demo says that it was paid (`settle_recorded`).
"""

from collections.abc import Iterator
from datetime import datetime

from modules.billing.gateways.base import (
    Checkout,
    CheckoutOrder,
    CheckoutStatus,
    ProviderEvent,
    RefundAnswer,
    RefundOrder,
    RefundStatus,
    RefusedByProvider,
)


class RecordingGateway:
    livemode = False

    def open_checkout(self, order: CheckoutOrder) -> Checkout:
        return Checkout(
            session_id=f"rec_checkout_{order.payment}",
            status=CheckoutStatus.OPEN,
            url=order.cancel_url,
            payment=order.payment,
            intent_id="",
            amount=order.amount,
            received=order.amount,
            livemode=False,
        )

    def look_up_checkout(self, session_id: str) -> Checkout:
        raise RefusedByProvider("recorded history is not looked up", code="recorded")

    def checkout_of_intent(self, intent_id: str) -> Checkout | None:
        return None

    def expire_checkout(self, session_id: str) -> Checkout:
        raise RefusedByProvider("recorded history has no page to close", code="recorded")

    def refund(self, order: RefundOrder) -> RefundAnswer:
        return RefundAnswer(
            provider_id=f"rec_refund_{order.refund}",
            status=RefundStatus.SETTLED,
            refund=order.refund,
            intent_id=order.intent_id,
            amount=order.amount,
        )

    def look_up_refund(self, provider_id: str) -> RefundAnswer:
        raise RefusedByProvider("recorded history is not looked up", code="recorded")

    def refunds_of(self, intent_id: str) -> list[RefundAnswer]:
        return []

    def events_since(self, moment: datetime) -> Iterator[ProviderEvent]:
        return iter(())
