"""Money has arrived or went back: what that means for orders."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from modules.billing.api import payment_postings, refund_postings, refund_stray_payment
from modules.billing.events import PaymentEvent, PaymentSettled, RefundFailed, RefundSettled, StrayPaymentRefunded
from modules.core import clock
from modules.core.actors import SYSTEM, Actor
from modules.core.events import subscribe
from modules.core.messages import Message, notify
from modules.films.events import OrderPlaced, StockRanLow
from modules.films.messages import OrderReceived, OrderRefunded, OrderRefundFailed, PaymentNotNeeded, StockLow
from modules.films.models import Order, StockLevel
from modules.films.selectors.orders import credits_of_payment, debits_of_refund
from modules.films.services.basket import open_basket
from modules.films.services.shipments import touch_order
from modules.films.views.basket import token_of
from modules.workflow.api import fire_first

payment_postings.register(Order.record_type, credits_of_payment)
refund_postings.register(Order.record_type, debits_of_refund)


@subscribe(PaymentSettled)
def pay_order(event: PaymentSettled) -> None:
    """A payment moves its order; money for an order that can no longer take it goes back without a step."""
    if event.subject_type != Order.record_type:
        return
    order = Order.objects.get(pk=event.subject_id)

    def give_back(*_args: object) -> None:
        refund_stray_payment(event.payment_id, at=event.at)

    fire_first(
        order,
        ["pay", "pay_late", "refuse_late_payment"],
        actor=SYSTEM,
        at=event.at,
        key=event.key,
        otherwise=give_back,
    )


@subscribe(OrderPlaced)
def tell_the_buyer(event: OrderPlaced) -> None:
    notify(OrderReceived, Order.objects.get(pk=event.order_id), key="placed", at=event.at)


@subscribe(RefundSettled)
def tell_of_refund(event: RefundSettled) -> None:
    _tell_of_money(OrderRefunded, event, key=f"refund:{event.refund_id}")


@subscribe(RefundFailed)
def tell_of_failed_refund(event: RefundFailed) -> None:
    _tell_of_money(OrderRefundFailed, event, key=f"refund:{event.refund_id}")


@subscribe(StrayPaymentRefunded)
def tell_of_stray_payment(event: StrayPaymentRefunded) -> None:
    _tell_of_money(PaymentNotNeeded, event, key=f"payment:{event.payment_id}")


def _tell_of_money(message: type[Message], event: PaymentEvent, *, key: str) -> None:
    if event.subject_type == Order.record_type:
        order = Order.objects.get(pk=event.subject_id)
        touch_order(order, at=event.at)
        facts = {"minor": event.amount_minor, "currency": event.currency}
        notify(message, order, key=key, at=event.at, facts=facts)


@subscribe(StockRanLow)
def tell_of_low_stock(event: StockRanLow) -> None:
    notify(StockLow, StockLevel.objects.get(pk=event.level_id), key=event.key, at=event.at)


@receiver(user_logged_in, dispatch_uid="films.take_basket_along")
def take_basket_along(request: Any, user: Any, **facts: object) -> None:
    """Signing in takes the guest's basket along."""
    token = token_of(request)
    if token is not None:
        open_basket(token=token, actor=Actor.of(user), at=clock.now())
