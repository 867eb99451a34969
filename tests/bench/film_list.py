"""The portal's list of films with a hundred thousand of them, beside its bare query in a bare view."""

from collections.abc import Callable
from functools import cache

from django.http import HttpResponse
from django.test import Client, RequestFactory

from modules.core.money import Money
from modules.films.choices import Format
from modules.films.models import Edition, Film, Genre
from modules.films.selectors.listing import DEFAULT_SORT, PAGE_SIZE, SORTS
from tests.bench import Measurement, benchmark
from tests.bench.console_list import timed

FILMS = 100_000
PAGES = {"the first page": "/films/", "a page further on": "/films/?page=20", "by title": "/films/?sort=title"}
BATCH = 5_000


def shelve() -> None:
    """A hundred thousand films of a century in twenty genres, each with one edition."""
    genres = Genre.objects.bulk_create(
        Genre(slug=f"genre-{number}", name={"en": f"Genre {number}"}, folded_name=f"genre {number}")
        for number in range(20)
    )
    for start in range(0, FILMS, BATCH):
        numbers = range(start, start + BATCH)
        films = Film.objects.bulk_create(
            Film(
                slug=f"film-{number}",
                title=f"Film {number:06d}",
                sort_title=f"film {number * 7919 % FILMS:06d}",
                year=1925 + number % 100,
                runtime=90,
                popularity=number % 1000,
                search_text=f"film {number:06d}",
            )
            for number in numbers
        )
        Film.genres.through.objects.bulk_create(
            Film.genres.through(film_id=film.pk, genre_id=genres[film.pk % 20].pk) for film in films
        )
        Edition.objects.bulk_create(
            Edition(film=film, format=Format.DVD, sku=f"BENCH-{film.pk}", currency="EUR", price=Money(1290, "EUR"))
            for film in films
        )


def bare(request: object) -> HttpResponse:
    """The least that shows the page's films: one query, one line each."""
    films = Film.objects.shown().order_by(*SORTS[DEFAULT_SORT]).values_list("title", "year")[:PAGE_SIZE]
    return HttpResponse("\n".join(f"{title} ({year})" for title, year in films))


@cache
def measured() -> dict[str, float]:
    shelve()
    browser, factory = Client(SERVER_NAME="localhost"), RequestFactory()
    found = {"bare": timed(lambda: bare(factory.get("/films/")))}
    for name, address in PAGES.items():
        found[name] = timed(asked(browser, address))
    return found


def asked(browser: Client, address: str) -> Callable[[], object]:
    def ask() -> object:
        response = browser.get(address)
        assert response.status_code == 200
        return response

    return ask


@benchmark("film_list", unit="s")
def page_of_films() -> Measurement:
    """The portal's page of films, with its filters and their counts."""
    found = measured()
    told = ", ".join(f"{name} {found[name] * 1000:.0f} ms" for name in PAGES)
    return Measurement(found["the first page"], found["bare"], f"a hundred thousand films; {told}")
