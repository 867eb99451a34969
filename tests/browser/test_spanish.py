"""The shop in Spanish: the switch, the prices, and a purchase, in the words of the catalogue."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from modules.films.choices import OrderState
from modules.films.models import Order
from tests.browser.visitor import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
HARD_SPACE = "\u00a0"


def test_the_language_switch_stays_and_prices_follow(enter: Enter) -> None:
    visitor = enter(language="es")
    page = visitor.page
    page.goto("/films/the-general/")
    expect(page.get_by_role("main")).to_contain_text("€12.95")
    page.locator("button[name=language][value=es]").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("main")).to_contain_text(f"12,95{HARD_SPACE}€")
    page.goto("/films/")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("button[name=language][value=es]")).to_have_attribute("aria-pressed", "true")


def test_a_phone_that_asks_for_spanish_buys_in_spanish(enter: Enter) -> None:
    visitor = enter(language="es", locale="es-ES", **PHONE)
    visitor.choose()
    visitor.sees_nothing_stick_out()
    visitor.go_to_checkout()
    visitor.give_address()
    visitor.sees_nothing_stick_out()
    expect(visitor.page.get_by_role("main")).to_contain_text(f"16,85{HARD_SPACE}€")
    visitor.order()
    expect(visitor.page.locator("html")).to_have_attribute("lang", "es")
    visitor.pay()
    expect(visitor.status).to_contain_text(visitor.say("Paid"))
    visitor.sees_nothing_stick_out()
    order = Order.objects.get()
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(order.number)
    assert (order.state, order.language) == (OrderState.PAID, "es")
