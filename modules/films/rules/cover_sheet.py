"""The sheet a cover is drawn on: its brief, its lines of type, its drawing."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from modules.films.rules.cover_palettes import Palette
from modules.films.rules.cover_type import (
    CAP_HEIGHT,
    DESCENT,
    LEADING,
    Block,
    cut,
    measure,
    rise,
    set_block,
)

WIDTH, HEIGHT, MARGIN = 200, 300, 14
INNER = WIDTH - 2 * MARGIN
FOOT = 286
CREDIT_SIZE = 10.5


@dataclass(frozen=True)
class Line:
    """A line of type on its baseline; a turned one runs upwards from its point."""

    text: str
    x: float
    y: float
    size: float
    fill: str
    anchor: str = "start"
    turned: bool = False

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the room the line may take."""
        width = measure(self.text) * self.size
        before = {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        up, down = self.size * rise(self.text), self.size * DESCENT
        if self.turned:
            return self.x - up, self.y - width + before, self.x + down, self.y + before
        return self.x - before, self.y - up, self.x - before + width, self.y + down


@dataclass(frozen=True)
class Brief:
    """What is known of the film, and the dice that its title and year have thrown."""

    title: str
    year: int | None
    byline: str
    palette: Palette
    dice: tuple[int, ...]
    small: bool = False

    def throw(self, place: int, sides: int) -> int:
        return self.dice[place % len(self.dice)] % sides


@dataclass(frozen=True)
class Cover:
    paper: str
    ink: str
    drawing: str
    lines: tuple[Line, ...] = field(default=())


def number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def flush(block: Block, *, x: float, top: float, fill: str) -> list[Line]:
    """The block's lines one below the other, the first capitals touching `top`."""
    first = top + block.size * CAP_HEIGHT
    step = block.size * LEADING
    return [Line(text, x, round(first + index * step, 1), block.size, fill) for index, text in enumerate(block.lines)]


def credits_row(brief: Brief, *, y: float, fill: str, left: float = MARGIN) -> list[Line]:
    """Who made it to the left, the year to the right; a small cover keeps the year."""
    right, lines = WIDTH - MARGIN, []
    size = 13 if brief.small else CREDIT_SIZE
    year = str(brief.year) if brief.year is not None else ""
    if brief.byline and not brief.small:
        room = right - left - (measure(year) * size + 8 if year else 0)
        fitting = max(8.0, min(size, int(10 * room / measure(brief.byline)) / 10))
        lines.append(Line(cut(brief.byline, room / fitting), left, y, fitting, fill))
        if year:
            lines.append(Line(year, right, y, size, fill, anchor="end"))
    elif year:
        lines.append(Line(year, left, y, size, fill))
    return lines


@dataclass(frozen=True)
class Part:
    """A title with its credits, and the edge where the drawing may begin."""

    lines: tuple[Line, ...]
    edge: int


def at_foot(brief: Brief, *, height: float = 84, largest: float = 46) -> Part | None:
    """Title and credits along the bottom; the drawing has what is above the edge."""
    block = set_block(brief.title, width=INNER, height=height, largest=largest)
    if block is None:
        return None
    top = FOOT - 24 - block.height
    ink = brief.palette.ink
    title = flush(block, x=MARGIN, top=top, fill=ink)
    return Part((*title, *credits_row(brief, y=FOOT, fill=ink)), round(top - 16))


def at_head(brief: Brief, *, height: float = 84, largest: float = 46) -> Part | None:
    """Credits and title along the top; the drawing has what is below the edge."""
    block = set_block(brief.title, width=INNER, height=height, largest=largest)
    if block is None:
        return None
    ink = brief.palette.ink
    title = flush(block, x=MARGIN, top=36, fill=ink)
    edge = 36 + block.height + block.size * DESCENT + 10
    return Part((*credits_row(brief, y=23, fill=ink), *title), round(edge))


def sheet(brief: Brief, drawing: str, lines: Iterable[Line]) -> Cover:
    return Cover(brief.palette.paper, brief.palette.ink, drawing, tuple(lines))


def path(data: str, **attributes: object) -> str:
    return element("path", d=data, **attributes)


def circle(x: float, y: float, radius: float, fill: str) -> str:
    return element("circle", cx=x, cy=y, r=radius, fill=fill)


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    return path(f"M{number(x)} {number(y)}h{number(width)}v{number(height)}h-{number(width)}z", fill=fill)


def element(name: str, **attributes: object) -> str:
    """An empty element; names take a dash for each underscore. Values are ours, not text."""
    written = " ".join(
        f'{key.replace("_", "-")}="{number(value) if isinstance(value, (int, float)) else value}"'
        for key, value in attributes.items()
    )
    return f"<{name} {written}/>"
