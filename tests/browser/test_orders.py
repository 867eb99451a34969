"""An order's page while things happen to it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from modules.accounts.models import User
from modules.billing.api import payments_of
from modules.films.models import Order
from tests.browser.visitor import Visitor
from tests.browser.watch import Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]


def test_the_page_tells_by_itself_when_the_payment_arrives(enter: Enter, customer: User, watch: Watch) -> None:
    at_the_desk, on_the_phone = enter(user=customer), enter(user=customer)
    at_the_desk.choose()
    at_the_desk.go_to_checkout()
    at_the_desk.give_address(email="")
    at_the_desk.order()
    provider = at_the_desk.page.url
    at_the_desk.page.goto(Order.objects.get().get_absolute_url())
    expect(at_the_desk.status).to_contain_text("Awaiting payment")
    at_the_desk.page.evaluate("window.neverReloaded = true")
    on_the_phone.page.goto(provider)
    on_the_phone.pay()
    expect(at_the_desk.status).to_contain_text("Paid")
    expect(at_the_desk.page.get_by_role("button", name="Pay €16.85")).to_be_hidden()
    expect(at_the_desk.page.locator("#order-payments")).to_contain_text("Invoice")
    assert at_the_desk.page.evaluate("window.neverReloaded")
    at_the_desk.page.goto("/orders/")
    expect(at_the_desk.page.get_by_role("link", name=re.compile("^Paid"))).to_be_visible()


def test_cancelling_asks_why_and_gives_the_money_back(enter: Enter, customer: User) -> None:
    visitor = enter(user=customer)
    visitor.choose()
    visitor.go_to_checkout()
    visitor.give_address(email="")
    visitor.order()
    visitor.pay()
    expect(visitor.status).to_contain_text("Paid")
    visitor.page.get_by_role("link", name="Cancel the order").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Bought twice")
    dialog.get_by_role("button", name="Cancel the order").click()
    expect(visitor.status).to_contain_text("Cancelled")
    expect(visitor.page.locator("#record-timeline")).to_contain_text("Bought twice")
    visitor.worker.until(lambda: payments_of(Order.objects.get()).filter(refunded=1685).exists())
    visitor.page.reload()
    expect(visitor.page.get_by_role("main")).to_contain_text("€16.85 given back")


def test_an_order_that_waits_can_be_paid_from_its_page(visitor: Visitor) -> None:
    visitor.choose()
    visitor.go_to_checkout()
    visitor.give_address()
    visitor.order()
    visitor.page.goto(Order.objects.get().get_absolute_url())
    visitor.page.get_by_role("button", name="Pay €16.85").click()
    visitor.pay()
    expect(visitor.status).to_contain_text("Paid")
