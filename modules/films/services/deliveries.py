"""Many goods received at once: the opening stock, an import."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Sum

from modules.core.actors import Actor
from modules.core.money import Money
from modules.films.choices import MovementKind
from modules.films.models import StockLevel, StockMovement
from modules.films.services.valuation import post_receipt


@dataclass(frozen=True)
class Delivery:
    """So many of an edition lie at a location according to a document."""

    edition_id: int
    location_id: int
    quantity: int
    unit_cost: Money | None = None


@transaction.atomic
def receive_deliveries(
    *, deliveries: Sequence[Delivery], document: str, actor: Actor, at: datetime, supplier: str = ""
) -> int:
    """Bring what was received under a document up to what it says; how many copies are new.

    Running it again receives nothing. What a later version of the document leaves out is not taken away: that is for
    a count.
    """
    levels = _levels(deliveries, at=at)
    received = _received(document, levels)
    movements = []
    growth: dict[tuple[int, int], list[int]] = defaultdict(list)
    for delivery in deliveries:
        level_id = levels[delivery.edition_id, delivery.location_id]
        if (missing := delivery.quantity - received.get(level_id, 0)) > 0:
            receipt = _receipt(level_id, delivery, missing, document=document, actor=actor, at=at)
            growth[missing, receipt.value.minor].append(level_id)
            movements.append(receipt)
    for (missing, value), ids in growth.items():
        StockLevel.objects.filter(pk__in=ids).update(
            on_hand=F("on_hand") + missing, value=F("value") + value, updated_at=at
        )
    StockMovement.objects.bulk_create(movements)
    if movements:
        post_receipt(movements, supplier=supplier, actor=actor, at=at)
    return sum(movement.on_hand for movement in movements)


def _levels(deliveries: Sequence[Delivery], *, at: datetime) -> dict[tuple[int, int], int]:
    """Ids of the stock levels concerned, made and locked in order."""
    places = sorted({(delivery.edition_id, delivery.location_id) for delivery in deliveries})
    editions = {edition for edition, _ in places}
    here = StockLevel.objects.filter(edition_id__in=editions)
    known = set(here.values_list("edition_id", "location_id"))
    StockLevel.objects.bulk_create(
        [
            StockLevel(edition_id=edition, location_id=place)
            for edition, place in places
            if (edition, place) not in known
        ],
        ignore_conflicts=True,
    )
    rows = here.select_for_update().order_by("pk").values_list("pk", "edition_id", "location_id")
    return {(edition, place): pk for pk, edition, place in rows}


def _received(document: str, levels: dict[tuple[int, int], int]) -> dict[int, int]:
    rows = (
        StockMovement.objects.filter(document=document, kind=MovementKind.RECEIPT, level_id__in=levels.values())
        .order_by()
        .values("level_id")
        .annotate(copies=Sum("on_hand"))
    )
    return {row["level_id"]: row["copies"] for row in rows}


def _receipt(
    level_id: int, delivery: Delivery, quantity: int, *, document: str, actor: Actor, at: datetime
) -> StockMovement:
    cost = delivery.unit_cost
    return StockMovement(
        level_id=level_id,
        kind=MovementKind.RECEIPT,
        on_hand=quantity,
        document=document,
        actor=actor.user,
        at=at,
        value=cost.minor * quantity if cost else 0,
        **({"unit_cost": cost, "currency": cost.currency} if cost else {}),
    )
