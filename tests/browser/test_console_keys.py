"""The console by keyboard: the palette, the keys of lists and pages, the list of keys."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from modules.accounts.models import User
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]


def test_a_film_by_three_letters(enter: Enter, owner: User) -> None:
    page = enter(user=owner).page
    page.goto("/console/films/genre/")
    opener = page.get_by_role("link", name=re.compile("Search or go to"))
    opener.focus()
    page.keyboard.press("Control+k")
    term = page.get_by_role("combobox", name="Number, name, page or action")
    expect(term).to_be_focused()
    options = page.get_by_role("dialog").get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.type("viri")
    found = page.locator("#palette-options[data-term=viri]")
    expect(found).to_be_visible()
    film = options.filter(has_text="Viridiana").first
    expect(term).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(film).to_have_attribute("aria-selected", "true")
    expect(term).to_have_attribute("aria-activedescendant", str(film.get_attribute("id")))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
    opener.click()
    page.keyboard.type("viri")
    expect(found).to_be_visible()
    expect(film).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/console/films/film/\d+/change/"))


def test_without_script_the_palette_is_a_page(enter: Enter, owner: User) -> None:
    page = enter(user=owner, javascript=False).page
    page.goto("/console/")
    page.get_by_role("link", name=re.compile("Search or go to")).click()
    page.get_by_role("searchbox", name="Number, name, page or action").fill("viri")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("main").get_by_role("link", name=re.compile("Viridiana")).first.click()
    expect(page).to_have_url(re.compile(r"/console/films/film/\d+/change/"))


def test_keys_go_through_a_list_and_to_pages_but_not_while_typing(enter: Enter, owner: User) -> None:
    page = enter(user=owner).page
    page.goto("/console/films/film/")
    rows = page.locator("#result_list tr.data-row")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1).get_by_role("link").first).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(rows.first.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("/")
    field = page.locator("#searchbar")
    expect(field).to_be_focused()
    page.keyboard.type("gjx?")
    expect(field).to_have_value("gjx?")
    field.evaluate("(field) => field.blur()")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("Next row")
    expect(keys).to_contain_text("Genres")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile(r"/console/$"))
