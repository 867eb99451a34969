"""A catalogue beyond the cap: its count is capped, its facets are remembered for a minute, its films never are."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client

from modules.core.actors import SYSTEM
from modules.films.selectors import counts
from modules.films.services.films import archive_film
from tests.factories.films import EditionFactory, FilmFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Five films where three are counted."""
    monkeypatch.setattr(counts, "COUNT_CAP", 3)
    for number, title in enumerate(["Solaris", "Metropolis", "Rashomon", "Vertigo", "Playtime"]):
        film = FilmFactory(slug=f"film-{number}", title=title, year=1980 + number, in_genres=["Drama"])
        EditionFactory(film=film)
    cache.clear()
    yield
    cache.clear()


def facets(client: Client, address: str = "/films/") -> list[int | None]:
    groups = client.get(address).context["listing"].groups
    return [chip.count for group in groups for chip in group.chips if chip.count is not None]


def test_the_count_stops_at_the_cap_and_says_so(shelf: None, client: Client) -> None:
    page = client.get("/films/")
    assert "3+ films" in page.content.decode()
    assert (page.context["listing"].count, page.context["listing"].is_capped) == (3, True)


def test_a_search_of_it_is_counted_exactly(shelf: None, client: Client) -> None:
    listing = client.get("/films/?q=vertigo").context["listing"]
    assert (listing.count, listing.is_capped) == (1, False)


def test_facets_are_remembered_and_the_films_are_not(shelf: None, client: Client, at: datetime) -> None:
    first = client.get("/films/").context["listing"].cards[0].film
    assert facets(client) == [5, 5, 5]
    archive_film(film=first, actor=SYSTEM, at=at)
    assert first.pk not in {card.film.pk for card in client.get("/films/").context["listing"].cards}
    assert facets(client) == [5, 5, 5]
    cache.clear()
    assert facets(client) == [4, 4, 4]


def test_what_is_remembered_belongs_to_its_filters(shelf: None, client: Client) -> None:
    facets(client)
    assert client.get("/films/?genre=drama&decade=1980").context["listing"].count == 3
    assert client.get("/films/?genre=comedy").context["listing"].count == 0
    assert facets(client, "/films/?genre=comedy&sort=title") == [5, 0]


def test_the_window_remembers_too(shelf: None, client: Client, django_assert_max_num_queries: object) -> None:
    client.get("/")
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        assert client.get("/").context["window"].count == 5


def test_a_small_catalogue_is_exact_at_once(client: Client, at: datetime) -> None:
    film = FilmFactory(year=1980, in_genres=["Drama"])
    EditionFactory(film=film)
    assert facets(client) == [1, 1, 1]
    archive_film(film=film, actor=SYSTEM, at=at)
    assert facets(client) == []
