"""Orders from placing to their end: stock, money, library, refusals."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from modules.billing.api import balance, captured_by_subject, invoice_of, payments_of
from modules.core import clock, outbox
from modules.core.actors import SYSTEM, Actor
from modules.core.money import Money
from modules.core.sweeps import sweeps
from modules.films.choices import OrderState
from modules.films.errors import AccountNeeded, BasketEmpty, NotEnoughStock, PriceChanged
from modules.films.models import Edition, Entitlement, Order, StockLevel
from modules.films.selectors.stock import available_by_edition, levels_out_of_step
from modules.films.services.basket import add_to_basket, confirm_prices
from modules.films.services.orders import Buyer, place_order
from modules.films.services.prices import change_price
from modules.films.services.stock import adjust_stock
from modules.workflow.api import GuardRefused, fire, history_of
from tests.factories.shop import ADDRESS, GUEST, Shop

pytestmark = pytest.mark.django_db


def buyer(actor: Actor = GUEST) -> Buyer:
    return Buyer(email=actor.label, name="Carmen", language="en", address=ADDRESS)


def books_balance() -> None:
    call_command("ledger_check")
    assert levels_out_of_step() == []


def test_placing_sets_stock_aside_and_waits_for_the_money(shop: Shop) -> None:
    edition = shop.edition(stock=5, price=1290)
    order = shop.place(edition, quantity=2)
    assert order.state == OrderState.AWAITING_PAYMENT
    assert available_by_edition([edition.pk]) == {edition.pk: 3}
    assert order.gross == Money(2 * 1290 + 390, "EUR")
    assert order.net + order.tax == order.gross
    assert [line.quantity for line in order.lines.order_by("position")] == [2, 1]


def test_shipping_is_free_above_the_threshold(shop: Shop) -> None:
    order = shop.place(shop.edition(price=4000))
    assert order.gross == Money(4000, "EUR")


def test_the_same_key_gives_the_same_order(shop: Shop) -> None:
    edition = shop.edition(stock=5)
    key = uuid.uuid4()
    basket = shop.basket(edition)
    orders = {place_order(basket=basket, buyer=buyer(), actor=GUEST, at=clock.now(), key=key).pk for _press in range(3)}
    assert len(orders) == 1
    assert available_by_edition([edition.pk]) == {edition.pk: 4}


def test_paid_by_webhook_with_invoice_and_books(shop: Shop) -> None:
    edition = shop.edition(stock=5)
    order = shop.buy(edition)
    assert order.state == OrderState.PAID
    invoice = invoice_of(order)
    assert invoice is not None
    assert invoice.gross == order.gross
    assert balance("psp_clearing", "EUR") == order.gross
    assert balance("tax_payable", "EUR") == order.tax
    books_balance()


def test_an_all_digital_order_is_delivered_at_once_into_the_library(shop: Shop, customer: Any) -> None:
    film = shop.edition(format="digital")
    order = shop.buy(film, actor=Actor.of(customer))
    assert order.state == OrderState.DELIVERED
    assert [right.edition for right in Entitlement.objects.filter(user=customer)] == [film]


def test_a_guest_needs_an_account_for_digital_films(shop: Shop) -> None:
    with pytest.raises(AccountNeeded):
        shop.place(shop.edition(format="digital"))
    assert Order.objects.count() == 0


def test_an_empty_basket_orders_nothing(shop: Shop) -> None:
    with pytest.raises(BasketEmpty):
        shop.place()


def test_acceptance_2_the_last_copy_goes_to_the_first_who_orders(shop: Shop) -> None:
    edition = shop.edition(stock=1)
    first, second = shop.basket(edition), shop.basket(edition)
    place_order(basket=first, buyer=buyer(), actor=GUEST, at=clock.now(), key=uuid.uuid4())
    with pytest.raises(NotEnoughStock) as refused:
        place_order(basket=second, buyer=buyer(), actor=GUEST, at=clock.now(), key=uuid.uuid4())
    assert refused.value.available == {edition.pk: 0}
    assert Order.objects.count() == 1
    assert second.lines.count() == 1


def test_acceptance_3_the_same_webhook_three_times_and_late_pays_once(shop: Shop, client: Any, customer: Any) -> None:
    order = shop.place(shop.edition(), shop.edition(format="digital"), actor=Actor.of(customer))
    shop.pay(order)
    arrived = shop.deliver()
    for post in [*arrived, *arrived]:
        assert post.to(client) == 200
        outbox.drain()
    order.refresh_from_db()
    assert order.state == OrderState.PAID
    assert payments_of(order).count() == 1
    assert Entitlement.objects.count() == 1
    assert [entry.target for entry in history_of(order)].count(OrderState.PAID) == 1
    books_balance()


def expire(order: Order) -> None:
    """Let the time to pay run out; the outbox, which closes the provider's page, has not been looked at yet."""
    sweeps["workflow.timers"](order.pay_until + timedelta(seconds=30))
    order.refresh_from_db()


