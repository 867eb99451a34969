"""Search: accents and typing errors forgiven, people and original titles found, the index always in step."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from modules.core.actors import SYSTEM
from modules.films.models import Film
from modules.films.selectors.ranking import Fit, likeness, typing_errors
from modules.films.selectors.search import find_films
from modules.films.services.films import archive_film, edit_film
from modules.films.services.search import ensure_index, rebuild_search, reindex_films
from tests.factories.films import FilmFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> None:
    FilmFactory(
        title="Amélie", original_title="Le Fabuleux Destin d'Amélie Poulain", year=2001, people=["Audrey Tautou"]
    )
    FilmFactory(title="All About My Mother", directors=["Pedro Almodóvar"], year=1999)
    FilmFactory(title="The Shawshank Redemption", year=1994, people=["Tim Robbins", "Morgan Freeman"])
    FilmFactory(title="Star Wars", year=1977)
    FilmFactory(title="Aliens", year=1986, people=["Sigourney Weaver"])
    FilmFactory(title="Alien", year=1979, people=["Sigourney Weaver"])
    FilmFactory(title="M", year=1931, directors=["Fritz Lang"])
    FilmFactory(title="Up", year=2009)
    FilmFactory(title="Das Boot", year=1981)


def titles(query: str) -> list[str]:
    found = find_films(query)
    assert found is not None
    films = Film.objects.in_bulk(found.ids)
    return [films[pk].title for pk in found.ids]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("amelie", ["Amélie"]),
        ("AMÉLIE!", ["Amélie"]),
        ("amelei", ["Amélie"]),
        ("fabuleux destin", ["Amélie"]),
        ("almodovar", ["All About My Mother"]),
        ("almdovar", ["All About My Mother"]),
        ("shawshenk", ["The Shawshank Redemption"]),
        ("morgan freman", ["The Shawshank Redemption"]),
        ("starwars", ["Star Wars"]),
        ("star wras", ["Star Wars"]),
        ("alien", ["Alien", "Aliens"]),
        ("alien 1979", ["Alien"]),
        ("weaver", ["Alien", "Aliens"]),
        ("1977", ["Star Wars"]),
        ("m", ["M"]),
        ("up", ["Up"]),
        ("boot das", ["Das Boot"]),
        ("the shawshank", ["The Shawshank Redemption"]),
        ("zzzzzz", []),
    ],
)
def test_what_people_type_finds_what_they_mean(shelf: None, query: str, expected: list[str]) -> None:
    assert titles(query) == expected


def test_the_answer_says_how_well_it_fits(shelf: None) -> None:
    fits = {query: find_films(query).fit for query in ("alien", "alein", "alien zzzzzz")}
    assert fits == {"alien": Fit.EXACT, "alein": Fit.SIMILAR, "alien zzzzzz": Fit.NEAR}


def test_one_query_of_the_database(shelf: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        find_films("shawshenk redemtion")


def test_nothing_asked_is_no_search_and_only_marks_find_nothing() -> None:
    assert (find_films(""), find_films("   ")) == (None, None)
    assert find_films("?!") is not None
    assert find_films("?!").ids == ()


@pytest.mark.parametrize(
    "hostile",
    [
        "x" * 10_000,
        "\0",
        "<script>alert(1)</script>",
        '" OR 1=1 --',
        "films_film_search MATCH",
        "%_%",
        "a b " * 999,
        "𝔘𝔫𝔦",
        "'",
    ],
)
def test_hostile_queries_are_harmless(shelf: None, hostile: str) -> None:
    films = set(Film.objects.values_list("pk", flat=True))
    found = find_films(hostile)
    assert found is None or set(found.ids) < films  # never everything, as a wildcard would give
    assert set(Film.objects.values_list("pk", flat=True)) == films


def test_a_changed_title_is_found_and_the_old_one_is_not(shelf: None, at: datetime) -> None:
    edit_film(film=Film.objects.get(title="Das Boot"), changes={"title": "The Boat"}, actor=SYSTEM, at=at)
    assert (titles("boat"), titles("das")) == (["The Boat"], [])


def test_archived_films_are_not_found(shelf: None, at: datetime) -> None:
    archive_film(film=Film.objects.get(title="Alien"), actor=SYSTEM, at=at)
    assert titles("alien") == ["Aliens"]


def test_the_index_follows_bulk_writes_and_deletions() -> None:
    film = FilmFactory(title="Ran")
    Film.objects.bulk_create([Film(title="Ikiru", year=1952, slug="ikiru", search_text=" ikiru 1952 ")])
    Film.objects.filter(pk=film.pk).update(search_text=" kagemusha 1980 ")
    assert (titles("ikiru"), titles("kagemusha")) == (["Ikiru"], ["Ran"])
    Film.objects.filter(title="Ikiru").delete()
    assert titles("ikiru") == []


def test_rebuilding_mends_stale_texts() -> None:
    film = FilmFactory(title="Ran", people=["Tatsuya Nakadai"])
    Film.objects.filter(pk=film.pk).update(search_text="")
    assert titles("nakadai") == []
    assert rebuild_search() == 1
    assert (titles("nakadai"), reindex_films([film.pk])) == (["Ran"], 0)


def test_lost_triggers_come_back_with_the_next_migrate() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its index by itself")
    with connection.cursor() as cursor:
        for event in ("insert", "update", "delete"):  # as a migration does that rebuilds the table of films
            cursor.execute(f"DROP TRIGGER films_film_search_{event}")
    FilmFactory(title="Ikiru")
    assert titles("ikiru") == []
    ensure_index()
    assert titles("ikiru") == ["Ikiru"]


def test_typing_errors_are_counted_with_swaps() -> None:
    pairs = [
        ("matrix", "matrix"),
        ("matirx", "matrix"),
        ("matri", "matrix"),
        ("mattrix", "matrix"),
        ("natrox", "matrix"),
    ]
    assert [typing_errors(*pair) for pair in pairs] == [0, 1, 1, 1, 2]


def test_numbers_and_short_words_are_never_mistyped() -> None:
    assert (likeness("1979", "1978"), likeness("das", "dos"), likeness("jows", "jaws") > 0) == (0.0, 0.0, True)
