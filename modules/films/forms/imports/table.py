"""Tables as people save them: with or without a BOM, UTF-8 or Windows' letters, commas, semicolons or tabs."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from modules.core.cells import plain_cell
from modules.films.forms.imports.errors import Unreadable

MOST_COLUMNS = 200
LONGEST_HEADER = 20_000
LONGEST_CELL = 131_072


@contextmanager
def opened_table(path: Path) -> Iterator[tuple[list[str], Iterator[tuple[int, list[str]]]]]:
    """The header of a table, and its rows, each with the number of its line."""
    with path.open(encoding=encoding_of(path), newline="") as file:
        header_line = file.readline(LONGEST_HEADER + 1)
        if not header_line.strip():
            raise Unreadable("the file is empty", 1)
        if len(header_line) > LONGEST_HEADER:
            raise Unreadable(f"the first line is longer than {LONGEST_HEADER} characters: is this a table of films?", 1)
        delimiter = max(",;\t", key=header_line.count)
        file.seek(0)
        rows = _rows(file, delimiter)
        header = [cell.strip() for cell in next(rows)[1]]
        if len(header) > MOST_COLUMNS:
            raise Unreadable(f"more than {MOST_COLUMNS} columns: is this a table of films?", 1)
        yield header, rows


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
            words = f"a cell is longer than {LONGEST_CELL} characters" if "limit" in str(error) else str(error)
            raise Unreadable(words, line) from None
        if any(cell.strip() for cell in row):
            yield line, [plain_cell(cell) for cell in row]
        line = reader.line_num + 1


def as_columns(header: Sequence[str], path: Path, needed: Sequence[str]) -> dict[str, int]:
    """The place of each column; Unreadable if one that is needed is missing."""
    places = {name: place for place, name in enumerate(header)}
    if missing := [name for name in needed if name not in places]:
        raise Unreadable(f"{path.name} has no column {', '.join(missing)}", 1)
    return places
