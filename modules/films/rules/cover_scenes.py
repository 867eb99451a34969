"""Covers that hint at a thing with the fewest shapes: a sun, a skyline, an eye, a moon."""

from modules.films.rules.cover_sheet import (
    HEIGHT,
    WIDTH,
    Brief,
    Cover,
    at_foot,
    at_head,
    box,
    circle,
    element,
    path,
    sheet,
)


def horizon(brief: Brief) -> Cover | None:
    """A sun half under the horizon, its mirror image cut into slats."""
    head = at_head(brief)
    if head is None:
        return None
    palette = brief.palette
    level = round(head.edge + (HEIGHT - head.edge) * 0.52)
    radius = min(76, level - head.edge)
    x = (100, 70, 130)[brief.throw(5, 3)]
    drawing = circle(x, level, radius, palette.accent)
    drawing += box(0, level, WIDTH, HEIGHT - level, palette.second)
    slats = "".join(
        f"M{x - radius + inset} {level + y}h{2 * (radius - inset)}v{thick}H{x - radius + inset}z"
        for y, thick, inset in ((8, 9, 2), (23, 8, 8), (37, 6, 18), (49, 4, 32), (59, 2, 44))
        if inset < radius - 8 and level + y + thick < HEIGHT
    )
    return sheet(brief, drawing + path(slats, fill=palette.accent), head.lines)


def mountains(brief: Brief) -> Cover | None:
    """Three ranges and a small sun."""
    head = at_head(brief)
    if head is None:
        return None
    palette, top = brief.palette, head.edge
    room = HEIGHT - top
    peak, other = (60, 150) if brief.throw(5, 2) else (140, 45)
    drawing = circle(other, round(top + room * 0.22), round(min(22, room * 0.14)), palette.ink)
    drawing += path(f"M-60 300L{peak} {top + room * 0.1:.0f} 260 300z", fill=palette.second)
    drawing += path(f"M-40 300L{other} {top + room * 0.42:.0f} 250 300z", fill=palette.accent)
    drawing += path(f"M0 300V{HEIGHT - room * 0.2:.0f}L200 {HEIGHT - room * 0.1:.0f}V300z")
    return sheet(brief, drawing, head.lines)


