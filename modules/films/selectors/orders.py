"""Orders, their facts for the workflow, and the library of digital films."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from modules.billing.api import captured_by_subject
from modules.core.money import Money
from modules.films.choices import LineKind, OrderState
from modules.films.models import Entitlement, Order, OrderLine
from modules.films.selectors.stock import available_by_edition
from modules.workflow.api import finished_tasks


@dataclass(frozen=True)
class OrderFacts:
    """What the guards of an order look at."""

    captured: Money
    """Paid and not given back."""
    in_stock: bool
    """Whether everything to be shipped could be set aside now."""
    only_digital: bool
    is_packed: bool


def order_facts(orders: Sequence[Order], at: datetime) -> Mapping[int, OrderFacts]:
    """The facts of many orders, in a constant number of queries."""
    ids = [order.pk for order in orders]
    captured = captured_by_subject(Order.record_type, ids)
    wanted: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for line in physical_lines(ids):
        wanted[line.order_id][line.edition_id or 0] += line.quantity
    # Stock matters to orders that lost theirs; the others hold what they need.
    lost = {order.pk for order in orders if order.state == OrderState.EXPIRED}
    free = available_by_edition({edition for pk in lost for edition in wanted[pk]}) if lost else {}
    packed = finished_tasks(Order.record_type, ids, "pick")
    return {
        order.pk: OrderFacts(
            captured=captured.get(order.pk, Money(0, order.currency)),
            in_stock=all(free.get(edition, 0) >= count for edition, count in wanted[order.pk].items())
            if order.pk in lost
            else True,
            only_digital=not wanted[order.pk],
            is_packed=order.pk in packed,
        )
        for order in orders
    }


def physical_lines(order_ids: Sequence[int]) -> QuerySet[OrderLine]:
    """The positions that lie on shelves."""
    return OrderLine.objects.filter(order_id__in=order_ids, kind=LineKind.EDITION, is_digital=False).order_by("pk")


def digital_lines(order: Order) -> QuerySet[OrderLine]:
    return order.lines.filter(kind=LineKind.EDITION, is_digital=True).order_by("position")


def credits_of_payment(order_id: int, amount: Money) -> list[tuple[str, Money]]:
    """What a payment for an order is credited to: revenue net and tax, each in the order's own proportion."""
    order = Order.objects.only("net", "gross", "currency").get(pk=order_id)
    if amount == order.gross:
        net = order.net
    else:
        share = amount.minor * order.net.minor // order.gross.minor if order.gross else amount.minor
        net = Money(share, amount.currency)
    found = [("sales_film", net), ("tax_payable", amount - net)]
    return [(account, money) for account, money in found if money]


def library_of(user_id: int) -> QuerySet[Entitlement]:
    """The digital films somebody owns, newest first."""
    return (
        Entitlement.objects.filter(user_id=user_id, revoked_at__isnull=True)
        .select_related("edition__film", "order_line__order")
        .prefetch_related("edition__film__genres")
        .order_by("-starts_at", "-pk")
    )
