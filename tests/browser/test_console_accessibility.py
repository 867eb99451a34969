"""axe-core reads the console's pages, light and dark, wide and on a phone."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.films.models import Film, Genre
from tests.browser.visitor import PHONE, Visitor
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
axe = Axe()
ALL = {"rules": {"target-size": {"enabled": True}}}
LOOKS = {"light": ALL, "dark": {"runOnly": ["color-contrast"]}}
"""Only colours differ in the dark, so that only they are read again."""
CHOOSE = """(scheme) => {
  const root = document.documentElement;
  if (root.hasAttribute("x-data")) root.className = scheme;
}"""
WIDE = {"viewport": {"width": 1440, "height": 900}}


def nothing_on(page: Page, *, without: tuple[str, ...] = ()) -> None:
    """axe objects to nothing, in both schemes; else: which rule, where, why."""
    page.wait_for_function("!document.documentElement.classList.contains('is-starting')")
    found: list[str] = []
    for scheme, options in LOOKS.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate(CHOOSE, scheme)
        found += [
            f"{page.url} {scheme}: {violation['id']} at {node['target']}: {node['failureSummary']}"
            for violation in axe.run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
            for node in violation["nodes"]
            if violation["id"] not in without
        ]
    assert not found, "\n".join(found)


def read(page: Page, *paths: str) -> None:
    for path in paths:
        page.goto(path)
        nothing_on(page)


def form(record: object) -> str:
    options = record._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk])  # type: ignore[attr-defined]


def test_home_lists_and_forms(enter: Enter, owner: User) -> None:
    film = Film.objects.get(title="Viridiana")
    page = enter(user=owner, **WIDE).page
    read(page, "/console/", "/console/films/film/", "/console/films/film/?q=nothing+of+the+kind", form(film))
    page.locator("#credits-data .add-row").click()
    nothing_on(page)
    read(page, "/console/films/film/add/", form(film).replace("change", "history"))


def test_an_order_its_workflow_and_a_removal(enter: Enter, shop: Shop, owner: User, customer: User) -> None:
    order = shop.place(shop.edition(title="On its way"), actor=Actor.of(customer))
    genre = Genre.objects.first()
    assert genre is not None
    page = enter(user=owner, **WIDE).page
    read(
        page,
        form(order),
        "/console/workflow/",
        "/console/workflow/films.order/",
        form(genre).replace("change", "delete"),
    )


def test_what_opens_over_a_page(enter: Enter, owner: User) -> None:
    page = enter(user=owner, **WIDE).page
    page.goto("/console/films/film/")
    page.get_by_role("button", name=owner.name).click()
    nothing_on(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("vi")
    expect(page.get_by_role("option").filter(has_text="Viridiana").first).to_be_visible()
    nothing_on(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    nothing_on(page)


def test_the_page_of_elements(enter: Enter, owner: User) -> None:
    page = enter(user=owner, **WIDE).page
    page.goto("/console/elements/")
    # Each element stands there twice, in light and in dark.
    nothing_on(page, without=("landmark-unique",))


def test_on_a_phone(enter: Enter, owner: User) -> None:
    visitor = enter(user=owner, **PHONE)
    film = Film.objects.get(title="Viridiana")
    for path in ("/console/", "/console/films/film/", form(film), "/console/palette/?q=vi", "/console/elements/"):
        visitor.page.goto(path)
        visitor.sees_nothing_stick_out()
        nothing_on(visitor.page, without=("landmark-unique",) if "elements" in path else ())
