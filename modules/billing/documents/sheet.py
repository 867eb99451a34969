"""Setting a document on A4 pages with ReportLab; loaded only by whoever makes a PDF."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO

from font_source_sans_pro import font_files_ttf
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from modules.billing.documents.words import Paper, Row

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 56.0, WIDTH - 56.0, HEIGHT - 56.0, 64.0
REGULAR, SEMIBOLD, BOLD = "SourceSansPro", "SourceSansProSemibold", "SourceSansProBold"
INK, QUIET, LINE, ACCENT = HexColor(0x231D1F), HexColor(0x6A6164), HexColor(0xDDD7D9), HexColor(0x861A52)
TEXT, SMALL = 10.0, 8.5
LEADING = 14.0
# Right edges of the columns after the description, which is on the left.
COLUMNS = (352.0, 424.0, 470.0, RIGHT)
TAX_COLUMNS = (LEFT + 130, LEFT + 200, LEFT + 270)
DESCRIPTION_WIDTH = 250.0
ENDING = 84.0
"""What taxes and totals need below the last row, besides a line for each rate."""

Wrapped = tuple[list[str], Row]


def typeset(paper: Paper) -> bytes:
    """The pages of a document as a PDF. Nothing in it depends on when or where it is made."""
    _load_fonts()
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1, pageCompression=1, lang=paper.language)
    canvas.setDateFormatter(lambda *_now: f"D:{paper.issued_at:%Y%m%d%H%M%S}Z")
    canvas.setTitle(f"{paper.title} {paper.number}")
    canvas.setAuthor(paper.seller[0] if paper.seller else "")
    _Pen(canvas, paper).write()
    canvas.save()
    return target.getvalue()


@cache
def _load_fonts() -> None:
    for name in (REGULAR, SEMIBOLD, BOLD):
        pdfmetrics.registerFont(TTFont(name, font_files_ttf[name]))


class _Pen:
    """Writes one document from top to bottom; `y` is the base line of what comes next."""

    def __init__(self, canvas: Canvas, paper: Paper) -> None:
        self.canvas, self.paper, self.y = canvas, paper, TOP

    def write(self) -> None:
        self._head()
        pages = list(self._pages())
        for number, rows in enumerate(pages, start=1):
            if number > 1:
                self._next_page()
            self._table_head()
            for row in rows:
                self._row(row)
            if number == len(pages):
                self._ending()
            self._foot(number, len(pages))

    def _pages(self) -> Iterator[list[Wrapped]]:
        """The rows of each page; the last one leaves room for the ending."""
        rows = [(wrap(row[0], DESCRIPTION_WIDTH, REGULAR, TEXT), row) for row in self.paper.rows]
        ending = ENDING + LEADING * len(self.paper.tax_rows)
        room, page = self.y - LEADING * 2 - BOTTOM, list[Wrapped]()
        for number, row in enumerate(rows, start=1):
            height = _height(row)
            if page and room < height + (ending if number == len(rows) else 0):
                yield page
                room, page = TOP - LEADING * 5 - BOTTOM, []
            page.append(row)
            room -= height
        yield page

    def _head(self) -> None:
        paper = self.paper
        self._text(LEFT, TOP - 6, paper.seller[0] if paper.seller else "", BOLD, 15, ACCENT)
        self._right(RIGHT, TOP - 8, paper.title, BOLD, 22)
        below = self._lines(LEFT, TOP - 24, paper.seller[1:], SMALL, QUIET, LEADING - 2)
        y = TOP - 34
        for title, value in paper.facts:
            self._right(RIGHT, y, value, SEMIBOLD, TEXT)
            value_width = pdfmetrics.stringWidth(value, SEMIBOLD, TEXT)
            self._right(RIGHT - value_width - 8, y, title, REGULAR, SMALL, QUIET)
            y -= LEADING
        y = min(below, y) - 22
        self._text(LEFT, y, paper.buyer_title, REGULAR, SMALL, QUIET)
        self.y = self._lines(LEFT, y - LEADING - 1, paper.buyer, TEXT, INK, LEADING) - 18

    def _next_page(self) -> None:
        self.canvas.showPage()
        paper = self.paper
        self._text(LEFT, TOP, f"{paper.title} {paper.number}", SEMIBOLD, TEXT, QUIET)
        self.y = TOP - LEADING * 2

    def _table_head(self) -> None:
        self._cells(self.paper.columns, REGULAR, SMALL, QUIET, COLUMNS)
        self._rule(self.y - 6, INK, 0.8)
        self.y -= LEADING + 8

    def _row(self, row: Wrapped) -> None:
        lines, cells = row
        self._cells(("", *cells[1:]), REGULAR, TEXT, INK, COLUMNS)
        for line in lines:
            self._text(LEFT, self.y, line, REGULAR, TEXT)
            self.y -= LEADING
        self._rule(self.y + LEADING - 6, LINE, 0.5)
        self.y -= 7

    def _ending(self) -> None:
        """Taxes by rate on the left, totals on the right."""
        paper, top = self.paper, self.y - 14
        self.y = top
        self._cells(paper.tax_columns, REGULAR, SMALL, QUIET, TAX_COLUMNS)
        self._rule(self.y - 5, LINE, 0.5, TAX_COLUMNS[-1])
        self.y -= LEADING + 3
        for cells in paper.tax_rows:
            self._cells(cells, REGULAR, 9, INK, TAX_COLUMNS)
            self.y -= LEADING
        y = top
        for title, value in paper.totals[:-1]:
            self._text(COLUMNS[0] + 4, y, title, REGULAR, TEXT, QUIET)
            self._right(RIGHT, y, value, REGULAR, TEXT)
            y -= LEADING + 2
        self.canvas.setStrokeColor(INK)
        self.canvas.setLineWidth(0.8)
        self.canvas.line(COLUMNS[0] + 4, y + 9, RIGHT, y + 9)
        title, value = paper.totals[-1]
        self._text(COLUMNS[0] + 4, y - 7, title, BOLD, 13)
        self._right(RIGHT, y - 7, value, BOLD, 13)

    def _foot(self, page: int, pages: int) -> None:
        words = self.paper.page_words.format(page=page, pages=pages)
        self._rule(BOTTOM - 18, LINE, 0.5)
        self._text(LEFT, BOTTOM - 32, " · ".join(self.paper.seller[:1]), REGULAR, SMALL, QUIET)
        self._right(RIGHT, BOTTOM - 32, words, REGULAR, SMALL, QUIET)

    # Strokes

    def _cells(self, cells: Row, font: str, size: float, colour: HexColor, edges: Sequence[float]) -> None:
        self._text(LEFT, self.y, cells[0], font, size, colour)
        for edge, cell in zip(edges, cells[1:], strict=True):
            self._right(edge, self.y, cell, font, size, colour)

    def _lines(self, x: float, y: float, lines: Iterable[str], size: float, colour: HexColor, leading: float) -> float:
        for line in lines:
            for part in wrap(line, DESCRIPTION_WIDTH, REGULAR, size):
                self._text(x, y, part, REGULAR, size, colour)
                y -= leading
        return y

    def _text(self, x: float, y: float, text: str, font: str, size: float, colour: HexColor = INK) -> None:
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(colour)
        self.canvas.drawString(x, y, text)

    def _right(self, x: float, y: float, text: str, font: str, size: float, colour: HexColor = INK) -> None:
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(colour)
        self.canvas.drawRightString(x, y, text)

    def _rule(self, y: float, colour: HexColor, width: float, end: float = RIGHT) -> None:
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        self.canvas.line(LEFT, y, end, y)


def _height(row: Wrapped) -> float:
    return len(row[0]) * LEADING + 7


def wrap(text: str, width: float, font: str, size: float) -> list[str]:
    """Lines of at most this width; a word that is longer than a line is broken."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if pdfmetrics.stringWidth(longer, font, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, width, font, size)
        lines += full
    return [*lines, line]


def _pieces(word: str, width: float, font: str, size: float) -> list[str]:
    pieces, piece = [], ""
    for sign in word:
        if piece and pdfmetrics.stringWidth(piece + sign, font, size) > width:
            pieces.append(piece)
            piece = ""
        piece += sign
    return [*pieces, piece]
