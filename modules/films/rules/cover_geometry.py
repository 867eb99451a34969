"""Covers of plain shapes: bands, circles, arcs, rays, dots, rhythms."""

import math

from modules.films.rules.cover_sheet import (
    HEIGHT,
    MARGIN,
    WIDTH,
    Brief,
    Cover,
    at_foot,
    at_head,
    box,
    circle,
    element,
    number,
    path,
    sheet,
)


def bands(brief: Brief) -> Cover | None:
    """Diagonal bands fall across the lower sheet."""
    head = at_head(brief)
    if head is None:
        return None
    palette, rise = brief.palette, (90, 130, -110)[brief.throw(5, 3)]
    wide = (26, 34, 44)[brief.throw(6, 3)]
    start = head.edge + wide * 0.75 + max(rise, 0)
    drawing = ""
    for index, colour in enumerate((palette.accent, palette.second, palette.ink, palette.accent)):
        left = round(start + index * wide * 1.32)
        drawing += path(
            f"M-30 {left + rise * 0.15:.0f}L230 {left - rise * 1.15:.0f}",
            stroke=colour,
            stroke_width=wide if index != 2 else wide // 3,
        )
    return sheet(brief, drawing, head.lines)


def rings(brief: Brief) -> Cover | None:
    """Concentric circles, whole, in a corner, or rising from the title's edge."""
    foot = at_foot(brief)
    if foot is None:
        return None
    palette, kind = brief.palette, brief.throw(5, 3)
    edge = foot.edge
    x, y, radius = (
        (100, edge / 2 + 3, min(84.0, edge / 2 - 9)),
        (WIDTH if brief.throw(6, 2) else 0, 0, min(edge, 196.0)),
        (100, 0, min(edge, 160.0)),
    )[kind]
    count = (5, 7, 4)[brief.throw(7, 3)]
    colours = (palette.accent, palette.paper, palette.second, palette.paper)
    rings_ = [
        circle(x, round(y), round(radius * (count - index) / count, 1), colours[index % 4]) for index in range(count)
    ]
    core = circle(x, round(y), round(radius / count * 0.62, 1), palette.ink)
    return sheet(brief, "".join(rings_) + core, foot.lines)


def arcs(brief: Brief) -> Cover | None:
    """A tiling of quarter circles, each turned as the dice have it."""
    foot = at_foot(brief)
    if foot is None:
        return None
    columns = min((3, 4, 5), key=lambda count: (foot.edge + 8) % (WIDTH / count))
    tile = WIDTH / columns
    rows = max(1, int((foot.edge + 8) / tile))
    palette = brief.palette
    data = {palette.accent: "", palette.second: "", palette.ink: ""}
    grounds = ""
    for index in range(columns * rows):
        x, y = index % columns * tile, index // columns * tile
        turn = brief.throw(8 + index, 11)
        colour = (palette.accent, palette.accent, palette.second, palette.ink)[brief.throw(9 + 3 * index, 4)]
        if turn == 8:
            grounds += f"M{number(x)} {number(y)}h{number(tile)}v{number(tile)}h-{number(tile)}z"
        elif turn != 9:
            data[colour] += _quarter(x, y, tile, turn % 4)
    drawing = path(grounds, fill=palette.second) if grounds else ""
    drawing += "".join(path(d, fill=colour) for colour, d in data.items() if d)
    return sheet(brief, drawing, foot.lines)


def _quarter(x: float, y: float, side: float, turn: int) -> str:
    """A quarter disc that fills the tile from one of its corners."""
    sx, sy = ((1, 1), (-1, 1), (-1, -1), (1, -1))[turn]
    cx, cy = x if sx > 0 else x + side, y if sy > 0 else y + side
    sweep = 1 if sx == sy else 0
    r = number(round(side, 1))
    return (
        f"M{number(round(cx, 1))} {number(round(cy, 1))}h{number(round(sx * side, 1))}"
        f"a{r} {r} 0 0 {sweep} {number(round(-sx * side, 1))} {number(round(sy * side, 1))}z"
    )


def rays(brief: Brief) -> Cover | None:
    """A burst of rays from a point on the title's edge."""
    foot = at_foot(brief)
    if foot is None:
        return None
    palette, edge = brief.palette, foot.edge
    x = (100, 30, 170, 100)[brief.throw(5, 4)]
    count = (9, 11, 13)[brief.throw(6, 3)]
    data = ""
    for index in range(count):
        one, two = (math.pi * (2 * index + part) / (2 * count - 1) for part in (0, 1))
        data += f"M{x} {edge}L{_far(x, edge, one)}L{_far(x, edge, two)}z"
    drawing = path(data, fill=palette.accent)
    if brief.throw(7, 2):
        drawing += element("path", d=_half_disc(x, edge, 34), fill=palette.ink)
    return sheet(brief, drawing, foot.lines)


