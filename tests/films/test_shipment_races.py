"""Two people at one order, with real connections: one wins, the other is told. And a random walk keeps the books."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F

from modules.console.revisions import lock_row
from modules.core import clock
from modules.core.actors import Actor
from modules.core.errors import Refusal
from modules.core.money import Money
from modules.films.choices import OrderState, ShipmentState
from modules.films.models import Order, OrderLine, Shipment
from modules.films.selectors.stock import levels_out_of_step, orders_out_of_step, stock_value_gap
from modules.films.services.purchases import change_purchase
from modules.workflow.api import AlreadyDone, Refused, fire
from tests.factories.shop import Shop

Parallel = Callable[..., list[Any]]


def books_balance() -> None:
    assert levels_out_of_step() == []
    assert orders_out_of_step() == []
    assert stock_value_gap() == Money(0, "EUR")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clerks_ship_one_shipment_and_the_second_reads_who_did(
    shop: Shop, parallel: Parallel, staff: Any, teammate: Any
) -> None:
    shipment = shop.pack(shop.buy(shop.edition()).shipments.get(), actor=Actor.of(staff))

    def ship(number: int) -> Any:
        mine = Shipment.objects.get(pk=shipment.pk)
        return shop.ship(mine, actor=Actor.of(teammate if number else staff))

    results = parallel(ship, 2)
    assert sum(isinstance(result, Shipment) for result in results) == 1
    late = next(result for result in results if not isinstance(result, Shipment))
    assert isinstance(late, AlreadyDone)
    assert "@example.test" in str(late)
    assert OrderLine.objects.get(position=1).shipped == 1
    books_balance()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("short", [False, True])
def test_a_clerk_packs_while_the_customer_cancels(
    shop: Shop, parallel: Parallel, staff: Any, customer: Any, short: bool
) -> None:
    """A short pack makes a second shipment of the order, which needs the order that the customer's step holds."""
    actor = Actor.of(customer)
    edition = shop.edition(stock=2)
    orders = [shop.buy(edition, actor=actor, quantity=2)]
    for _more in range(3):
        shop.stock(edition, 2)
        orders.append(shop.buy(edition, actor=actor, quantity=2))
    for order in orders:
        shipment = order.shipments.get()

        seen = (Shipment.objects.get(pk=shipment.pk), Order.objects.get(pk=order.pk))  # both read before either acts

        def act(number: int, shipment: Shipment = seen[0], order: Order = seen[1]) -> Any:
            if number:
                return fire(order, "cancel", actor=actor, at=clock.now())
            return shop.pack(shipment, actor=Actor.of(staff), **({edition.sku: 1} if short else {}))

        results = parallel(act, 2)
        refused = [result for result in results if isinstance(result, Exception)]
        assert len(refused) == 1, results
        assert isinstance(refused[0], Refusal)
        order.refresh_from_db()
        shipment.refresh_from_db()
        if order.state == OrderState.CANCELLED:
            assert shipment.state == ShipmentState.CANCELLED
            assert "Cancelled with its order" in str(refused[0])
        else:
            assert shipment.state == ShipmentState.PICKED
            assert "packed" in str(refused[0])
    shop.deliver()
    books_balance()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_staff_cancel_a_line_while_a_clerk_packs_it(shop: Shop, parallel: Parallel, staff: Any, teammate: Any) -> None:
    edition = shop.edition(stock=8)
    orders = [shop.buy(edition, quantity=2) for _order in range(4)]
    for order in orders:
        line, shipment = order.lines.get(edition=edition), order.shipments.get()

        def act(number: int, order: Order = order, line: OrderLine = line, shipment: Shipment = shipment) -> Any:
            if number:
                return shop.cancel_line(Order.objects.get(pk=order.pk), line, 1, actor=Actor.of(teammate))
            return shop.pack(Shipment.objects.get(pk=shipment.pk), actor=Actor.of(staff))

        results = parallel(act, 2)
        assert isinstance(results[0], Shipment | Refusal), results
        line.refresh_from_db()
        shipment.refresh_from_db()
        held = sum(part.quantity for part in shipment.lines.all())
        assert shipment.state == ShipmentState.PICKED
        assert held == 2 - line.cancelled
        if line.cancelled == 0:
            assert isinstance(results[1], Refusal)
    shop.deliver()
    books_balance()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_order_is_edited_cancelled_and_packed_and_its_parcel_edited_all_at_once(
    shop: Shop, parallel: Parallel, staff: Any, teammate: Any, customer: Any
) -> None:
    """Whoever comes to a parcel comes through its order: each waits for the one before, nobody in a circle."""
    edition = shop.edition(stock=6)
    for turn in range(6):
        order = shop.buy(edition, actor=Actor.of(customer))
        shipment = order.shipments.get()

        def act(number: int, order: Order = order, shipment: Shipment = shipment, turn: int = turn) -> Any:
            mine, parcel = Order.objects.get(pk=order.pk), Shipment.objects.get(pk=shipment.pk)
            if number == 0:
                return fire(mine, "cancel", actor=Actor.of(customer), at=clock.now())
            if number == 1:
                return shop.pack(parcel, actor=Actor.of(staff))
            if number == 2:
                note = {"note": f"call first, {turn}"}
                return change_purchase(order=mine, changes=note, actor=Actor.of(teammate), at=clock.now())
            with transaction.atomic():  # as the console does before it saves a form
                lock_row(Shipment, parcel.pk)
                return Shipment.objects.filter(pk=parcel.pk).update(revision=F("revision") + 1)

        results = parallel(act, 4)
        assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, Refusal)], results
        assert sum(isinstance(one, Refusal) for one in results) == 1, results
        order.refresh_from_db()
        assert order.note == f"call first, {turn}"
    shop.deliver()
    books_balance()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_parcels_of_an_order_leave_at_once_and_the_order_is_shipped(
    shop: Shop, parallel: Parallel, staff: Any, teammate: Any
) -> None:
    """Siblings wait at their order and never for one another; the second one finds that nothing is left to ship."""
    edition = shop.edition(stock=0)
    for _round in range(3):
        for place in ("store", "warehouse"):
            shop.stock(edition, 1, place)
        order = shop.buy(edition, quantity=2)
        shipments = [shop.pack(shipment, actor=Actor.of(staff)) for shipment in order.shipments.all()]
        assert len(shipments) == 2

        def ship(number: int, shipments: list[Shipment] = shipments) -> Any:
            actor = Actor.of(teammate if number else staff)
            return shop.ship(Shipment.objects.get(pk=shipments[number].pk), actor=actor)

        assert all(isinstance(result, Shipment) for result in parallel(ship, 2))
        order.refresh_from_db()
        assert order.state == OrderState.SHIPPED
    books_balance()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 7])
