"""Looking for films: search that forgives, facets, and a back button that brings everything back."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor
from tests.browser.watch import Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def films(visitor: Visitor) -> Locator:
    return visitor.page.locator("#films").get_by_role("article")


def narrow(visitor: Visitor, chip: str) -> None:
    visitor.page.locator("#films").get_by_role("link", name=chip).click()


def test_a_typing_error_is_forgiven(visitor: Visitor) -> None:
    visitor.page.goto("/")
    visitor.page.get_by_role("main").get_by_role("searchbox").fill("hitchkock")
    visitor.page.get_by_role("main").get_by_role("button", name="Search").click()
    expect(films(visitor)).to_have_count(3)
    films(visitor).get_by_role("link", name="Rear Window").click()
    expect(visitor.heading("Rear Window")).to_be_visible()


def test_search_and_facets_swap_in_place_and_back_restores_them(visitor: Visitor, watch: Watch) -> None:
    page = visitor.page
    page.goto("/films/")
    expect(films(visitor)).to_have_count(12)
    page.get_by_role("searchbox").fill("cria cuervos")
    expect(films(visitor)).to_have_count(1)
    page.get_by_role("searchbox").fill("")
    expect(films(visitor)).to_have_count(12)
    narrow(visitor, "Thriller")
    expect(films(visitor)).to_have_count(3)
    narrow(visitor, "1950s")
    expect(films(visitor)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/films/\?.*genre=thriller"))
    assert len(watch.documents()) == 1, "a whole page was loaded between"
    page.go_back()
    expect(films(visitor)).to_have_count(3)
    page.go_back()
    expect(films(visitor)).to_have_count(12)
    page.go_forward()
    expect(films(visitor)).to_have_count(3)


def test_from_a_film_back_to_the_same_list(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/films/")
    narrow(visitor, "Western")
    expect(films(visitor)).to_have_count(3)
    films(visitor).get_by_role("link", name="High Noon").click()
    expect(visitor.heading("High Noon")).to_be_visible()
    page.go_back()
    expect(films(visitor)).to_have_count(3)
    expect(films(visitor).get_by_role("link", name="High Noon")).to_be_visible()


def test_a_film_that_is_not_there_says_so(visitor: Visitor, watch: Watch) -> None:
    watch.expect(r"status of 404 .*/films/never-made/")
    visitor.page.goto("/films/never-made/")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
