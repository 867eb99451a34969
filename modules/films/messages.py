"""What customers and staff are told about orders."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from modules.accounts.api import guest_link, users_with_role
from modules.core import clock
from modules.core.messages import EMAIL, IN_APP, Category, Message, Recipient, declare_category
from modules.films.models import Order

declare_category(Category("orders", _("Orders"), _("Where an order stands. The receipt always comes.")))
declare_category(Category("stock", _("Stock"), _("What runs low or went wrong on the shelves."), for_staff=True))


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


class OrderExpired(OrderMessage):
    key, title, template = "films.order_expired", _("Order expired"), "films/email/order_expired"


class OrderTooLate(OrderMessage):
    key, title, template = "films.order_too_late", _("Payment came too late"), "films/email/order_too_late"


class OrderCancelled(OrderMessage):
    key, title, template = "films.order_cancelled", _("Order cancelled"), "films/email/order_cancelled"


class StaffMessage(Message):
    """The base of what clerks are told, in the app and by mail, each in their language."""

    category, channels, model = "orders", [IN_APP], "films.Order"

    @staticmethod
    def to(record: Order) -> Sequence[Recipient]:
        return [Recipient(user_id=user.pk, email=user.email) for user in users_with_role("films.clerk")]

    @classmethod
    def context(cls, record: Order) -> Mapping[str, Any]:
        return {"order": record, "shop": settings.BUSINESS_NAME}

    @classmethod
    def url(cls, record: Order) -> str:
        return f"/console/films/order/{record.pk}/change/"


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
