"""Orders, their facts for the workflow, and the library of digital films."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from modules.billing.api import Refund, captured_by_subject, credit_notes_of, invoice_of, refund_tax
from modules.core.money import Money
from modules.films.choices import PACKED, WAITING, LineKind, OrderState, ShipmentState
from modules.films.models import Entitlement, Order, OrderLine, Shipment
from modules.films.selectors.stock import available_by_edition


@dataclass(frozen=True)
class OrderFacts:
    """What the guards of an order look at."""

    captured: Money
    """Paid and not given back."""
    in_stock: bool
    """Whether everything to be shipped could be set aside now."""
    to_ship: int
    """How many discs are still in the house."""
    shipped: int
    has_digital: bool
    waiting: int
    """How many discs lie in shipments that nobody has packed: these may still be cancelled."""
    is_packed: bool
    """Whether any shipment has been packed."""
    all_delivered: bool


@dataclass
class _Parcels:
    """What the shipments of one order amount to."""

    waiting: int = 0
    packed: int = 0
    under_way: int = 0


def order_facts(orders: Sequence[Order], at: datetime) -> Mapping[int, OrderFacts]:
    """The facts of many orders, in a constant number of queries."""
    ids = [order.pk for order in orders]
    captured = captured_by_subject(Order.record_type, ids)
    lines: dict[int, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(order_id__in=ids, kind=LineKind.EDITION).order_by("pk"):
        lines[line.order_id].append(line)
    parcels, in_stock = _parcels(ids), _in_stock(orders, lines)
    return {
        order.pk: OrderFacts(
            captured=captured.get(order.pk, Money(0, order.currency)),
            in_stock=in_stock.get(order.pk, True),
            to_ship=sum(line.to_ship for line in lines[order.pk]),
            shipped=sum(line.shipped for line in lines[order.pk]),
            has_digital=any(line.is_digital for line in lines[order.pk]),
            waiting=parcels[order.pk].waiting,
            is_packed=parcels[order.pk].packed > 0,
            all_delivered=not parcels[order.pk].under_way,
        )
        for order in orders
    }


def _in_stock(orders: Sequence[Order], lines: Mapping[int, Sequence[OrderLine]]) -> dict[int, bool]:
    """Stock matters to orders that lost theirs; the others hold what they need and are left out."""
    lost = [order.pk for order in orders if order.state == OrderState.EXPIRED]
    wanted = {pk: {line.edition_id or 0: line.to_ship for line in lines[pk] if line.to_ship} for pk in lost}
    free = available_by_edition({edition for needs in wanted.values() for edition in needs}) if lost else {}
    return {pk: all(free.get(edition, 0) >= count for edition, count in needs.items()) for pk, needs in wanted.items()}


def _parcels(ids: Sequence[int]) -> dict[int, _Parcels]:
    found: dict[int, _Parcels] = defaultdict(_Parcels)
    rows = Shipment.objects.filter(order_id__in=ids).exclude(state=ShipmentState.CANCELLED).order_by()
    for order_id, state, copies in rows.values_list("order_id", "state").annotate(copies=Sum("lines__quantity")):
        parcels = found[order_id]
        parcels.waiting += (copies or 0) if state in WAITING else 0
        parcels.packed += state in PACKED
        parcels.under_way += state != ShipmentState.DELIVERED
    return found


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


def debits_of_refund(order_id: int, amount: Money, refund_id: int) -> list[tuple[str, Money]]:
    """What a refund is debited to. Before shipping it takes revenue back, afterwards it is a sale returned; the tax is
    what its credit note says."""
    order = Order.objects.only("net", "gross", "currency").get(pk=order_id)
    refund = Refund.objects.get(pk=refund_id)
    tax = refund_tax(refund_id) if invoice_of(order) else _tax_inside(order, amount)
    cancelled_in_time = refund.request_id is None and bool(refund.lines)
    returned = not cancelled_in_time and OrderLine.objects.filter(order_id=order_id, shipped__gt=0).exists()
    found = [("sales_returns" if returned else "sales_film", amount - tax), ("tax_payable", tax)]
    return [(account, money) for account, money in found if money]


def given_back_by_line(order: Order) -> dict[int, Money]:
    """What credit notes gave back of each line of an order, by its position, which is also the invoice's."""
    invoice = invoice_of(order)
    found: dict[int, Money] = {}
    for note in credit_notes_of(invoice).prefetch_related("lines__invoice_line") if invoice else ():
        for line in note.lines.all():
            position = line.invoice_line.position
            found[position] = found.get(position, Money(0, order.currency)) + line.gross
    return found


def _tax_inside(order: Order, amount: Money) -> Money:
    credited = dict(credits_of_payment(order.pk, amount))
    return credited.get("tax_payable", Money(0, amount.currency))


def library_of(user_id: int) -> QuerySet[Entitlement]:
    """The digital films somebody owns, newest first."""
    return (
        Entitlement.objects.filter(user_id=user_id, revoked_at__isnull=True)
        .select_related("edition__film", "order_line__order")
        .prefetch_related("edition__film__genres")
        .order_by("-starts_at", "-pk")
    )
