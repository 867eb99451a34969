"""Films to buy in the browser, through the import that fills a real shop."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from modules.core import clock
from modules.core.actors import SYSTEM
from modules.core.money import Money
from modules.films.models import Genre, Location
from modules.films.rules.imports import CreditRow, EditionRow, FilmRow
from modules.films.services.genres import save_genre
from modules.films.services.imports import import_films

GENRES = {"comedy": "Comedia", "drama": "Drama", "thriller": "Suspense", "western": "Wéstern"}
# Title, year, genre, director; the first ones are bought by name.
FILMS = (
    ("The General", 1926, "comedy", "Buster Keaton"),
    ("Viridiana", 1961, "drama", "Luis Buñuel"),
    ("Rear Window", 1954, "thriller", "Alfred Hitchcock"),
    ("High Noon", 1952, "western", "Fred Zinnemann"),
    ("Casablanca", 1942, "drama", "Michael Curtiz"),
    ("Psycho", 1960, "thriller", "Alfred Hitchcock"),
    ("Some Like It Hot", 1959, "comedy", "Billy Wilder"),
    ("The Searchers", 1956, "western", "John Ford"),
    ("Modern Times", 1936, "comedy", "Charles Chaplin"),
    ("Cría cuervos", 1976, "drama", "Carlos Saura"),
    ("Vertigo", 1958, "thriller", "Alfred Hitchcock"),
    ("Rio Bravo", 1959, "western", "Howard Hawks"),
)
PRICES = {"dvd": 1295, "bluray": 1995, "digital": 799}


def fill_shelf(films: Iterable[tuple[str, int, str, str]] = FILMS) -> None:
    """Each film on DVD (12.95 €), on Blu-ray (19.95 €) and digitally (7.99 €)."""
    at = clock.now()
    Location.objects.get_or_create(slug="shop", defaults={"name": "Shop"})
    for key, name in GENRES.items():
        save_genre(genre=Genre(), names={"en": key.title(), "es": name}, slug=key, actor=SYSTEM, at=at)
    _import(films)


def fill_the_shop(count: int = 100) -> None:
    """So many more films, of all decades and genres, that pages are as long as they get."""
    genres = list(GENRES)
    _import(
        (f"The Long Title of Film {number}", 1920 + number % 100, genres[number % 4], f"Director {number % 30}")
        for number in range(1000, 1000 + count)
    )


def _import(films: Iterable[tuple[str, int, str, str]]) -> None:
    done = import_films(rows=list(_rows(films)), source="tests", actor=SYSTEM, at=clock.now())
    assert not done.problems, done.problems


def _rows(films: Iterable[tuple[str, int, str, str]]) -> Iterator[FilmRow]:
    """Every fourth film came in last week, of every seventh there are few copies left."""
    today = clock.now().date()
    for line, (title, year, genre, director) in enumerate(films, 1):
        days, copies = (400 if line % 4 else 7), (20 if line % 7 else 2)
        editions = [
            EditionRow(
                sku=f"T-{title[-4:]}-{line:03d}-{kind.upper()}", format=kind, price=Money(price, "EUR"),
                on_sale_from=today - timedelta(days=days), copies={} if kind == "digital" else {"shop": copies},
            )
            for kind, price in PRICES.items()
        ]  # fmt: skip
        facts = {"runtime": 90 + line, "language": "en", "countries": ["US"]}
        people = (CreditRow(director, "director"), CreditRow(f"Actor {line}", "actor", "Somebody"))
        yield FilmRow(line, title, year, facts, (genre,), people, editions=tuple(editions))
