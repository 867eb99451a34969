"""The life of a film order."""

from django.utils.translation import gettext_lazy as _

from modules.films.actions import (
    allocate_stock,
    close_checkout,
    grant_digital,
    issue_invoice,
    refund_all,
    release_stock,
    revoke_digital,
)
from modules.films.choices import OrderState as S
from modules.films.forms.orders import CancelReason
from modules.films.messages import (
    OrderCancelled,
    OrderExpired,
    OrderPaid,
    OrderTooLate,
    OrderTooLateForStaff,
    OrderToPack,
)
from modules.films.models import Order
from modules.films.models.orders import PAYMENT_WINDOW
from modules.films.rules.orders import has_only_digital, is_paid_in_full, is_still_in_stock, nothing_picked
from modules.films.selectors.orders import order_facts
from modules.workflow.api import OWNER, SYSTEM, Staff, Workflow, automatic, days, role, task, tell, timer, transition


class OrderFlow(Workflow[Order]):
    """A film order from placing to closed."""

    key, version, title = "films.order", 1, _("Film order")
    description = _("An order of films, from the checkout until nothing is left to do.")
    states, initial, final = S, S.AWAITING_PAYMENT, {S.CLOSED, S.CANCELLED, S.LAPSED}
    owner, facts = "customer", order_facts
    looks = {
        S.AWAITING_PAYMENT: ("warning", "credit-card"),
        S.EXPIRED: ("neutral", "clock"),
        S.PAID: ("info", "banknotes"),
        S.DELIVERED: ("success", "check-circle"),
        S.CLOSED: ("neutral", "lock-closed"),
        S.CANCELLED: ("danger", "x-circle"),
        S.LAPSED: ("neutral", "archive-box-x-mark"),
    }

    pay = transition(
        S.AWAITING_PAYMENT, to=S.PAID, by=SYSTEM, when=is_paid_in_full, title=_("Payment arrives"),
        do=[grant_digital, issue_invoice, tell(OrderPaid), tell(OrderToPack)],
    )  # fmt: skip
    expire = timer(
        S.AWAITING_PAYMENT, to=S.EXPIRED, after=PAYMENT_WINDOW, title=_("Payment is overdue"),
        do=[release_stock, close_checkout, tell(OrderExpired)],
    )  # fmt: skip
    pay_late = transition(
        S.EXPIRED, to=S.PAID, by=SYSTEM, when=[is_paid_in_full, is_still_in_stock], title=_("Payment arrives late"),
        do=[allocate_stock, grant_digital, issue_invoice, tell(OrderPaid), tell(OrderToPack)],
    )  # fmt: skip
    refuse_late_payment = transition(
        S.EXPIRED, to=S.LAPSED, by=SYSTEM, when=[is_paid_in_full, ~is_still_in_stock],
        title=_("Payment arrives too late"), do=[refund_all, tell(OrderTooLate), tell(OrderTooLateForStaff)],
    )  # fmt: skip
    lapse = timer(S.EXPIRED, to=S.LAPSED, after=days(7), title=_("Never paid"))
    all_digital = automatic(S.PAID, to=S.DELIVERED, when=has_only_digital, title=_("All digital: delivered at once"))
    pick = task(S.PAID, to_do=_("Pick and pack"), assign=role("films.clerk"))
    close = timer(S.DELIVERED, to=S.CLOSED, after=days(30), title=_("Thirty days have passed"))
    cancel = transition(
        S.AWAITING_PAYMENT, S.PAID, to=S.CANCELLED, by=[OWNER, Staff("films.cancel_order")], when=nothing_picked,
        form=CancelReason, title=_("Cancel the order"), destructive=True,
        confirm=_("The order is cancelled and everything paid is given back."),
        do=[release_stock, close_checkout, revoke_digital, refund_all, tell(OrderCancelled)],
    )  # fmt: skip
