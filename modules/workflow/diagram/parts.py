"""What a layout is given and what it gives back: sizes in, places out. Nothing here knows of workflows."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["right", "down"]


@dataclass(frozen=True)
class Box:
    """A state: its size, and whether it stands at the far end."""

    key: str
    width: float
    height: float
    is_last: bool = False


@dataclass(frozen=True)
class Edge:
    """A transition from some boxes to one, and the size of its label. Edges are given in order of interest."""

    key: str
    sources: tuple[str, ...]
    target: str
    width: float
    height: float


@dataclass(frozen=True)
class Placed:
    """A rectangle by its upper left corner. A label says which edge it belongs to, and from which boxes it comes."""

    key: str
    x: float
    y: float
    width: float
    height: float
    sources: tuple[str, ...] = ()

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def overlaps(self, other: "Placed", margin: float = 0) -> bool:
        """Whether two rectangles come nearer to each other than the margin."""
        return (
            self.x < other.x + other.width + margin
            and other.x < self.x + self.width + margin
            and self.y < other.y + other.height + margin
            and other.y < self.y + self.height + margin
        )


@dataclass(frozen=True)
class Wire:
    """A piece of an edge between boxes and label: SVG path data, and an arrow's head where it ends at its target."""

    key: str
    sources: tuple[str, ...]
    path: str
    head: str = ""


@dataclass(frozen=True)
class Layout:
    """A finished drawing."""

    width: float
    height: float
    boxes: tuple[Placed, ...]
    labels: tuple[Placed, ...]
    wires: tuple[Wire, ...]
