"""Basket, checkout, orders and library as a browser meets them."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from modules.core import clock
from modules.core.actors import SYSTEM, Actor
from modules.core.money import Money
from modules.films.choices import OrderState
from modules.films.models import Basket, Edition, Order
from modules.films.services.prices import change_price
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db

FORM = {
    "email": "Guest@Example.test",
    "name": "Gisela",
    "street": "Calle Mayor 1",
    "extra": "",
    "postcode": "28013",
    "city": "Madrid",
    "country": "ES",
}
HTMX = {"HX-Request": "true"}


def add(client: Client, edition: Edition, **facts: Any) -> Any:
    return client.post("/basket/add/", {"edition": edition.sku, **facts})


def order_as_guest(client: Client, edition: Edition, **changes: Any) -> Any:
    add(client, edition)
    return client.post("/checkout/", {**FORM, "key": uuid.uuid4(), **changes})


def test_a_guest_buys_without_javascript(shop: Shop, client: Client) -> None:
    edition = shop.edition(title="Viridiana")
    assert add(client, edition).status_code == 303
    assert "Viridiana" in client.get("/basket/").content.decode()
    assert client.get("/checkout/").status_code == 200
    response = client.post("/checkout/", {**FORM, "key": uuid.uuid4()})
    assert response.status_code == 303
    assert response["Location"].startswith(shop.sandbox.url)
    order = Order.objects.get()
    assert (order.email, order.customer) == ("guest@example.test", None)
    shop.sandbox.pay(response["Location"].rsplit("/", 1)[1])
    shop.deliver()
    page = client.get(f"/orders/{order.number}/")
    assert page.status_code == 200
    order.refresh_from_db()
    assert order.state == OrderState.PAID


def test_the_same_form_pressed_again_leads_to_the_same_order(shop: Shop, client: Client) -> None:
    key = uuid.uuid4()
    edition = shop.edition()
    first = order_as_guest(client, edition, key=key)
    again = client.post("/checkout/", {**FORM, "key": key})
    assert first["Location"] == again["Location"]
    assert Order.objects.count() == 1


def test_missing_answers_are_asked_for_beside_their_fields(shop: Shop, client: Client) -> None:
    response = order_as_guest(client, shop.edition(), name="", postcode="")
    page = response.content.decode()
    assert response.status_code == 422
    assert "Enter your name." in page
    assert "Enter the postcode." in page
    assert 'value="Calle Mayor 1"' in page
    assert Order.objects.count() == 0


@pytest.mark.parametrize("key", ["", "not-a-key", "\x00"])
def test_a_broken_form_key_is_no_fault(shop: Shop, client: Client, key: str) -> None:
    assert order_as_guest(client, shop.edition(), key=key).status_code == 422


def test_a_new_price_is_shown_and_confirmed(shop: Shop, client: Client) -> None:
    edition = shop.edition(price=1000)
    add(client, edition)
    change_price(edition=edition, price=Money(1500, "EUR"), actor=SYSTEM, at=clock.now(), reason="new year")
    refused = client.post("/checkout/", {**FORM, "key": uuid.uuid4()})
    assert refused.status_code == 409
    assert "Prices have changed" in refused.content.decode()
    client.post("/basket/confirm/")
    client.post("/checkout/", {**FORM, "key": uuid.uuid4()})
    assert Order.objects.get().gross == Money(1890, "EUR")


def test_what_was_sold_meanwhile_is_said_before_paying(shop: Shop, client: Client) -> None:
    edition = shop.edition(stock=1, title="The Last Copy")
    add(client, edition)
    shop.place(edition)
    refused = client.post("/checkout/", {**FORM, "key": uuid.uuid4()})
    assert refused.status_code == 409
    assert "The Last Copy" in refused.content.decode()
    assert "0 left" in client.get("/basket/").content.decode()


def test_taking_out_can_be_undone(shop: Shop, client: Client) -> None:
    edition = shop.edition()
    add(client, edition, quantity=3)
    page = client.post(f"/basket/{edition.sku}/", {"quantity": 0}, headers=HTMX).content.decode()
    assert "was taken out" in page
    client.post(f"/basket/{edition.sku}/", {"quantity": 3}, headers=HTMX)
    assert Basket.objects.get().lines.get().quantity == 3


@pytest.mark.parametrize("quantity", ["-1", "21", "many", ""])
def test_an_impossible_quantity_changes_nothing(shop: Shop, client: Client, quantity: str) -> None:
    edition = shop.edition()
    add(client, edition)
    client.post(f"/basket/{edition.sku}/", {"quantity": quantity})
    assert Basket.objects.get().lines.get().quantity == 1


def test_adding_by_htmx_says_so_and_counts(shop: Shop, client: Client) -> None:
    page = client.post("/basket/add/", {"edition": shop.edition().sku}, headers=HTMX).content.decode()
    assert "is in your basket" in page
    assert re.search(r'id="basket-link"[^>]*hx-swap-oob', page)


def test_an_unknown_edition_is_no_fault(shop: Shop, client: Client) -> None:
    assert client.post("/basket/add/", {"edition": "nothing"}).status_code == 303
    assert Basket.objects.count() == 0


def test_looking_at_a_basket_writes_nothing(shop: Shop, client: Client) -> None:
    client.get("/basket/")
    client.get("/checkout/")
    assert Basket.objects.count() == 0


def test_signing_in_takes_the_basket_along(shop: Shop, client: Client, customer: Any) -> None:
    add(client, shop.edition(), quantity=2)
    client.post("/account/login/", {"login": customer.email, "password": "secret-of-tests"})
    assert customer.basket.lines.get().quantity == 2


def test_the_basket_costs_the_same_queries_with_one_line_and_with_three(
    shop: Shop, client: Client, django_assert_num_queries: Any
) -> None:
    editions = [shop.edition() for _ in range(3)]
    add(client, editions[0])
    client.get("/basket/")
    with django_assert_num_queries(7):
        client.get("/basket/")
    for edition in editions[1:]:
        add(client, edition)
    with django_assert_num_queries(7):
        client.get("/basket/")


def test_f36_a_strangers_order_is_not_there(shop: Shop, client_of: Any, customer: Any, stranger: Any) -> None:
    order = shop.place(shop.edition(), actor=Actor.of(customer))
    assert client_of(customer).get(f"/orders/{order.number}/").status_code == 200
    other = client_of(stranger)
    for method, path in [("get", ""), ("get", "live/"), ("post", "pay/")]:
        assert getattr(other, method)(f"/orders/{order.number}/{path}").status_code == 404
    assert order.number not in other.get("/orders/").content.decode()
    assert Client().post(f"/orders/{order.number}/pay/").status_code == 404


def test_f38_hidden_fields_of_the_checkout_are_ignored(shop: Shop, client: Client) -> None:
    order_as_guest(client, shop.edition(price=1000), gross=1, state="paid", customer=1, number="MINE")
    order = Order.objects.get()
    assert order.gross == Money(1390, "EUR")
    assert order.state == OrderState.AWAITING_PAYMENT
    assert order.number != "MINE"


def test_f44_a_get_changes_nothing(shop: Shop, client_of: Any, customer: Any) -> None:
    order = shop.place(shop.edition(), actor=Actor.of(customer))
    client = client_of(customer)
    assert client.get("/basket/add/").status_code == 405
    assert client.get(f"/orders/{order.number}/pay/").status_code == 405


def test_f44_a_post_without_token_is_refused(shop: Shop, customer: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/basket/add/", {"edition": shop.edition().sku}).status_code == 403


def test_the_library_shows_what_was_bought(shop: Shop, client_of: Any, customer: Any) -> None:
    shop.buy(shop.edition(format="digital", title="Cría cuervos"), actor=Actor.of(customer))
    client = client_of(customer)
    assert "Cría cuervos" in client.get("/library/").content.decode()
    assert "No film of yours matches" in client.get("/library/?q=zzz").content.decode()
    assert client.get("/library/?q=%00&page=banana").status_code == 200


def test_when_the_provider_is_down_the_order_stands_and_says_pending(shop: Shop, client: Client) -> None:
    shop.sandbox.faults.add("error_500", path="/v1/checkout/sessions", count=5)
    response = order_as_guest(client, shop.edition())
    assert response.status_code == 303
    assert Order.objects.get().state == OrderState.AWAITING_PAYMENT
    assert client.get(response["Location"]).status_code == 200
