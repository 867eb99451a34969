"""The command palette: what it finds for whom, with one query a model, and as a page without script."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.console.lists import indexed_columns
from modules.console.palette import MODELS, RECORDS, _searchable, begins
from modules.console.shortcuts import go_keys
from modules.core.manifest import Nav
from tests.factories.accounts import StaffFactory
from tests.factories.films import FilmFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
PALETTE = "/console/palette/"


def found(client: Client, term: str, **headers: str) -> str:
    return client.get(PALETTE, {"q": term}, headers=headers).content.decode()


def results(page: str) -> str:
    """The part of the page that holds what was found; the sidebar names pages as well."""
    return page.split('class="palette-page"')[1].split("</main>", maxsplit=1)[0]


def test_a_record_is_found_by_the_first_letters_of_its_name(client_of: ClientOf, owner: User) -> None:
    film = FilmFactory.create(title="Zazie dans le métro")
    page = results(found(client_of(owner), "  zazie   dans"))
    assert f"/console/films/film/{film.pk}/change/" in page
    assert "Zazie dans le métro" in page
    assert "Zazie" not in results(found(client_of(owner), "métro"))


def test_no_more_than_five_of_a_model(client_of: ClientOf, owner: User) -> None:
    for number in range(RECORDS + 2):
        FilmFactory.create(title="Zazie", year=1960 + number)
    assert len(re.findall(r"/console/films/film/\d+/change/", results(found(client_of(owner), "zazie")))) == RECORDS


def test_only_what_one_may_view_is_found(client_of: ClientOf) -> None:
    FilmFactory.create(title="Zazie")
    clerk = StaffFactory.create(permissions=["films.view_genre"])
    page = results(found(client_of(clerk), "zazie"))
    assert "/console/films/film/" not in page
    assert "Nothing begins with “zazie”" in page


def test_pages_and_actions_are_for_those_who_may(client_of: ClientOf) -> None:
    reader = client_of(StaffFactory.create(permissions=["films.view_film"]))
    writer = client_of(StaffFactory.create(permissions=["films.view_film", "films.add_film"]))
    assert 'href="/console/films/film/"' in results(found(reader, "film"))
    assert "/console/films/film/add/" not in results(found(reader, "film"))
    assert "/console/films/film/add/" in results(found(writer, "film"))
    assert "/console/films/order/" not in results(found(writer, ""))
    assert "Sign out" in results(found(writer, "sign"))


def test_as_a_fragment_it_gives_options_of_a_listbox(client_of: ClientOf, owner: User) -> None:
    response = client_of(owner).get(PALETTE, {"q": "film"}, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert "HX-Request" in response["Vary"]
    assert "<html" not in page
    ids = re.findall(r'role="option"[^>]*\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 1


def test_what_is_typed_is_shown_as_text(client_of: ClientOf, owner: User) -> None:
    assert "<b>x" not in found(client_of(owner), "<b>x")
    assert "&lt;b&gt;x" in found(client_of(owner), "<b>x", **{"HX-Request": "true"})


def test_one_query_a_model_whatever_is_found(client_of: ClientOf, owner: User) -> None:
    client = client_of(owner)
    FilmFactory.create(title="Zazie")
    found(client, "zazie", **{"HX-Request": "true"})
    counts = []
    for more in (3, 0):
        with CaptureQueriesContext(connection) as queries:
            found(client, "zazie", **{"HX-Request": "true"})
        counts.append(len(queries))
        for number in range(more):
            FilmFactory.create(title="Zazie", year=1990 + number)
    assert counts[0] == counts[1] <= MODELS + 6


def test_only_indexed_columns_of_the_model_itself_are_searched(rf: Any, owner: User) -> None:
    request = rf.get(PALETTE)
    request.user = owner
    asked = list(_searchable(request))
    assert asked
    for _nav, pages, fields in asked:
        assert {name.lstrip("=^") for name in fields} <= indexed_columns(pages.model)


def test_unfolds_own_search_is_gone(client_of: ClientOf, owner: User) -> None:
    assert client_of(owner).get("/console/search/").status_code in (302, 404)
    assert "search" not in {getattr(entry, "name", "") for entry in admin.site.get_urls()}


@pytest.mark.any_database
def test_every_word_begins_a_word() -> None:
    assert begins("Orders to ship", "ship ord")
    assert begins("Orders to ship", "")
    assert not begins("Orders to ship", "hip")


@pytest.mark.any_database
def test_each_page_has_a_letter_of_its_own() -> None:
    entries = [Nav("Orders", "films.order"), Nav("Owners", "films.owner"), Nav("O", "films:o"), Nav("I", "x.i")]
    assert go_keys(entries) == {"films.order": "o", "films.owner": "w"}
