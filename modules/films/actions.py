"""What the steps of an order do: database work in the step's transaction."""

from modules.billing.api import close_checkout as close_checkout_of
from modules.billing.api import issue_invoice as issue_invoice_for
from modules.billing.api import refund_all as refund_all_of
from modules.films.models import Order
from modules.films.services.orders import (
    give_stock_back,
    grant_entitlements,
    invoice_buyer,
    invoice_lines,
    revoke_entitlements,
    set_stock_aside,
)
from modules.workflow.api import Firing


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
        issue_invoice_for(order, lines=invoice_lines(order), buyer=invoice_buyer(order), at=firing.at)


def refund_all(order: Order, firing: Firing) -> None:
    """Give back everything that was paid."""
    reason = str(firing.data.get("reason") or firing.transition)
    refund_all_of(order, reason=reason, actor=firing.actor, at=firing.at, key=firing.key)
