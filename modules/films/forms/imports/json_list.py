"""Films from a JSON list of objects (title, year, cast, genres, href), read piece by piece."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from modules.films.forms.imports.errors import BadValue, Unreadable
from modules.films.forms.imports.values import COLUMNS, film_row
from modules.films.rules.imports import FilmRow, RowProblem

CHUNK = 1 << 16
LONGEST_OBJECT = 1 << 20
_BETWEEN = " \t\r\n,"


def read_json(path: Path) -> Iterator[FilmRow | RowProblem]:
    """Every film of the list, each with the line on which it begins."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line, entry in _entries(file):
                yield _row(line, entry)
    except UnicodeDecodeError:
        raise Unreadable("the file is not UTF-8") from None
    except RecursionError:
        raise Unreadable("the JSON is nested too deeply") from None


def _row(line: int, entry: Any) -> FilmRow | RowProblem:
    if not isinstance(entry, dict):
        return RowProblem(line, "", "expected an object with title and year")
    href = entry.get("href")
    external = {"wikipedia": href} if isinstance(href, str) and href and "\0" not in href else {}
    try:
        return film_row(line, {name: entry.get(name) for name in COLUMNS}, external)
    except BadValue as error:
        return RowProblem(line, error.column, error.words)


def _entries(file: IO[str]) -> Iterator[tuple[int, Any]]:
    """The elements of the outer list with their lines; memory holds one element and a chunk."""
    decoder = json.JSONDecoder()
    buffer, line, ended = _after_bracket(file)
    while True:
        stripped = buffer.lstrip(_BETWEEN)
        line += buffer.count("\n", 0, len(buffer) - len(stripped))
        buffer = stripped
        if buffer.startswith("]"):
            return
        try:
            entry, end = decoder.raw_decode(buffer)
            if end == len(buffer) and not ended:
                raise json.JSONDecodeError("may go on", buffer, end)
        except json.JSONDecodeError as error:
            if ended or len(buffer) > LONGEST_OBJECT:
                raise Unreadable(f"no JSON from here: {error.msg}", line + buffer.count("\n", 0, error.pos)) from None
            more = file.read(CHUNK)
            ended = not more
            buffer += more
            continue
        yield line, entry
        line += buffer.count("\n", 0, end)
        buffer = buffer[end:]


def _after_bracket(file: IO[str]) -> tuple[str, int, bool]:
    start = file.read(CHUNK)
    stripped = start.lstrip()
    if not stripped.startswith("["):
        raise Unreadable("expected a JSON list of films", 1)
    line = 1 + start.count("\n", 0, len(start) - len(stripped))
    return stripped[1:], line, len(start) < CHUNK
