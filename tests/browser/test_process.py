"""The workflow's page in a browser: from a figure to its records with a click, narrow as a list, without a script."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import fire
from tests.browser.visitor import PHONE, Visitor
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
PAGE = "/console/workflow/films.order/"


@pytest.fixture
def orders(shop: Shop) -> None:
    """Three orders, of which one is cancelled after an hour."""
    edition = shop.edition(title="On its way")
    cancelled, *_waiting = [shop.place(edition) for _ in range(3)]
    fire(cancelled, "cancel", actor=SYSTEM, at=timezone.now() + timedelta(hours=1), data={"reason": "Changed my mind"})


def test_from_a_figure_in_the_picture_to_its_records(enter: Enter, orders: None, owner: User) -> None:
    page = enter(user=owner).page
    page.goto(PAGE)
    expect(page.get_by_role("heading", name="Where records wait")).to_be_visible()
    page.get_by_role("link", name="How often").click()
    expect(page.get_by_role("link", name="How often")).to_have_attribute("aria-current", "page")
    picture = page.locator("svg.workflow-drawing")
    expect(picture).to_contain_text("3 times")
    picture.locator("a", has_text="Cancel the order").click()
    expect(page.locator("#records-title")).to_contain_text("“Cancel the order”")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a").click()
    story = page.locator(".story-item.is-history").first
    expect(story).to_contain_text("“Cancel the order” was done by the system after 1 hour in “Awaiting payment”")
    expect(story).to_contain_text("because: Changed my mind")


def test_on_a_phone_the_picture_is_a_list_and_tables_are_cards(enter: Enter, orders: None, owner: User) -> None:
    page = enter(user=owner, **PHONE).page
    page.goto(f"{PAGE}?view=long")
    expect(page.locator(".workflow-drawing")).to_be_hidden()
    expect(page.locator(".workflow-ways")).to_contain_text("Awaiting payment")
    expect(page.locator(".process-table thead").first).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".workflow-ways a").first.click()
    expect(page.locator("#records-title")).to_be_visible()


def test_the_filter_works_without_a_script(enter: Enter, orders: None, owner: User) -> None:
    page = enter(user=owner, javascript=False).page
    page.goto(PAGE)
    page.get_by_text("Which records").click()
    page.get_by_label("Began from").fill(str(timezone.localdate() + timedelta(days=2)))
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="No record matches")).to_be_visible()
    page.get_by_role("link", name="Show all records").first.click()
    expect(page.get_by_role("heading", name="Ways through")).to_be_visible()
