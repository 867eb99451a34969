"""The demo's list of real films: facts in a form that the loader can trust."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[2] / "modules" / "films" / "demo"
COLUMNS = (
    "title",
    "original_title",
    "year",
    "language",
    "runtime",
    "genres",
    "directors",
    "cast",
    "countries",
)
CASTLESS = {"animation", "documentary"}


def rows_of(name: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture(scope="module")
def films() -> list[dict[str, str]]:
    return rows_of("films.csv")


@pytest.fixture(scope="module")
def genres() -> list[dict[str, str]]:
    return rows_of("genres.csv")


def parts(value: str) -> list[str]:
    return value.split("|") if value else []


def names_of(film: dict[str, str]) -> Iterator[str]:
    yield from parts(film["directors"])
    yield from parts(film["cast"])


def test_has_at_least_600_films(films: list[dict[str, str]]) -> None:
    assert len(films) >= 600


def test_every_row_has_every_column(films: list[dict[str, str]]) -> None:
    assert [film for film in films if tuple(film) != COLUMNS or None in film.values()] == []


def test_title_and_year_are_unique(films: list[dict[str, str]]) -> None:
    keys = [(film["title"].casefold(), film["year"]) for film in films]
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


def test_original_title_is_given_only_when_it_differs(films: list[dict[str, str]]) -> None:
    assert [film["title"] for film in films if film["title"] == film["original_title"]] == []


def test_years_run_from_1920_to_2024(films: list[dict[str, str]]) -> None:
    assert [film["title"] for film in films if not 1920 <= int(film["year"]) <= 2024] == []


def test_runtimes_are_plausible(films: list[dict[str, str]]) -> None:
    assert [film["title"] for film in films if not 15 <= int(film["runtime"]) <= 600] == []


def test_films_name_known_genres_once(films: list[dict[str, str]], genres: list[dict[str, str]]) -> None:
    known = {genre["key"] for genre in genres}
    for film in films:
        named = parts(film["genres"])
        assert named, film["title"]
        assert len(named) == len(set(named)), film["title"]
        assert set(named) <= known, film["title"]


def test_every_genre_has_a_film_and_a_name_in_both_languages(
    films: list[dict[str, str]], genres: list[dict[str, str]]
) -> None:
    used = {genre for film in films for genre in parts(film["genres"])}
    assert {genre["key"] for genre in genres} == used
    assert all(genre["name_en"] and genre["name_es"] for genre in genres)


def test_languages_and_countries_are_codes(films: list[dict[str, str]]) -> None:
    for film in films:
        assert re.fullmatch("[a-z]{2}", film["language"]), film["title"]
        assert re.fullmatch("[A-Z]{2}([|][A-Z]{2})*", film["countries"]), film["title"]


def test_every_film_has_directors(films: list[dict[str, str]]) -> None:
    assert [film["title"] for film in films if not parts(film["directors"])] == []


def test_only_animation_and_documentaries_may_lack_a_cast(films: list[dict[str, str]]) -> None:
    bare = [film for film in films if not film["cast"]]
    assert [film["title"] for film in bare if not CASTLESS & set(parts(film["genres"]))] == []


def test_names_stand_once_and_are_trimmed(films: list[dict[str, str]]) -> None:
    for film in films:
        cast, directors = parts(film["cast"]), parts(film["directors"])
        assert len(cast) == len(set(cast)), film["title"]
        assert len(directors) == len(set(directors)), film["title"]
        assert all(name and name == name.strip() for name in names_of(film)), film["title"]


def test_text_is_composed_unicode(films: list[dict[str, str]]) -> None:
    for film in films:
        for value in film.values():
            assert unicodedata.is_normalized("NFC", value), film["title"]


def test_one_person_is_spelt_one_way(films: list[dict[str, str]]) -> None:
    """Two spellings that differ in accents or case alone would be two people in the shop."""
    spellings: dict[str, set[str]] = {}
    for film in films:
        for name in names_of(film):
            bare = unicodedata.normalize("NFKD", name.casefold())
            key = "".join(c for c in bare if c.isalnum())
            spellings.setdefault(key, set()).add(name)
    assert [sorted(found) for found in spellings.values() if len(found) > 1] == []


def test_most_films_are_not_in_english(films: list[dict[str, str]]) -> None:
    assert sum(film["language"] == "es" for film in films) >= 150
    assert len({film["language"] for film in films}) >= 10
