"""What a customer narrows the films to: one value of a kind, all of it in the address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from modules.films.choices import Format
from modules.films.models import Edition, Film, StockLevel

Narrow = Callable[[QuerySet[Film], Any, date], QuerySet[Film]]


@dataclass(frozen=True)
class Filters:
    """The filters of the list of films, as validated by `forms.catalogue`."""

    q: str = ""
    genre: str = ""
    decade: int | None = None
    format: str = ""
    stock: bool = False
    sort: str = ""

    def query_string(self, **changes: Any) -> str:
        """The address with some filters changed; what is empty is left out, so that an address says one thing."""
        chosen = replace(self, **changes)
        pairs = {field.name: getattr(chosen, field.name) for field in fields(chosen)}
        told = {name: 1 if value is True else value for name, value in pairs.items() if value}
        return f"?{urlencode(told)}" if told else ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.genre or self.decade or self.format or self.stock)

    @property
    def hidden(self) -> Sequence[tuple[str, object]]:
        """What a new search must keep."""
        pairs = (("genre", self.genre), ("decade", self.decade), ("format", self.format), ("sort", self.sort))
        return [(name, value) for name, value in pairs if value] + ([("stock", 1)] if self.stock else [])


def editions_on_sale(today: date) -> QuerySet[Edition]:
    """Editions that may be bought on a day, apart from stock."""
    return Edition.objects.shown().filter(Q(on_sale_from__isnull=True) | Q(on_sale_from__lte=today))


def editions_to_have(today: date) -> QuerySet[Edition]:
    """Editions of which one can be had at once: digital ones, and discs that lie somewhere."""
    on_shelf = StockLevel.objects.filter(
        edition=OuterRef("pk"),
        location__archived_at__isnull=True,
        on_hand__gt=F("allocated") + F("unavailable"),
    )
    return editions_on_sale(today).filter(Q(format=Format.DIGITAL) | Exists(on_shelf))


def _by_genre(films: QuerySet[Film], slug: str, today: date) -> QuerySet[Film]:
    links = Film.genres.through._default_manager.filter(film_id=OuterRef("pk"), genre__slug=slug)
    return films.filter(Exists(links))


def _by_decade(films: QuerySet[Film], decade: int, today: date) -> QuerySet[Film]:
    return films.filter(year__gte=decade, year__lt=decade + 10)


def _by_format(films: QuerySet[Film], kind: str, today: date) -> QuerySet[Film]:
    return films.filter(Exists(Edition.objects.shown().filter(film=OuterRef("pk"), format=kind)))


def _by_stock(films: QuerySet[Film], wanted: bool, today: date) -> QuerySet[Film]:
    return films.filter(Exists(editions_to_have(today).filter(film=OuterRef("pk"))))


_NARROW: dict[str, Narrow] = {"genre": _by_genre, "decade": _by_decade, "format": _by_format, "stock": _by_stock}


def narrowed(films: QuerySet[Film], filters: Filters, today: date, *, but: str = "") -> QuerySet[Film]:
    """The films that pass the filters; `but` leaves one filter out, to count what it would give."""
    for name, narrow in _NARROW.items():
        if name != but and (value := getattr(filters, name)):
            films = narrow(films, value, today)
    return films
