"""From which shelves a demand is served."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Demand:
    """So many of an edition are wanted."""

    edition_id: int
    quantity: int


@dataclass(frozen=True)
class Allocation:
    """So many of an edition are set aside at a location."""

    edition_id: int
    location_id: int
    level_id: int
    quantity: int


class Shelf(Protocol):
    """What planning reads of a stock level."""

    @property
    def pk(self) -> int: ...
    @property
    def edition_id(self) -> int: ...
    @property
    def location_id(self) -> int: ...
    @property
    def available(self) -> int: ...


def merged(demands: Iterable[Demand]) -> dict[int, int]:
    """Quantities by edition, in order of edition: the same edition in two lines is one demand."""
    wanted: dict[int, int] = {}
    for demand in demands:
        wanted[demand.edition_id] = wanted.get(demand.edition_id, 0) + demand.quantity
    return dict(sorted(wanted.items()))


def plan_allocations(wanted: Mapping[int, int], shelves: Sequence[Shelf]) -> tuple[list[Allocation], dict[int, int]]:
    """Allocations in order of shelf, and what is available of the editions of which there is not enough.

    A location that can serve a whole demand is taken; of several the fullest. Only when none can is it split.
    """
    planned: list[Allocation] = []
    short: dict[int, int] = {}
    for edition_id, quantity in wanted.items():
        mine = [shelf for shelf in shelves if shelf.edition_id == edition_id]
        available = sum(max(shelf.available, 0) for shelf in mine)
        if available < quantity:
            short[edition_id] = available
        else:
            planned += _served(quantity, mine)
    return sorted(planned, key=lambda allocation: allocation.level_id), short


def _served(quantity: int, shelves: Sequence[Shelf]) -> list[Allocation]:
    """The fullest shelf first: if one location can serve it all, that one does."""
    taken: list[Allocation] = []
    for shelf in sorted(shelves, key=lambda shelf: (-shelf.available, shelf.pk)):
        open_quantity = quantity - sum(allocation.quantity for allocation in taken)
        if (piece := min(open_quantity, shelf.available)) > 0:
            taken.append(Allocation(shelf.edition_id, shelf.location_id, shelf.pk, piece))
    return taken


def cost_of(value: int, on_hand: int, quantity: int) -> int:
    """What so many of the copies on hand cost at their average, in minor units; the last ones take the whole rest."""
    if quantity >= on_hand:
        return value
    return (2 * value * quantity + on_hand) // (2 * on_hand)


def plan_elsewhere(
    wanted: Mapping[int, int], shelves: Sequence[Shelf], *, but: int
) -> tuple[list[Allocation], dict[int, int]]:
    """As much as other locations than one can give, and what is still missing of each edition."""
    planned: list[Allocation] = []
    missing: dict[int, int] = {}
    for edition_id, quantity in wanted.items():
        others = [shelf for shelf in shelves if shelf.edition_id == edition_id and shelf.location_id != but]
        served = _served(quantity, others)
        planned += served
        if rest := quantity - sum(allocation.quantity for allocation in served):
            missing[edition_id] = rest
    return sorted(planned, key=lambda allocation: allocation.level_id), missing
