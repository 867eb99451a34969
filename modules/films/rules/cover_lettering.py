"""Covers made of type alone."""

from modules.films.rules.cover_sheet import (
    CREDIT_SIZE,
    FOOT,
    HEIGHT,
    INNER,
    MARGIN,
    WIDTH,
    Brief,
    Cover,
    Line,
    at_head,
    box,
    circle,
    credits_row,
    flush,
    number,
    sheet,
)
from modules.films.rules.cover_type import CAP_HEIGHT, cut, measure, rise, set_block, words

ARTICLES = {"a", "an", "the", "el", "la", "los", "las", "un", "una", "le", "les", "der", "die"}
ARTICLES |= {"das", "il", "lo", "gli", "i", "o", "os", "as", "den", "det", "en", "une"}


def decade(brief: Brief) -> Cover | None:
    """The year's last two figures, bleeding off the foot."""
    head = at_head(brief, height=100)
    if head is None or brief.year is None:
        return None
    figures = f"{brief.year % 100:02}"
    size = min(186.0, (HEIGHT + 8 - head.edge) / CAP_HEIGHT)
    colour = brief.palette.accent
    left = -6 if brief.throw(5, 2) else WIDTH - 2 * 0.556 * size + 6
    drawing = _glyphs(figures, left, HEIGHT + 6, size, colour)
    return sheet(brief, drawing, head.lines)


def tower(brief: Brief) -> Cover | None:
    """All four figures of the year climbing one edge, the title beside them."""
    block = set_block(brief.title, width=84, height=190, largest=40, smallest=18)
    if block is None or brief.year is None or len(str(brief.year)) != 4:
        return None
    palette = brief.palette
    figures = (
        f'<text x="{WIDTH + 2}" y="{HEIGHT + 5}" font-size="139" fill="{palette.accent}" '
        f'transform="rotate(-90 {WIDTH + 2} {HEIGHT + 5})">{brief.year}</text>'
    )
    lines = flush(block, x=MARGIN, top=18, fill=palette.ink)
    if brief.byline and not brief.small:
        names = set_block(brief.byline, width=84, height=32, largest=CREDIT_SIZE, smallest=7)
        if names is not None:
            lines += flush(names, x=MARGIN, top=FOOT - names.height, fill=palette.ink)
    return sheet(brief, figures, lines)