def test_unpaid_orders_expire_after_thirty_minutes_and_give_their_stock_back(shop: Shop) -> None:
    edition = shop.edition(stock=1)
    order = shop.place(edition, at=clock.now() - timedelta(minutes=31))
    expire(order)
    assert order.state == OrderState.EXPIRED
    assert available_by_edition([edition.pk]) == {edition.pk: 1}


def paid_in_the_last_moment(shop: Shop, edition: Edition) -> Order:
    """Paid on the provider's page just before its closing reaches the provider; the news comes after expiry."""
    order = shop.place(edition, at=clock.now() - timedelta(minutes=31))
    shop.pay(order)
    expire(order)
    assert order.state == OrderState.EXPIRED
    return order


def test_a_late_payment_still_buys_what_is_in_stock(shop: Shop) -> None:
    edition = shop.edition(stock=1)
    order = paid_in_the_last_moment(shop, edition)
    shop.deliver()
    order.refresh_from_db()
    assert order.state == OrderState.PAID
    assert available_by_edition([edition.pk]) == {edition.pk: 0}
    books_balance()


def test_acceptance_4_a_late_payment_without_stock_goes_back_in_full(shop: Shop) -> None:
    edition = shop.edition(stock=1)
    order = paid_in_the_last_moment(shop, edition)
    shop.place(edition)  # somebody else took the last copy
    shop.deliver()
    shop.deliver()
    order.refresh_from_db()
    assert order.state == OrderState.LAPSED
    payment = payments_of(order).get()
    assert payment.refunded == order.gross
    assert captured_by_subject("films.order", [order.pk])[order.pk] == Money(0, "EUR")
    assert balance("psp_clearing", "EUR") == Money(0, "EUR")
    books_balance()


def test_cancelling_a_paid_order_gives_money_stock_and_films_back(shop: Shop, customer: Any) -> None:
    dvd, digital = shop.edition(stock=1), shop.edition(format="digital")
    actor = Actor.of(customer)
    order = shop.buy(dvd, digital, actor=actor)
    fire(order, "cancel", actor=actor, at=clock.now(), data={"reason": "changed my mind"})
    outbox.drain()
    shop.deliver()
    assert order.state == OrderState.CANCELLED
    assert available_by_edition([dvd.pk]) == {dvd.pk: 1}
    assert Entitlement.objects.filter(revoked_at=None).count() == 0
    assert payments_of(order).get().refunded == order.gross
    books_balance()


def test_money_for_a_cancelled_order_goes_back_without_a_step(shop: Shop, customer: Any) -> None:
    """The customer pays from an old tab while the order is being cancelled."""
    actor = Actor.of(customer)
    order = shop.place(shop.edition(), actor=actor)
    shop.pay(order)
    fire(order, "cancel", actor=actor, at=clock.now())
    shop.deliver()
    shop.deliver()
    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
    payment = payments_of(order).get()
    assert payment.refunded == payment.captured == order.gross
    books_balance()


def test_a_packed_order_cannot_be_cancelled_and_says_why(shop: Shop, customer: Any, staff: Any) -> None:
    actor = Actor.of(customer)
    order = shop.buy(shop.edition(), actor=actor)
    fire(order.shipments.get(), "pick", actor=Actor.of(staff), at=clock.now())
    with pytest.raises(GuardRefused, match="packed already"):
        fire(order, "cancel", actor=actor, at=clock.now())


