"""Drawing in flow coordinates (along, across), written as SVG paths whichever way the flow runs."""

from dataclasses import dataclass, field

from modules.workflow.diagram.parts import Direction

Point = tuple[float, float]


@dataclass
class Pen:
    """Builds one path. Points are (along the flow, across it)."""

    direction: Direction
    parts: list[str] = field(default_factory=list)
    at: Point = (0.0, 0.0)

    def _text(self, point: Point) -> str:
        x, y = point if self.direction == "right" else (point[1], point[0])
        return f"{number(x)} {number(y)}"

    def move(self, point: Point) -> "Pen":
        self.parts.append(f"M{self._text(point)}")
        self.at = point
        return self

    def line(self, point: Point) -> "Pen":
        if point != self.at:
            self.parts.append(f"L{self._text(point)}")
            self.at = point
        return self

    def swing(self, point: Point) -> "Pen":
        """An S-shaped way that leaves and arrives along the flow."""
        if abs(point[1] - self.at[1]) < 0.05:
            return self.line(point)
        half = (self.at[0] + point[0]) / 2
        controls = f"{self._text((half, self.at[1]))} {self._text((half, point[1]))}"
        self.parts.append(f"C{controls} {self._text(point)}")
        self.at = point
        return self

    def corner(self, corner: Point, to: Point, radius: float = 8.0) -> "Pen":
        """Straight towards a corner, round it, and straight on."""
        near = _towards(corner, self.at, radius)
        far = _towards(corner, to, radius)
        self.line(near)
        self.parts.append(f"Q{self._text(corner)} {self._text(far)}")
        self.at = far
        return self.line(to)

    def path(self) -> str:
        return "".join(self.parts)


def _towards(start: Point, end: Point, distance: float) -> Point:
    """The point at a distance from the start, at most half of the way, along a line that follows one axis."""
    along, across = end[0] - start[0], end[1] - start[1]
    length = abs(along) + abs(across)
    if not length:
        return start
    share = min(distance, length / 2) / length
    return start[0] + along * share, start[1] + across * share


def head(direction: Direction, tip: Point, heading: Point, size: float = 7.0) -> str:
    """An arrow's head at a point; heading is (1, 0) along the flow, (0, -1) against the across direction."""
    (along, across), (to_along, to_across) = tip, heading
    base = (along - to_along * size, across - to_across * size)
    half = size * 0.55
    left = (base[0] - to_across * half, base[1] + to_along * half)
    right = (base[0] + to_across * half, base[1] - to_along * half)
    pen = Pen(direction).move(left).line(tip).line(right)
    return pen.path() + "Z"


def number(value: float) -> str:
    """A coordinate with one digit, without a needless zero."""
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0") if abs(value) < 0.05 else f"{value:.1f}".removesuffix(".0")
    )