def test_a_random_walk_of_orders_and_shipments_keeps_stock_and_books(
    shop: Shop, staff: Any, customer: Any, seed: int
) -> None:
    """Any steps in any order: copies, values and lines always agree, whatever is refused on the way."""
    dice = random.Random(seed)
    clerk, buyer = Actor.of(staff), Actor.of(customer)
    editions = [shop.edition(stock=3, price=1000 + 90 * number) for number in range(3)]
    for edition in editions:
        shop.stock(edition, 2, "warehouse", cost=731)
    orders = [shop.buy(dice.choice(editions), actor=buyer, quantity=dice.randint(1, 2)) for _order in range(3)]
    for _step in range(30):
        _do_something(shop, dice, dice.choice(orders), clerk, buyer)
        books_balance()
        assert all(line.shipped + line.cancelled <= line.quantity for line in OrderLine.objects.all())
    shop.deliver()
    call_command("ledger_check", verbosity=0)
    books_balance()


def _do_something(shop: Shop, dice: random.Random, order: Order, clerk: Actor, buyer: Actor) -> None:
    order.refresh_from_db()
    shipments = list(order.shipments.order_by("pk"))
    shipment = dice.choice(shipments) if shipments else None
    deed = dice.choice(["pick", "short", "ship", "ship", "deliver", "resume", "send_from_elsewhere", "line", "cancel"])
    try:
        if deed == "line":
            line = order.lines.order_by("position")[0]
            shop.cancel_line(order, line, 1, actor=clerk)
        elif deed == "cancel":
            if dice.random() < 0.2:
                fire(order, "cancel", actor=buyer, at=clock.now())
        elif shipment is not None and deed == "short":
            found = {line.order_line.sku: dice.randint(0, line.quantity) for line in shipment.lines.all()}
            shop.pack(shipment, actor=clerk, **found)
        elif shipment is not None and deed == "ship":
            shop.ship(shipment, actor=clerk)
        elif shipment is not None:
            fire(shipment, deed, actor=clerk, at=clock.now())
    except Refused:
        pass
