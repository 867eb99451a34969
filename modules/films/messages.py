"""What customers and staff are told about orders."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.accounts.api import guest_link, users_with_role
from modules.billing.api import attached_credit_notes, attached_invoice
from modules.core import clock
from modules.core.messages import EMAIL, IN_APP, Attached, Category, Message, Recipient, declare_category
from modules.films.models import Order, Shipment, StockLevel

declare_category(Category("orders", _("Orders"), _("Where an order stands. The receipt always comes.")))
declare_category(Category("stock", _("Stock"), _("What runs low or went wrong on the shelves."), for_staff=True))


def with_role(*roles: str) -> list[Recipient]:
    """Everybody who has one of the roles, once."""
    people = {user.pk: user for key in roles for user in users_with_role(key)}
    return [Recipient(user_id=user.pk, email=user.email) for user in people.values()]


class OrderMessage(Message):
    """The base of what a customer is told: in the language of the order, with a link that works for a guest."""

    category, channels, model = "orders", [IN_APP, EMAIL], "films.Order"

    @staticmethod
    def to(record: Order) -> Sequence[Recipient]:
        return [Recipient(user_id=record.customer_id, email=record.email, language=record.language)]

    @classmethod
    def context(cls, record: Order) -> Mapping[str, Any]:
        return {"order": record, "lines": list(record.lines.order_by("position"))}

    @classmethod
    def url(cls, record: Order) -> str:
        """An address of the site; a guest's carries a signed grant."""
        if record.customer_id is None:
            return guest_link(record, record.get_absolute_url(), at=clock.now())
        return record.get_absolute_url()


class OrderReceived(OrderMessage):
    key, title, template = "films.order_received", _("Order received"), "films/email/order_received"


class OrderPaid(OrderMessage):
    key, title, template = "films.order_paid", _("Order paid"), "films/email/order_paid"
    legal = True

    @classmethod
    def attachments(cls, record: Order) -> Sequence[Attached]:
        return attached_invoice(record)


class OrderExpired(OrderMessage):
    key, title, template = "films.order_expired", _("Order expired"), "films/email/order_expired"


class OrderTooLate(OrderMessage):
    key, title, template = "films.order_too_late", _("Payment came too late"), "films/email/order_too_late"


class OrderCancelled(OrderMessage):
    key, title, template = "films.order_cancelled", _("Order cancelled"), "films/email/order_cancelled"


class OrderDelivered(OrderMessage):
    key, title, template = "films.order_delivered", _("Order delivered"), "films/email/order_delivered"


class LineCancelled(OrderMessage):
    """Facts: `title`, `quantity`, `reason`, `minor` and `currency` of what goes back."""

    key, title, template = "films.line_cancelled", _("Part of an order cancelled"), "films/email/line_cancelled"


class OrderRefunded(OrderMessage):
    """Facts: `minor` and `currency` of what went back."""

    key, title, template = "films.order_refunded", _("Money given back"), "films/email/order_refunded"

    @classmethod
    def attachments(cls, record: Order) -> Sequence[Attached]:
        return attached_credit_notes(record)


class OrderRefundFailed(OrderMessage):
    """Facts: `minor` and `currency` of what could not be given back."""

    key, title = "films.order_refund_failed", _("Money could not be given back")
    template = "films/email/order_refund_failed"


class PaymentNotNeeded(OrderMessage):
    """A payment came that the order has no use for. Facts: `minor` and `currency`."""

    key, title = "films.payment_not_needed", _("A payment goes back")
    template = "films/email/payment_not_needed"


