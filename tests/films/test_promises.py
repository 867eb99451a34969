"""What customers are promised about their parcels: counted in open time, warned of, broken, standing still."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from modules.core import clock
from modules.core.actors import Actor
from modules.core.models import OutboxMessage
from modules.core.sweeps import sweeps
from modules.films.choices import OrderState, ShipmentState
from modules.films.messages import ShipmentLate, ShipmentUrgent
from modules.films.models import Shipment
from modules.workflow.api import (
    SlaState,
    business_hours,
    can,
    due_at,
    fire,
    history_of,
    open_tasks_of,
    sla_state,
    timers_of,
    undo_last,
)
from tests.factories.accounts import StaffFactory
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db


def open_time(shipment: Shipment, hours: float) -> datetime:
    """So much open time after the payment."""
    found = due_at(business_hours(hours), shipment, shipment.paid_at)
    assert found is not None
    return found


def promise(shipment: Shipment, at: datetime) -> SlaState:
    (state,) = sla_state([shipment], at)[shipment.pk]
    return state


def told(key: str) -> int:
    return OutboxMessage.objects.filter(payload__message=key).count()


def look(moment: datetime) -> None:
    """The sweep comes a moment later."""
    sweeps["workflow.timers"](moment + timedelta(seconds=1))


def test_a_parcel_is_promised_within_two_business_days_of_the_payment(shop: Shop, clerk: Actor) -> None:
    shipment = shop.buy(shop.edition()).shipments.get()
    begun = promise(shipment, shipment.paid_at)
    assert (begun.status, begun.due_at, begun.remaining) == ("running", open_time(shipment, 16), timedelta(hours=16))
    fire(shipment, "pick", actor=clerk, at=open_time(shipment, 7))
    assert promise(shipment, open_time(shipment, 7)).remaining == timedelta(hours=9)  # packed is not sent
    fire(shipment, "ship", actor=clerk, at=open_time(shipment, 13), data={"carrier": "pickup"})
    assert promise(shipment, open_time(shipment, 13)).status == "met"
    look(open_time(shipment, 40))
    assert told(ShipmentUrgent.key) == told(ShipmentLate.key) == 0


def test_clerks_are_warned_two_hours_before_and_managers_told_once_when_it_is_broken(shop: Shop, clerk: Actor) -> None:
    shipment = shop.buy(shop.edition()).shipments.get()
    look(open_time(shipment, 13.9))
    assert told(ShipmentUrgent.key) == 0
    look(open_time(shipment, 14))
    assert (told(ShipmentUrgent.key), told(ShipmentLate.key)) == (1, 0)
    for hours in (16, 16, 30):
        look(open_time(shipment, hours))
    assert (told(ShipmentUrgent.key), told(ShipmentLate.key)) == (1, 1)
    assert promise(shipment, open_time(shipment, 18)).is_broken
    assert history_of(shipment).filter(transition="sending#breach").count() == 1


def test_the_messages_about_a_late_parcel_reach_clerks_and_managers(shop: Shop, staff: Any) -> None:
    shipment = shop.buy(shop.edition()).shipments.get()
    manager = StaffFactory(roles=["films.manager"])
    for message, people in ((ShipmentUrgent, {staff.pk}), (ShipmentLate, {manager.pk})):
        reached = {recipient.user_id for recipient in message.to(shipment)}
        assert people <= reached
        assert message.context(shipment)["order"] == shipment.order
    assert manager.pk not in {recipient.user_id for recipient in ShipmentUrgent.to(shipment)}


def test_the_promise_stands_still_while_copies_are_missing(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=1)
    shipment = shop.buy(edition).shipments.get()
    fire(shipment, "pick", actor=clerk, at=open_time(shipment, 3), data={f"line_{shipment.lines.get().pk}": 0})
    stuck = Shipment.objects.get(order=shipment.order, state=ShipmentState.STUCK)
    assert stuck.paid_at == shipment.paid_at
    waiting = promise(stuck, open_time(shipment, 9))
    assert (waiting.status, waiting.remaining) == ("paused", timedelta(hours=13))  # three of sixteen were used before
    look(open_time(shipment, 30))
    assert told(ShipmentLate.key) == 0
    fire(stuck, "resume", actor=clerk, at=open_time(shipment, 31))
    assert promise(stuck, open_time(shipment, 31)).due_at == open_time(shipment, 44)
    assert stuck.due_at == open_tasks_of(stuck).get().due_at == open_time(shipment, 39)


def test_what_another_place_sends_instead_was_paid_for_as_early(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=1)
    shipment = shop.buy(edition).shipments.get()
    shop.stock(edition, 1, "warehouse")
    fire(shipment, "pick", actor=clerk, at=open_time(shipment, 5), data={f"line_{shipment.lines.get().pk}": 0})
    other = Shipment.objects.get(order=shipment.order, state=ShipmentState.OPEN)
    assert promise(other, open_time(shipment, 5)).due_at == open_time(shipment, 16)
    assert other.due_at == open_time(shipment, 13)  # its packing begins now


def test_what_nobody_packs_is_reminded_of_and_then_the_managers(shop: Shop) -> None:
    shipment = shop.buy(shop.edition()).shipments.get()
    look(open_time(shipment, 8))
    assert told("workflow.task_reminder") == 1
    assert open_tasks_of(shipment).get().role == "films.clerk"
    look(open_time(shipment, 12))
    task = open_tasks_of(shipment).get()
    assert (task.key, task.role) == ("packing", "films.manager")


def test_a_parcel_that_was_sent_has_no_timers_but_that_of_its_arrival(shop: Shop, clerk: Actor) -> None:
    shipment = shop.ship(shop.buy(shop.edition()).shipments.get(), actor=clerk)
    assert [timer.transition for timer in timers_of(shipment)] == ["presume"]


def test_packing_that_is_taken_back_lets_the_promise_run_on(shop: Shop, clerk: Actor) -> None:
    shipment = shop.pack(shop.buy(shop.edition()).shipments.get(), actor=clerk)
    undo_last(shipment, actor=clerk, at=clock.now())
    assert promise(shipment, clock.now()).due_at == open_time(shipment, 16)


def test_an_order_follows_its_last_parcel_in_the_same_step(shop: Shop, clerk: Actor) -> None:
    """The order is the parcel's parent: what a parcel does lets it look, also where nothing else tells it."""
    edition = shop.edition(stock=1)
    shop.stock(edition, 1, "warehouse")
    order = shop.buy(edition, quantity=2)
    first, second = order.shipments.order_by("position")
    shop.ship(first, actor=clerk)
    revision = type(order).objects.get(pk=order.pk).revision
    fire(first, "deliver", actor=clerk, at=clock.now())
    order.refresh_from_db()
    assert order.state == OrderState.PARTLY_SHIPPED
    assert order.revision > revision  # its page notices, although its state stays
    shop.ship(second, actor=clerk)
    sweeps["workflow.timers"](timezone.now() + timedelta(days=15))
    order.refresh_from_db()
    assert order.state == OrderState.DELIVERED


def test_a_refusal_says_who_could_change_it(shop: Shop, clerk: Actor) -> None:
    order = shop.buy(shop.edition())
    shop.pack(order.shipments.get(), actor=clerk)
    order.refresh_from_db()
    buttons = {button.transition: button for button in can([order], clerk, clock.now())[order.pk]}
    assert [clause.who for clause in buttons["cancel"].clauses] == [
        "whoever packed it, by taking that back before it is handed over"
    ]
