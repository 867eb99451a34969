"""Where items stand across the flow: near their neighbours, in order, apart, and the long ways straight."""

from collections.abc import Sequence
from dataclasses import dataclass, field

ROUNDS = 40
STRAIGHT = 24
RIGID = 400.0
BENT = 1.0
PATIENCE = (1e9, 1e9, 8.0, 6.0, 4.0, 2.0, 1.0, 1.0, 1.0)
"""How bent a chain may still be after each round before it is taken apart: lines that push each other need time."""


@dataclass
class Item:
    """Something that takes room in a column: a box, a stack of labels, or the bend of a long edge.

    `above` and `below` are its reach from its axis; `size` is its extent along the flow.
    """

    number: int
    column: int
    above: float = 0.0
    below: float = 0.0
    size: float = 0.0
    space: float = 10.0
    at: float = 0.0
    before: list[tuple[int, float, float]] = field(default_factory=list)
    after: list[tuple[int, float, float]] = field(default_factory=list)
    """Neighbours: number, weight, and how far from theirs this axis wants to be."""


def place(items: Sequence[Item], layers: Sequence[Sequence[int]], chains: Sequence[Sequence[int]]) -> None:
    """Set `at` of every item. Chains, most important first, are drawn straight unless that is not possible."""
    for layer in layers:
        _stack([items[number] for number in layer])
    for round_ in range(ROUNDS):
        forward = round_ % 2 == 0
        for layer in layers if forward else reversed(layers):
            row = [items[number] for number in layer]
            wishes = [_wish(item, items, before=forward, after=not forward) for item in row]
            _settle(row, wishes)
    rigid: list[Sequence[int]] = [
        sorted(chain, key=lambda number: items[number].column) for chain in chains if len(chain) > 1
    ]
    for bend in PATIENCE:
        _straighten(items, layers, rigid)
        if all(_bend(items, chain) < BENT for chain in rigid):
            break
        rigid = [part for chain in rigid for part in _parts(items, chain, bend)]
    for chain in rigid:
        _snap(items, chain)


def _stack(row: Sequence[Item]) -> None:
    edge = 0.0
    for item in row:
        item.at = edge + item.above
        edge = item.at + item.below + item.space


def _wish(item: Item, items: Sequence[Item], *, before: bool, after: bool) -> tuple[float, float]:
    """Where an item would stand by its neighbours, and how much it matters."""
    ties = [*(item.before if before else ()), *(item.after if after else ())]
    weight = sum(tie[1] for tie in ties)
    if not weight:
        return item.at, 0.05
    return sum(tie[1] * (items[tie[0]].at + tie[2]) for tie in ties) / weight, weight


def _settle(row: Sequence[Item], wishes: Sequence[tuple[float, float]]) -> None:
    """The places nearest to the wishes (least squares) that keep order and distance: pool adjacent violators."""
    offsets, edge = [], 0.0
    for index, item in enumerate(row):
        edge += 0.0 if not index else row[index - 1].below + gap(row[index - 1], item) + item.above
        offsets.append(edge)
    pools: list[tuple[float, float, int]] = []
    for offset, (wish, weight) in zip(offsets, wishes, strict=True):
        pool = (wish - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            place_, heavy, count = pools.pop()
            total = heavy + pool[1]
            pool = ((place_ * heavy + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    settled = [value for value, _, count in pools for _ in range(count)]
    for item, value, offset in zip(row, settled, offsets, strict=True):
        item.at = value + offset


def gap(upper: Item, lower: Item) -> float:
    """The room that two neighbours in a column keep."""
    return max(upper.space, lower.space)


def _straighten(items: Sequence[Item], layers: Sequence[Sequence[int]], chains: Sequence[Sequence[int]]) -> None:
    """Hold each chain on one line, pushing others aside; lines give way to each other by mean."""
    line_of = {number: line for line, chain in enumerate(chains) for number in chain}
    strength = [RIGID * (len(chains) - line) for line in range(len(chains))]
    for _ in range(STRAIGHT):
        lines = [_line(items, chain) for chain in chains]
        for layer in layers:
            row = [items[number] for number in layer]
            wishes = [
                (lines[line_of[item.number]], strength[line_of[item.number]])
                if item.number in line_of
                else _wish(item, items, before=True, after=True)
                for item in row
            ]
            _settle(row, wishes)


def _line(items: Sequence[Item], chain: Sequence[int]) -> float:
    return sum(items[number].at for number in chain) / len(chain)


def _bend(items: Sequence[Item], chain: Sequence[int]) -> float:
    places = [items[number].at for number in chain]
    return max(places) - min(places)


def _snap(items: Sequence[Item], chain: Sequence[int]) -> None:
    """Make an almost straight line quite straight: less than a pixel, which no distance misses."""
    if _bend(items, chain) < BENT:
        line = _line(items, chain)
        for number in chain:
            items[number].at = line


def _parts(items: Sequence[Item], chain: Sequence[int], bend: float) -> list[Sequence[int]]:
    """The chain itself, or where it is too bent its two parts on both sides of the largest jump."""
    if _bend(items, chain) < bend:
        return [chain]
    places = [items[number].at for number in chain]
    jump = max(range(1, len(chain)), key=lambda index: abs(places[index] - places[index - 1]))
    return [chain[:jump], chain[jump:]]
