"""Baskets: what the customer has seen stays what counts, and nothing is lost when two things happen at once."""

import uuid
from typing import Any

import pytest

from modules.core import clock
from modules.core.actors import SYSTEM, Actor
from modules.core.money import Money
from modules.films.errors import BasketEmpty
from modules.films.models import Order
from modules.films.services.basket import add_to_basket, open_basket, set_quantity
from modules.films.services.orders import Buyer, place_order
from modules.films.services.prices import change_price
from tests.factories.shop import ADDRESS, GUEST, Shop

BUYER = Buyer(email=GUEST.label, name="Carmen", language="en", address=ADDRESS)


@pytest.mark.django_db
def test_acceptance_9_signing_in_does_not_confirm_a_new_price(shop: Shop, customer: Any) -> None:
    edition = shop.edition(price=1000)
    guest = shop.basket(edition)
    change_price(edition=edition, price=Money(1500, "EUR"), actor=SYSTEM, at=clock.now(), reason="new year")
    basket = open_basket(token=guest.token, actor=Actor.of(customer), at=clock.now())
    line = basket.lines.select_related("edition").get()
    assert line.seen_price == Money(1000, "EUR")
    assert line.has_new_price


@pytest.mark.django_db
def test_both_baskets_quantities_add_up_at_sign_in(shop: Shop, customer: Any) -> None:
    edition = shop.edition()
    guest, own = shop.basket(edition, quantity=2), shop.basket(edition, actor=Actor.of(customer), quantity=3)
    assert open_basket(token=guest.token, actor=Actor.of(customer), at=clock.now()) == own
    assert own.lines.get().quantity == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_adding_and_changing_while_ordering_loses_nothing_and_never_deadlocks(shop: Shop, parallel: Any) -> None:
    for _round in range(15):
        edition, other = shop.edition(stock=50), shop.edition(stock=50)
        basket = shop.basket(edition, other)

        def act(number: int, basket: Any = basket, edition: Any = edition, other: Any = other) -> Any:
            if number == 0:
                return place_order(basket=basket, buyer=BUYER, actor=GUEST, at=clock.now(), key=uuid.uuid4())
            if number == 1:
                return add_to_basket(basket=basket, edition=edition, quantity=4, at=clock.now())
            return set_quantity(basket=basket, edition=other, quantity=3, at=clock.now())

        answers = parallel(act, 3)
        unexpected = [answer for answer in answers if isinstance(answer, Exception)]
        assert not unexpected or all(isinstance(answer, BasketEmpty) for answer in unexpected), answers
        ordered = sum(line.quantity for line in answers[0].lines.filter(edition=edition))
        kept = sum(line.quantity for line in basket.lines.filter(edition=edition))
        assert ordered + kept == 5
    assert Order.objects.count() == 15
