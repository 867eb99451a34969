"""A plain layout for what is too large for a picture: a row for each box, its edges' labels beside it."""

from collections.abc import Sequence

from modules.workflow.diagram.parts import Box, Edge, Layout, Placed, Wire
from modules.workflow.diagram.pen import number

MARGIN, GAP = 20.0, 40.0


def lay_out_in_rows(boxes: Sequence[Box], edges: Sequence[Edge]) -> Layout:
    """Every box and label has room of its own, and every edge a straight line; nothing more. For one source an edge."""
    placed: dict[str, Placed] = {}
    labels: list[Placed] = []
    top, right = MARGIN, 0.0
    widest = max(box.width for box in boxes)
    for box in boxes:
        own = [edge for edge in edges if edge.sources == (box.key,)]
        height = max([box.height, *(edge.height for edge in own)])
        placed[box.key] = Placed(box.key, MARGIN, top + (height - box.height) / 2, box.width, box.height)
        left = MARGIN + widest + GAP
        for edge in own:
            labels.append(
                Placed(edge.key, left, top + (height - edge.height) / 2, edge.width, edge.height, edge.sources)
            )
            left += edge.width + GAP
        top, right = top + height + GAP, max(right, left)
    targets = {edge.key: edge.target for edge in edges}
    wires = [wire for label in labels for wire in _wires(placed, label, targets[label.key])]
    return Layout(right, top, tuple(placed.values()), tuple(labels), tuple(wires))


def _wires(boxes: dict[str, Placed], label: Placed, target: str) -> list[Wire]:
    """To the label, and from it to the target; the head is only named, since nobody draws it here."""
    source = boxes[label.sources[0]]
    y, goal = label.middle[1], boxes[target]
    out = [(source.x + source.width, source.middle[1]), (label.x, y)]
    home = [(label.x + label.width, y), (goal.x, goal.middle[1])]
    return [Wire(label.key, label.sources, _path(out)), Wire(label.key, label.sources, _path(home), "end")]


def _path(points: Sequence[tuple[float, float]]) -> str:
    (x, y), (far, low) = points
    return f"M{number(x)} {number(y)}L{number(far)} {number(low)}"
