"""What lies where, and what may still be sold."""

from collections.abc import Iterable

from django.db.models import F, QuerySet, Sum

from modules.films.models import StockLevel, StockMovement

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
        row["level_id"]: (row["hand"], row["held"], row["away"])
        for row in StockMovement.objects.order_by()
        .values("level_id")
        .annotate(hand=Sum("on_hand"), held=Sum("allocated"), away=Sum("unavailable"))
    }
    return [
        level
        for level in StockLevel.objects.order_by("pk").iterator()
        if (level.on_hand, level.allocated, level.unavailable) != sums.get(level.pk, (0, 0, 0))
    ]