def test_acceptance_9_a_raised_price_is_confirmed_first_and_old_orders_keep_theirs(shop: Shop) -> None:
    edition = shop.edition(price=1000)
    old = shop.place(edition)
    basket = shop.basket(edition)
    change_price(edition=edition, price=Money(1500, "EUR"), actor=SYSTEM, at=clock.now(), reason="new year")
    with pytest.raises(PriceChanged):
        place_order(basket=basket, buyer=buyer(), actor=GUEST, at=clock.now(), key=uuid.uuid4())
    confirm_prices(basket=basket, at=clock.now())
    new = place_order(basket=basket, buyer=buyer(), actor=GUEST, at=clock.now(), key=uuid.uuid4())
    old.refresh_from_db()
    assert (old.gross, new.gross) == (Money(1390, "EUR"), Money(1890, "EUR"))


def test_a_delivered_order_closes_after_thirty_days(shop: Shop, customer: Any) -> None:
    order = shop.buy(shop.edition(format="digital"), actor=Actor.of(customer))
    call_command("sweep", now=(clock.now() + timedelta(days=31)).isoformat(), verbosity=0)
    order.refresh_from_db()
    assert order.state == OrderState.CLOSED


def test_a_free_order_needs_no_payment(shop: Shop, customer: Any) -> None:
    order = shop.place(shop.edition(format="digital", price=0), actor=Actor.of(customer))
    assert order.state == OrderState.DELIVERED


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_acceptance_1_fifty_buyers_of_five_copies_make_five_paid_orders(shop: Shop, parallel: Any) -> None:
    edition = shop.edition(stock=5)
    baskets = [shop.basket(edition) for _buyer in range(50)]
    results = parallel(
        lambda n: place_order(basket=baskets[n], buyer=buyer(), actor=GUEST, at=clock.now(), key=uuid.uuid4()), 50
    )
    orders = [result for result in results if isinstance(result, Order)]
    refused = [result for result in results if isinstance(result, NotEnoughStock)]
    assert (len(orders), len(refused)) == (5, 45)
    for order in orders:
        shop.pay(order)
    shop.deliver()
    assert Order.objects.filter(state=OrderState.PAID).count() == 5
    assert StockLevel.objects.get(edition=edition).available == 0
    books_balance()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f25_twelve_presses_of_the_order_button_make_one_order(shop: Shop, parallel: Any) -> None:
    basket, key = shop.basket(shop.edition(stock=20)), uuid.uuid4()
    results = parallel(
        lambda _n: place_order(basket=basket, buyer=buyer(), actor=GUEST, at=clock.now(), key=key).number, 12
    )
    assert len(set(results)) == 1
    assert Order.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f27_stock_never_falls_below_zero_when_sold_and_adjusted_at_once(shop: Shop, parallel: Any) -> None:
    edition = shop.edition(stock=6)
    level = StockLevel.objects.get(edition=edition)
    baskets = [shop.basket(edition) for _buyer in range(6)]

    def act(number: int) -> Any:
        if number % 2:
            return adjust_stock(
                level=StockLevel.objects.get(pk=level.pk), on_hand=-1, actor=SYSTEM, at=clock.now(), reason="lost"
            )
        return place_order(basket=baskets[number // 2], buyer=buyer(), actor=GUEST, at=clock.now(), key=uuid.uuid4())

    parallel(act, 12)
    level.refresh_from_db()
    assert level.available >= 0
    assert levels_out_of_step() == []


def test_a_second_tab_cannot_order_the_same_basket_again(shop: Shop) -> None:
    edition = shop.edition(stock=5)
    basket = shop.basket(edition)
    place_order(basket=basket, buyer=buyer(), actor=GUEST, at=clock.now(), key=uuid.uuid4())
    with pytest.raises(BasketEmpty):
        place_order(basket=basket, buyer=buyer(), actor=GUEST, at=clock.now(), key=uuid.uuid4())


def test_adding_more_than_twenty_stays_at_twenty(shop: Shop) -> None:
    edition = shop.edition(stock=50)
    basket = shop.basket(edition, quantity=15)
    line = add_to_basket(basket=basket, edition=edition, quantity=15, at=clock.now())
    assert line.quantity == 20
