"""Films from a JSON list of objects (title, year, cast, genres, href)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modules.core.json_lists import json_elements
from modules.films.forms.imports.errors import BadValue
from modules.films.forms.imports.values import COLUMNS, film_row
from modules.films.rules.imports import FilmRow, RowProblem


def read_json(path: Path) -> Iterator[FilmRow | RowProblem]:
    """Every film of the list, each with the line on which it begins."""
    return (_row(line, entry) for line, entry in json_elements(path))


def _row(line: int, entry: Any) -> FilmRow | RowProblem:
    if not isinstance(entry, dict):
        return RowProblem(line, "", "expected an object with title and year")
    href = entry.get("href")
    external = {"wikipedia": href} if isinstance(href, str) and href and "\0" not in href else {}
    try:
        return film_row(line, {name: entry.get(name) for name in COLUMNS}, external)
    except BadValue as error:
        return RowProblem(line, error.column, error.words)
