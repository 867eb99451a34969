"""The life of a film order, and of the shipments that bring it."""

from django.utils.translation import gettext_lazy as _

from modules.films.actions import (
    allocate_stock,
    cancel_lines,
    cancel_shipments,
    close_checkout,
    grant_digital,
    issue_invoice,
    note_arrival,
    open_shipments,
    pack_from_now,
    pack_parcel,
    refund_all,
    release_stock,
    revoke_digital,
    send_from_other_place,
    send_parcel,
    show_on_order,
    unpack_parcel,
)
from modules.films.choices import OrderState as S
from modules.films.choices import ShipmentState as P
from modules.films.forms.orders import CancelReason
from modules.films.forms.shipments import CancelLineForm, PackForm, ParcelForm
from modules.films.messages import (
    OrderCancelled,
    OrderDelivered,
    OrderExpired,
    OrderPaid,
    OrderTooLate,
    OrderTooLateForStaff,
    OrderToPack,
    ShipmentLate,
    ShipmentSent,
    ShipmentStuck,
    ShipmentUrgent,
)
from modules.films.models import Order, Shipment
from modules.films.models.orders import PAYMENT_WINDOW
from modules.films.models.shipments import PACKING_TIME, SENDING_TIME
from modules.films.rules.orders import (
    all_delivered,
    has_only_digital,
    has_open_lines,
    has_shipped,
    is_paid_in_full,
    is_still_in_stock,
    nothing_left,
    nothing_left_to_ship,
    nothing_picked,
)
from modules.films.rules.shipments import is_elsewhere, is_empty
from modules.films.selectors.orders import order_facts
from modules.films.selectors.shipments import shipment_facts
from modules.workflow.api import (
    OWNER,
    SYSTEM,
    Staff,
    Workflow,
    after,
    at_date,
    automatic,
    business_hours,
    days,
    escalation,
    role,
    sla,
    task,
    tell,
    timer,
    transition,
)

WHEN_DUE = [at_date("due_at")]
TO_THE_MANAGER = [escalation(after("due_at", business_hours(4)), to=role("films.manager"))]
"""What nobody has done half a day after it was due is the manager's."""


class OrderFlow(Workflow[Order]):
    """A film order from placing to closed. What is packed and sent are its shipments; it follows them."""

    key, version, title = "films.order", 2, _("Film order")
    description = _("An order of films, from the checkout until nothing is left to do.")
    states, initial, final = S, S.AWAITING_PAYMENT, {S.CLOSED, S.CANCELLED, S.LAPSED}
    owner, facts = "customer", order_facts
    looks = {
        S.AWAITING_PAYMENT: ("warning", "credit-card"),
        S.EXPIRED: ("neutral", "clock"),
        S.PAID: ("info", "banknotes"),
        S.PARTLY_SHIPPED: ("info", "truck"),
        S.SHIPPED: ("info", "truck"),
        S.DELIVERED: ("success", "check-circle"),
        S.CLOSED: ("neutral", "lock-closed"),
        S.CANCELLED: ("danger", "x-circle"),
        S.LAPSED: ("neutral", "archive-box-x-mark"),
    }

    pay = transition(
        S.AWAITING_PAYMENT, to=S.PAID, by=SYSTEM, when=is_paid_in_full, title=_("Payment arrives"),
        do=[grant_digital, open_shipments, issue_invoice, tell(OrderPaid), tell(OrderToPack)],
    )  # fmt: skip
    expire = timer(
        S.AWAITING_PAYMENT, to=S.EXPIRED, after=PAYMENT_WINDOW, title=_("Payment is overdue"),
        do=[release_stock, close_checkout, tell(OrderExpired)],
    )  # fmt: skip
    pay_late = transition(
        S.EXPIRED, to=S.PAID, by=SYSTEM, when=[is_paid_in_full, is_still_in_stock], title=_("Payment arrives late"),
        do=[allocate_stock, grant_digital, open_shipments, issue_invoice, tell(OrderPaid), tell(OrderToPack)],
    )  # fmt: skip
    refuse_late_payment = transition(
        S.EXPIRED, to=S.LAPSED, by=SYSTEM, when=[is_paid_in_full, ~is_still_in_stock],
        title=_("Payment arrives too late"), do=[refund_all, tell(OrderTooLate), tell(OrderTooLateForStaff)],
    )  # fmt: skip
    lapse = timer(S.EXPIRED, to=S.LAPSED, after=days(7), title=_("Never paid"))
    all_digital = automatic(S.PAID, to=S.DELIVERED, when=has_only_digital, title=_("All digital: delivered at once"))
    give_up = automatic(
        S.PAID, to=S.CANCELLED, when=nothing_left, title=_("Every line is cancelled"),
        do=[refund_all, tell(OrderCancelled)],
    )  # fmt: skip
    ship_whole = automatic(
        S.PAID, to=S.SHIPPED, when=[has_shipped, nothing_left_to_ship], title=_("Everything is sent at once")
    )
    begin_shipping = automatic(S.PAID, to=S.PARTLY_SHIPPED, when=has_shipped, title=_("A first shipment is sent"))
    all_shipped = automatic(S.PARTLY_SHIPPED, to=S.SHIPPED, when=nothing_left_to_ship, title=_("Everything is sent"))
    arrive = automatic(
        S.SHIPPED, to=S.DELIVERED, when=all_delivered, title=_("Every shipment has arrived"), do=[tell(OrderDelivered)]
    )
    close = timer(S.DELIVERED, to=S.CLOSED, after=days(30), title=_("Thirty days have passed"))
    cancel = transition(
        S.AWAITING_PAYMENT, S.PAID, to=S.CANCELLED, by=[OWNER, Staff("films.cancel_order")], when=nothing_picked,
        form=CancelReason, title=_("Cancel the order"), destructive=True,
        confirm=_("The order is cancelled and everything paid is given back."),
        do=[cancel_shipments, release_stock, close_checkout, revoke_digital, refund_all, tell(OrderCancelled)],
    )  # fmt: skip
    cancel_line = transition(
        S.PAID, to=S.PAID, by=Staff("films.cancel_line"), when=has_open_lines, form=CancelLineForm,
        title=_("Cancel a line"), destructive=True, do=[cancel_lines],
        confirm=_("Its copies are for sale again and its price is given back."),
    )  # fmt: skip
    cancel_open_line = transition(
        S.PARTLY_SHIPPED, to=S.PARTLY_SHIPPED, by=Staff("films.cancel_line"), when=has_open_lines,
        form=CancelLineForm, title=_("Cancel a line"), destructive=True, do=[cancel_lines],
        confirm=_("Its copies are for sale again and its price is given back."),
    )  # fmt: skip


