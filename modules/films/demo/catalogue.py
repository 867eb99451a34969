"""The demo's catalogue: real films as facts from `films.csv`, with invented prices and stock.

All that is invented follows from the film's title and year, so every demo shop looks the same.
"""

import csv
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction

from modules.core.actors import SYSTEM
from modules.core.money import Money
from modules.films.choices import Format, Job, LocationKind
from modules.films.models import Film, Genre, Location
from modules.films.models.editions import ean_check_digit
from modules.films.rules.imports import CreditRow, EditionRow, FilmRow
from modules.films.services.genres import save_genre
from modules.films.services.imports import import_films

FOLDER = Path(__file__).parent
SOURCE = "demo"
OPENED = timedelta(days=200)
"""So long ago the shop opened."""
ARRIVALS = 4
"""Of a hundred films so many came in during the last weeks."""

# Prices in major units by format, cheap to dear; a film's own number picks one.
PRICES = {
    Format.DVD: ("7.95", "8.95", "9.95", "11.95", "12.95", "14.95"),
    Format.BLURAY: ("12.95", "14.95", "16.95", "18.95", "21.95", "24.95"),
    Format.DIGITAL: ("5.99", "6.99", "7.99", "8.99", "9.99"),
}
COST_SHARE = {Format.DVD: 52, Format.BLURAY: 58}
"""What a copy cost, in per cent of its price."""


def load_catalogue(report: Callable[[str], None], at: datetime, *, films: int | None = None) -> None:
    """Genres, films (all or so many), editions, stock at a store and a warehouse; nothing if there are films."""
    if Film.objects.exists():
        return
    with transaction.atomic():
        _locations()
        _genres(at)
        done = import_films(rows=islice(_rows(at), films), source=SOURCE, actor=SYSTEM, at=at - OPENED)
    if done.problems:
        raise ValueError(f"the demo's films cannot be read: {done.problems[0]}")
    report(f"{done.created} films, {done.people_added} people")
    report(f"{done.editions_added} editions, {done.copies_received} copies on the shelves")


def _locations() -> None:
    places = (("shop", "Shop", LocationKind.STORE), ("warehouse", "Warehouse", LocationKind.WAREHOUSE))
    for slug, name, kind in places:
        Location.objects.get_or_create(slug=slug, defaults={"name": name, "kind": kind})


def _genres(at: datetime) -> None:
    with (FOLDER / "genres.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            names = {"en": row["name_en"], "es": row["name_es"]}
            save_genre(genre=Genre(), names=names, slug=row["key"], actor=SYSTEM, at=at)


def _rows(at: datetime) -> Iterator[FilmRow]:
    with (FOLDER / "films.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter=";"), 1):
            yield _film(number, row, at)


def _film(number: int, row: dict[str, str], at: datetime) -> FilmRow:
    facts: dict[str, object] = {"original_title": row["original_title"], "language": row["language"]}
    facts["countries"] = _names(row["countries"])
    if row["runtime"]:
        facts["runtime"] = int(row["runtime"])
    directors = [CreditRow(name, Job.DIRECTOR) for name in _names(row["directors"])]
    cast = [CreditRow(name, Job.ACTOR) for name in _names(row["cast"])]
    return FilmRow(
        line=number + 1,
        title=row["title"],
        year=int(row["year"]),
        facts=facts,
        genres=tuple(_names(row["genres"])),
        credits=(*directors, *cast),
        editions=tuple(_editions(number, row["title"], int(row["year"]), at)),
    )


def _names(cell: str) -> list[str]:
    return [name for name in cell.split("|") if name]


def _draw(title: str, year: int, what: str, sides: int) -> int:
    """A die that always falls the same way for a film and a question."""
    return zlib.crc32(f"{title}|{year}|{what}".encode()) % sides


def _editions(number: int, title: str, year: int, at: datetime) -> Iterator[EditionRow]:
    draw = partial(_draw, title, year)
    is_arrival = draw("arrival", 100) < ARRIVALS
    age = draw("age", 40) if is_arrival else 90 + draw("age", 2500)
    on_sale_from = (at - timedelta(days=age)).date()
    for place, kind in enumerate(_formats(title, year, is_arrival=is_arrival)):
        price = Money.of(PRICES[kind][draw(f"price {kind}", len(PRICES[kind]))], settings.SHOP_CURRENCY)
        if kind.is_digital:
            yield EditionRow(f"MF-{number:04d}-DIG", kind.value, price, on_sale_from=on_sale_from)
            continue
        digits = f"20{number:08d}{place:02d}"  # the range 20 is for use inside a shop: nobody's real number
        yield EditionRow(
            sku=f"MF-{number:04d}-{'BLU' if kind is Format.BLURAY else 'DVD'}",
            format=kind.value,
            price=price,
            ean=f"{digits}{ean_check_digit(digits)}",
            unit_cost=Money(price.minor * COST_SHARE[kind] // 100, price.currency),
            on_sale_from=on_sale_from,
            copies=_copies(title, year, kind),
        )


def _formats(title: str, year: int, *, is_arrival: bool) -> Iterator[Format]:
    """Old films come more often on DVD alone; what is new comes on Blu-ray and digitally."""
    draw = partial(_draw, title, year)
    blu_ray = 35 if year < 1950 else 55 if year < 1980 else 75
    digital = 40 if year < 1960 else 65
    if year < 2015 or draw("dvd", 100) < 60:
        yield Format.DVD
    if is_arrival or year >= 2015 or draw("blu-ray", 100) < blu_ray:
        yield Format.BLURAY
    if draw("digital", 100) < digital:
        yield Format.DIGITAL


def _copies(title: str, year: int, kind: Format) -> dict[str, int]:
    """One in fifteen sold out, one in seven nearly; the rest as a small shop orders."""
    draw = partial(_draw, title, year)
    luck = draw(f"stock {kind}", 100)
    if luck < 7:
        return {}
    if luck < 21:
        return {"shop": 1 + draw(f"few {kind}", 3)}
    return {"shop": 2 + draw(f"shop {kind}", 6), "warehouse": 4 + draw(f"warehouse {kind}", 20)}
