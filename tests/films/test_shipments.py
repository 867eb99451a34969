"""From paid to delivered: shipments by location, parts, missing copies, single lines cancelled, what it cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from modules.billing.api import balance
from modules.core import clock, outbox
from modules.core.actors import SYSTEM, Actor
from modules.core.money import Money
from modules.core.sweeps import sweeps
from modules.films.choices import OrderState, ShipmentState
from modules.films.models import Shipment, StockLevel
from modules.films.selectors.stock import (
    stock_value,
)
from modules.films.services.stock import adjust_stock
from modules.workflow.api import (
    AlreadyDone,
    GuardRefused,
    InvalidData,
    TransitionNotAllowed,
    business_hours,
    due_at,
    fire,
    open_tasks_of,
    undo_last,
)
from tests.factories.accounts import UserFactory
from tests.factories.shop import Shop
from tests.films.books import NOTHING, books_balance, cogs

pytestmark = pytest.mark.django_db


def test_acceptance_5_three_of_two_places_go_in_two_shipments(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=0)
    shop.stock(edition, 2, "store-a", cost=500)
    shop.stock(edition, 1, "store-b", cost=620)
    order = shop.buy(edition, quantity=3)
    first, second = order.shipments.order_by("position")
    assert {first.location.slug: 2, second.location.slug: 1} == {"store-a": 2, "store-b": 1}
    assert [line.quantity for one in (first, second) for line in one.lines.all()] == [2, 1]

    shop.ship(first, actor=clerk)
    order.refresh_from_db()
    assert order.state == OrderState.PARTLY_SHIPPED
    assert cogs(order) == [1000]
    books_balance()

    shop.ship(second, actor=clerk)
    order.refresh_from_db()
    assert order.state == OrderState.SHIPPED
    assert cogs(order) == [1000, 620]
    assert balance("cogs") == Money(1620, "EUR")
    assert balance("inventory") == stock_value() == NOTHING
    books_balance()


def test_an_order_is_delivered_with_its_last_shipment_and_closes_after_thirty_days(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=1)
    shop.stock(edition, 1, "warehouse")
    order = shop.buy(edition, quantity=2)
    for shipment in order.shipments.all():
        shop.ship(shipment, actor=clerk)
        fire(shipment, "deliver", actor=clerk, at=clock.now())
    order.refresh_from_db()
    assert order.state == OrderState.DELIVERED
    sweeps["workflow.timers"](clock.now() + timedelta(days=31))
    order.refresh_from_db()
    assert order.state == OrderState.CLOSED


def test_a_parcel_of_which_nobody_hears_is_taken_as_arrived_after_two_weeks(shop: Shop, clerk: Actor) -> None:
    order = shop.buy(shop.edition())
    shop.ship(order.shipments.get(), actor=clerk)
    sweeps["workflow.timers"](clock.now() + timedelta(days=14, minutes=1))
    order.refresh_from_db()
    assert order.state == OrderState.DELIVERED


def test_digital_films_are_there_at_once_and_the_discs_follow(shop: Shop, clerk: Actor, customer: Any) -> None:
    order = shop.buy(shop.edition(), shop.edition(format="digital"), actor=Actor.of(customer))
    assert order.state == OrderState.PAID
    assert customer.entitlements.count() == 1
    shop.ship(order.shipments.get(), actor=clerk)
    order.refresh_from_db()
    assert order.state == OrderState.SHIPPED


def test_packing_and_shipping_are_tasks_of_the_clerk_due_in_eight_open_hours(shop: Shop, clerk: Actor) -> None:
    shipment = shop.buy(shop.edition()).shipments.get()
    task = open_tasks_of(shipment).get()
    assert (task.key, task.role) == ("packing", "films.clerk")
    assert task.due_at == due_at(business_hours(8), shipment, task.opened_at)
    assert shipment.due_at == task.due_at
    fire(shipment, "pick", actor=clerk, at=clock.now())  # Enter alone packs everything
    assert [line.picked for line in shipment.lines.all()] == [1]
    assert open_tasks_of(shipment).get().key == "handing_over"
    fire(shipment, "ship", actor=clerk, at=clock.now(), data={"carrier": "pickup"})
    assert not open_tasks_of(shipment).exists()


def test_packing_can_be_taken_back_until_the_parcel_has_left(shop: Shop, clerk: Actor) -> None:
    shipment = shop.buy(shop.edition()).shipments.get()
    shop.pack(shipment, actor=clerk)
    undo_last(shipment, actor=clerk, at=clock.now())
    assert (shipment.state, shipment.picked_at) == (ShipmentState.OPEN, None)
    assert [line.picked for line in shipment.lines.all()] == [0]
    assert open_tasks_of(shipment).get().key == "packing"
    shop.ship(shipment, actor=clerk)
    books_balance()


def test_what_is_not_found_is_sent_from_another_place(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=3)
    order = shop.buy(edition, quantity=3)
    shop.stock(edition, 1, "warehouse")
    first = order.shipments.get()
    shop.pack(first, actor=clerk, **{edition.sku: 2})
    rest = order.shipments.exclude(pk=first.pk).get()
    assert (rest.location.slug, rest.state) == ("warehouse", ShipmentState.OPEN)
    assert [line.quantity for line in first.lines.all()] == [2]
    assert [line.quantity for line in rest.lines.all()] == [1]
    store = StockLevel.objects.get(edition=edition, location__slug="store")
    assert (store.on_hand, store.allocated, store.unavailable) == (3, 2, 1)  # until somebody has looked for it
    books_balance()
    for shipment in (first, rest):
        shop.ship(shipment, actor=clerk)
    order.refresh_from_db()
    assert order.state == OrderState.SHIPPED
    books_balance()


def test_what_is_nowhere_waits_for_staff_with_a_reason(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=2)
    order = shop.buy(edition, quantity=2)
    first = order.shipments.get()
    shop.pack(first, actor=clerk, **{edition.sku: 1})
    stuck = order.shipments.exclude(pk=first.pk).get()
    assert stuck.state == ShipmentState.STUCK
    assert open_tasks_of(stuck).get().role == "films.manager"
    outbox.drain()
    books_balance()
    with pytest.raises(GuardRefused, match="No other place has all of it"):
        fire(stuck, "send_from_elsewhere", actor=clerk, at=clock.now())
    shop.stock(edition, 1, "warehouse")
    fire(stuck, "send_from_elsewhere", actor=clerk, at=clock.now())
    stuck.refresh_from_db()
    assert (stuck.state, stuck.location.slug) == (ShipmentState.OPEN, "warehouse")
    books_balance()


def test_a_missing_copy_that_turns_up_is_packed_after_all(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=1)
    order = shop.buy(edition)
    empty = order.shipments.get()
    shop.pack(empty, actor=clerk, **{edition.sku: 0})
    assert empty.state == ShipmentState.CANCELLED
    stuck = order.shipments.exclude(pk=empty.pk).get()
    fire(stuck, "resume", actor=clerk, at=clock.now())
    shop.ship(stuck, actor=clerk)
    order.refresh_from_db()
    assert order.state == OrderState.SHIPPED
    books_balance()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"carrier": "pigeon"}, "carrier"),
        ({"carrier": "dhl", "tracking_number": "<script>"}, "tracking_number"),
        ({"carrier": "other", "tracking_url": "javascript:alert(1)"}, "tracking_url"),
        ({"carrier": "other", "tracking_url": "ftp://example.test/1"}, "tracking_url"),
        ({"carrier": "pickup", "tracking_number": "1"}, "carrier"),
    ],
)
def test_a_wrong_parcel_is_refused_at_its_field(shop: Shop, clerk: Actor, wrong: dict[str, str], field: str) -> None:
    shipment = shop.pack(shop.buy(shop.edition()).shipments.get(), actor=clerk)
    with pytest.raises(InvalidData) as refused:
        fire(shipment, "ship", actor=clerk, at=clock.now(), data=wrong)
    assert field in refused.value.errors


def test_the_tracking_link_follows_from_the_carrier(shop: Shop, clerk: Actor) -> None:
    shipment = shop.ship(shop.buy(shop.edition()).shipments.get(), actor=clerk, tracking="pk 12 3")
    shipment.refresh_from_db()
    assert shipment.tracking_number == "PK123"
    assert shipment.tracking_url.startswith("https://www.correos.es/")
    assert shipment.tracking_url.endswith("PK123")


def test_more_than_asked_for_is_never_packed(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition()
    shipment = shop.buy(edition).shipments.get()
    with pytest.raises(InvalidData):
        shop.pack(shipment, actor=clerk, **{edition.sku: 2})


def test_only_staff_with_the_right_move_a_shipment(shop: Shop, customer: Any) -> None:
    shipment = shop.buy(shop.edition(), actor=Actor.of(customer)).shipments.get()
    for somebody in (Actor.of(customer), Actor.of(UserFactory())):
        for step in ("pick", "cancel"):
            with pytest.raises(TransitionNotAllowed):
                fire(shipment, step, actor=somebody, at=clock.now())


def test_the_second_clerk_is_told_who_shipped_it(shop: Shop, clerk: Actor, teammate: Any) -> None:
    shipment = shop.pack(shop.buy(shop.edition()).shipments.get(), actor=clerk)
    late = Shipment.objects.get(pk=shipment.pk)
    shop.ship(shipment, actor=clerk)
    with pytest.raises(AlreadyDone, match="staff@example"):
        fire(late, "ship", actor=Actor.of(teammate), at=clock.now(), data={"carrier": "dhl"})


@pytest.mark.parametrize("wrong", [{"shipped": 2}, {"cancelled": 2}, {"shipped": 1, "cancelled": 1}])
def test_the_database_refuses_to_ship_or_cancel_more_than_was_ordered(shop: Shop, wrong: dict[str, int]) -> None:
    order = shop.place(shop.edition())
    with pytest.raises(IntegrityError), transaction.atomic():
        order.lines.filter(position=1).update(**wrong)


def test_stock_costs_its_average_and_losses_are_booked(shop: Shop) -> None:
    edition = shop.edition(stock=0)
    shop.stock(edition, 2, cost=400)
    shop.stock(edition, 1, cost=701)
    level = edition.stock.get()
    assert level.value == Money(1501, "EUR")
    adjust_stock(level=level, on_hand=-1, reason="lost", actor=SYSTEM, at=clock.now())
    assert level.value == Money(1001, "EUR")
    assert balance("shrinkage") == Money(500, "EUR")
    adjust_stock(level=level, on_hand=1, reason="found", actor=SYSTEM, at=clock.now())
    assert balance("payable:unknown") == Money(1501, "EUR")
    books_balance()
