"""How many films each filter would leave, under the other filters that are on: one query a kind."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from modules.films.choices import Format
from modules.films.models import Edition, Film, Genre
from modules.films.selectors.counts import remembered
from modules.films.selectors.filters import Filters, narrowed

Base = QuerySet[Film]
Counted = tuple[str, Any, int]
"""A value's name, the value, and how many films have it."""


@dataclass(frozen=True)
class Chip:
    """One value of a filter: where it leads, whether it is on, how many films it leaves."""

    title: str | Promise
    url: str
    is_on: bool
    count: int | None


@dataclass(frozen=True)
class ChipGroup:
    """The values of one filter."""

    title: str | Promise
    key: str
    chips: Sequence[Chip]


def chip_groups(found: Base, filters: Filters, today: date, path: str, *, large: bool = False) -> list[ChipGroup]:
    """Three kinds, three queries. `found` are the films the search left, before any filter."""
    counted = _counted(found, filters, today, large=large)

    def group(title: str, key: str) -> ChipGroup:
        chosen, values = getattr(filters, key), list(counted[key])
        if chosen and all(value != chosen for _name, value, _number in values):
            values.append((value_title(key, chosen), chosen, 0))  # so that it can be taken away
        chips = []
        for name, value, number in values:
            is_on = value == chosen
            target = filters.query_string(**{key: None if is_on else value})
            chips.append(Chip(name, path + target, is_on, number))
        return ChipGroup(title, key, chips)

    stock = Chip(_("In stock only"), path + filters.query_string(stock=not filters.stock), filters.stock, None)
    formats = group(_("Format"), "format")
    return [
        ChipGroup(formats.title, formats.key, [*formats.chips, stock]),
        group(_("Decade"), "decade"),
        group(_("Genre"), "genre"),
    ]


def _counted(found: Base, filters: Filters, today: date, *, large: bool) -> dict[str, list[Counted]]:
    """What each kind counts under the filters of the other kinds, in the reader's language."""

    def ask(kind: str, count: Callable[[Base], list[Any]]) -> Callable[[], list[Counted]]:
        return lambda: count(narrowed(found, filters, today, but=kind))

    asked = {_key(kind, filters, today): ask(kind, count) for kind, count in COUNTS.items()}
    return dict(zip(COUNTS, remembered(asked, large=large).values(), strict=True))


def _key(kind: str, filters: Filters, today: date) -> str:
    """All that a kind's counts depend on."""
    return f"{kind}:{get_language()}:{today}:{filters.query_string(**{kind: None, 'sort': ''})}"


def count_genres(films: Base) -> list[tuple[str, str, int]]:
    """Genres by how many of the films carry them."""
    links = Film.genres.through._default_manager.filter(film__in=films).values_list("genre__slug", "genre__name")
    counted = links.annotate(number=Count("pk")).order_by(F("number").desc(), "genre__slug")
    return [(Genre(slug=slug, name=name).title, slug, number) for slug, name, number in counted]


def count_decades(films: Base) -> list[tuple[str, int, int]]:
    """Decades, the present one first."""
    rows = films.order_by().values("year").annotate(number=Count("pk")).order_by("-year")
    decades: Counter[int] = Counter()
    for row in rows:
        decades[row["year"] - row["year"] % 10] += row["number"]
    return [(decade_title(decade), decade, number) for decade, number in decades.items()]


def count_formats(films: Base) -> list[tuple[str, str, int]]:
    """Formats in their own order."""
    rows = Edition.objects.shown().filter(film__in=films).order_by().values("format")
    numbers = {row["format"]: row["number"] for row in rows.annotate(number=Count("film", distinct=True))}
    return [(str(kind.label), kind.value, numbers[kind.value]) for kind in Format if kind.value in numbers]


COUNTS: dict[str, Callable[[Base], list[Any]]] = {
    "format": count_formats,
    "decade": count_decades,
    "genre": count_genres,
}


def value_title(key: str, value: Any) -> str:
    """A filter's value in words, also when no film has it."""
    if key == "decade":
        return decade_title(value)
    if key == "format":
        return str(Format(value).label)
    genre = Genre.objects.filter(slug=value).first()
    return genre.title if genre else str(value)


def decade_title(decade: int) -> str:
    """“1980s” in the reader's language."""
    return _("%(decade)ss") % {"decade": decade}
