"""The values of a row: each either becomes what the catalogue keeps, or is a BadValue with its column."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from modules.films.choices import FilmStatus, Job
from modules.films.forms.imports.errors import BadValue
from modules.films.models.catalogue import FIRST_YEAR, LAST_YEAR
from modules.films.rules.imports import CreditRow, FilmRow

LONGEST_NAME = 120
MOST_PEOPLE = 500
LONGEST_TEXT = 20_000
_TEXTS = {"original_title": 200, "tagline": 200, "language": 8, "synopsis": LONGEST_TEXT}
_PEOPLE = {
    "cast": Job.ACTOR,
    "directors": Job.DIRECTOR,
    "writers": Job.WRITER,
    "producers": Job.PRODUCER,
    "composers": Job.COMPOSER,
    "cinematographers": Job.CINEMATOGRAPHER,
    "editors": Job.EDITOR,
}
COLUMNS = ("title", "year", "runtime", "status", "genres", "countries", *_TEXTS, *_PEOPLE)
"""What a row may tell of a film."""
LISTS = ("genres", "countries", *_PEOPLE)


def film_row(line: int, values: Mapping[str, Any], external_ids: Mapping[str, str] | None = None) -> FilmRow:
    """A row from its values by column; what is empty is left as it is in the catalogue."""
    facts: dict[str, Any] = {}
    for column, longest in _TEXTS.items():
        if text := _text(column, values.get(column), longest):
            facts[column] = text
    if (runtime := values.get("runtime")) not in (None, ""):
        facts["runtime"] = _number("runtime", runtime, 1, 6000, "a running time in minutes")
    if status := _text("status", values.get("status"), 20):
        facts["status"] = _status(status)
    if countries := _names("countries", values.get("countries")):
        facts["countries"] = [country_code(code) for code in countries]
    title = _text("title", values.get("title"), 200)
    if not title:
        raise BadValue("title", "a film needs a title")
    return FilmRow(
        line=line,
        title=title,
        year=_number("year", values.get("year"), FIRST_YEAR, LAST_YEAR, "a year with four digits"),
        facts=facts,
        genres=tuple(name[:80] for name in _names("genres", values.get("genres"))),
        credits=tuple(
            CreditRow(name, job) for column, job in _PEOPLE.items() for name in _names(column, values.get(column))
        ),
        external_ids=dict(external_ids or {}),
    )


def _text(column: str, value: Any, longest: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadValue(column, f"expected text, found {type(value).__name__}")
    if "\0" in value:
        raise BadValue(column, "the text holds a NUL byte")
    text = " ".join(value.split()) if column != "synopsis" else value.strip()
    if len(text) > longest:
        raise BadValue(column, f"longer than {longest} characters")
    return text


def _number(column: str, value: Any, least: int, most: int, expected: str) -> int:
    shown = str(value)[:40]
    digits = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (re.fullmatch(r"[0-9]{1,9}", digits) and digits.isascii()):
        raise BadValue(column, f"expected {expected}, found “{shown}”")
    number = int(digits)
    if not least <= number <= most:
        raise BadValue(column, f"{number} is not between {least} and {most}")
    return number


def _names(column: str, value: Any) -> list[str]:
    if value in (None, ""):
        return []
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise BadValue(column, "expected a list")
    if len(value) > MOST_PEOPLE:
        raise BadValue(column, f"more than {MOST_PEOPLE} entries")
    names = (_text(column, name, LONGEST_NAME) for name in value)
    return list(dict.fromkeys(name for name in names if name))


def _status(value: str) -> str:
    wanted = value.casefold().replace(" ", "_").replace("-", "_")
    if wanted not in FilmStatus.values:
        raise BadValue("status", f"expected one of {', '.join(FilmStatus.values)}")
    return wanted


def country_code(code: str) -> str:
    """Two letters in capitals; BadValue for anything else."""
    if not re.fullmatch(r"[A-Za-z]{2}", code):
        raise BadValue("countries", f"expected two letters such as ES, found “{code[:40]}”")
    return code.upper()
