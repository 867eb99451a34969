"""Bringing what an older version left behind up to this one: shipments of orders, the stock's place in the books."""

from datetime import datetime

from modules.billing.api import balance, post
from modules.core.actors import SYSTEM
from modules.films.choices import OrderState, ShipmentState
from modules.films.models import Order
from modules.films.selectors.stock import stock_value
from modules.films.services.shipments import open_shipments_of
from modules.workflow.api import finished_tasks, fire


def open_missing_shipments(*, at: datetime) -> int:
    """Paid orders that have something to ship and no shipment get theirs, packed where they were; how many orders."""
    orders = list(
        Order.objects.filter(
            state=OrderState.PAID, shipments=None, lines__is_digital=False, lines__edition__isnull=False
        ).distinct()
    )
    packed = finished_tasks(Order.record_type, [order.pk for order in orders], "pick") if orders else set()
    for order in orders:
        for shipment in open_shipments_of(order, actor=SYSTEM, at=at):
            if order.pk in packed and shipment.state == ShipmentState.OPEN:
                fire(shipment, "pick", actor=SYSTEM, at=at)
    return len(orders)


def book_opening_stock(*, at: datetime) -> None:
    """Goods that were received before the books knew what they cost."""
    value = stock_value()
    if value and not balance("inventory", value.currency):
        lines = [("inventory", value), ("payable:opening", -value)]
        post(key="films.stock:opening", lines=lines, at=at, memo="Opening stock")
