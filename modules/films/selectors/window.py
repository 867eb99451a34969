"""The shop window: what the first page shows. All of it is counted or looked up, nothing is made up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, Max, Min, OuterRef, QuerySet, Sum
from django.utils.translation import get_language

from modules.films.choices import Format
from modules.films.models import Edition, Film
from modules.films.models.editions import FEW
from modules.films.selectors.cards import Card, cards_of
from modules.films.selectors.counts import is_large, remembered
from modules.films.selectors.facets import count_decades, count_formats, count_genres
from modules.films.selectors.filters import editions_to_have

SHELF = 6
Counted = Sequence[tuple[str, int | str, int]]


@dataclass(frozen=True)
class ShopWindow:
    """The shelves of the first page, and figures about the whole shop."""

    film_of_the_day: Card | None
    arrivals: Sequence[Card]
    last_copies: Sequence[Card]
    decades: Counted
    genres: Counted
    formats: Counted
    count: int
    first_year: int | None


def shop_window(today: date) -> ShopWindow:
    """Fourteen queries, however many films there are; of a large catalogue all but the cards is remembered."""
    films = Film.objects.shown()
    count = films.count()
    seen = _looked_up(films, today, large=is_large(count))
    of_the_day, arrivals, last = seen["day"], seen["arrivals"], seen["last"]
    cards = {card.film.pk: card for card in cards_of([*of_the_day, *arrivals, *last], today)}
    return ShopWindow(
        film_of_the_day=next((cards[pk] for pk in of_the_day if pk in cards), None),
        arrivals=[cards[pk] for pk in arrivals if pk in cards],
        last_copies=[cards[pk] for pk in last if pk in cards],
        decades=seen["decades"],
        genres=seen["genres"],
        formats=seen["formats"],
        count=count,
        first_year=seen["first_year"],
    )


def _looked_up(films: QuerySet[Film], today: date, *, large: bool) -> dict[str, Any]:
    """Which films lie on the shelves, and the figures."""
    asked: dict[str, Callable[[], Any]] = {
        "day": lambda: _film_of_the_day(today),
        "arrivals": lambda: _arrivals(today),
        "last": lambda: _last_copies(today),
        "decades": lambda: count_decades(films),
        "genres": lambda: count_genres(films),
        "formats": lambda: count_formats(films),
        "first_year": lambda: films.aggregate(first=Min("year"))["first"],
    }
    prefix = f"window:{get_language()}:{today}:"
    found = remembered({prefix + name: ask for name, ask in asked.items()}, large=large)
    return {name: found[prefix + name] for name in asked}


def _film_of_the_day(today: date) -> list[int]:
    """Another film each day, in the order of a fixed shuffle, among those that can be had."""
    to_have = editions_to_have(today).order_by().values("film")
    films = Film.objects.shown().filter(pk__in=to_have).order_by("pk").values_list("pk", flat=True)
    count = films.count()
    return [films[today.toordinal() * 7919 % count]] if count else []


def _arrivals(today: date) -> list[int]:
    """Films whose newest edition came in last."""
    newest = editions_to_have(today).filter(on_sale_from__isnull=False, film__archived_at__isnull=True).order_by()
    rows = newest.values("film").annotate(since=Max("on_sale_from")).order_by("-since", "film")
    return [row["film"] for row in rows[:SHELF]]


def _last_copies(today: date) -> list[int]:
    """Films that are to be had on disc only and are about to sell out, those with fewest first."""
    digital = Edition.objects.shown().filter(film=OuterRef("film"), format=Format.DIGITAL)
    rows = (
        editions_to_have(today)
        .filter(~Exists(digital), film__archived_at__isnull=True, stock__location__archived_at__isnull=True)
        .order_by()
        .values("film")
        .annotate(left=Sum(F("stock__on_hand") - F("stock__allocated") - F("stock__unavailable")))
        .filter(left__gt=0, left__lte=FEW)
        .order_by("left", "film")
    )
    return [row["film"] for row in rows[:SHELF]]
