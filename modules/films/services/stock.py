"""Every way stock changes: each in one transaction, by a guarded UPDATE, with a movement."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.money import Money
from modules.films.choices import MovementKind
from modules.films.errors import (
    HasNoStock,
    NotEnoughStock,
    NothingToAdjust,
    QuantityNotPositive,
    ReasonMissing,
    WouldGoBelowZero,
)
from modules.films.models import Edition, Location, StockLevel, StockMovement
from modules.films.rules.stock import Allocation, Demand, merged, plan_allocations
from modules.films.selectors.stock import allocated_to, shelves_of


@transaction.atomic
def receive_stock(
    *,
    edition: Edition,
    location: Location,
    quantity: int,
    actor: Actor,
    at: datetime,
    unit_cost: Money | None = None,
    document: str = "",
    reason: str = "",
) -> StockLevel:
    """Put goods that arrived on the shelf."""
    if edition.is_digital:
        raise HasNoStock
    if quantity <= 0:
        raise QuantityNotPositive
    level, _created = StockLevel.objects.get_or_create(edition=edition, location=location)
    StockLevel.objects.filter(pk=level.pk).update(on_hand=F("on_hand") + quantity, updated_at=at)
    StockMovement.objects.create(
        level=level,
        kind=MovementKind.RECEIPT,
        on_hand=quantity,
        unit_cost=unit_cost,
        currency=unit_cost.currency if unit_cost else edition.currency,
        document=document,
        reason=reason,
        actor=actor.user,
        at=at,
    )
    level.refresh_from_db()
    audit(level, "stock_received", actor=actor, at=at, changes={"on_hand": [level.on_hand - quantity, level.on_hand]})
    return level


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

    Copies that orders hold cannot be adjusted away: WouldGoBelowZero.
    """
    if not on_hand and not unavailable:
        raise NothingToAdjust
    if not reason.strip():
        raise ReasonMissing
    guarded = StockLevel.objects.filter(
        pk=level.pk,
        unavailable__gte=-unavailable,
        on_hand__gte=F("allocated") + F("unavailable") + (unavailable - on_hand),
    )
    changed = guarded.update(on_hand=F("on_hand") + on_hand, unavailable=F("unavailable") + unavailable, updated_at=at)
    level.refresh_from_db()
    if not changed:
        raise WouldGoBelowZero(available=level.available, allocated=level.allocated)
    StockMovement.objects.create(
        level=level,
        kind=MovementKind.ADJUSTMENT,
        on_hand=on_hand,
        unavailable=unavailable,
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
    return level


@transaction.atomic
def allocate(*, demands: Sequence[Demand], document: str, actor: Actor, at: datetime) -> list[Allocation]:
    """Set copies aside for a document (an order's number), all of them or none.

    Rows are locked in order of primary key, so parallel orders wait for each other and never deadlock. Raises
    NotEnoughStock with what is available of each edition concerned.
    """
    if any(demand.quantity <= 0 for demand in demands):
        raise QuantityNotPositive
    wanted = merged(demands)
    shelves = list(shelves_of(wanted).select_for_update(of=("self",)))
    allocations, short = plan_allocations(wanted, shelves)
    if short:
        raise _not_enough(short)
    for allocation in allocations:
        free = F("allocated") + F("unavailable") + allocation.quantity
        guarded = StockLevel.objects.filter(pk=allocation.level_id, on_hand__gte=free)
        if not guarded.update(allocated=F("allocated") + allocation.quantity, updated_at=at):
            raise _not_enough({allocation.edition_id: 0})  # the guard behind the lock: never sell what is not there
    StockMovement.objects.bulk_create(
        StockMovement(
            level_id=allocation.level_id,
            kind=MovementKind.ALLOCATE,
            allocated=allocation.quantity,
            document=document,
            actor=actor.user,
            at=at,
        )
        for allocation in allocations
    )
    return allocations


def release(*, document: str, actor: Actor, at: datetime) -> int:
    """Give back everything the document still holds; how many copies. A second call finds nothing to give back."""
    return _settle(document, MovementKind.RELEASE, None, actor=actor, at=at)


def consume(*, document: str, actor: Actor, at: datetime, location: Location | None = None) -> int:
    """Take what the document holds off the shelves, at one location or at all; how many copies left the house."""
    return _settle(document, MovementKind.SALE, location, actor=actor, at=at)


@transaction.atomic
def _settle(document: str, kind: MovementKind, location: Location | None, *, actor: Actor, at: datetime) -> int:
    """End allocations of a document. Levels are locked first and read after, so that two calls never both count."""
    concerned = StockLevel.objects.filter(movements__document=document)
    if location is not None:
        concerned = concerned.filter(location=location)
    ids = list(concerned.order_by("pk").values_list("pk", flat=True).distinct())
    locked = [level.pk for level in StockLevel.objects.select_for_update().filter(pk__in=ids).order_by("pk")]
    held = allocated_to(document)
    movements = []
    for level_id in locked:
        quantity = held.get(level_id, 0)
        if not quantity:
            continue
        gone = quantity if kind is MovementKind.SALE else 0
        StockLevel.objects.filter(pk=level_id).update(
            allocated=F("allocated") - quantity, on_hand=F("on_hand") - gone, updated_at=at
        )
        movements.append(
            StockMovement(
                level_id=level_id,
                kind=kind,
                allocated=-quantity,
                on_hand=-gone,
                document=document,
                actor=actor.user,
                at=at,
            )
        )
    StockMovement.objects.bulk_create(movements)
    return -sum(movement.allocated for movement in movements)


def _not_enough(short: dict[int, int]) -> NotEnoughStock:
    titles = Edition.objects.filter(pk__in=short).select_related("film")
    names = [f"{edition.film.title} ({edition.get_format_display()})" for edition in titles]
    return NotEnoughStock(available=short, titles=", ".join(names))
