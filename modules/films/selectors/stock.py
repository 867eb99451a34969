"""What lies where, and what may still be sold."""

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db.models import F, QuerySet, Sum

from modules.billing.api import balance
from modules.core.money import Money
from modules.films.choices import OrderState
from modules.films.models import OrderLine, StockLevel, StockMovement

HOLDING = (OrderState.AWAITING_PAYMENT, OrderState.PAID, OrderState.PARTLY_SHIPPED)
"""States in which an order holds copies that it has not shipped."""
AVAILABLE = F("on_hand") - F("allocated") - F("unavailable")


def available_by_edition(edition_ids: Iterable[int]) -> dict[int, int]:
    """How many of each edition may be sold now, over all locations in use, in one query.

    Editions without any stock are missing, and so are digital ones, which never sell out.
    """
    rows = (
        StockLevel.objects.filter(edition_id__in=list(edition_ids), location__archived_at__isnull=True)
        .order_by()
        .values("edition_id")
        .annotate(left=Sum(AVAILABLE))
    )
    return {row["edition_id"]: row["left"] for row in rows}


def shelves_of(edition_ids: Iterable[int]) -> QuerySet[StockLevel]:
    """The stock levels from which these editions may be sold, in order of primary key, as locks are taken."""
    return StockLevel.objects.filter(edition_id__in=list(edition_ids), location__archived_at__isnull=True).order_by(
        "pk"
    )


def allocated_to(document: str) -> dict[int, int]:
    """What a document (an order's number) still holds, by stock level."""
    rows = (
        StockMovement.objects.filter(document=document)
        .order_by()
        .values("level_id")
        .annotate(held=Sum("allocated"))
        .filter(held__gt=0)
    )
    return {row["level_id"]: row["held"] for row in rows}


def levels_out_of_step() -> list[StockLevel]:
    """Stock levels that are not the sum of their movements: always none, or somebody wrote past the services."""
    sums = {
        row["level_id"]: (row["hand"], row["held"], row["away"], row["worth"])
        for row in StockMovement.objects.order_by()
        .values("level_id")
        .annotate(hand=Sum("on_hand"), held=Sum("allocated"), away=Sum("unavailable"), worth=Sum("value"))
    }
    return [
        level
        for level in StockLevel.objects.order_by("pk").iterator()
        if (level.on_hand, level.allocated, level.unavailable, level.value.minor) != sums.get(level.pk, (0, 0, 0, 0))
    ]


def low_levels() -> QuerySet[StockLevel]:
    """Where it is time to order more: no more available than the reorder point."""
    return StockLevel.objects.filter(
        reorder_point__gt=0, on_hand__lte=F("allocated") + F("unavailable") + F("reorder_point")
    )


def stock_value() -> Money:
    """What all copies on hand cost, at their averages."""
    return Money(StockLevel.objects.aggregate(sum=Sum("value"))["sum"] or 0, settings.SHOP_CURRENCY)


def stock_value_gap() -> Money:
    """What the shelves are worth beyond what the books say: always nothing, or somebody wrote past the services."""
    return stock_value() - balance("inventory", settings.SHOP_CURRENCY)


def orders_out_of_step() -> list[str]:
    """Numbers of orders whose copies set aside are not what they still have to ship: always none."""
    wanted: dict[str, int] = defaultdict(int)
    open_lines = OrderLine.objects.filter(is_digital=False, edition__isnull=False, order__state__in=HOLDING)
    for number, quantity, shipped, cancelled in open_lines.values_list(
        "order__number", "quantity", "shipped", "cancelled"
    ):
        wanted[number] += quantity - shipped - cancelled
    held = StockMovement.objects.order_by().values("document").annotate(copies=Sum("allocated")).filter(copies__gt=0)
    found = {row["document"]: row["copies"] for row in held}
    return sorted(number for number in {*wanted, *found} if wanted.get(number, 0) != found.get(number, 0))
