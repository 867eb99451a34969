"""From placed items to rectangles and paths."""

from collections.abc import Sequence

from modules.workflow.diagram.network import LOOP_LEG, LOOP_RISE, ROW_SPACE, Group, Network, Trunk
from modules.workflow.diagram.parts import Edge, Layout, Placed, Wire
from modules.workflow.diagram.pen import Pen, Point, head

MARGIN = 10.0
START = 22.0
"""Room for the mark of the beginning, before the first box."""
CLEAR = 5.0
"""Between a label and its wire."""
PORT_STEP = 11.0
HEAD = 7.0


class Router:
    """Draws a network whose items are placed."""

    def __init__(self, network: Network) -> None:
        self.network, self.items = network, network.items
        self.starts, self.ends = self._column_edges()
        self.ports = self._ports()
        self.boxes: list[Placed] = []
        self.labels: list[Placed] = []
        self.wires: list[Wire] = []

    def _column_edges(self) -> tuple[list[float], list[float]]:
        """Where each column begins and ends along the flow; steep edges get more room to swing."""
        layers = self.network.layers
        sizes = [max((self.items[number].size for number in layer), default=0.0) for layer in layers]
        rise = [0.0] * len(layers)
        for item in self.items:
            for other, _, shift in item.after:
                rise[item.column] = max(rise[item.column], abs(self.items[other].at + shift - item.at))
        starts, ends, edge = [], [], MARGIN + START
        for column, size in enumerate(sizes):
            starts.append(edge)
            ends.append(edge + size)
            bare = not size or column + 1 == len(sizes) or not sizes[column + 1]
            edge += size + min(max(8.0 if bare else 17.0, 8 + rise[column] * 0.15), 64.0)
        return starts, ends

    def _ports(self) -> dict[tuple[int, int], float]:
        """How far from the axis of its box each forward trunk is fastened, by (box item, neighbour)."""
        ports: dict[tuple[int, int], float] = {}
        for key, number in self.network.box_item.items():
            room = self.network.size(self.network.boxes[key])[1] / 2 - 8
            for ties in (self.items[number].before, self.items[number].after):
                level = sorted((self.items[tie[0]].at, tie[0]) for tie in ties if not tie[2])
                ports.update(_spread(number, self.items[number].at, level, room))
        return ports

    def draw(self) -> Layout:
        """The whole drawing, moved so that it begins at the margin."""
        rows = {id(group): self._label_rows(group) for group in self.network.groups}
        for key, number in self.network.box_item.items():
            self._box(key, number)
        for index, trunk in enumerate(self.network.trunks):
            for edge, row in zip(trunk.group.edges, rows[id(trunk.group)], strict=True):
                self._wire(index, trunk, edge, row)
        along = self.ends[-1] + MARGIN
        across = max(item.at + item.below for item in self.items) + MARGIN
        size = (along, across) if self.network.direction == "right" else (across, along)
        return Layout(*size, tuple(self.boxes), tuple(self.labels), tuple(self.wires))

    def _placed(
        self, key: str, along: float, across: float, size: tuple[float, float], sources: Sequence[str] = ()
    ) -> Placed:
        """A rectangle around a middle."""
        start = along - size[0] / 2, across - size[1] / 2
        if self.network.direction == "right":
            return Placed(key, *start, *size, tuple(sources))
        return Placed(key, start[1], start[0], size[1], size[0], tuple(sources))

    def _middle(self, number: int) -> float:
        column = self.items[number].column
        return (self.starts[column] + self.ends[column]) / 2

    def _span(self, key: str) -> tuple[float, float]:
        """A box's two ends along the flow."""
        middle, half = self._middle(self.network.box_item[key]), self.network.size(self.network.boxes[key])[0] / 2
        return middle - half, middle + half

    def _label_rows(self, group: Group) -> list[Point]:
        """The middle of each label of a stack."""
        item = self.items[group.item]
        middle = self._middle(group.item)
        return self._stacked(group.edges, middle, item.at - item.above, group.sources)

    def _stacked(self, edges: Sequence[Edge], middle: float, top: float, sources: Sequence[str]) -> list[Point]:
        rows = []
        for edge in edges:
            size = self.network.size(edge)
            rows.append((middle, top + size[1] / 2))
            self.labels.append(self._placed(edge.key, *rows[-1], size, sources))
            top += size[1] + ROW_SPACE
        return rows

    def _box(self, key: str, number: int) -> None:
        item = self.items[number]
        size = self.network.size(self.network.boxes[key])
        self.boxes.append(self._placed(key, self._middle(number), item.at, size))
        if loops := self.network.loops[key]:
            self._loops(key, loops, self._middle(number), item.at - size[1] / 2)

    def _loops(self, key: str, loops: Sequence[Edge], middle: float, top: float) -> None:
        sizes = [self.network.size(edge) for edge in loops]
        rise = LOOP_RISE + sum(size[1] for size in sizes) + ROW_SPACE * (len(sizes) - 1)
        leg = max(size[0] for size in sizes) / 2 + LOOP_LEG
        rows = self._stacked(loops, middle, top - rise, (key,))
        for edge, size, row in zip(loops, sizes, rows, strict=True):
            reach = size[0] / 2 + CLEAR
            out = self._pen((middle + leg, top)).corner((middle + leg, row[1]), (middle + reach, row[1]))
            home = self._pen((middle - reach, row[1])).corner((middle - leg, row[1]), (middle - leg, top - HEAD + 1))
            tip = head(self.network.direction, (middle - leg, top), (0, 1), HEAD)
            self.wires += [Wire(edge.key, (key,), out.path()), Wire(edge.key, (key,), home.path(), tip)]

    def _pen(self, start: Point) -> Pen:
        return Pen(self.network.direction).move(start)

    def _wire(self, index: int, trunk: Trunk, edge: Edge, row: Point) -> None:
        group = trunk.group
        half = self.network.size(edge)[0] / 2 + CLEAR
        sources = group.sources if trunk.into_box else (trunk.box,)
        if group.goes_back:
            self.wires.append(self._back(index, trunk, Wire(edge.key, sources, ""), row, half))
            return
        number = self.network.box_item[trunk.box]
        start, end = self._span(trunk.box)
        neighbour = trunk.way()[-2] if trunk.into_box else trunk.way()[1]
        port = self.items[number].at + self.ports[number, neighbour]
        if trunk.into_box:
            pen = self._pen((row[0] + half, row[1])).line((self.ends[self.items[group.item].column], row[1]))
            self._through(pen, trunk.bends)
            pen.swing((self.starts[self.items[number].column], port)).line((start - HEAD + 1, port))
            tip = head(self.network.direction, (start, port), (1, 0), HEAD)
            self.wires.append(Wire(edge.key, sources, pen.path(), tip))
        else:
            pen = self._pen((end, port)).line((self.ends[self.items[number].column], port))
            self._through(pen, trunk.bends)
            pen.swing((self.starts[self.items[group.item].column], row[1])).line((row[0] - half, row[1]))
            self.wires.append(Wire(edge.key, sources, pen.path()))

    def _through(self, pen: Pen, bends: Sequence[int], *, back: bool = False) -> None:
        near, far = (self.ends, self.starts) if back else (self.starts, self.ends)
        for number in bends:
            item = self.items[number]
            pen.swing((near[item.column], item.at)).line((far[item.column], item.at))

    def _back(self, index: int, trunk: Trunk, wire: Wire, row: Point, half: float) -> Wire:
        """A wire against the flow: out of the box's side, along its lane, to or from the label."""
        lane = self.network.lanes[index]
        item = self.items[self.network.box_item[trunk.box]]
        side = -1 if lane.rises else 1
        rim = item.at + side * self.network.size(self.network.boxes[trunk.box])[1] / 2
        depth = item.at + lane.offset
        start, end = self._span(trunk.box)
        label = self.items[trunk.group.item].column
        if not trunk.into_box:
            foot = start + lane.inset
            pen = self._pen((foot, rim)).corner((foot, depth), (self.starts[item.column], depth))
            self._through(pen, trunk.bends[::-1], back=True)
            pen.swing((self.ends[label], row[1])).line((row[0] + half, row[1]))
            return Wire(wire.key, wire.sources, pen.path())
        foot = end - lane.inset
        pen = self._pen((row[0] - half, row[1])).line((self.starts[label], row[1]))
        self._through(pen, trunk.bends[::-1], back=True)
        pen.swing((self.ends[item.column], depth)).corner((foot, depth), (foot, rim + side * (HEAD - 1)))
        tip = head(self.network.direction, (foot, rim), (0, -side), HEAD)
        return Wire(wire.key, wire.sources, pen.path(), tip)


def _spread(number: int, axis: float, level: Sequence[tuple[float, int]], room: float) -> dict[tuple[int, int], float]:
    """Ports of one side in the order of what they lead to; the straightest one keeps the axis."""
    if not level:
        return {}
    nearest = min(range(len(level)), key=lambda index: abs(level[index][0] - axis))
    is_straight = abs(level[nearest][0] - axis) <= 1.0 or len(level) == 1
    zero = float(nearest) if is_straight else (len(level) - 1) / 2
    most = max(zero, len(level) - 1 - zero)
    step = min(PORT_STEP, room / most) if most else 0.0
    return {(number, other): (index - zero) * step for index, (_, other) in enumerate(level)}
