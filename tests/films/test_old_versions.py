"""What began under an older version of the workflow goes to its end with today's code."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from modules.core import clock
from modules.core.actors import Actor
from modules.core.errors import Refusal
from modules.core.sweeps import sweeps
from modules.films.choices import OrderState, ShipmentState
from modules.films.models import Order, Shipment
from modules.workflow.api import WorkflowGraph, fire, flow_of, graph_of, open_tasks_of, sla_state, undo_last
from modules.workflow.models import Definition
from tests.factories.shop import Shop
from tests.films.books import books_balance

pytestmark = pytest.mark.django_db


def written(name: str) -> WorkflowGraph:
    """A graph as an older version of the product kept it."""
    text = (Path(__file__).parent / "old_flows" / f"{name}.json").read_text(encoding="utf-8")
    return WorkflowGraph.from_data(json.loads(text))


@pytest.fixture
def old_shop(shop: Shop) -> Iterator[Shop]:
    """A shop in which shipments begin by version 1 until `today` is called."""
    flow = flow_of(Shipment)
    now = flow.graph
    flow.use(written("shipment_1"))
    yield shop
    flow.forget()
    flow.use(now)


def today() -> None:
    """The new version is deployed: what it does not know itself, it reads from the database."""
    flow, old = flow_of(Shipment), written("shipment_1")
    Definition.objects.create(
        hash=old.hash, key=old.key, version=old.version, record_type=old.record_type, graph=old.to_data(),
        status="published", published_at=clock.now(),
    )  # fmt: skip
    flow.forget()
    assert flow.graph.version == 2


def is_old(shipment: Shipment) -> bool:
    return graph_of(shipment).version == 1 and not graph_of(shipment).parent


def test_an_order_whose_shipments_began_before_is_delivered(old_shop: Shop, clerk: Actor) -> None:
    edition = old_shop.edition(stock=1)
    old_shop.stock(edition, 1, "warehouse")
    order = old_shop.buy(edition, quantity=2)
    today()
    first, second = order.shipments.order_by("position")
    assert is_old(first)
    assert sla_state([first], clock.now())[first.pk] == []
    old_shop.pack(first, actor=clerk)
    undo_last(first, actor=clerk, at=clock.now())
    old_shop.ship(first, actor=clerk)
    order.refresh_from_db()
    assert order.state == OrderState.PARTLY_SHIPPED
    old_shop.ship(second, actor=clerk)
    fire(first, "deliver", actor=clerk, at=clock.now())
    sweeps["workflow.timers"](clock.now() + timedelta(days=15))  # nobody hears of the second: presumed
    order.refresh_from_db()
    assert order.state == OrderState.DELIVERED
    assert {shipment.workflow_version for shipment in order.shipments.all()} == {1}
    books_balance()


def test_what_is_missing_from_an_old_shipment_goes_the_new_way(old_shop: Shop, clerk: Actor) -> None:
    edition = old_shop.edition(stock=2)
    order = old_shop.buy(edition, quantity=2)
    old = order.shipments.get()
    today()
    old_shop.pack(old, actor=clerk, **{edition.sku: 1})
    stuck = order.shipments.exclude(pk=old.pk).get()
    assert is_old(old)
    assert not is_old(stuck)
    assert (stuck.state, sla_state([stuck], clock.now())[stuck.pk][0].status) == (ShipmentState.STUCK, "paused")
    fire(stuck, "resume", actor=clerk, at=clock.now())
    for shipment in (old, stuck):
        old_shop.ship(shipment, actor=clerk)
    order.refresh_from_db()
    assert order.state == OrderState.SHIPPED
    books_balance()


def test_an_order_with_an_old_shipment_is_cancelled(old_shop: Shop, customer: Any) -> None:
    buyer = Actor.of(customer)
    order = old_shop.buy(old_shop.edition(), actor=buyer)
    today()
    fire(order, "cancel", actor=buyer, at=clock.now())
    shipment = order.shipments.get()
    assert (order.state, shipment.state) == (OrderState.CANCELLED, ShipmentState.CANCELLED)
    assert not open_tasks_of(shipment).exists()
    books_balance()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_old_shipment_is_packed_while_the_customer_cancels(
    old_shop: Shop, clerk: Actor, customer: Any, parallel: Callable[..., list[Any]]
) -> None:
    """Both wait at the order, although its version knows of no parent: one of the two is refused in words."""
    buyer, edition = Actor.of(customer), old_shop.edition(stock=9)
    orders = [old_shop.buy(edition, actor=buyer, quantity=2) for _order in range(3)]
    today()
    for order in orders:
        shipment = order.shipments.get()

        def act(number: int, order: Order = order, shipment: Shipment = shipment) -> Any:
            if number:
                return fire(Order.objects.get(pk=order.pk), "cancel", actor=buyer, at=clock.now())
            return old_shop.pack(Shipment.objects.get(pk=shipment.pk), actor=clerk, **{edition.sku: 1})

        assert is_old(shipment)
        refused = [result for result in parallel(act, 2) if isinstance(result, Exception)]
        assert len(refused) == 1
        assert isinstance(refused[0], Refusal)
    books_balance()


def test_orders_that_run_are_those_of_today() -> None:
    """Version 2 of the order does what it did when it was released; whoever changes that gives it a new number."""
    assert written("order_2").behaviour == flow_of(Order).graph.behaviour
