"""A film's cover, drawn from its title, year and genre: the same film, the same cover.

The result is SVG for the page itself. It carries presentation attributes only, so the
strictest Content-Security-Policy lets it through, and no ids, so many fit on one page.
"""

import hashlib
from collections.abc import Callable
from html import escape
from itertools import groupby

from modules.films.rules import cover_geometry as geometry
from modules.films.rules import cover_lettering as lettering
from modules.films.rules import cover_scenes as scenes
from modules.films.rules.cover_palettes import MOODS, PALETTES
from modules.films.rules.cover_sheet import (
    FOOT,
    HEIGHT,
    INNER,
    MARGIN,
    WIDTH,
    Brief,
    Cover,
    Line,
    credits_row,
    flush,
    number,
    path,
    sheet,
)
from modules.films.rules.cover_type import plain, set_block, set_shortened

Composition = Callable[[Brief], Cover | None]

FONTS = "Helvetica Neue,Helvetica,Arial,sans-serif"
COMPOSITIONS: tuple[Composition, ...] = (
    lettering.decade,
    lettering.tower,
    lettering.stack,
    lettering.echo,
    lettering.vertical,
    lettering.initial,
    geometry.bands,
    geometry.rings,
    geometry.arcs,
    geometry.rays,
    geometry.dots,
    geometry.rhythm,
    geometry.split,
    geometry.steps,
    scenes.horizon,
    scenes.mountains,
    scenes.waves,
    scenes.skyline,
    scenes.eye,
    scenes.moon,
    scenes.strip,
    scenes.meeting,
)
# Scenes say something, so they are kept to genres that they suit.
SUITED: dict[Composition, set[str]] = {
    scenes.horizon: {"western", "adventure", "war", "drama", "romance", "action", "history"},
    scenes.mountains: {"western", "adventure", "fantasy", "history", "war", "biography", "family"},
    scenes.waves: {"romance", "drama", "adventure", "musical", "animation", "family", "comedy"},
    scenes.skyline: {"crime", "noir", "thriller", "action", "mystery", "science-fiction"},
    scenes.eye: {"thriller", "mystery", "horror", "documentary", "noir", "science-fiction"},
    scenes.moon: {"horror", "fantasy", "science-fiction", "romance", "animation", "family"},
    scenes.strip: {"documentary", "comedy", "musical", "biography", "animation", "history"},
    scenes.meeting: {"romance", "comedy", "drama", "musical", "biography"},
    geometry.rays: {"action", "adventure", "musical", "war", "comedy", "animation", "history"},
}


def cover_svg(*, title: str, year: int | None, genre: str = "", byline: str = "", small: bool = False) -> str:
    """The cover as an SVG element. A small one leaves the byline out."""
    name = plain(title) or "?"
    brief = _brief(name, year, genre, plain(byline), small)
    label = f"{name} ({year})" if year is not None else name
    return render(compose(brief, genre), label)


def compose(brief: Brief, genre: str = "") -> Cover:
    """The first composition, in the order of the dice, that the title fits into."""
    suited = [drawn for drawn in COMPOSITIONS if genre in SUITED.get(drawn, {genre})]
    for place in sorted(range(len(suited)), key=lambda place: brief.throw(place + 1, 256)):
        cover = suited[place](brief)
        if cover is not None:
            return cover
    return _plain_cover(brief)


def render(cover: Cover, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}" '
        f'font-family="{FONTS}" font-weight="700" fill="{cover.ink}">'
        f"{path('M0 0h200v300H0z', fill=cover.paper)}{cover.drawing}"
        f"{_type(cover)}</svg>"
    )


def brief_for(title: str, year: int | None, genre: str, byline: str = "") -> Brief:
    return _brief(plain(title) or "?", year, genre, plain(byline), small=False)


def _brief(title: str, year: int | None, genre: str, byline: str, small: bool) -> Brief:
    dice = tuple(hashlib.sha256(f"{title}|{year}".encode()).digest())
    palettes = MOODS.get(genre) or tuple(PALETTES)
    palette = PALETTES[palettes[dice[0] % len(palettes)]]
    return Brief(title, year, byline, palette, dice, small)


def _plain_cover(brief: Brief) -> Cover:
    """The whole sheet for a title that is too long for a drawing beside it."""
    height = FOOT - MARGIN - 34
    block = set_block(brief.title, width=INNER, height=height, largest=30, smallest=11)
    if block is None:
        block = set_shortened(brief.title, width=INNER, height=height, size=11)
    lines = flush(block, x=MARGIN, top=MARGIN + 4, fill=brief.palette.ink)
    rule = path(f"M{MARGIN} {FOOT - 18}h{INNER}v3H{MARGIN}z", fill=brief.palette.accent)
    return sheet(brief, rule, [*lines, *credits_row(brief, y=FOOT, fill=brief.palette.ink)])


def _type(cover: Cover) -> str:
    """Lines of one style share an element, which keeps a page of covers light."""
    written = []
    for (size, fill, anchor, turned), group in groupby(
        cover.lines, key=lambda line: (line.size, line.fill, line.anchor, line.turned)
    ):
        style = f' font-size="{number(size)}"'
        if fill != cover.ink:
            style += f' fill="{fill}"'
        if anchor != "start":
            style += f' text-anchor="{anchor}"'
        lines = list(group)
        if turned or len(lines) == 1:
            written += [f"<text{style}{_place(line)}>{escape(line.text)}</text>" for line in lines]
        else:
            spans = "".join(f"<tspan{_place(line)}>{escape(line.text)}</tspan>" for line in lines)
            written.append(f"<text{style}>{spans}</text>")
    return "".join(written)


def _place(line: Line) -> str:
    x, y = number(line.x), number(line.y)
    turn = f' transform="rotate(-90 {x} {y})"' if line.turned else ""
    return f' x="{x}" y="{y}"{turn}'
