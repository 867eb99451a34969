"""Where everything stands: the layout of our own diagrams, with BPMN's sizes."""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace

from modules.workflow.diagram.layout import lay_out
from modules.workflow.diagram.network import TooLarge
from modules.workflow.diagram.parts import Box, Edge, Layout, Placed
from modules.workflow.diagram.rows import lay_out_in_rows
from modules.workflow.diagram.text import text_width, wrap
from modules.workflow.exports.bpmn.mapping import StateElement, WayElement

Point = tuple[float, float]
EVENT, GATEWAY = 36.0, 50.0
TASK_WIDTH, TASK_HEIGHT, TASK_GAP, HEADER = 160.0, 80.0, 16.0, 36.0
LABEL_WIDTH, LABEL_SIZE, LABEL_LINE = 104.0, 11.0, 14.0
MOST_ITEMS = 1500
"""Other tools zoom, so more is laid out than we draw ourselves."""
LEFT = 70.0
"""Room for the start event."""
PORT = 46.0
"""Between two boundary events on the same side."""
_COMMAND = re.compile(r"([MLCQ])([^MLCQZ]*)")


@dataclass
class Places:
    """Bounds of shapes, of their labels, and waypoints of flows, all by the element's id or the way's key."""

    shapes: dict[str, Placed] = field(default_factory=dict)
    labels: dict[str, Placed] = field(default_factory=dict)
    into: dict[str, list[Point]] = field(default_factory=dict)
    """From a state to a way's own shape, or the whole flow where it has none."""
    out: dict[str, list[Point]] = field(default_factory=dict)
    bottom: float = 0.0


def place(states: dict[str, StateElement], ways: list[WayElement]) -> Places:
    """Everything placed; the initial state first, as our own diagrams have it."""
    ordered = sorted(states.values(), key=lambda state: state.node.kind != "initial")
    leaving: dict[str, int] = defaultdict(int)
    for way in ways:
        leaving[way.source] += 1
    boxes = [
        Box(state.node.key, *_size(state, leaving[state.node.key]), state.shape == "endEvent") for state in ordered
    ]
    edges = [Edge(way.key, (way.source,), way.step.target, *_room(way)) for way in ways]
    return _Placing(states, ways, _shifted(_laid_out(boxes, edges))).places()


def _laid_out(boxes: list[Box], edges: list[Edge]) -> Layout:
    try:
        return lay_out(boxes, edges, "right", MOST_ITEMS)
    except TooLarge:
        return lay_out_in_rows(boxes, edges)


def lines_of(words: object) -> tuple[str, ...]:
    return wrap(str(words), LABEL_SIZE, LABEL_WIDTH)


def label_size(words: object) -> tuple[float, float]:
    lines = lines_of(words)
    return max((text_width(line, LABEL_SIZE) for line in lines), default=0) + 8, len(lines) * LABEL_LINE


def _size(state: StateElement, leaving: int) -> tuple[float, float]:
    if not state.is_activity:
        side = EVENT if state.shape in ("endEvent", "milestone") else GATEWAY
        width, height = label_size(state.node.title)
        return max(side, width), side + 2 * (height + 4)
    inside = HEADER + len(state.tasks) * (TASK_HEIGHT + TASK_GAP) if state.shape == "subProcess" else TASK_HEIGHT
    width = TASK_WIDTH + (2 * TASK_GAP + EVENT if state.shape == "subProcess" else 0)
    return width + EVENT, max(inside, PORT * leaving + 10)


def _room(way: WayElement) -> tuple[float, float]:
    width, height = label_size(way.step.title)
    if way.shape == "catch":
        return max(EVENT, width), EVENT + 2 * (height + 4)
    return width, 2 * height + 8


def _shifted(layout: Layout) -> Layout:
    return replace(layout, boxes=tuple(replace(box, x=box.x + LEFT) for box in layout.boxes),
                   labels=tuple(replace(label, x=label.x + LEFT) for label in layout.labels))  # fmt: skip


def _points(path: str) -> list[Point]:
    """The corners of SVG path data; a curve becomes the line between its ends."""
    found = []
    for _letter, text in _COMMAND.findall(path):
        numbers = [float(number) for number in text.split()]
        found.append((numbers[-2] + LEFT, numbers[-1]))
    return found


