"""What the steps of orders and shipments do: database work in the step's transaction."""

from modules.billing.api import close_checkout as close_checkout_of
from modules.billing.api import issue_invoice as issue_invoice_for
from modules.billing.api import refund_all as refund_all_of
from modules.core.messages import notify
from modules.films.messages import LineCancelled
from modules.films.models import Order, Shipment
from modules.films.services.cancelling import cancel_lines_of, cancel_shipments_of
from modules.films.services.orders import (
    give_stock_back,
    grant_entitlements,
    invoice_buyer,
    invoice_lines,
    revoke_entitlements,
    set_stock_aside,
)
from modules.films.services.shipments import (
    arrive,
    hand_over,
    move_to_other_place,
    open_shipments_of,
    pack,
    touch_order,
    unpack,
)
from modules.workflow.api import Firing, advance


def allocate_stock(order: Order, firing: Firing) -> None:
    """Set the copies aside again."""
    set_stock_aside(order, actor=firing.actor, at=firing.at)


def release_stock(order: Order, firing: Firing) -> None:
    """Give the copies back to the shelves."""
    give_stock_back(order, actor=firing.actor, at=firing.at)


def close_checkout(order: Order, firing: Firing) -> None:
    """Close the payment page at the provider, so that nobody pays any more."""
    close_checkout_of(order, at=firing.at)


def grant_digital(order: Order, firing: Firing) -> None:
    """Put digital films into the library."""
    grant_entitlements(order, at=firing.at)


def revoke_digital(order: Order, firing: Firing) -> None:
    """Take digital films out of the library."""
    revoke_entitlements(order, at=firing.at)


def issue_invoice(order: Order, firing: Firing) -> None:
    """Write the invoice with the next number of its series."""
    if order.gross:
        buyer, lines = invoice_buyer(order), invoice_lines(order)
        issue_invoice_for(order, lines=lines, buyer=buyer, at=firing.at, language=order.language)


def refund_all(order: Order, firing: Firing) -> None:
    """Give back everything that was paid."""
    reason = str(firing.data.get("reason") or firing.transition)
    refund_all_of(order, reason=reason, actor=firing.actor, at=firing.at, key=firing.key)


def open_shipments(order: Order, firing: Firing) -> None:
    """One shipment for each location that holds copies of the order."""
    open_shipments_of(order, actor=firing.actor, at=firing.at)


def cancel_shipments(order: Order, firing: Firing) -> None:
    """Nothing is packed any more."""
    cancel_shipments_of(order, actor=firing.actor, at=firing.at)


def cancel_lines(order: Order, firing: Firing) -> None:
    """Give up some of a line, with its stock and its price, and tell the customer."""
    line, quantity = order.lines.get(pk=firing.data["line"].pk), firing.data["quantity"]
    back = cancel_lines_of(
        order, line, quantity=quantity, reason=firing.reason, actor=firing.actor, at=firing.at, key=firing.key
    )
    facts = {
        "line": line.title, "quantity": quantity, "reason": firing.reason,
        "minor": back.minor, "currency": back.currency,
    }  # fmt: skip
    notify(LineCancelled, order, key=firing.key, at=firing.at, facts=facts)


def pack_parcel(shipment: Shipment, firing: Firing) -> None:
    """Note what lies in the parcel; what was not found goes its own way."""
    counted = getattr(firing.data.get("packed"), "by_line", {})
    pack(shipment, counted, actor=firing.actor, at=firing.at)


def unpack_parcel(shipment: Shipment, firing: Firing) -> None:
    """Open the parcel again."""
    unpack(shipment)


def send_parcel(shipment: Shipment, firing: Firing) -> None:
    """Take the copies off the shelves and book their cost."""
    hand_over(shipment, firing.data, actor=firing.actor, at=firing.at)


def note_arrival(shipment: Shipment, firing: Firing) -> None:
    """Note when the parcel arrived."""
    arrive(shipment, at=firing.at)


def send_from_other_place(shipment: Shipment, firing: Firing) -> None:
    """Let another place pack it."""
    move_to_other_place(shipment, actor=firing.actor, at=firing.at)


def follow_shipments(shipment: Shipment, firing: Firing) -> None:
    """The order moves when its shipments have; its page notices even where its state stays."""
    touch_order(shipment.order, at=firing.at)
    advance(shipment.order, at=firing.at)
