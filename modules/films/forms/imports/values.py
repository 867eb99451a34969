"""The values of a row: each either becomes what the catalogue keeps, or is a BadValue with its column."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

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
_FACTS = (*_TEXTS, "runtime", "status", "countries")


def film_row(line: int, values: Mapping[str, Any], external_ids: Mapping[str, str] | None = None) -> FilmRow:
    """A row from its values by column; what is empty is left as it is in the catalogue."""
    read = {column: read_value(column, values.get(column)) for column in COLUMNS}
    if not read["title"]:
        raise BadValue("title", _("a film needs a title"))
    if read["year"] is None:
        raise BadValue("year", _("a film needs a year"))
    return FilmRow(
        line=line,
        title=read["title"],
        year=read["year"],
        facts={column: read[column] for column in _FACTS if read[column]},
        genres=tuple(read["genres"]),
        credits=tuple(CreditRow(name, job) for column, job in _PEOPLE.items() for name in read[column]),
        external_ids=dict(external_ids or {}),
    )


def read_value(column: str, value: Any) -> Any:
    """What one column tells: a text, a number or nothing, a list of names; BadValue when it cannot be used."""
    if column == "year":
        return _number(column, value, FIRST_YEAR, LAST_YEAR, _("a year with four digits"))
    if column == "runtime":
        return _number(column, value, 1, 6000, _("a running time in minutes"))
    if column in LISTS:
        names = _names(column, value)
        return [country_code(code) for code in names] if column == "countries" else [_cut(column, n) for n in names]
    text = _text(column, value, _TEXTS.get(column, 200))
    return _status(text) if column == "status" and text else text


def names_in(text: str) -> list[str]:
    """The names that stand in one cell of a table."""
    separator = next((mark for mark in "|;," if mark in text), "|")
    return [name.strip() for name in text.split(separator) if name.strip()]


def _cut(column: str, name: str) -> str:
    return name[:80] if column == "genres" else name


def _text(column: str, value: Any, longest: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadValue(column, _("expected text, found {kind}").format(kind=type(value).__name__))
    if "\0" in value:
        raise BadValue(column, _("the text holds a NUL byte"))
    text = " ".join(value.split()) if column != "synopsis" else value.strip()
    if len(text) > longest:
        raise BadValue(column, _("longer than {most} characters").format(most=longest))
    return text


def _number(column: str, value: Any, least: int, most: int, expected: str) -> int | None:
    if value in (None, ""):
        return None
    shown = str(value)[:40]
    digits = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (re.fullmatch(r"[0-9]{1,9}", digits) and digits.isascii()):
        raise BadValue(column, _("expected {what}, found “{found}”").format(what=expected, found=shown))
    number = int(digits)
    if not least <= number <= most:
        words = _("{number} is not between {least} and {most}")
        raise BadValue(column, words.format(number=number, least=least, most=most))
    return number


def _names(column: str, value: Any) -> list[str]:
    if value in (None, ""):
        return []
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise BadValue(column, _("expected a list"))
    if len(value) > MOST_PEOPLE:
        raise BadValue(column, _("more than {most} entries").format(most=MOST_PEOPLE))
    names = (_text(column, name, LONGEST_NAME) for name in value)
    return list(dict.fromkeys(name for name in names if name))


def _status(value: str) -> str:
    wanted = value.casefold().replace(" ", "_").replace("-", "_")
    if wanted not in FilmStatus.values:
        raise BadValue("status", _("expected one of {names}").format(names=", ".join(FilmStatus.values)))
    return wanted


def country_code(code: str) -> str:
    """Two letters in capitals; BadValue for anything else."""
    if not re.fullmatch(r"[A-Za-z]{2}", code):
        raise BadValue("countries", _("expected two letters such as ES, found “{found}”").format(found=code[:40]))
    return code.upper()
