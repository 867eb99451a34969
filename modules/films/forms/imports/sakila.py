"""The Sakila sample shop: a folder of tables with films, categories, actors and every copy in two stores."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path

from django.conf import settings

from modules.core.money import Money
from modules.core.tables import Unreadable, opened_table
from modules.films.choices import Format
from modules.films.forms.imports.errors import BadValue
from modules.films.forms.imports.values import film_row
from modules.films.rules.imports import EditionRow, FilmRow, RowProblem

SMALL_WORDS = {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to"}
LANGUAGES = {"English": "en", "Italian": "it", "Japanese": "ja", "Mandarin": "zh", "French": "fr", "German": "de"}
FILM = (
    "film_id",
    "title",
    "description",
    "release_year",
    "language_id",
    "length",
    "rental_rate",
    "replacement_cost",
    "rating",
)


def read_sakila(folder: Path) -> Iterator[FilmRow | RowProblem]:
    """Films in the order of the file: a DVD at the replacement cost with its copies, digital at the rental rate."""
    links = _Links(folder)
    path = folder / "film.csv"
    with opened_table(path) as table:
        places = _as_columns(table.header, path, FILM)
        for line, cells in table.rows:
            try:
                yield _film(line, {name: cells[places[name]] for name in FILM}, links)
            except IndexError:
                yield RowProblem(line, "", f"only {len(cells)} cells under {len(table.header)} columns")
            except BadValue as error:
                yield RowProblem(line, error.column, error.words)


class _Links:
    """Which categories, actors and copies each film has, by its number in the source."""

    def __init__(self, folder: Path) -> None:
        categories = dict(_pairs(folder / "category.csv", "category_id", "name"))
        actors = dict(_actors(folder / "actor.csv"))
        self.languages = {key: name.strip() for key, name in _pairs(folder / "language.csv", "language_id", "name")}
        self.genres: dict[str, list[str]] = defaultdict(list)
        for film, category in _pairs(folder / "film_category.csv", "film_id", "category_id"):
            self.genres[film].append(categories.get(category, ""))
        self.cast: dict[str, list[str]] = defaultdict(list)
        for film, actor in _pairs(folder / "film_actor.csv", "film_id", "actor_id"):
            self.cast[film].append(actors.get(actor, ""))
        self.copies: dict[str, Counter[str]] = defaultdict(Counter)
        for film, store in _pairs(folder / "inventory.csv", "film_id", "store_id"):
            self.copies[film][f"store-{store}"] += 1


def _film(line: int, cells: dict[str, str], links: _Links) -> FilmRow:
    number = cells["film_id"]
    values = {
        "title": title_case(cells["title"]),
        "year": cells["release_year"],
        "synopsis": cells["description"],
        "runtime": cells["length"],
        "language": LANGUAGES.get(links.languages.get(cells["language_id"], ""), ""),
        "genres": [name for name in links.genres[number] if name],
        "cast": [title_case(name, is_name=True) for name in links.cast[number] if name],
    }
    row = film_row(line, values, {"sakila": number})
    editions = (
        _edition(number, Format.DVD, cells, "replacement_cost", links.copies[number]),
        _edition(number, Format.DIGITAL, cells, "rental_rate", Counter()),
    )
    rating = {"US": cells["rating"][:12]} if cells["rating"] else {}
    return FilmRow(
        line=row.line, title=row.title, year=row.year, facts=row.facts, genres=row.genres, credits=row.credits,
        certifications=rating, external_ids=row.external_ids, editions=editions,
    )  # fmt: skip


def _edition(number: str, kind: Format, cells: dict[str, str], column: str, copies: Counter[str]) -> EditionRow:
    try:
        price = Money.of(Decimal(cells[column]), settings.SHOP_CURRENCY)
    except InvalidOperation:
        raise BadValue(column, f"expected a price, found “{cells[column][:40]}”") from None
    if price.minor < 0 or not number.isdigit():
        raise BadValue(column if number.isdigit() else "film_id", "expected a number that is not negative")
    sku = f"SAKILA-{int(number):04d}-{kind.value.upper()}"
    return EditionRow(sku=sku, format=kind.value, price=price, copies=dict(copies))


def title_case(text: str, *, is_name: bool = False) -> str:
    """“STRANGERS OF THE GRAFFITI” as a title: “Strangers of the Graffiti”."""
    words = text.lower().split()
    kept = set() if is_name else SMALL_WORDS
    return " ".join(
        word if place and word in kept else "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
        for place, word in enumerate(words)
    )


def _pairs(path: Path, first: str, second: str) -> Iterator[tuple[str, str]]:
    return ((one, other) for one, other in _cells(path, [first, second]))


def _actors(path: Path) -> Iterator[tuple[str, str]]:
    return ((key, f"{first} {last}") for key, first, last in _cells(path, ["actor_id", "first_name", "last_name"]))


def _cells(path: Path, columns: Sequence[str]) -> Iterator[list[str]]:
    if not path.is_file():
        raise Unreadable(f"the folder has no {path.name}")
    with opened_table(path) as table:
        places = _as_columns(table.header, path, columns)
        pick = partial(_picked, path, [places[name] for name in columns])
        yield from (pick(line, cells) for line, cells in table.rows)


def _as_columns(header: Sequence[str], path: Path, needed: Sequence[str]) -> dict[str, int]:
    """The place of each column; Unreadable if one that is needed is missing."""
    places = {name: place for place, name in enumerate(header)}
    if missing := [name for name in needed if name not in places]:
        raise Unreadable(f"{path.name} has no column {', '.join(missing)}", 1)
    return places


def _picked(path: Path, places: Sequence[int], line: int, cells: Sequence[str]) -> list[str]:
    if max(places) >= len(cells):
        raise Unreadable(f"{path.name} has too few cells", line)
    return [cells[place] for place in places]