class ShipmentFlow(Workflow[Shipment]):
    """What one location sends of an order, from the shelf to the customer."""

    key, version, title = "films.shipment", 2, _("Shipment")
    description = _("What one location sends of an order, from the shelf to the customer.")
    states, initial, final = P, P.OPEN, {P.DELIVERED, P.CANCELLED}
    facts, parent = shipment_facts, "order"
    looks = {
        P.OPEN: ("warning", "archive-box"),
        P.STUCK: ("danger", "exclamation-triangle"),
        P.PICKED: ("info", "gift"),
        P.SHIPPED: ("info", "truck"),
        P.DELIVERED: ("success", "check-circle"),
        P.CANCELLED: ("neutral", "x-circle"),
    }

    sending = sla(
        P.OPEN, P.PICKED, within=after("paid_at", SENDING_TIME), warn=after("paid_at", business_hours(14)),
        paused_in=[P.STUCK], title=_("Sent within two business days"),
        on_warning=[tell(ShipmentUrgent)], on_breach=[tell(ShipmentLate)],
    )  # fmt: skip
    packing = task(
        P.OPEN, to_do=_("Pick and pack"), assign=role("films.clerk"), due=PACKING_TIME, remind=WHEN_DUE,
        escalate=TO_THE_MANAGER,
    )  # fmt: skip
    pick = transition(
        P.OPEN, to=P.PICKED, by=Staff("films.pick_shipment"), completes=packing, form=PackForm, title=_("Packed"),
        do=[pack_parcel], undo=[unpack_parcel],
    )  # fmt: skip
    send_nothing = automatic(P.PICKED, to=P.CANCELLED, when=is_empty, title=_("Nothing was found for it"))
    handing_over = task(
        P.PICKED, to_do=_("Hand over to the carrier"), assign=role("films.clerk"), due=PACKING_TIME, remind=WHEN_DUE,
        escalate=TO_THE_MANAGER,
    )  # fmt: skip
    ship = transition(
        P.PICKED, to=P.SHIPPED, by=Staff("films.ship_shipment"), completes=handing_over, form=ParcelForm,
        title=_("Ship"), do=[send_parcel, show_on_order, tell(ShipmentSent)],
    )  # fmt: skip
    deliver = transition(
        P.SHIPPED, to=P.DELIVERED, by=[SYSTEM, Staff("films.deliver_shipment")], title=_("It has arrived"),
        do=[note_arrival, show_on_order],
    )  # fmt: skip
    presume = timer(
        P.SHIPPED, to=P.DELIVERED, after=days(14), title=_("Two weeks under way: taken as arrived"),
        do=[note_arrival, show_on_order],
    )  # fmt: skip
    get_stuck = transition(
        P.OPEN, to=P.STUCK, by=SYSTEM, title=_("Copies are missing everywhere"), do=[tell(ShipmentStuck)]
    )
    searching = task(
        P.STUCK, to_do=_("Find the missing copies"), assign=role("films.manager"), due=business_hours(8),
        remind=WHEN_DUE,
    )  # fmt: skip
    resume = transition(
        P.STUCK, to=P.OPEN, by=Staff("films.pick_shipment"), completes=searching, title=_("Found: pack it"),
        do=[pack_from_now],
    )  # fmt: skip
    send_from_elsewhere = transition(
        P.STUCK, to=P.OPEN, by=Staff("films.pick_shipment"), when=is_elsewhere, completes=searching,
        title=_("Send it from another place"), do=[send_from_other_place],
    )  # fmt: skip
    cancel = transition(P.OPEN, P.STUCK, to=P.CANCELLED, by=SYSTEM, title=_("Cancelled with its order"))
