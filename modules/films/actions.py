"""What the steps of orders and shipments do: database work in the step's transaction."""

from django.utils.translation import gettext_lazy as _

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
from modules.films.services.shipments import pack_from_now as pack_from_now_on
from modules.workflow.api import Firing, action, advance


@action(_("Set the copies aside again"))
def allocate_stock(order: Order, firing: Firing) -> None:
    """Set the copies aside again."""
    set_stock_aside(order, actor=firing.actor, at=firing.at)


@action(_("Give the copies back to the shelves"))
def release_stock(order: Order, firing: Firing) -> None:
    """Give the copies back to the shelves."""
    give_stock_back(order, actor=firing.actor, at=firing.at)


@action(_("Close the payment page"))
def close_checkout(order: Order, firing: Firing) -> None:
    """Close the payment page at the provider, so that nobody pays any more."""
    close_checkout_of(order, at=firing.at)


@action(_("Put digital films into the library"))
def grant_digital(order: Order, firing: Firing) -> None:
    """Put digital films into the library."""
    grant_entitlements(order, at=firing.at)


@action(_("Take digital films out of the library"))
def revoke_digital(order: Order, firing: Firing) -> None:
    """Take digital films out of the library."""
    revoke_entitlements(order, at=firing.at)


@action(_("Write the invoice"))
def issue_invoice(order: Order, firing: Firing) -> None:
    """Write the invoice with the next number of its series."""
    if order.gross:
        buyer, lines = invoice_buyer(order), invoice_lines(order)
        issue_invoice_for(order, lines=lines, buyer=buyer, at=firing.at, language=order.language)


@action(_("Give back everything that was paid"))
def refund_all(order: Order, firing: Firing) -> None:
    """Give back everything that was paid."""
    reason = str(firing.data.get("reason") or firing.transition)
    refund_all_of(order, reason=reason, actor=firing.actor, at=firing.at, key=firing.key)


@action(_("Make a shipment for each location that holds copies"))
def open_shipments(order: Order, firing: Firing) -> None:
    """One shipment for each location that holds copies of the order."""
    open_shipments_of(order, actor=firing.actor, at=firing.at)


@action(_("Cancel the shipments"))
def cancel_shipments(order: Order, firing: Firing) -> None:
    """Nothing is packed any more."""
    cancel_shipments_of(order, actor=firing.actor, at=firing.at)


@action(_("Give up some of a line and tell the customer"))
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


@action(_("Note what lies in the parcel"))
def pack_parcel(shipment: Shipment, firing: Firing) -> None:
    """Note what lies in the parcel; what was not found goes its own way."""
    counted = getattr(firing.data.get("packed"), "by_line", {})
    pack(shipment, counted, actor=firing.actor, at=firing.at)


@action(_("Open the parcel again"))
def unpack_parcel(shipment: Shipment, firing: Firing) -> None:
    """Open the parcel again."""
    unpack(shipment)


@action(_("Take the copies off the shelves and book their cost"))
def send_parcel(shipment: Shipment, firing: Firing) -> None:
    """Take the copies off the shelves and book their cost."""
    hand_over(shipment, firing.data, actor=firing.actor, at=firing.at)


@action(_("Note when the parcel arrived"))
def note_arrival(shipment: Shipment, firing: Firing) -> None:
    """Note when the parcel arrived."""
    arrive(shipment, at=firing.at)


@action(_("Count the time to pack it from now"))
def pack_from_now(shipment: Shipment, firing: Firing) -> None:
    """The time to pack it begins anew."""
    pack_from_now_on(shipment, at=firing.at)


@action(_("Let another place pack it"))
def send_from_other_place(shipment: Shipment, firing: Firing) -> None:
    """Let another place pack it."""
    move_to_other_place(shipment, actor=firing.actor, at=firing.at)


@action(_("Show the change on the page of the order"))
def show_on_order(shipment: Shipment, firing: Firing) -> None:
    """The order's page notices, even where its state stays."""
    touch_order(shipment.order, at=firing.at)


@action(_("Let the order of a shipment follow it"))
def follow_shipments(shipment: Shipment, firing: Firing) -> None:
    """What shipments of version 1, which have no parent, do for their order; the others are told by the engine."""
    touch_order(shipment.order, at=firing.at)
    advance(shipment.order, at=firing.at)
