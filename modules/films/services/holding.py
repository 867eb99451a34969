"""Copies set aside for a document (an order's number), given back, sent, or moved to other shelves.

Rows are locked in order of primary key, so parallel orders wait for each other and never deadlock; every change is a
guarded UPDATE with a movement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models import F

from modules.core.actors import Actor
from modules.films.choices import MovementKind
from modules.films.errors import NotEnoughStock, QuantityNotPositive
from modules.films.models import Edition, Location, StockLevel, StockMovement
from modules.films.rules.stock import Allocation, Demand, cost_of, merged, plan_allocations, plan_elsewhere
from modules.films.selectors.stock import allocated_to, shelves_of
from modules.films.services.stock import tell_if_low
from modules.films.services.valuation import post_sale

Quantities = Mapping[int, int]
"""So many by edition."""


@transaction.atomic
def allocate(*, demands: Sequence[Demand], document: str, actor: Actor, at: datetime) -> list[Allocation]:
    """Set copies aside for a document, all of them or none.

    Raises NotEnoughStock with what is available of each edition concerned.
    """
    if any(demand.quantity <= 0 for demand in demands):
        raise QuantityNotPositive
    wanted = merged(demands)
    shelves = list(shelves_of(wanted).select_for_update(of=("self",)))
    allocations, short = plan_allocations(wanted, shelves)
    if short:
        raise _not_enough(short)
    _set_aside(allocations, shelves, document=document, actor=actor, at=at)
    return allocations


def _set_aside(
    allocations: Sequence[Allocation], shelves: Sequence[StockLevel], *, document: str, actor: Actor, at: datetime
) -> None:
    found = {shelf.pk: shelf for shelf in shelves}
    for allocation in allocations:
        free = F("allocated") + F("unavailable") + allocation.quantity
        guarded = StockLevel.objects.filter(pk=allocation.level_id, on_hand__gte=free)
        if not guarded.update(allocated=F("allocated") + allocation.quantity, updated_at=at):
            raise _not_enough({allocation.edition_id: 0})  # the guard behind the lock: never sell what is not there
        level = found[allocation.level_id]
        level.allocated += allocation.quantity
        tell_if_low(level, taken=allocation.quantity, key=document, at=at)
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


def release(
    *, document: str, actor: Actor, at: datetime, location: Location | None = None, wanted: Quantities | None = None
) -> int:
    """Give back what the document still holds, or so much of it; how many copies. A second call finds nothing more."""
    ends = _End(document, MovementKind.RELEASE, location, wanted, actor, at)
    return -sum(movement.allocated for movement in _settle(ends))


@transaction.atomic
def consume(
    *,
    document: str,
    actor: Actor,
    at: datetime,
    location: Location | None = None,
    wanted: Quantities | None = None,
    subject: models.Model | None = None,
) -> int:
    """Take what the document holds off the shelves, or so much of it; how many copies left the house.

    Their average cost is booked against inventory, about the `subject`.
    """
    movements = _settle(_End(document, MovementKind.SALE, location, wanted, actor, at))
    if movements:
        post_sale(movements, subject=subject, actor=actor, at=at)
    return -sum(movement.allocated for movement in movements)


def set_aside_at(location: Location, wanted: Quantities, *, document: str, actor: Actor, at: datetime) -> None:
    """Set copies aside on the shelves of one location, which the caller has locked."""
    shelves = list(shelves_of(wanted).filter(location=location))
    allocations = [Allocation(shelf.edition_id, location.pk, shelf.pk, wanted[shelf.edition_id]) for shelf in shelves]
    _set_aside(allocations, shelves, document=document, actor=actor, at=at)


@transaction.atomic
def reroute(
    *, document: str, location: Location, wanted: Quantities, reason: str, actor: Actor, at: datetime
) -> tuple[list[Allocation], dict[int, int]]:
    """Serve what one location cannot find from others, as far as they have it; what is still missing stays held there.

    Copies that were not found are not for sale until somebody has looked for them.
    """
    levels = StockLevel.objects.filter(edition_id__in=list(wanted)).select_related("location").order_by("pk")
    locked = [level for level in levels.select_for_update(of=("self",)) if level.location.archived_at is None]
    allocations, missing = plan_elsewhere(wanted, locked, but=location.pk)
    moved = {edition: count - missing.get(edition, 0) for edition, count in wanted.items()}
    moved = {edition: count for edition, count in moved.items() if count}
    if moved:
        release(document=document, location=location, wanted=moved, actor=actor, at=at)
        put_away(location=location, wanted=moved, document=document, reason=reason, actor=actor, at=at)
        _set_aside(allocations, locked, document=document, actor=actor, at=at)
    return allocations, missing


def put_away(*, location: Location, wanted: Quantities, document: str, reason: str, actor: Actor, at: datetime) -> None:
    """Copies that ought to lie here and were not found: not for sale any more."""
    movements = []
    for level in StockLevel.objects.filter(location=location, edition_id__in=list(wanted)).order_by("pk"):
        count = wanted[level.edition_id]
        StockLevel.objects.filter(pk=level.pk).update(unavailable=F("unavailable") + count, updated_at=at)
        movements.append(
            StockMovement(
                level=level,
                kind=MovementKind.ADJUSTMENT,
                unavailable=count,
                document=document,
                reason=reason[:200],
                actor=actor.user,
                at=at,
            )
        )
    StockMovement.objects.bulk_create(movements)


@dataclass(frozen=True)
class _End:
    """Which allocations end, and how."""

    document: str
    kind: MovementKind
    location: Location | None
    wanted: Quantities | None
    actor: Actor
    at: datetime


@transaction.atomic
def _settle(end: _End) -> list[StockMovement]:
    """End allocations of a document. Levels are locked first and read after, so that two calls never both count."""
    concerned = StockLevel.objects.filter(movements__document=end.document)
    if end.location is not None:
        concerned = concerned.filter(location=end.location)
    if end.wanted is not None:
        concerned = concerned.filter(edition_id__in=list(end.wanted))
    ids = list(concerned.order_by("pk").values_list("pk", flat=True).distinct())
    locked = list(StockLevel.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    held, left = allocated_to(end.document), dict(end.wanted) if end.wanted is not None else None
    movements = []
    for level in locked:
        quantity = held.get(level.pk, 0)
        if left is not None:
            quantity = min(quantity, left[level.edition_id])
            left[level.edition_id] -= quantity
        if quantity:
            movements.append(_ended(level, quantity, end))
    return StockMovement.objects.bulk_create(movements)


def _ended(level: StockLevel, quantity: int, end: _End) -> StockMovement:
    gone = quantity if end.kind is MovementKind.SALE else 0
    cost = cost_of(level.value.minor, level.on_hand, gone) if gone else 0
    StockLevel.objects.filter(pk=level.pk).update(
        allocated=F("allocated") - quantity, on_hand=F("on_hand") - gone, value=F("value") - cost, updated_at=end.at
    )
    return StockMovement(
        level=level,
        kind=end.kind,
        allocated=-quantity,
        on_hand=-gone,
        value=-cost,
        document=end.document,
        actor=end.actor.user,
        at=end.at,
    )


def _not_enough(short: dict[int, int]) -> NotEnoughStock:
    titles = Edition.objects.filter(pk__in=short).select_related("film")
    names = [f"{edition.film.title} ({edition.get_format_display()})" for edition in titles]
    return NotEnoughStock(available=short, titles=", ".join(names))