class ShipmentSent(Message):
    """A parcel is on its way, perhaps the first of several."""

    key, title, template = "films.shipment_sent", _("Shipped"), "films/email/shipment_sent"
    category, channels, model = "orders", [IN_APP, EMAIL], "films.Shipment"

    @staticmethod
    def to(record: Shipment) -> Sequence[Recipient]:
        return OrderMessage.to(record.order)

    @classmethod
    def context(cls, record: Shipment) -> Mapping[str, Any]:
        lines = record.order.lines.all()
        return {
            "order": record.order,
            "shipment": record,
            "lines": list(record.lines.select_related("order_line").order_by("order_line__position")),
            "to_come": sum(line.to_ship for line in lines),
        }

    @classmethod
    def url(cls, record: Shipment) -> str:
        return OrderMessage.url(record.order)


class StaffMessage(Message):
    """The base of what clerks are told, in the app and by mail, each in their language."""

    category, channels, model = "orders", [IN_APP], "films.Order"

    @staticmethod
    def to(record: Order) -> Sequence[Recipient]:
        return with_role("films.clerk")

    @classmethod
    def context(cls, record: Order) -> Mapping[str, Any]:
        return {"order": record, "shop": settings.BUSINESS_NAME}

    @classmethod
    def url(cls, record: Order) -> str:
        return reverse("admin:films_order_change", args=[record.pk])


class OrderToPack(StaffMessage):
    """Only for orders that have something to pack."""

    key, title, template = "films.order_to_pack", _("Order to pack"), "films/email/order_to_pack"

    @staticmethod
    def to(record: Order) -> Sequence[Recipient]:
        has_goods = record.lines.filter(is_digital=False, edition__isnull=False).exists()
        return StaffMessage.to(record) if has_goods else []


class OrderTooLateForStaff(StaffMessage):
    key, title = "films.order_too_late_staff", _("Late payment given back")
    template = "films/email/order_too_late_staff"
    channels = [IN_APP, EMAIL]


class ParcelMessage(Message):
    """The base of what staff are told about a parcel."""

    category, channels, model = "orders", [IN_APP, EMAIL], "films.Shipment"

    @classmethod
    def context(cls, record: Shipment) -> Mapping[str, Any]:
        lines = list(record.lines.select_related("order_line").order_by("order_line__position"))
        return {"shipment": record, "order": record.order, "lines": lines}

    @classmethod
    def url(cls, record: Shipment) -> str:
        return reverse("admin:films_shipment_change", args=[record.pk])


class ShipmentStuck(ParcelMessage):
    """Copies that were sold are nowhere to be found."""

    key, title, template = "films.shipment_stuck", _("Shipment stuck"), "films/email/shipment_stuck"
    category = "stock"

    @staticmethod
    def to(record: Shipment) -> Sequence[Recipient]:
        return with_role("films.manager", "films.clerk")


class ShipmentUrgent(ParcelMessage):
    """A parcel has to leave soon, or its customer waits longer than was promised."""

    key, title, template = "films.shipment_urgent", _("Shipment has to leave"), "films/email/shipment_urgent"
    channels = [IN_APP]

    @staticmethod
    def to(record: Shipment) -> Sequence[Recipient]:
        return with_role("films.clerk")


class ShipmentLate(ParcelMessage):
    """A parcel should have left by now: the promise to its customer is broken."""

    key, title, template = "films.shipment_late", _("Shipment late"), "films/email/shipment_late"

    @staticmethod
    def to(record: Shipment) -> Sequence[Recipient]:
        return with_role("films.manager")


class StockLow(Message):
    """An edition has come down to its reorder point."""

    key, title, template = "films.stock_low", _("Stock runs low"), "films/email/stock_low"
    category, channels, model = "stock", [IN_APP, EMAIL], "films.StockLevel"

    @staticmethod
    def to(record: StockLevel) -> Sequence[Recipient]:
        return with_role("films.manager")

    @classmethod
    def context(cls, record: StockLevel) -> Mapping[str, Any]:
        return {"level": record, "edition": record.edition, "film": record.edition.film}

    @classmethod
    def url(cls, record: StockLevel) -> str:
        return reverse("admin:films_stocklevel_change", args=[record.pk])
