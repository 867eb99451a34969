"""Tables as people save them: with or without a BOM, UTF-8 or Windows' letters, commas, semicolons or tabs."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from django.utils.translation import gettext as _

from modules.core.cells import plain_cell

MOST_COLUMNS = 200
LONGEST_HEADER = 20_000
LONGEST_CELL = 131_072


class Unreadable(Exception):
    """A source as a whole cannot be read; `words` say why and what would help."""

    def __init__(self, words: str, line: int | None = None) -> None:
        self.words, self.line = words, line
        super().__init__(_("line {line}: {words}").format(line=line, words=words) if line else words)


class BadCell(ValueError):
    """A cell cannot be used; its text says to the person why."""


class Table(NamedTuple):
    """An open table: what its columns are called, its rows with the line on which each begins, and how it is saved."""

    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    encoding: str
    delimiter: str


@contextmanager
def opened_table(path: Path) -> Iterator[Table]:
    """A table with its header read; Unreadable says what is wrong with it, here or while its rows are taken."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = max(",;\t", key=_first_line(file).count)
        file.seek(0)
        rows = _rows(file, delimiter)
        header = [cell.strip() for cell in next(rows)[1]]
        if len(header) > MOST_COLUMNS:
            raise Unreadable(_("more than {most} columns: is this a table?").format(most=MOST_COLUMNS), 1)
        yield Table(header, rows, encoding, delimiter)


def _first_line(file: IO[str]) -> str:
    try:
        line = file.readline(LONGEST_HEADER + 1)
    except UnicodeDecodeError as error:
        raise Unreadable(str(error), 1) from None
    if not line.strip():
        raise Unreadable(_("the file is empty") if not file.read(1) else _("the first line is empty"), 1)
    if len(line) > LONGEST_HEADER:
        words = _("the first line is longer than {most} characters: is this a table?").format(most=LONGEST_HEADER)
        raise Unreadable(words, 1)
    return line


def encoding_of(path: Path) -> str:
    """UTF-16 by its mark, UTF-8 if all of it is, or else what Windows programs write."""
    with path.open("rb") as file:
        start = file.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(1 << 16):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _rows(file: IO[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with the line on which each begins."""
    reader = csv.reader(file, delimiter=delimiter, strict=False)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError) as error:
            too_long = _("a cell is longer than {most} characters").format(most=LONGEST_CELL)
            raise Unreadable(too_long if "limit" in str(error) else str(error), line) from None
        if any(cell.strip() for cell in row):
            yield line, [plain_cell(cell) for cell in row]
        line = reader.line_num + 1