def stack(brief: Brief) -> Cover | None:
    """Each line as wide as the sheet, like wood type locked up in a chase."""
    rows = _locked_up(brief.title.upper())
    if rows is None:
        return None
    palette = brief.palette
    widest = max(range(len(rows)), key=lambda index: (rows[index][1], index))
    lines, y = [], float(MARGIN)
    for index, (text, size) in enumerate(rows):
        y += size * rise(text)
        fill = palette.loud if index == widest and len(rows) > 1 else palette.ink
        lines.append(Line(text, MARGIN, round(y, 1), size, fill))
        y += 8
    drawing, room = "", round(FOOT - 22 - y)
    if room > 12:
        drawing = box(MARGIN, round(y + 2), INNER, room, palette.accent)
    if room > 60:
        radius = min(room, INNER) // 2
        x = 100 + (INNER // 2 - radius) * (brief.throw(5, 3) - 1)
        drawing += circle(x, round(y + 2 + room / 2), radius, palette.second)
    return sheet(brief, drawing, [*lines, *credits_row(brief, y=FOOT, fill=palette.ink)])


def _locked_up(title: str) -> list[tuple[str, float]] | None:
    """The split into rows that fills the sheet best, with the size of each row."""
    best: tuple[float, list[tuple[str, float]]] | None = None
    parts = _with_small_words_bound(words(title))
    for count in range(1, min(len(parts), 7) + 1):
        rows = [(text, round(min(INNER / measure(text), 84), 1)) for text in _rows(parts, count)]
        height = sum(size * rise(text) + 8 for text, size in rows)
        fits = height <= FOOT - MARGIN - 26 and min(size for _, size in rows) >= 16
        if fits and (best is None or height > best[0]):
            best = (height, rows)
    return best[1] if best and best[0] > 60 else None


def _with_small_words_bound(parts: list[str]) -> list[str]:
    """An article set as wide as the sheet would shout; small words stay with the next."""
    bound: list[str] = []
    waiting: list[str] = []
    for index, part in enumerate(parts, 1):
        waiting.append(part)
        if len(part) > 3 or index == len(parts):
            bound.append(" ".join(waiting))
            waiting = []
    return bound


def _rows(parts: list[str], count: int) -> list[str]:
    """The words in so many rows of about equal length."""
    share = sum(map(measure, parts)) / count
    rows, done = [[parts[0]]], measure(parts[0])
    for index, part in enumerate(parts[1:], 1):
        left = len(parts) - index
        missing = count - len(rows)
        half = measure(part) / 2
        if missing and (left == missing or done + half > share * len(rows)):
            rows.append([])
        rows[-1].append(part)
        done += measure(part)
    return [" ".join(row) for row in rows]


def echo(brief: Brief) -> Cover | None:
    """A short title over and over; one of them is meant."""
    text = brief.title.upper()
    if measure(text) > 7.5:
        return None
    palette = brief.palette
    size = round(min(INNER / measure(text), 62), 1)
    step = size * (CAP_HEIGHT + (0.26 if not text.isascii() else 0.1))
    count = int((FOOT - 20 - MARGIN) / step)
    step = (FOOT - 24 - MARGIN - size * CAP_HEIGHT) / max(1, count - 1)
    chosen = brief.throw(5, max(1, count - 1))
    ys = [round(MARGIN + size * CAP_HEIGHT + step * index, 1) for index in range(count)]
    lines = [
        Line(text, MARGIN, y, size, palette.ink if index == chosen else palette.second) for index, y in enumerate(ys)
    ]
    return sheet(brief, "", [*lines, *credits_row(brief, y=FOOT, fill=palette.ink)])


def vertical(brief: Brief) -> Cover | None:
    """The title climbs a coloured column."""
    block = set_block(brief.title, width=HEIGHT - 2 * MARGIN, height=104, largest=92, smallest=24)
    if block is None:
        return None
    palette, lines = brief.palette, []
    first = block.size * rise(block.lines[0])
    column = round(block.height + first - block.size * (CAP_HEIGHT - 0.3) + 22)
    x = 12 + first
    for index, text in enumerate(block.lines):
        across = round(x + index * block.size * 0.98, 1)
        lines.append(Line(text, across, HEIGHT - MARGIN, block.size, palette.on_accent, turned=True))
    if brief.year is not None:
        size = 13 if brief.small else CREDIT_SIZE
        lines.append(Line(str(brief.year), WIDTH - 10, 24, size, palette.ink, anchor="end"))
    if brief.byline and not brief.small:
        byline = cut(brief.byline, 230 / CREDIT_SIZE)
        lines.append(Line(byline, WIDTH - 11, FOOT, CREDIT_SIZE, palette.ink, turned=True))
    drawing = box(0, 0, column, HEIGHT, palette.accent)
    if WIDTH - column > 70:
        drawing += box(column, 0, 16, HEIGHT, palette.second)
    return sheet(brief, drawing, lines)


def initial(brief: Brief) -> Cover | None:
    """One letter as large as the sheet allows, off the foot and the edge."""
    head = at_head(brief, height=62, largest=30)
    letter = _initial(brief.title)
    if head is None or letter is None:
        return None
    size = min((HEIGHT - head.edge + 4) / rise(letter), 216 / measure(letter))
    if size < 200:
        return None
    left = WIDTH - measure(letter) * size + 4 if brief.throw(5, 2) else 2
    drawing = _glyphs(letter, left, HEIGHT + 2, size, brief.palette.accent)
    return sheet(brief, drawing, head.lines)


def _initial(title: str) -> str | None:
    """The first letter or figure that is not of an article."""
    parts = title.split()
    if len(parts) > 1 and parts[0].lower() in ARTICLES:
        parts = parts[1:]
    letters = (character for part in parts for character in part if character.isalnum())
    letter = next(letters, "").upper()
    return letter if len(letter) == 1 else None


def _glyphs(text: str, x: float, y: float, size: float, fill: str) -> str:
    return (
        f'<text x="{number(round(x, 1))}" y="{number(y)}" font-size="{number(round(size, 1))}" '
        f'fill="{fill}">{text}</text>'
    )