class _Placing:
    def __init__(self, states: dict[str, StateElement], ways: list[WayElement], layout: Layout) -> None:
        self.states, self.layout = states, layout
        self.ways = {way.key: way for way in ways}
        self.boxes = {box.key: box for box in layout.boxes}
        self.found = Places(bottom=layout.height)

    def places(self) -> Places:
        for key, box in self.boxes.items():
            self._state(self.states[key], box)
        for label in self.layout.labels:
            self._way(self.ways[label.key], label)
        self._wires()
        return self.found

    def _state(self, state: StateElement, box: Placed) -> None:
        if state.is_activity:
            self.found.shapes[state.id] = box = self._inner(box)
            if state.shape == "subProcess":
                self._tasks(state, box)
            return
        side = EVENT if state.shape in ("endEvent", "milestone") else GATEWAY
        self.found.shapes[state.id] = shape = _centred(state.id, box.middle, side, side)
        self.found.labels[state.id] = _below(shape, label_size(state.node.title))

    def _inner(self, box: Placed) -> Placed:
        """An activity inside its room, which has half an event on either side."""
        return replace(box, x=box.x + EVENT / 2, width=box.width - EVENT)

    def _tasks(self, state: StateElement, box: Placed) -> None:
        for number, task in enumerate(state.tasks):
            top = box.y + HEADER + number * (TASK_HEIGHT + TASK_GAP)
            key = f"{state.id}:{task.key}"
            self.found.shapes[key] = Placed(key, box.x + TASK_GAP, top, TASK_WIDTH, TASK_HEIGHT)

    def _way(self, way: WayElement, label: Placed) -> None:
        if way.shape == "catch":
            self.found.shapes[way.id] = shape = _centred(way.id, label.middle, EVENT, EVENT)
            self.found.labels[way.id] = _below(shape, label_size(way.step.title))
        else:
            width, height = label_size(way.step.title)
            middle = (label.middle[0], label.middle[1] - height / 2 - 3)
            self.found.labels[way.id] = _centred(way.id, middle, width, height)

    # Flows

    def _wires(self) -> None:
        """Each edge has two wires: the first leaves its source, the second, with a head, reaches its target."""
        first = {wire.key: _points(wire.path) for wire in self.layout.wires if not wire.head}
        last = {wire.key: _points(wire.path) for wire in self.layout.wires if wire.head}
        starts = self._spread({key: points[0] for key, points in first.items()})
        for key, way in self.ways.items():
            begin, end = first[key], last[key]
            if len(begin) > 2 and abs(begin[1][1] - begin[0][1]) < 1:
                del begin[1]
            begin[0] = self._start(way, starts[key])
            end[-1] = self._end(way, end[-1])
            if way.shape == "catch":
                shape = self.found.shapes[way.id]
                self.found.into[key] = [*begin[:-1], _rim(shape, begin[-2] if len(begin) > 1 else begin[0])]
                self.found.out[key] = [_rim(shape, end[1] if len(end) > 1 else end[0]), *end[1:]]
            else:
                self.found.into[key] = _straightened([*begin, *end])

    def _spread(self, starts: dict[str, Point]) -> dict[str, Point]:
        """Ways that leave an activity's right side stand so far apart that an event fits on each, in the same order."""
        sides: dict[str, list[str]] = defaultdict(list)
        for key, point in starts.items():
            box = self.boxes[self.ways[key].source]
            if self.states[box.key].is_activity and abs(point[0] - box.x - box.width) < 1:
                sides[box.key].append(key)
        found = dict(starts)
        for source, keys in sides.items():
            box = self.boxes[source]
            step = box.height / (len(keys) + 1)
            for number, key in enumerate(sorted(keys, key=lambda key: starts[key][1]), start=1):
                found[key] = (box.x + box.width - EVENT / 2, box.y + number * step)
        return found

    def _start(self, way: WayElement, point: Point) -> Point:
        """On the border of the source, or of the boundary event that sits there."""
        source = self.states[way.source]
        if not source.is_activity:
            return _rim(self.found.shapes[source.id], point)
        if way.shape == "boundary":
            self.found.shapes[way.id] = shape = _centred(way.id, point, EVENT, EVENT)
            host = self.found.shapes[source.id]
            if abs(point[0] - host.x - host.width) < 1:
                return shape.x + EVENT, point[1]
            return point[0], shape.y if point[1] < host.middle[1] else shape.y + EVENT
        return point

    def _end(self, way: WayElement, point: Point) -> Point:
        target = self.states[way.step.target]
        shape = self.found.shapes[target.id]
        return _on_border(shape, point) if target.is_activity else _rim(shape, point)


def _centred(key: str, middle: Point, width: float, height: float) -> Placed:
    return Placed(key, middle[0] - width / 2, middle[1] - height / 2, width, height)


def _below(shape: Placed, size: tuple[float, float]) -> Placed:
    return Placed(shape.key, shape.middle[0] - size[0] / 2, shape.y + shape.height + 4, *size)


def _rim(shape: Placed, toward: Point) -> Point:
    """The corner of a round or square-on-its-tip shape that looks toward a point."""
    x, y = shape.middle
    dx, dy = toward[0] - x, toward[1] - y
    if abs(dx) >= abs(dy):
        return (shape.x + shape.width if dx > 0 else shape.x), y
    return x, (shape.y + shape.height if dy > 0 else shape.y)


def _on_border(shape: Placed, point: Point) -> Point:
    """The nearest point of a rectangle's border, for a wire that ends a head's length before it."""
    x = min(max(point[0], shape.x), shape.x + shape.width)
    return x, min(max(point[1], shape.y), shape.y + shape.height)


def _straightened(points: list[Point]) -> list[Point]:
    """Without points that stand on their neighbour."""
    kept = points[:1]
    for point in points[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) > 0.5:
            kept.append(point)
    return kept if len(kept) > 1 else points[:2]
