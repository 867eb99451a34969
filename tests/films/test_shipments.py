"""From paid to delivered: shipments by location, parts, missing copies, single lines cancelled, what it cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from modules.billing.api import balance, credit_notes_of, invoice_of, payments_of, transactions_about
from modules.core import clock, outbox
from modules.core.actors import SYSTEM, Actor
from modules.core.money import Money
from modules.core.sweeps import sweeps
from modules.films.choices import OrderState, ShipmentState
from modules.films.models import OrderLine, Shipment, StockLevel
from modules.films.selectors.stock import (
    available_by_edition,
    levels_out_of_step,
    orders_out_of_step,
    stock_value,
    stock_value_gap,
)
from modules.films.services.stock import adjust_stock
from modules.workflow.api import (
    AlreadyDone,
    GuardRefused,
    InvalidData,
    TransitionNotAllowed,
    fire,
    open_tasks_of,
    undo_last,
)
from tests.factories.accounts import UserFactory
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db
NOTHING = Money(0, "EUR")


def books_balance() -> None:
    call_command("ledger_check", verbosity=0)
    assert levels_out_of_step() == []
    assert orders_out_of_step() == []
    assert stock_value_gap() == NOTHING


@pytest.fixture
def clerk(staff: Any) -> Actor:
    return Actor.of(staff)


def cogs(order: Any) -> list[int]:
    """What was booked as cost of the order, posting by posting."""
    found = []
    for posted in transactions_about("films.order", order.pk):
        found += [entry.amount.minor for entry in posted.entries.all() if entry.account.code == "cogs"]
    return found


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


def test_packing_and_shipping_are_tasks_of_the_clerk_due_in_eight_hours(shop: Shop, clerk: Actor) -> None:
    shipment = shop.buy(shop.edition()).shipments.get()
    task = open_tasks_of(shipment).get()
    assert (task.key, task.role) == ("packing", "films.clerk")
    assert task.due_at is not None
    assert task.due_at - task.opened_at == timedelta(hours=8)
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


def test_acceptance_6_a_cancelled_line_goes_back_with_its_tax_and_a_credit_note(shop: Shop, clerk: Actor) -> None:
    kept, unwanted = shop.edition(price=1000), shop.edition(price=1290, stock=3)
    order = shop.buy(kept, unwanted, quantity=3)
    line = order.lines.get(edition=unwanted)
    before = (order.net, order.tax, order.gross)
    shop.cancel_line(order, line, 1, actor=clerk)
    outbox.drain()
    shop.deliver()
    order.refresh_from_db()
    line.refresh_from_db()
    assert (order.state, line.cancelled, line.to_ship) == (OrderState.PAID, 1, 2)
    assert (order.net, order.tax, order.gross) == before
    assert available_by_edition([unwanted.pk]) == {unwanted.pk: 1}
    assert payments_of(order).get().refunded == Money(1290, "EUR")
    invoice = invoice_of(order)
    assert invoice is not None
    note = credit_notes_of(invoice)[0]
    assert (note.gross, note.net, note.tax) == (Money(1290, "EUR"), Money(1066, "EUR"), Money(224, "EUR"))
    assert balance("sales_film") == order.net - note.net
    assert balance("tax_payable") == order.tax - note.tax
    assert balance("sales_returns") == NOTHING
    books_balance()


def test_the_rest_of_a_partly_shipped_order_is_cancelled_and_what_was_sent_stays(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=2)
    shop.stock(edition, 1, "warehouse")
    order = shop.buy(edition, quantity=3)
    shop.ship(order.shipments.order_by("position")[0], actor=clerk)
    order.refresh_from_db()
    line = order.lines.get(edition=edition)
    shop.cancel_line(order, line, line.quantity - OrderLine.objects.get(pk=line.pk).shipped, actor=clerk)
    assert order.state == OrderState.SHIPPED
    shop.deliver()
    assert balance("sales_returns") == NOTHING
    assert sorted(shipment.state for shipment in order.shipments.all()) == ["cancelled", "shipped"]
    books_balance()


def test_an_order_whose_every_line_is_cancelled_ends_and_gives_all_money_back(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=2)
    order = shop.buy(edition, quantity=2)
    shop.cancel_line(order, order.lines.get(edition=edition), 2, actor=clerk)
    outbox.drain()
    shop.deliver()
    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
    assert payments_of(order).get().refunded == order.gross
    assert [shipment.state for shipment in order.shipments.all()] == [ShipmentState.CANCELLED]
    assert balance("sales_film") == balance("tax_payable") == NOTHING
    books_balance()


def test_a_packed_line_is_not_cancelled(shop: Shop, clerk: Actor) -> None:
    order = shop.buy(shop.edition())
    shop.pack(order.shipments.get(), actor=clerk)
    with pytest.raises((GuardRefused, InvalidData)):
        shop.cancel_line(order, order.lines.order_by("position")[0], 1, actor=clerk)


def test_more_than_waits_is_refused_beside_the_field(shop: Shop, clerk: Actor) -> None:
    order = shop.buy(shop.edition(stock=2), quantity=2)
    with pytest.raises(InvalidData) as refused:
        shop.cancel_line(order, order.lines.order_by("position")[0], 3, actor=clerk)
    assert "quantity" in refused.value.errors


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
