"""A manager keeps a list under a name for everybody; a clerk opens it, with the clerk's own rights."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from modules.accounts.models import User
from modules.console.models import SavedView
from modules.core import clock
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import fire
from tests.browser.visitor import PHONE, Visitor
from tests.factories.accounts import StaffFactory
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
ORDERS = "/console/films/order/"


def views(page: Page) -> Locator:
    """The menu of views, opened."""
    menu = page.locator(".list-views")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    return menu


def test_a_view_is_shared_opened_by_name_removed_and_brought_back(
    enter: Enter, shop: Shop, staff: User, customer: User
) -> None:
    edition = shop.edition(title="Seen")
    waiting, gone = (shop.place(edition, actor=Actor.of(customer)) for _ in range(2))
    fire(gone, "cancel", actor=SYSTEM, at=clock.now())
    manager = enter(user=StaffFactory.create(name="Marta Manager", roles=["films.manager"]))
    page = manager.page
    page.goto(ORDERS)
    page.locator("summary", has_text="Filter").click()
    page.get_by_role("checkbox", name="Cancelled").check()
    page.get_by_role("button", name="Show", exact=True).click()
    said = page.get_by_role("group", name="What this list is narrowed to")
    expect(said).to_contain_text("Cancelled")
    expect(page.get_by_role("link", name=waiting.number)).to_have_count(0)
    menu = views(page)
    menu.get_by_label("Name", exact=True).fill("Given up")
    menu.get_by_label("Share with all staff").check()
    menu.get_by_label("Open this list with it").check()
    menu.get_by_role("button", name="Save view").click()
    expect(page.get_by_text("The view “Given up” is saved.")).to_be_visible()
    page.goto(ORDERS)
    expect(page.locator(".list-views-name")).to_have_text("Given up")

    clerk = enter(user=staff, **PHONE).page
    clerk.goto(ORDERS)
    expect(clerk.get_by_role("link", name=waiting.number)).to_be_visible()
    views(clerk).get_by_role("link", name=re.compile("^Given up by Marta Manager")).click()
    expect(clerk.locator(".list-views-name")).to_have_text("Given up")
    expect(clerk.get_by_role("link", name=gone.number)).to_be_visible()
    expect(clerk.get_by_role("link", name=waiting.number)).to_have_count(0)
    # The list is narrowed for the clerk too, but nothing more is allowed: no export, and the view is not the clerk's.
    expect(clerk.locator("summary", has_text="Export")).to_have_count(0)
    expect(page.locator("summary", has_text="Export")).to_have_count(1)
    expect(views(clerk).get_by_role("button", name="Stop sharing")).to_have_count(0)
    expect(views(clerk).get_by_role("button", name="Remove")).to_have_count(0)

    views(page).get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The view “Given up” is gone.")).to_be_visible()
    expect(page.get_by_role("link", name=waiting.number)).to_be_visible()
    clerk.goto(f"{ORDERS}?view=all")
    expect(views(clerk).get_by_role("link", name=re.compile("^Given up"))).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".list-views-name")).to_have_text("Given up")
    clerk.reload()
    expect(views(clerk).get_by_role("link", name=re.compile("^Given up"))).to_be_visible()
    assert SavedView.objects.get().removed_at is None
