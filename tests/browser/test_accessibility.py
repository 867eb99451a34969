"""axe-core reads the portal's pages, light and dark."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.films.models import Edition
from tests.browser.visitor import Visitor
from tests.browser.watch import Watch
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
axe = Axe()
LOOKS = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
"""Only colours differ in the dark, so that only they are read again."""


def found_on(page: Page) -> list[str]:
    """What axe objects to, in both schemes: which rule, where, why."""
    found: list[str] = []
    for scheme, options in LOOKS.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [
            f"{page.url} {scheme}: {violation['id']} at {node['target']}: {node['failureSummary']}"
            for violation in axe.run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
            for node in violation["nodes"]
        ]
    return found


def nothing_on(page: Page) -> None:
    assert not (found := found_on(page)), "\n".join(found)


def read(visitor: Visitor, *paths: str) -> None:
    for path in paths:
        visitor.page.goto(path)
        nothing_on(visitor.page)


def test_the_shop_window_and_its_shelves(visitor: Visitor) -> None:
    read(visitor, "/", "/films/", "/films/?q=nothing+of+the+kind&genre=western", "/films/viridiana/")


def test_the_doors(visitor: Visitor) -> None:
    read(visitor, "/account/login/", "/account/signup/", "/account/password/reset/")


def test_a_page_that_is_not_there(visitor: Visitor, watch: Watch) -> None:
    watch.expect("status of 404")
    read(visitor, "/nowhere/", "/films/never-made/")


def test_basket_and_checkout_with_everything_forgotten(visitor: Visitor, watch: Watch) -> None:
    watch.expect("status of 422")
    read(visitor, "/basket/")
    visitor.choose("The General")
    visitor.choose("Viridiana")
    nothing_on(visitor.page)
    read(visitor, "/basket/")
    visitor.button("Take out Viridiana").click()
    expect(visitor.button("Undo")).to_be_visible()
    nothing_on(visitor.page)
    read(visitor, "/checkout/")
    visitor.button("Order and pay").click()
    expect(visitor.page.get_by_role("alert")).to_contain_text("There is a problem")
    nothing_on(visitor.page)


def test_what_a_customer_has(enter: Enter, shop: Shop, customer: User) -> None:
    order = shop.place(shop.edition(title="On its way"), actor=Actor.of(customer))
    shop.pay(shop.place(*Edition.objects.filter(format="digital")[:3], actor=Actor.of(customer)))
    visitor = enter(user=customer)
    visitor.worker.until(lambda: customer.notifications.count() > 1)  # type: ignore[attr-defined]
    read(visitor, order.get_absolute_url(), "/orders/", "/library/", "/notifications/")
    page = visitor.page
    page.locator("summary").filter(has_text="Notifications").click()
    expect(page.get_by_role("link", name="All notifications")).to_be_visible()
    expect(page.locator(".bell-latest")).not_to_be_empty()
    nothing_on(page)
    page.goto(order.get_absolute_url())
    page.get_by_role("link", name="Cancel the order").click()
    expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_visible()
    nothing_on(page)


def test_a_customers_own_pages(enter: Enter, customer: User) -> None:
    visitor = enter(user=customer)
    read(visitor, "/account/profile/", "/account/email/", "/account/password/change/")
    visitor.page.locator(".account-menu summary").click()
    expect(visitor.button("Sign out")).to_be_visible()
    nothing_on(visitor.page)
