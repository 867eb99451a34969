"""A clerk's morning: in at the console's door, to an order, its task taken, what is not possible explained."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import Actor
from modules.workflow.api import fire, open_tasks_of
from tests.browser.visitor import Visitor
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]


def test_a_clerk_signs_in_opens_the_order_and_takes_the_packing_task(
    visitor: Visitor, shop: Shop, staff: User, customer: User
) -> None:
    order = shop.place(shop.edition(title="Paid for"), actor=Actor.of(customer))
    shop.pay(order)
    visitor.worker.until(lambda: order.shipments.exists())
    shipment = order.shipments.get()
    page = visitor.page
    page.goto("/console/films/order/")
    page.get_by_label("E-mail address").or_(page.get_by_label("Email")).first.fill(staff.email)
    page.get_by_label("Password").fill("secret-of-tests")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name=order.number).click()
    page.get_by_role("link", name=shipment.number, exact=True).click()
    beside = page.get_by_role("complementary", name="State and actions")
    expect(beside).to_contain_text("Pick and pack")
    visitor.button("Take it").click()
    expect(visitor.button("Give it back")).to_be_visible()
    assert open_tasks_of(shipment).get().person == staff
    fire(shipment, "pick", actor=Actor.of(staff), at=clock.now())
    page.get_by_role("link", name=order.number, exact=True).first.click()
    refused = beside.get_by_role("button", name="Cancel the order")
    expect(refused).to_have_attribute("aria-disabled", "true")
    expect(refused).to_have_accessible_description(re.compile("^It is packed already; send it back when it arrives"))