def _far(x: float, y: float, angle: float) -> str:
    return f"{x + 300 * math.cos(angle):.0f} {y - 300 * math.sin(angle):.0f}"


def _half_disc(x: float, y: float, radius: float) -> str:
    return f"M{number(x - radius)} {number(y)}a{radius} {radius} 0 0 1 {2 * radius} 0z"


def dots(brief: Brief) -> Cover | None:
    """A halftone: rows of dots that swell towards one side, one dot picked out."""
    foot = at_foot(brief)
    if foot is None:
        return None
    palette, step = brief.palette, 20
    rows = max(3, (foot.edge + 4) // step)
    picked = brief.throw(5, rows)
    sizes = [3 + 15 * (index + 0.5) / rows for index in range(rows)]
    if brief.throw(6, 2):
        sizes.reverse()
    drawing = "".join(
        path(f"M10 {step * index + 12}h181", stroke_width=round(size, 1)) for index, size in enumerate(sizes)
    )
    group = f'<g stroke="{palette.accent}" stroke-linecap="round" stroke-dasharray="0 {step}">{drawing}</g>'
    x = 10 + step * (1 + brief.throw(7, 8))
    return sheet(brief, group + circle(x, step * picked + 12, 10, palette.ink), foot.lines)


def rhythm(brief: Brief) -> Cover | None:
    """Stripes that grow by a constant factor, upright or lying."""
    foot = at_foot(brief)
    if foot is None:
        return None
    palette, edge = brief.palette, foot.edge
    upright, back = brief.throw(5, 2), brief.throw(6, 2)
    length = WIDTH if upright else edge
    count, factor = 9, 1.38
    unit = length / sum(factor**index for index in range(count))
    data, place, accent = "", 0.0, ""
    chosen = 4 + brief.throw(7, 4)
    for index in range(count):
        room = unit * factor**index
        start = place if back else length - place - room * 0.55
        stripe = (
            f"M{start:.0f} 0h{room * 0.55:.1f}v{edge}h-{room * 0.55:.1f}z"
            if upright
            else f"M0 {start:.0f}h200v{room * 0.55:.1f}h-200z"
        )
        if index == chosen:
            accent = stripe
        else:
            data += stripe
        place += room
    drawing = path(data, fill=palette.ink) + path(accent, fill=palette.accent)
    return sheet(brief, drawing, foot.lines)


def split(brief: Brief) -> Cover | None:
    """A disc on a divided ground, its halves changing places with it."""
    foot = at_foot(brief)
    if foot is None:
        return None
    palette, edge = brief.palette, foot.edge
    radius = round(min(72, edge / 2 - 14))
    half = edge // 2
    drawing = box(0, 0, WIDTH, edge, palette.accent)
    if brief.throw(5, 2):
        drawing += box(0, 0, 100, edge, palette.second)
        drawing += path(f"M100 {half - radius}a{radius} {radius} 0 0 1 0 {2 * radius}z")
        drawing += path(f"M100 {half - radius}a{radius} {radius} 0 0 0 0 {2 * radius}z", fill=palette.paper)
    else:
        drawing += box(0, half, WIDTH, edge - half, palette.second)
        drawing += path(_half_disc(100, half, radius))
        drawing += path(f"M{100 - radius} {half}a{radius} {radius} 0 0 0 {2 * radius} 0z", fill=palette.paper)
    return sheet(brief, drawing, foot.lines)


def steps(brief: Brief) -> Cover | None:
    """Blocks descend like a staircase below the title."""
    head = at_head(brief)
    if head is None:
        return None
    palette, count = brief.palette, (4, 5, 6)[brief.throw(5, 3)]
    wide, room = WIDTH / count, HEIGHT - head.edge
    data, falling = "", brief.throw(6, 2)
    for index in range(count):
        place = index if falling else count - 1 - index
        tall = room * (index + 1) / count
        data += f"M{place * wide:.0f} {HEIGHT - tall:.0f}h{math.ceil(wide)}v{tall + 1:.0f}h-{math.ceil(wide)}z"
    low = f"M0 {HEIGHT}V{HEIGHT - room / count:.0f}h200V{HEIGHT}z"
    x = MARGIN + 20 if falling else WIDTH - MARGIN - 20
    drawing = path(data, fill=palette.accent) + path(low, fill=palette.second)
    if room > 120:
        drawing += circle(x, round(head.edge + room * 0.28), 20, palette.ink)
    return sheet(brief, drawing, head.lines)
