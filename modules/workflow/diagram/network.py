"""Boxes and edges as items in columns: boxes in even columns, stacks of labels in odd ones, bends between."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from modules.workflow.diagram.lanes import Lane, hang_lanes
from modules.workflow.diagram.layers import back_pairs, columns, main_way
from modules.workflow.diagram.ordering import ordered
from modules.workflow.diagram.parts import Box, Direction, Edge
from modules.workflow.diagram.placing import Item

ROW_SPACE = 6.0
LOOP_RISE, LOOP_LEG = 9.0, 11.0
BOX_SPACE, LABEL_SPACE, BEND_SPACE = 22.0, 11.0, 12.0
MOST_ITEMS = 600
"""Boxes, labels and bends. More would take seconds to place and be metres wide: nobody reads that as a picture."""


class TooLarge(ValueError):
    """A picture of this would neither be ready soon nor be legible."""


@dataclass
class Group:
    """Edges that share their sources and their target, with one stack of labels and one corridor."""

    sources: tuple[str, ...]
    target: str
    goes_back: bool
    edges: list[Edge] = field(default_factory=list)
    item: int = -1


@dataclass
class Trunk:
    """What runs between a box and a stack of labels. `ends` are the items on its left and right."""

    group: Group
    box: str
    ends: tuple[int, int]
    bends: list[int]
    into_box: bool

    def way(self) -> list[int]:
        return [self.ends[0], *self.bends, self.ends[1]]


class Network:
    """The items of a drawing, their order in columns, and which of them want to stand on one line."""

    def __init__(
        self, boxes: Sequence[Box], edges: Sequence[Edge], direction: Direction, most: int = MOST_ITEMS
    ) -> None:
        self.direction, self.most = direction, most
        self.boxes = {box.key: box for box in boxes}
        self.loops: dict[str, list[Edge]] = {key: [] for key in self.boxes}
        self.items: list[Item] = []
        self.box_item: dict[str, int] = {}
        self.trunks: list[Trunk] = []
        self.lanes: dict[int, Lane] = {}
        self.first = boxes[0].key
        self._set_columns(edges)
        self.groups = self._grouped(edges)
        self._add_boxes()
        for group in self.groups:
            self._add_group(group)
        self.layers = self._ordered()
        self.hang()
        self.chains = self._lines()

    def size(self, thing: Box | Edge) -> tuple[float, float]:
        """Extent along the flow and across it."""
        size = thing.width, thing.height
        return size if self.direction == "right" else (size[1], size[0])

    def _set_columns(self, edges: Sequence[Edge]) -> None:
        pairs: dict[str, list[str]] = {key: [] for key in self.boxes}
        for edge in edges:
            for source in edge.sources:
                if source != edge.target and edge.target not in pairs[source]:
                    pairs[source].append(edge.target)
        last = {box.key for box in self.boxes.values() if box.is_last}
        self.back = back_pairs(list(self.boxes), pairs, self.first)
        forward = {key: [other for other in others if (key, other) not in self.back] for key, others in pairs.items()}
        self.column = columns(list(self.boxes), forward, last)
        self.main_way = main_way(forward, self.first, last)

    def _grouped(self, edges: Sequence[Edge]) -> list[Group]:
        groups: dict[tuple[object, ...], Group] = {}
        for edge in edges:
            if edge.target in edge.sources:
                self.loops[edge.target].append(edge)
            others = [source for source in edge.sources if source != edge.target]
            for goes_back in (False, True):
                sources = tuple(source for source in others if ((source, edge.target) in self.back) is goes_back)
                if sources:
                    key = (sources, edge.target, goes_back)
                    groups.setdefault(key, Group(sources, edge.target, goes_back)).edges.append(edge)
        return list(groups.values())

    def _add_item(self, column: int, *, reach: float = 0.0, size: float = 0.0, space: float) -> Item:
        if len(self.items) >= self.most:
            raise TooLarge
        item = Item(len(self.items), column, reach, reach, size, space)
        self.items.append(item)
        return item

    def _add_boxes(self) -> None:
        for key, box in list(self.boxes.items()):
            along, across = self.size(box)
            if loops := self.loops[key]:
                along = max(along, max(self.size(edge)[0] for edge in loops) + 2 * (LOOP_LEG + 9))
                size = (along, across) if self.direction == "right" else (across, along)
                self.boxes[key] = Box(key, *size, box.is_last)
            item = self._add_item(2 * self.column[key], reach=across / 2, size=along, space=BOX_SPACE)
            self.box_item[key] = item.number

    def _add_group(self, group: Group) -> None:
        own = [2 * self.column[source] for source in group.sources]
        column = min(own) - 1 if group.goes_back else max(own) + 1
        sizes = [self.size(edge) for edge in group.edges]
        reach = (sum(size[1] for size in sizes) + ROW_SPACE * (len(sizes) - 1)) / 2
        item = self._add_item(column, reach=reach, size=max(size[0] for size in sizes), space=LABEL_SPACE)
        group.item = item.number
        for source in group.sources:
            self._add_trunk(group, source, into_box=False)
        self._add_trunk(group, group.target, into_box=True)

    def _add_trunk(self, group: Group, box: str, *, into_box: bool) -> None:
        ends = [self.box_item[box], group.item]
        if group.goes_back != into_box:
            ends.reverse()
        left, right = (self.items[number] for number in ends)
        bends = [self._add_item(column, space=BEND_SPACE).number for column in range(left.column + 1, right.column)]
        self.trunks.append(Trunk(group, box, (left.number, right.number), bends, into_box))

    def _ordered(self) -> list[list[int]]:
        """The items by column, in the order with few crossings."""
        ties = tuple(pair for trunk in self.trunks for pair in pairwise(trunk.way()))
        count = 1 + max(item.column for item in self.items)
        layers: list[list[int]] = [[] for _ in range(count)]
        for item in self.items:
            layers[item.column].append(item.number)
        return [list(layer) for layer in ordered(tuple(map(tuple, layers)), ties)]

    def hang(self, rising: frozenset[int] = frozenset()) -> None:
        """Lay the lanes of what goes back, and tie neighbours together by how straight they want to be."""
        self.lanes = hang_lanes(self, rising)
        for item in self.items:
            item.before.clear()
            item.after.clear()
        for index, trunk in enumerate(self.trunks):
            lane = self.lanes.get(index)
            self._tie(trunk, lane.offset if lane else 0.0)

    def reset_reach(self) -> None:
        """Give each box the room of itself and its loops."""
        for key, box in self.boxes.items():
            item = self.items[self.box_item[key]]
            item.above = item.below = self.size(box)[1] / 2
            if loops := self.loops[key]:
                item.above += LOOP_RISE + sum(self.size(edge)[1] for edge in loops) + ROW_SPACE * (len(loops) - 1)

    def _tie(self, trunk: Trunk, drop: float) -> None:
        way = trunk.way()
        box = self.box_item[trunk.box]
        for left, right in pairwise(way):
            ends = {left, right}
            weight = 2.0 if box in ends else 4.0 if trunk.group.item in ends else 8.0
            shift = drop if left == box else -drop if right == box else 0.0
            self.items[right].before.append((left, weight, shift))
            self.items[left].after.append((right, weight, -shift))

    def _lines(self) -> list[list[int]]:
        """What should stand on one line: first the usual way through the process, then each corridor with its ends."""
        claimed: set[int] = set()
        main = [number for pair in pairwise(self.main_way) for number in self._between(*pair)]
        lines = [list(dict.fromkeys([self.box_item[self.first], *main]))]
        claimed.update(lines[0])
        for group in self.groups:
            trunks = [trunk for trunk in self.trunks if trunk.group is group]
            into = trunks[-1]
            line = [group.item, *into.bends] if group.goes_back else [group.item, *into.bends, into.ends[1]]
            if len(group.sources) == 1:
                line += trunks[0].bends
                if not group.goes_back:
                    line.append(trunks[0].ends[0])
            for part in (line, *(trunk.bends for trunk in trunks[:-1] if len(group.sources) > 1)):
                fresh = [number for number in part if number not in claimed]
                claimed.update(fresh)
                lines.append(fresh)
        return lines

    def _between(self, source: str, target: str) -> list[int]:
        for group in self.groups:
            if group.target == target and source in group.sources and not group.goes_back:
                trunks = [t for t in self.trunks if t.group is group and (t.into_box or t.box == source)]
                return [number for trunk in trunks for number in trunk.way()]
        return []
