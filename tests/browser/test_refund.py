"""A refund with four eyes: a clerk asks, somebody else approves, the customer's open page tells of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from modules.accounts.models import User
from modules.billing.api import RefundRequest
from modules.billing.models import Refund
from modules.core.actors import Actor
from modules.films.models import Order
from tests.browser.visitor import Visitor
from tests.factories.accounts import StaffFactory
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]


def paid(shop: Shop, visitor: Visitor, customer: User, price: int = 6000) -> Order:
    order = shop.place(shop.edition(title="Dear", price=price), actor=Actor.of(customer))
    shop.pay(order)
    visitor.worker.until(lambda: Order.objects.filter(pk=order.pk, state="paid").exists())
    return order


def page_of(record: Any) -> str:
    return f"/console/{record._meta.app_label}/{record._meta.model_name}/{record.pk}/change/"


def ask(visitor: Visitor, order: Order, reason: str, *, presses: int = 1) -> RefundRequest:
    """A clerk asks for everything to go back, on the order's page."""
    page = visitor.page
    page.goto(page_of(order))
    visitor.link("Refund…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^Reason")).fill(reason)
    dialog.get_by_role("button", name="Refund").click(click_count=presses)
    expect(page.get_by_text("A second person must approve the refund.")).to_be_visible()
    return RefundRequest.objects.get()


def test_one_asks_another_approves_and_the_customers_open_page_tells(
    enter: Enter, shop: Shop, staff: User, customer: User
) -> None:
    clerk, manager, buyer = (
        enter(user=staff),
        enter(user=StaffFactory.create(name="Marta Manager", roles=["billing.manager"])),
        enter(user=customer),
    )
    order = paid(shop, clerk, customer)
    buyer.page.clock.install()
    buyer.page.goto(order.get_absolute_url())
    buyer.page.evaluate("window.neverReloaded = true")

    request = ask(clerk, order, "It came scratched", presses=2)
    assert Refund.objects.get().request == request
    side = clerk.page.get_by_role("region", name="Payments")
    expect(side).to_contain_text("Set aside for refunds")
    side.get_by_role("link", name=re.compile("^−")).click()
    expect(clerk.page).to_have_url(re.compile(page_of(request)))
    beside = clerk.page.get_by_role("complementary", name="State and actions")
    expect(beside).to_contain_text("Stefan Staff did “Ask for the refund”; somebody else must do this.")
    expect(beside.get_by_role("link", name="Approve").or_(beside.get_by_role("button", name="Approve"))).to_have_count(
        0
    )

    manager.page.goto(page_of(request))
    expect(manager.page.get_by_role("main")).to_contain_text("It came scratched")
    manager.page.get_by_role("complementary").get_by_role("link", name="Approve").first.click()
    dialog = manager.page.get_by_role("dialog")
    expect(dialog).to_contain_text("This cannot be undone.")
    dialog.get_by_role("button", name="Approve").click()
    manager.worker.until(lambda: Refund.objects.get().state == "settled")
    manager.page.goto(page_of(request))
    expect(manager.page.locator(".workflow-state")).to_contain_text("Refunded")

    buyer.page.clock.fast_forward(16_000)  # it looks every quarter of a minute
    payment = buyer.page.locator("#order-payments")
    expect(payment).to_contain_text(f"{order.gross.format('en')} given back")
    expect(payment).to_contain_text("Credit note")
    assert buyer.page.evaluate("window.neverReloaded")


def test_who_may_approve_reads_why_not_their_own(enter: Enter, shop: Shop, customer: User) -> None:
    person = StaffFactory.create(name="Ana", roles=["films.clerk", "billing.manager"])
    visitor = enter(user=person)
    request = ask(visitor, paid(shop, visitor, customer), "Arrived broken")
    visitor.page.goto(page_of(request))
    approve = visitor.button("Approve")
    expect(approve).to_have_attribute("aria-disabled", "true")
    expect(approve).to_have_accessible_description(re.compile("Ana .*Ask for the refund.*somebody else"))
    visitor.link("Take the request back").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Take the request back").click()
    visitor.worker.until(lambda: RefundRequest.objects.get().state == "declined")
    expect(visitor.page.locator(".workflow-state")).to_contain_text("Declined")


def test_within_the_limit_it_goes_back_at_once_and_without_a_script(
    enter: Enter, shop: Shop, staff: User, customer: User
) -> None:
    visitor = enter(user=staff, javascript=False)
    order = paid(shop, visitor, customer, price=2000)
    visitor.page.goto(page_of(order))
    visitor.link("Refund…").click()
    visitor.page.get_by_label("An amount").check()
    visitor.field("Amount").fill("5.00")
    visitor.field("Reason").fill("Came late")
    visitor.button("Refund").click()
    expect(visitor.page.get_by_text("The refund of €5.00 is on its way.")).to_be_visible()
    visitor.worker.until(lambda: RefundRequest.objects.get().state == "done")
