"""Buying films as a customer does it, from the shelf to the order."""

import re
from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from playwright.sync_api import expect

from modules.billing.sandbox.words import ENGLISH
from modules.films.choices import OrderState
from modules.films.models import Order
from tests.browser.visitor import ASKS, DECLINED, EMAIL, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]


def buy(visitor: Visitor) -> None:
    """A DVD, as a guest, up to the provider's page."""
    visitor.choose()
    visitor.go_to_checkout()
    visitor.give_address()
    visitor.order()


def is_paid(visitor: Visitor) -> None:
    expect(visitor.status).to_contain_text(visitor.say("Paid"))
    order = Order.objects.get()
    assert (order.state, visitor.number) == (OrderState.PAID, order.number)


def test_a_guest_buys_a_dvd_and_comes_back_by_the_link_in_the_mail(
    visitor: Visitor, enter: Enter, mailoutbox: list[EmailMessage]
) -> None:
    buy(visitor)
    visitor.pay()
    is_paid(visitor)
    mail = visitor.mail(mailoutbox, "paid")
    assert mail.to == [EMAIL]
    link = re.search(r"http://\S+/open/\S+", str(mail.body))
    assert link, mail.body
    elsewhere = enter()
    elsewhere.page.goto(link[0])
    expect(elsewhere.heading(f"Order {visitor.number}")).to_be_visible()
    is_paid(elsewhere)


def test_after_a_declined_card_another_one_pays(visitor: Visitor) -> None:
    buy(visitor)
    visitor.pay(DECLINED)
    expect(visitor.page.get_by_role("alert")).to_contain_text(ENGLISH["refused_card_declined"])
    visitor.pay()
    is_paid(visitor)


def test_a_card_that_asks_the_bank(visitor: Visitor) -> None:
    buy(visitor)
    visitor.pay(ASKS)
    expect(visitor.heading(ENGLISH["bank_title"])).to_be_visible()
    visitor.approve()
    is_paid(visitor)


def test_the_same_purchase_without_javascript(enter: Enter) -> None:
    visitor = enter(javascript=False)
    visitor.choose()
    visitor.go_to_checkout()
    visitor.give_address()
    visitor.order()
    visitor.pay()
    is_paid(visitor)


def test_on_a_phone_of_360_px(enter: Enter) -> None:
    visitor = enter(**PHONE)
    for path in ("/", "/films/", "/account/login/"):
        visitor.page.goto(path)
        visitor.sees_nothing_stick_out()
    visitor.choose()
    visitor.sees_nothing_stick_out()
    visitor.go_to_checkout()
    visitor.give_address()
    visitor.sees_nothing_stick_out()
    visitor.order()
    visitor.sees_nothing_stick_out()
    visitor.pay()
    is_paid(visitor)
    visitor.sees_nothing_stick_out()


def test_a_digital_film_needs_an_account_and_is_in_the_library_at_once(
    visitor: Visitor, customer: object, mailoutbox: list[EmailMessage]
) -> None:
    visitor.choose("Viridiana", "Digital")
    visitor.go_to_checkout()
    visitor.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    visitor.field("Email").or_(visitor.field("E-mail address")).fill("customer@example.test")
    visitor.button("E-mail me a code instead").click()
    code = re.search(r"^([A-Z0-9]{3,6}-?[A-Z0-9]{3,6})$", str(visitor.mail(mailoutbox, "code").body), re.MULTILINE)
    assert code
    visitor.page.locator("input[name=code]").fill(code[1])
    visitor.page.locator("input[name=code]").press("Enter")
    expect(visitor.heading("Checkout")).to_be_visible()
    visitor.order()
    visitor.pay()
    expect(visitor.status).to_contain_text("Delivered")
    visitor.page.goto("/library/")
    expect(visitor.page.get_by_role("main").get_by_role("link", name="Viridiana")).to_be_visible()


def test_f25_a_double_click_makes_one_order(visitor: Visitor) -> None:
    visitor.choose()
    visitor.go_to_checkout()
    visitor.give_address()
    visitor.button("Order and pay").dblclick()
    expect(visitor.card_number).to_be_visible()
    assert Order.objects.count() == 1


def test_f25_back_from_the_provider_and_forth_is_the_same_order(visitor: Visitor) -> None:
    buy(visitor)
    visitor.page.go_back()
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    visitor.page.go_forward()
    visitor.pay()
    is_paid(visitor)


def test_f36_the_address_of_an_order_alone_leads_to_the_door(visitor: Visitor, enter: Enter) -> None:
    buy(visitor)
    order = Order.objects.get()
    somebody = enter()
    somebody.page.goto(order.get_absolute_url())
    expect(somebody.heading("Sign in")).to_be_visible()
    assert "The General" not in somebody.page.content()
