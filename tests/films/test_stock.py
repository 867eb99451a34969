"""Stock: every way it moves, what is refused, and that a level is the sum of its movements."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from modules.core.actors import SYSTEM
from modules.core.money import Money
from modules.films.choices import Format, MovementKind
from modules.films.errors import (
    HasNoStock,
    NotEnoughStock,
    NothingToAdjust,
    QuantityNotPositive,
    ReasonMissing,
    WouldGoBelowZero,
)
from modules.films.models import StockLevel, StockMovement
from modules.films.models.stock import AppendOnly
from modules.films.rules.stock import Demand
from modules.films.selectors.stock import allocated_to, available_by_edition, levels_out_of_step
from modules.films.services.deliveries import Delivery, receive_deliveries
from modules.films.services.holding import allocate, consume, release
from modules.films.services.stock import adjust_stock, receive_stock
from tests.factories.films import EditionFactory, LocationFactory

pytestmark = pytest.mark.django_db


def numbers(level: StockLevel) -> tuple[int, int, int]:
    level.refresh_from_db()
    return level.on_hand, level.allocated, level.unavailable


def test_goods_received_are_available(at: datetime) -> None:
    edition = EditionFactory()
    level = receive_stock(
        edition=edition,
        location=LocationFactory(),
        quantity=3,
        unit_cost=Money(500, "EUR"),
        document="DN 1",
        actor=SYSTEM,
        at=at,
    )
    assert available_by_edition([edition.pk]) == {edition.pk: 3}
    movement = StockMovement.objects.get()
    assert (movement.level, movement.kind, movement.on_hand) == (level, MovementKind.RECEIPT, 3)
    assert (movement.unit_cost, movement.document, movement.at) == (Money(500, "EUR"), "DN 1", at)


def test_digital_films_and_empty_deliveries_are_refused(at: datetime) -> None:
    with pytest.raises(HasNoStock):
        receive_stock(
            edition=EditionFactory(format=Format.DIGITAL), location=LocationFactory(), quantity=1, actor=SYSTEM, at=at
        )
    with pytest.raises(QuantityNotPositive):
        receive_stock(edition=EditionFactory(), location=LocationFactory(), quantity=0, actor=SYSTEM, at=at)


def test_corrections_need_a_reason_and_a_change(at: datetime) -> None:
    level = EditionFactory(stock=5).stock.get()
    with pytest.raises(ReasonMissing):
        adjust_stock(level=level, on_hand=-1, reason="  ", actor=SYSTEM, at=at)
    with pytest.raises(NothingToAdjust):
        adjust_stock(level=level, reason="why not", actor=SYSTEM, at=at)
    adjust_stock(level=level, on_hand=-1, unavailable=1, reason="one lost, one scratched", actor=SYSTEM, at=at)
    assert (numbers(level), level.available) == ((4, 0, 1), 3)


def test_copies_of_orders_cannot_be_corrected_away(at: datetime) -> None:
    edition = EditionFactory(stock=5)
    level = edition.stock.get()
    allocate(demands=[Demand(edition.pk, 4)], document="A", actor=SYSTEM, at=at)
    with pytest.raises(WouldGoBelowZero, match="Only 1 are free here; 4"):
        adjust_stock(level=level, on_hand=-2, reason="lost", actor=SYSTEM, at=at)
    with pytest.raises(WouldGoBelowZero):
        adjust_stock(level=level, unavailable=-1, reason="mended", actor=SYSTEM, at=at)
    assert numbers(level) == (5, 4, 0)


def test_allocating_is_all_or_nothing(at: datetime) -> None:
    plenty, scarce = EditionFactory(stock=5), EditionFactory(stock=1)
    with pytest.raises(NotEnoughStock) as refused:
        allocate(demands=[Demand(plenty.pk, 2), Demand(scarce.pk, 2)], document="A", actor=SYSTEM, at=at)
    assert refused.value.available == {scarce.pk: 1}
    assert scarce.film.title in str(refused.value)
    assert [level.allocated for level in StockLevel.objects.all()] == [0, 0]


def test_two_lines_of_one_edition_are_one_demand(at: datetime) -> None:
    edition = EditionFactory(stock=3)
    with pytest.raises(NotEnoughStock):
        allocate(demands=[Demand(edition.pk, 2), Demand(edition.pk, 2)], document="A", actor=SYSTEM, at=at)


def test_one_location_serves_a_demand_if_it_can_and_only_else_it_is_split(at: datetime) -> None:
    edition = EditionFactory(stock={"shop": 2, "warehouse": 3})
    whole = allocate(demands=[Demand(edition.pk, 3)], document="A", actor=SYSTEM, at=at)
    assert [(row.quantity, row.location_id) for row in whole] == [(3, LocationFactory(slug="warehouse").pk)]
    release(document="A", actor=SYSTEM, at=at)
    split = allocate(demands=[Demand(edition.pk, 4)], document="B", actor=SYSTEM, at=at)
    assert sorted(row.quantity for row in split) == [1, 3]


def test_stock_of_an_archived_location_is_not_sold(at: datetime) -> None:
    edition = EditionFactory(stock={"shop": 2})
    shop = LocationFactory(slug="shop")
    shop.archived_at = at
    shop.save()
    assert available_by_edition([edition.pk]) == {}
    with pytest.raises(NotEnoughStock):
        allocate(demands=[Demand(edition.pk, 1)], document="A", actor=SYSTEM, at=at)


def test_releasing_gives_back_once(at: datetime) -> None:
    edition = EditionFactory(stock=5)
    allocate(demands=[Demand(edition.pk, 2)], document="A", actor=SYSTEM, at=at)
    allocate(demands=[Demand(edition.pk, 1)], document="B", actor=SYSTEM, at=at)
    assert release(document="A", actor=SYSTEM, at=at) == 2
    assert release(document="A", actor=SYSTEM, at=at) == 0
    assert numbers(edition.stock.get()) == (5, 1, 0)
    assert list(allocated_to("B").values()) == [1]


def test_consuming_takes_what_was_set_aside(at: datetime) -> None:
    edition = EditionFactory(stock={"shop": 2, "warehouse": 1})
    allocate(demands=[Demand(edition.pk, 3)], document="A", actor=SYSTEM, at=at)
    assert consume(document="A", location=LocationFactory(slug="shop"), actor=SYSTEM, at=at) == 2
    assert consume(document="A", actor=SYSTEM, at=at) == 1
    assert release(document="A", actor=SYSTEM, at=at) == 0
    assert [numbers(level) for level in StockLevel.objects.all()] == [(0, 0, 0), (0, 0, 0)]
    assert levels_out_of_step() == []


def test_availability_of_many_editions_is_one_query(django_assert_num_queries: Any) -> None:
    editions = [EditionFactory(stock=number) for number in (1, 2, 3)]
    with django_assert_num_queries(1):
        found = available_by_edition(edition.pk for edition in editions)
    assert list(found.values()) == [1, 2, 3]


@pytest.mark.parametrize(
    "wrong", [{"on_hand": -1}, {"allocated": -1}, {"unavailable": -1}, {"allocated": 6}, {"unavailable": 6}]
)
def test_the_database_refuses_impossible_stock(wrong: dict[str, int]) -> None:
    level = EditionFactory(stock=5).stock.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        StockLevel.objects.filter(pk=level.pk).update(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gift", "on_hand": 1},
        {"kind": "receipt", "on_hand": -1},
        {"kind": "adjustment", "on_hand": 1},
        {"kind": "adjustment", "reason": "nothing"},
        {"kind": "allocate", "allocated": -1},
        {"kind": "release", "allocated": 1},
        {"kind": "sale", "on_hand": -1},
    ],
)
def test_the_database_refuses_movements_that_make_no_sense(wrong: dict[str, Any], at: datetime) -> None:
    level = EditionFactory(stock=5).stock.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        StockMovement.objects.create(level=level, at=at, **wrong)


def test_movements_are_never_changed() -> None:
    EditionFactory(stock=5)
    movement = StockMovement.objects.get()
    for attempt in (movement.save, movement.delete, StockMovement.objects.all().delete):
        with pytest.raises(AppendOnly):
            attempt()
    with pytest.raises(AppendOnly):
        StockMovement.objects.update(on_hand=1)


def test_a_level_written_past_the_services_is_found_out() -> None:
    level = EditionFactory(stock=5).stock.get()
    StockLevel.objects.filter(pk=level.pk).update(on_hand=7)
    assert levels_out_of_step() == [level]


def test_a_delivery_is_received_once_and_its_growth_later(at: datetime) -> None:
    edition, place = EditionFactory(), LocationFactory()

    def deliver(quantity: int) -> int:
        rows = [Delivery(edition.pk, place.pk, quantity, Money(400, "EUR"))]
        return receive_deliveries(deliveries=rows, document="DN", actor=SYSTEM, at=at)

    assert [deliver(3), deliver(3), deliver(5), deliver(2)] == [3, 0, 2, 0]
    assert numbers(edition.stock.get()) == (5, 0, 0)
    assert levels_out_of_step() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_demands_for_five_copies_give_five(parallel: Callable[..., list[Any]], at: datetime) -> None:
    editions = [EditionFactory(stock={"shop": 2, "warehouse": 3}) for _ in range(2)]

    def order(number: int) -> Any:
        demands = [Demand(edition.pk, 1) for edition in (editions if number % 2 else reversed(editions))]
        return allocate(demands=demands, document=f"order {number}", actor=SYSTEM, at=at)

    results = parallel(order, 50)
    assert sum(isinstance(result, list) for result in results) == 5
    assert sum(isinstance(result, NotEnoughStock) for result in results) == 45
    assert set(available_by_edition(edition.pk for edition in editions).values()) == {0}
    assert levels_out_of_step() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_parallel_releases_of_one_order_give_back_once(parallel: Callable[..., list[Any]], at: datetime) -> None:
    edition = EditionFactory(stock=5)
    allocate(demands=[Demand(edition.pk, 3)], document="A", actor=SYSTEM, at=at)
    results = parallel(lambda number: release(document="A", actor=SYSTEM, at=at), 8)
    assert sorted(results) == [0, 0, 0, 0, 0, 0, 0, 3]
    assert numbers(edition.stock.get()) == (5, 0, 0)
