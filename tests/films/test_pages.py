"""The shop's shelves as a browser meets them: window, list with facets, film; hostile addresses; how many queries."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from modules.core import clock
from modules.core.actors import SYSTEM
from modules.core.money import Money
from modules.films.choices import Format
from modules.films.models import Edition, Film
from modules.films.rules.stock import Demand
from modules.films.services.films import archive_film
from modules.films.services.holding import allocate
from tests.factories.films import EditionFactory, FilmFactory, GenreFactory

pytestmark = pytest.mark.django_db


def words(response: Any) -> str:
    """What a reader sees, without tags and line breaks."""
    text = re.sub(r"<(script|style|svg|head|template)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def titles(response: Any) -> list[str]:
    return [card.film.title for card in response.context["listing"].cards]


def facet(response: Any, key: str) -> dict[str, int | None]:
    group = next(group for group in response.context["listing"].groups if group.key == key)
    return {str(chip.title): chip.count for chip in group.chips}


@pytest.fixture
def shelves() -> None:
    """Four films: two comedies, one drama, one both; three formats; one sold out."""
    big = FilmFactory(title="Big", slug="big", year=1988, in_genres=["Comedy"], people=["Tom Hanks"])
    brazil = FilmFactory(title="Brazil", slug="brazil", year=1985, in_genres=["Comedy", "Drama"])
    ran = FilmFactory(title="Ran", slug="ran", year=1985, in_genres=["Drama"], directors=["Akira Kurosawa"])
    fargo = FilmFactory(title="Fargo", slug="fargo", year=1996, in_genres=["Comedy"])
    EditionFactory(film=big, format=Format.DVD, price=Money(990, "EUR"), stock=8, sku="BIG-DVD")
    EditionFactory(film=big, format=Format.BLURAY, price=Money(1690, "EUR"), stock=3, sku="BIG-BLU")
    EditionFactory(film=brazil, format=Format.BLURAY, price=Money(1890, "EUR"))
    EditionFactory(film=ran, format=Format.DIGITAL, price=Money(790, "EUR"))
    EditionFactory(film=fargo, format=Format.DVD, price=Money(1290, "EUR"), stock=1)


# The list


def test_filters_narrow_and_are_said_in_a_sentence(client: Client, shelves: None) -> None:
    response = client.get("/films/?genre=comedy&decade=1980&format=bluray")
    assert sorted(titles(response)) == ["Big", "Brazil"]
    assert "2 comedy films of the 1980s on Blu-ray" in words(response)


def test_counts_respect_the_other_filters(client: Client, shelves: None) -> None:
    response = client.get("/films/?genre=comedy&decade=1980")
    assert facet(response, "genre") == {"Comedy": 2, "Drama": 2}
    assert facet(response, "decade") == {"1990s": 1, "1980s": 2}
    assert facet(response, "format") == {"DVD": 1, "Blu-ray": 2, "In stock only": None}
    searched = client.get("/films/?q=tom+hanks")
    assert (facet(searched, "genre"), facet(searched, "decade")) == ({"Comedy": 1}, {"1980s": 1})


def test_a_filter_that_nothing_fits_can_be_taken_away(client: Client, shelves: None) -> None:
    GenreFactory(title="War")
    response = client.get("/films/?genre=war&decade=1980")
    assert (titles(response), facet(response, "genre")["War"]) == ([], 0)
    assert "No film fits all of this" in words(response)
    assert 'href="/films/?decade=1980"' in response.content.decode()


def test_in_stock_leaves_out_what_is_sold_out(client: Client, shelves: None) -> None:
    assert sorted(titles(client.get("/films/?stock=1"))) == ["Big", "Fargo", "Ran"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("newest", ["Fargo", "Big", "Brazil", "Ran"]),
        ("oldest", ["Brazil", "Ran", "Big", "Fargo"]),
        ("title", ["Big", "Brazil", "Fargo", "Ran"]),
        ("price", ["Ran", "Big", "Fargo", "Brazil"]),
        ("nonsense", ["Fargo", "Big", "Brazil", "Ran"]),
    ],
)
def test_the_list_can_be_sorted(client: Client, shelves: None, sort: str, expected: list[str]) -> None:
    assert titles(client.get("/films/", {"sort": sort})) == expected


def test_a_search_with_an_error_says_so(client: Client, shelves: None) -> None:
    response = client.get("/films/?q=kurasawa")
    assert titles(response) == ["Ran"]
    assert "Nothing is spelt “kurasawa”; these come close." in words(response)


def test_prices_and_what_is_left_stand_on_the_card(client: Client, shelves: None) -> None:
    text = words(client.get("/films/?sort=title"))
    assert "Big 1988 from €9.90" in text
    assert "Brazil 1985 Sold out" in text
    assert "Fargo 1996 €12.90 1 left" in text
    assert "Ran 1985 · Akira Kurosawa €7.90" in text


def test_htmx_gets_the_results_alone(client: Client, shelves: None) -> None:
    whole = client.get("/films/?genre=drama")
    part = client.get("/films/?genre=drama", headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert 'id="films"' in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_pages_keep_the_filters(client: Client) -> None:
    for number in range(30):
        FilmFactory(title=f"Part {number:02}", year=1990, in_genres=["Drama"])
    first = client.get("/films/?genre=drama&sort=title")
    assert (len(titles(first)), "1–24 of 30" in words(first)) == (24, True)
    assert "genre=drama&amp;sort=title&amp;page=2" in first.content.decode()
    assert len(titles(client.get("/films/?genre=drama&sort=title&page=2"))) == 6


def test_an_archived_film_is_gone_everywhere(client: Client, shelves: None, at: datetime) -> None:
    archive_film(film=Film.objects.get(title="Ran"), actor=SYSTEM, at=at)
    assert "Ran" not in titles(client.get("/films/"))
    assert client.get("/films/ran/").status_code == 404
    assert titles(client.get("/films/?q=kurosawa")) == []


@pytest.mark.parametrize(
    "query",
    [
        {"q": "x" * 10_000},
        {"q": "\0"},
        {"q": "<script>alert(1)</script>"},
        {"q": '" OR 1=1 --', "genre": "'; DROP TABLE films_film; --"},
        {"page": "-1"},
        {"page": "0"},
        {"page": "999999999999"},
        {"page": "x"},
        {"page": "\0"},
        {"decade": "19x0", "format": "vhs", "sort": "-1", "stock": "maybe"},
        {"decade": "9990"},
        {"decade": "²⁰²⁰"},
        {"genre": "\0" * 100},
        {"genre": "x" * 5_000},
        {"format": "\0"},
    ],
)
def test_hostile_addresses_get_an_ordinary_page(client: Client, shelves: None, query: dict[str, str]) -> None:
    response = client.get("/films/", query)
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_hostile_titles_are_escaped(client: Client) -> None:
    name = '<script>alert("1")</script>'
    film = FilmFactory(title=name, slug="hostile", synopsis=name, tagline=name, people=[name], in_genres=[name])
    EditionFactory(film=film, stock=1)
    for address in ("/", "/films/", "/films/hostile/", "/films/?q=alert"):
        assert "<script>alert" not in client.get(address).content.decode()


@pytest.mark.parametrize("slug", ["none", "x" * 3_000, "%00", "<b>", "..%2f"])
def test_an_unknown_film_is_404(client: Client, slug: str) -> None:
    assert client.get(f"/films/{slug}/").status_code == 404


@pytest.mark.parametrize("address", ["/", "/films/", "/films/big/"])
def test_the_shelves_are_only_looked_at(client: Client, shelves: None, address: str) -> None:
    assert (client.head(address).status_code, client.post(address).status_code) == (200, 405)


# One film


def test_a_film_shows_what_is_left_and_sells_it(client: Client, shelves: None) -> None:
    response = client.get("/films/big/")
    text = words(response)
    assert "DVD In stock €9.90 Add to basket" in text
    assert "Blu-ray 3 left €16.90 Add to basket" in text
    html = response.content.decode()
    assert re.findall(r'name="edition" value="([^"]+)"', html) == ["BIG-DVD", "BIG-BLU"]
    assert html.count('action="/basket/add/"') == 2


def test_what_an_order_holds_is_not_left(client: Client, shelves: None, at: datetime) -> None:
    edition = Edition.objects.get(sku="BIG-BLU")
    allocate(demands=[Demand(edition.pk, 3)], document="A", actor=SYSTEM, at=at)
    html = client.get("/films/big/").content.decode()
    assert re.findall(r'name="edition" value="([^"]+)"', html) == ["BIG-DVD"]


def test_an_edition_is_sold_from_its_day_on(client: Client, at: datetime) -> None:
    film = FilmFactory(slug="soon")
    EditionFactory(film=film, stock=5, on_sale_from=(at + timedelta(days=1)).date())
    with clock.frozen(at):
        text = words(client.get("/films/soon/"))
        assert ("On sale from" in text, "Add to basket" in text) == (True, False)
        assert titles(client.get("/films/?stock=1")) == []
    with clock.frozen(at + timedelta(hours=12)):  # past midnight in the shop, not yet in UTC
        assert "Add to basket" in words(client.get("/films/soon/"))


def test_a_film_that_is_not_sold_says_so(client: Client) -> None:
    FilmFactory(slug="unsold")
    assert "Not for sale at present." in words(client.get("/films/unsold/"))


def test_a_film_leads_to_its_people_genres_and_kin(client: Client) -> None:
    film = FilmFactory(title="Ran", slug="ran", year=1985, in_genres=["Drama"], directors=["Akira Kurosawa"])
    same_hand = FilmFactory(title="Ikiru", year=1952, in_genres=["Crime"], directors=["Akira Kurosawa"])
    same_kind = FilmFactory(title="Brazil", year=1985, in_genres=["Drama"])
    FilmFactory(title="Alien", year=1979, in_genres=["Horror"])
    response = client.get(film.get_absolute_url())
    assert [card.film for card in response.context["page"].similar] == [same_hand, same_kind]
    html = response.content.decode()
    assert 'href="/films/?q=Akira%20Kurosawa"' in html
    assert 'href="/films/?genre=drama"' in html


# The window


def test_the_window_counts_and_picks_truly(client: Client, shelves: None, at: datetime) -> None:
    Edition.objects.filter(sku="BIG-DVD").update(on_sale_from=at.date())
    with clock.frozen(at):
        response = client.get("/")
    window = response.context["window"]
    assert [card.film.title for card in window.arrivals] == ["Big"]
    assert [card.film.title for card in window.last_copies] == ["Fargo"]
    assert window.film_of_the_day.film.title in {"Big", "Ran", "Fargo"}
    assert "4 films since 1985" in words(response)
    assert [(title, count) for title, _key, count in window.decades] == [("1990s", 1), ("1980s", 3)]


def test_the_film_of_the_day_changes(client: Client, shelves: None, at: datetime) -> None:
    picks = []
    for day in range(3):
        with clock.frozen(at + timedelta(days=day)):
            picks.append(client.get("/").context["window"].film_of_the_day.film.title)
    assert sorted(picks) == ["Big", "Fargo", "Ran"]


def test_an_empty_shop_has_a_window_too(client: Client) -> None:
    assert client.get("/").status_code == 200
    assert "No film fits all of this" in words(client.get("/films/"))


# How much it costs


def _fill(count: int) -> None:
    for number in range(count + 1):  # one more, so that every film has kin
        film = FilmFactory(slug=f"seen-{number}", in_genres=["Drama"], directors=["Akira Kurosawa"], people=["A", "B"])
        EditionFactory(film=film, stock={"shop": 1, "warehouse": 1}, on_sale_from="2026-01-01")
        EditionFactory(film=film, format=Format.DIGITAL)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [("/", 14), ("/films/", 10), ("/films/?q=kurosawa&genre=drama&stock=1", 10), ("/films/seen-0/", 13)],
)
def test_queries_do_not_grow_with_rows(
    client: Client, count: int, address: str, queries: int, django_assert_num_queries: Any
) -> None:
    _fill(count)
    client.get(address)
    with django_assert_num_queries(queries):
        client.get(address)


def test_a_first_visit_is_light(client: Client) -> None:
    for number in range(24):
        film = FilmFactory(slug=f"light-{number}", in_genres=["Drama"], directors=["Akira Kurosawa"])
        EditionFactory(film=film, stock=9, on_sale_from="2026-01-01")
    for address in ("/", "/films/"):
        assert len(client.get(address).content) < 60 * 1024
