"""Goods that arrive and copies that are corrected: each in one transaction, with a movement and its posting."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.events import publish
from modules.core.money import Money
from modules.films.choices import MovementKind
from modules.films.errors import HasNoStock, NothingToAdjust, QuantityNotPositive, ReasonMissing, WouldGoBelowZero
from modules.films.events import StockRanLow
from modules.films.models import Edition, Location, StockLevel, StockMovement
from modules.films.rules.stock import cost_of
from modules.films.services.valuation import post_receipt, post_shrinkage


@transaction.atomic
def receive_stock(
    *,
    edition: Edition,
    location: Location,
    quantity: int,
    actor: Actor,
    at: datetime,
    unit_cost: Money | None = None,
    supplier: str = "",
    document: str = "",
    reason: str = "",
) -> StockLevel:
    """Put goods that arrived on the shelf, at their cost; without one, at what copies here cost on average."""
    if edition.is_digital:
        raise HasNoStock
    if quantity <= 0:
        raise QuantityNotPositive
    made, _created = StockLevel.objects.get_or_create(edition=edition, location=location)
    level = StockLevel.objects.select_for_update(of=("self",)).get(pk=made.pk)
    value = _value_of_receipt(level, quantity, unit_cost)
    StockLevel.objects.filter(pk=level.pk).update(
        on_hand=F("on_hand") + quantity, value=F("value") + value, updated_at=at
    )
    movement = StockMovement.objects.create(
        level=level,
        kind=MovementKind.RECEIPT,
        on_hand=quantity,
        unit_cost=unit_cost,
        value=value,
        currency=unit_cost.currency if unit_cost else edition.currency,
        document=document,
        reason=reason,
        actor=actor.user,
        at=at,
    )
    level.refresh_from_db()
    audit(level, "stock_received", actor=actor, at=at, changes={"on_hand": [level.on_hand - quantity, level.on_hand]})
    post_receipt([movement], supplier=supplier, actor=actor, at=at)
    return level


def _value_of_receipt(level: StockLevel, quantity: int, unit_cost: Money | None) -> int:
    if unit_cost is not None:
        return unit_cost.minor * quantity
    return (level.value.minor * quantity + level.on_hand // 2) // level.on_hand if level.on_hand else 0


@transaction.atomic
def adjust_stock(
    *,
    level: StockLevel,
    actor: Actor,
    at: datetime,
    reason: str,
    on_hand: int = 0,
    unavailable: int = 0,
    document: str = "",
) -> StockLevel:
    """Correct what is there (`on_hand`) or what of it may not be sold (`unavailable`), by signed changes.

    Copies that orders hold cannot be adjusted away: WouldGoBelowZero. What is lost or found is booked at average cost.
    """
    if not on_hand and not unavailable:
        raise NothingToAdjust
    if not reason.strip():
        raise ReasonMissing
    before = StockLevel.objects.select_for_update(of=("self",)).get(pk=level.pk)
    guarded = StockLevel.objects.filter(
        pk=level.pk,
        unavailable__gte=-unavailable,
        on_hand__gte=F("allocated") + F("unavailable") + (unavailable - on_hand),
    )
    value = _value_of_correction(before, on_hand)
    changed = guarded.update(
        on_hand=F("on_hand") + on_hand,
        unavailable=F("unavailable") + unavailable,
        value=F("value") + value,
        updated_at=at,
    )
    level.refresh_from_db()
    if not changed:
        raise WouldGoBelowZero(available=level.available, allocated=level.allocated)
    movement = StockMovement.objects.create(
        level=level,
        kind=MovementKind.ADJUSTMENT,
        on_hand=on_hand,
        unavailable=unavailable,
        value=value,
        reason=reason.strip(),
        document=document,
        actor=actor.user,
        at=at,
    )
    changes = {
        "on_hand": [level.on_hand - on_hand, level.on_hand],
        "unavailable": [level.unavailable - unavailable, level.unavailable],
    }
    changes = {name: values for name, values in changes.items() if values[0] != values[1]}
    audit(level, "stock_adjusted", actor=actor, at=at, changes=changes, reason=reason.strip())
    tell_if_low(level, taken=before.available - level.available, key=f"movement:{movement.pk}", at=at)
    post_shrinkage(movement, actor=actor, at=at)
    return level


def _value_of_correction(level: StockLevel, change: int) -> int:
    if change >= 0:
        return cost_of(level.value.minor, level.on_hand, 1) * change if level.on_hand else 0
    return -cost_of(level.value.minor, level.on_hand, min(-change, level.on_hand))


def tell_if_low(level: StockLevel, *, taken: int, key: str, at: datetime) -> None:
    """Say so once, when what has been taken brought the level down to its reorder point."""
    if level.is_low and level.available + taken > level.reorder_point:
        publish(StockRanLow(level_id=level.pk, key=key, at=at))
