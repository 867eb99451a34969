"""An order's page stays open while a clerk packs, sends and delivers: each step appears on it by itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from modules.accounts.api import guest_link
from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import Actor
from modules.films.models import Edition, Order, Shipment
from tests.browser.visitor import PHONE, Visitor
from tests.factories.shop import GUEST, Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]


def paid(shop: Shop, visitor: Visitor, edition: Edition, *, actor: Actor = GUEST, quantity: int = 1) -> Order:
    order = shop.place(edition, actor=actor, quantity=quantity)
    shop.pay(order)
    visitor.worker.until(lambda: Order.objects.filter(pk=order.pk, state="paid").exists())
    return order


def stays(visitor: Visitor, address: str) -> None:
    """Open a page that must not be loaded again; its time can be turned forward."""
    visitor.page.clock.install()
    visitor.page.goto(address)
    visitor.page.evaluate("window.neverReloaded = true")


def a_minute_later(visitor: Visitor) -> None:
    """The page looks by itself at least once a minute."""
    visitor.page.clock.fast_forward(61_000)


def press(clerk: Visitor, shipment: Shipment, step: str, **fields: str) -> None:
    """A clerk takes a step with a parcel, on its page."""
    page = clerk.page
    page.goto(f"/console/films/shipment/{shipment.pk}/change/")
    state = page.get_by_role("complementary", name="State and actions")
    before = state.locator(".workflow-state").inner_text()
    state.get_by_role("link", name=step, exact=True).or_(
        state.get_by_role("button", name=step, exact=True)
    ).first.click()
    dialog = page.get_by_role("dialog")
    for label, value in fields.items():
        dialog.get_by_label(label.replace("_", " ")).fill(value)
    if step != "It has arrived":
        dialog.get_by_role("button", name=step, exact=True).click()
    expect(state.locator(".workflow-state")).not_to_have_text(before)


def parcels(visitor: Visitor) -> Locator:
    return visitor.page.locator("#order-shipments .order-parcel")


def test_a_customer_sees_two_parcels_go_and_arrive(enter: Enter, shop: Shop, staff: User, customer: User) -> None:
    clerk, buyer = enter(user=staff), enter(user=customer)
    edition = shop.edition(title="From two places", stock=1)
    shop.stock(edition, 1, "warehouse")
    order = paid(shop, clerk, edition, actor=Actor.of(customer), quantity=2)
    first, second = order.shipments.order_by("position")
    stays(buyer, order.get_absolute_url())
    expect(buyer.status).to_contain_text("It is paid. We pack your films next.")
    expect(parcels(buyer)).to_contain_text(["Being packed", "Being packed"])

    press(clerk, first, "Packed")
    press(clerk, first, "Ship", Tracking_number="pk 42")
    a_minute_later(buyer)
    expect(buyer.status).to_contain_text("Partly shipped")
    expect(parcels(buyer)).to_contain_text(["On its way", "Being packed"])
    expect(parcels(buyer).first).to_contain_text("PK42")
    follow = parcels(buyer).first.get_by_role("link", name="Follow the parcel")
    assert "correos.es" in str(follow.get_attribute("href"))

    press(clerk, second, "Packed")
    press(clerk, second, "Ship", Tracking_number="PK43")
    a_minute_later(buyer)
    expect(buyer.status).to_contain_text("It is on its way to you.")
    expect(parcels(buyer)).to_contain_text(["PK42", "PK43"])

    press(clerk, first, "It has arrived")
    a_minute_later(buyer)
    expect(parcels(buyer)).to_contain_text(["Arrived", "On its way"])
    press(clerk, second, "It has arrived")
    a_minute_later(buyer)
    expect(buyer.status).to_contain_text("Delivered")
    expect(parcels(buyer)).to_contain_text(["Arrived", "Arrived"])
    expect(buyer.page.get_by_role("link", name="Follow the parcel")).to_have_count(0)
    assert buyer.page.evaluate("window.neverReloaded")


def test_a_guest_with_the_link_of_the_mail_sees_it_on_a_phone(enter: Enter, shop: Shop, staff: User) -> None:
    guest = enter(**PHONE)
    order = paid(shop, guest, shop.edition(title="For a guest"))
    shipment = order.shipments.get()
    stays(guest, guest_link(order, order.get_absolute_url(), at=clock.now()))
    expect(parcels(guest)).to_contain_text(["Being packed"])
    shop.ship(shipment, actor=Actor.of(staff), tracking="PK7")
    a_minute_later(guest)
    expect(guest.status).to_contain_text("Shipped")
    expect(parcels(guest)).to_contain_text(["PK7"])
    guest.sees_nothing_stick_out()
    assert guest.page.evaluate("window.neverReloaded")
