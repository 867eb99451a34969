"""What customers see of their orders, the basket in the header, the library in the account menu."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from modules.billing.api import invoice_of, payments_of
from modules.core import clock
from modules.core.actors import Actor
from modules.core.moments import clock_time
from modules.core.slots import fill
from modules.films.choices import OrderState as S
from modules.films.models import Order
from modules.films.rules.addresses import address_lines
from modules.films.selectors.basket import count_of
from modules.films.selectors.shipments import expected_at, parcels_of
from modules.films.views.basket import basket_of
from modules.portal.api import DetailPage, EmptyList, ListPage, RecordPages, Step
from modules.workflow.api import history_of

NOW: Mapping[str, str | Promise] = {
    S.AWAITING_PAYMENT: _("Your films are set aside for you until {until}. Pay to make them yours."),
    S.EXPIRED: _("The time to pay is over and the films are back on the shelf. You were not charged."),
    S.PAID: _("It is paid. We pack your films next."),
    S.PARTLY_SHIPPED: _("A part of it is on its way. The rest follows."),
    S.SHIPPED: _("It is on its way to you."),
    S.DELIVERED: _("It is yours. Enjoy."),
    S.CLOSED: _("This order is finished."),
    S.CANCELLED: _("This order is cancelled. Whatever was paid goes back to your card."),
    S.LAPSED: _("This order has lapsed. Whatever was paid goes back to your card."),
}
STOPPED = {S.EXPIRED, S.CANCELLED, S.LAPSED}


class OrderPages(RecordPages):
    """A customer's orders: what happens now, what is needed, what was bought."""

    model, owner, lookup = Order, "customer", "number"
    title = _("Orders")
    list = ListPage(
        columns=["number", "placed_at", "state", "gross"],
        filters=["state"],
        search=["number", "lines__title"],
        sort="-placed_at",
        empty=EmptyList(
            _("No orders yet"), _("What you buy stands here, with its way to you."), "shopping-bag",
            _("Look for films"), "films:film_list",
        ),
    )  # fmt: skip
    detail = DetailPage(
        layout=[(_("Details"), ["placed_at", "name", "email"])],
        template="films/order_detail.html",
        timeline=True,
        actions=True,
        live=[
            "films/partials/_order_needed.html",
            "films/partials/_order_items.html",
            "films/partials/_order_shipments.html",
            "films/partials/_order_payments.html",
        ],
    )

    def records(self) -> models.QuerySet[Any]:
        return Order.objects.with_lines()

    def heading(self, record: Any) -> str:
        return _t("Order %(number)s") % {"number": record.number}

    def happening(self, record: Any) -> str:
        return str(NOW[record.state]).format(until=clock_time(record.pay_until))

    def steps(self, record: Any) -> Sequence[Step]:
        """Placed, paid, shipped, delivered, with their dates and the next one expected; where it stopped is marked."""
        reached: dict[str, Any] = {}
        for entry in history_of(record):
            reached.setdefault(entry.target, entry.at)
        way = [(S.AWAITING_PAYMENT, _("Placed")), (S.PAID, _("Paid")), (S.DELIVERED, _("Delivered"))]
        if record.address:
            way.insert(2, (S.SHIPPED, _("Shipped")))
        if record.state in STOPPED:
            done = [Step(title, "done", reached[state]) for state, title in way if state in reached]
            return [*done, Step(S(record.state).label, "failed", reached.get(record.state))]
        steps = [Step(title, "done" if state in reached else "", reached.get(state)) for state, title in way]
        for place, step in enumerate(steps):
            if not step.status:
                note = next_date(record) if place > 1 else ""
                steps[place] = Step(step.title, "current", note=note)
                break
        return steps

    def poll_every(self, record: Any) -> int | None:
        return {S.AWAITING_PAYMENT: 3, S.PAID: 15, S.PARTLY_SHIPPED: 30, S.SHIPPED: 60}.get(record.state)

    def context(self, record: Any, actor: Actor) -> Mapping[str, Any]:
        return {
            "order": record,
            "invoice": invoice_of(record),
            "payments": payments_of(record),
            "shipments": parcels_of(record),
            "is_payable": record.state == S.AWAITING_PAYMENT,
            "address_lines": address_lines(record),
        }


def next_date(order: Order) -> str:
    """When the next step of a paid order is expected, in words; nothing where that has passed."""
    now, expected = clock.now(), expected_at(order)
    if expected is None or expected < now:
        return ""
    return _t("expected by %(day)s") % {"day": date_format(timezone.localtime(expected), "DATE_FORMAT")}


@fill("portal.header", order=10)
def basket_link(request: HttpRequest, **facts: Any) -> str:
    """The basket with its count."""
    return render_to_string("films/partials/_basket_link.html", {"count": count_of(basket_of(request))}, request)  # type: ignore[arg-type]


@fill("portal.account", order=10)
def account_links(request: HttpRequest, **facts: Any) -> str:
    """Orders and library in the account menu."""
    return render_to_string("films/partials/_account_links.html", {}, request)
