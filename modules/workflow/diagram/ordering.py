"""The order within each column that lets few edges cross: barycentre sweeps, then exchanges of neighbours.

Both end where no small change helps, so where edges still cross they begin anew from other orders, always the same.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from random import Random

Neighbours = Mapping[int, Sequence[int]]
Layers = tuple[tuple[int, ...], ...]
SWEEPS = 24
COMPARED = 100_000
"""So many pairs of neighbours are compared at most: a drawing of that size is not made clearer by more."""
TRIED, SMALL, FEW = 12, 90, 6
"""So often a drawing of at most so many items begins anew while at most so many edges cross: more have to."""


@lru_cache(maxsize=256)
def ordered(layers: Layers, ties: tuple[tuple[int, int], ...]) -> Layers:
    """The items of each column in the best order found; `ties` join items of neighbouring columns.

    Kept, because it depends on no text: the pictures of all records of a workflow have the same.
    """
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for left, right in ties:
        after.setdefault(left, []).append(right)
        before.setdefault(right, []).append(left)
    best, fewest = layers, -1
    for is_shuffled, start in _starts(layers, after):
        ordering = Ordering(start, before, after)
        found, count = ordering.improve(), ordering.crossings()
        if fewest < 0 or count < fewest:
            best, fewest = tuple(map(tuple, found)), count
        if not fewest or (fewest > FEW and is_shuffled):
            break
    return best


def _starts(layers: Layers, after: Neighbours) -> Iterator[tuple[bool, list[list[int]]]]:
    """As declared, as a walk along the edges meets the items, and shuffled."""
    yield False, [list(layer) for layer in layers]
    yield False, _by_depth(layers, after)
    if sum(map(len, layers)) <= SMALL:
        dice = Random(1)  # noqa: S311 - no secret: the same drawing each time
        for _ in range(TRIED):
            yield True, [dice.sample(layer, len(layer)) for layer in layers]


def _by_depth(layers: Layers, after: Neighbours) -> list[list[int]]:
    seen: dict[int, int] = {}
    stack = [*reversed(layers[0])]
    while stack:
        number = stack.pop()
        if number not in seen:
            seen[number] = len(seen)
            stack.extend(reversed(after.get(number, [])))
    return [sorted(layer, key=lambda number: seen.get(number, len(seen))) for layer in layers]


class Ordering:
    """Items by column, with their neighbours in the columns before and after."""

    def __init__(self, layers: Sequence[Sequence[int]], before: Neighbours, after: Neighbours) -> None:
        self.layers = [list(layer) for layer in layers]
        self.before, self.after = before, after
        self.place: dict[int, int] = {}
        self.left = COMPARED
        self._number()

    def _number(self) -> None:
        for layer in self.layers:
            self._number_layer(layer)

    def _number_layer(self, layer: Sequence[int]) -> None:
        self.place.update({item: place for place, item in enumerate(layer)})

    def crossings(self) -> int:
        """How often edges cross in all."""
        return sum(self._crossings_after(layer) for layer in self.layers[:-1])

    def _crossings_after(self, layer: Sequence[int]) -> int:
        ends: list[int] = []
        count = 0
        for item in layer:
            targets = sorted(self.place[other] for other in self.after.get(item, ()))
            count += sum(len(ends) - bisect_right(ends, target) for target in targets)
            for target in targets:
                insort(ends, target)
        return count

    def improve(self) -> list[list[int]]:
        """Sweep to and fro and keep the best order seen; the same input gives the same order."""
        best, fewest = [list(layer) for layer in self.layers], self.crossings()
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            neighbours = self.before if forward else self.after
            for layer in self.layers if forward else reversed(self.layers):
                self._sort(layer, neighbours, keep_ties=sweep % 4 < 2)
            self._exchange()
            count = self.crossings()
            if count < fewest:
                best, fewest = [list(layer) for layer in self.layers], count
            if not fewest or self.left <= 0:
                break
        self.layers = best
        self._number()
        return best

    def _sort(self, layer: list[int], neighbours: Neighbours, *, keep_ties: bool) -> None:
        """Sort by the mean place of neighbours; items without any keep their places."""
        movable = [item for item in layer if neighbours.get(item)]
        if not keep_ties:
            movable.reverse()
        movable.sort(key=lambda item: _mean([self.place[other] for other in neighbours[item]]))
        queue = iter(movable)
        layer[:] = [next(queue) if neighbours.get(item) else item for item in layer]
        self._number_layer(layer)

    def _exchange(self) -> None:
        """Swap neighbours while that saves a crossing."""
        better = True
        while better and self.left > 0:
            better = False
            for layer in self.layers:
                self.left -= len(layer)
                for place in range(len(layer) - 1):
                    upper, lower = layer[place], layer[place + 1]
                    if self._pair(upper, lower) > self._pair(lower, upper):
                        layer[place], layer[place + 1] = lower, upper
                        self.place[lower], self.place[upper] = place, place + 1
                        better = True

    def _pair(self, upper: int, lower: int) -> int:
        """Crossings between the edges of two items when the first stands above the second."""
        count = 0
        for neighbours in (self.before, self.after):
            below = sorted(self.place[other] for other in neighbours.get(lower, ()))
            for other in neighbours.get(upper, ()):
                count += _smaller(below, self.place[other])
        return count


def _smaller(values: list[int], limit: int) -> int:
    return bisect_right(values, limit - 1)


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)