def waves(brief: Brief) -> Cover | None:
    """Swell after swell up to the sheet's foot."""
    head = at_head(brief)
    if head is None:
        return None
    palette, length = brief.palette, (50, 100, 67)[brief.throw(5, 3)]
    lift = length * 0.36
    first = round(head.edge + 46)
    colours = (palette.second, palette.accent, palette.ink)
    rows = (HEIGHT - first) // 26 + 1
    drawing = circle(150 if brief.throw(6, 2) else 50, first - 18, 22, palette.accent)
    for index in range(min(rows, 7)):
        y = first + index * 26
        shift = -length * (index % 2) // 2
        drawing += path(
            f"M{shift - length} {y}q{length / 2:.0f} {-lift:.0f} {length} 0"
            + f"t{length} 0" * (WIDTH // length + 2)
            + "V320H-99z",
            fill=colours[index % 3],
        )
    return sheet(brief, drawing, head.lines)


def skyline(brief: Brief) -> Cover | None:
    """Bars like a town at night, two windows lit."""
    foot = at_foot(brief)
    if foot is None:
        return None
    palette, edge = brief.palette, foot.edge
    heights = [0.3 + 0.65 * brief.throw(6 + index, 16) / 15 for index in range(7)]
    rear = "".join(f"M{14 + 28 * i} {edge}V{edge * (1.05 - h):.0f}" for i, h in enumerate(heights))
    front = "".join(f"M{28 * i} {edge}V{edge * (1 - 0.62 * h):.0f}" for i, h in enumerate(heights[::-1]))
    moon = 30 + 140 * brief.throw(5, 2)
    drawing = circle(moon, 34, 18, palette.accent)
    drawing += path(rear, stroke=palette.second, stroke_width=28)
    drawing += path(front, stroke=palette.ink, stroke_width=20)
    tallest = max(range(1, 7), key=lambda i: heights[6 - i])
    top = round(edge * (1 - 0.62 * heights[6 - tallest]))
    drawing += path(f"M{28 * tallest - 5} {top + 8}v7m9 4v7", stroke=palette.accent, stroke_width=5)
    return sheet(brief, drawing, foot.lines)


def eye(brief: Brief) -> Cover | None:
    """An eye, or a lens, that looks back."""
    foot = at_foot(brief)
    if foot is None:
        return None
    palette = brief.palette
    middle = foot.edge // 2 + 4
    bow = min(150, foot.edge - 20)
    x = (100, 84, 116)[brief.throw(5, 3)]
    drawing = path(
        f"M6 {middle}q94-{bow} 188 0q-94 {bow}-188 0z",
        fill=palette.second if brief.throw(6, 2) else palette.ink,
    )
    iris = round(bow * 0.3)
    drawing += circle(x, middle, iris, palette.accent)
    drawing += circle(x, middle, round(iris * 0.48), palette.paper)
    drawing += circle(x, middle, round(iris * 0.22), palette.ink)
    return sheet(brief, drawing, foot.lines)


def moon(brief: Brief) -> Cover | None:
    """A crescent over a plain ground."""
    foot = at_foot(brief)
    if foot is None:
        return None
    palette, edge = brief.palette, foot.edge
    radius = round(min(80, edge / 2 - 10))
    side = 1 if brief.throw(5, 2) else -1
    ground = palette.second if brief.throw(6, 2) else palette.paper
    drawing = box(0, 0, WIDTH, edge, ground) if ground != palette.paper else ""
    drawing += circle(100, edge // 2, radius, palette.accent)
    away = (0.36, 0.55, 0.22)[brief.throw(7, 3)]
    drawing += circle(round(100 + side * radius * away), round(edge // 2 - radius * 0.16), round(radius * 0.86), ground)
    return sheet(brief, drawing, foot.lines)


def strip(brief: Brief) -> Cover | None:
    """Three frames of a film in which a disc crosses, between perforations."""
    foot = at_foot(brief, height=74)
    if foot is None:
        return None
    palette = brief.palette
    tall = (foot.edge - 4) / 3
    drawing = box(0, 0, WIDTH, foot.edge + 6, palette.ink)
    places = (62, 100, 138) if brief.throw(5, 2) else (138, 100, 62)
    rises = ((0.7, 0.5, 0.34), (0.34, 0.6, 0.4), (0.5, 0.5, 0.5))[brief.throw(6, 3)]
    for index in range(3):
        y = round(6 + index * tall)
        colour = (palette.second, palette.accent, palette.second)[index]
        drawing += box(26, y, 148, round(tall - 6), colour)
        disc = palette.accent if colour == palette.second else palette.paper
        drawing += circle(places[index], round(y + (tall - 6) * rises[index]), round(tall * 0.26), disc)
    drawing += element(
        "path",
        d=f"M13 4V{foot.edge + 4}M187 4V{foot.edge + 4}",
        stroke=palette.paper,
        stroke_width=9,
        stroke_dasharray="7 7",
    )
    return sheet(brief, drawing, foot.lines)


def meeting(brief: Brief) -> Cover | None:
    """Two discs that share a part."""
    foot = at_foot(brief)
    if foot is None:
        return None
    palette = brief.palette
    middle = foot.edge / 2 + 2
    radius = min(58.0, foot.edge / 2 - 12)
    apart = (0.55, 0.75, 0.4)[brief.throw(5, 3)] * radius
    half = (radius**2 - apart**2) ** 0.5
    left, right = 100 - apart, 100 + apart
    drawing = circle(round(left, 1), round(middle, 1), round(radius, 1), palette.accent)
    drawing += circle(round(right, 1), round(middle, 1), round(radius, 1), palette.second)
    r = f"{radius:.1f}"
    drawing += path(
        f"M100 {middle - half:.1f}A{r} {r} 0 0 1 100 {middle + half:.1f}A{r} {r} 0 0 1 100 {middle - half:.1f}z"
    )
    return sheet(brief, drawing, foot.lines)
