"""How orders go in the demo: placed, paid or not, packed, sent, given up — by the services that real ones use."""

import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from modules.billing.api import request_payment, settle_recorded
from modules.core.actors import Actor
from modules.films.choices import Carrier, ShipmentState
from modules.films.demo.agenda import Agenda
from modules.films.demo.hours import at_work, open_hours_after
from modules.films.demo.people import People, Shopper
from modules.films.demo.shelves import Shelves, Wanted
from modules.films.models import Order, Shipment
from modules.films.services.basket import add_to_basket, open_basket
from modules.films.services.orders import place_order
from modules.workflow.api import fire

CARRIERS = (Carrier.CORREOS, Carrier.CORREOS, Carrier.SEUR, Carrier.GLS)
REASONS = ("Ordered the wrong edition", "Found it elsewhere", "It takes too long", "")


LATE = {41: 17.5, 17: 14.5}
"""One of so many parcels is packed only after so many open hours: later than was promised, or hardly in time."""


@dataclass
class Shop:
    """What every deed of the history needs."""

    dice: random.Random
    agenda: Agenda
    people: People
    shelves: Shelves
    placed: Callable[[Order], None]
    """Is told of each order."""
    letters: set[str] = field(default_factory=set)
    """Keys of the messages that go out although they are history."""


def order(shop: Shop, at: datetime, shopper: Shopper, wanted: Wanted) -> Order:
    """Fill a basket and order it."""
    basket = open_basket(token=None, actor=shopper.actor, at=at)
    for edition, quantity in wanted:
        add_to_basket(basket=basket, edition=edition, quantity=quantity, at=at)
    key = uuid.UUID(int=shop.dice.getrandbits(128), version=4)
    placed = place_order(basket=basket, buyer=shopper.buyer, actor=shopper.actor, at=at, key=key)
    shop.placed(placed)
    return placed


def ask_for_payment(order: Order, *, actor: Actor, at: datetime) -> None:
    address = order.get_absolute_url()
    request_payment(
        subject=order, amount=order.gross, back_to=address, cancel_to=address, description=order.number,
        actor=actor, email=order.email, language=order.language, at=at,
    )  # fmt: skip


def buy(shop: Shop, at: datetime, *, shopper: Shopper | None = None, wanted: Wanted) -> Order:
    """Order and pay at once."""
    shopper = shopper or shop.people.somebody()
    placed = order(shop, at, shopper, wanted)
    ask_for_payment(placed, actor=shopper.actor, at=at)
    settle_recorded(placed, at=at + timedelta(seconds=shop.dice.randrange(20, 55)))
    placed.refresh_from_db()
    return placed


def let_expire(shop: Shop, at: datetime, *, shopper: Shopper, wanted: Wanted) -> Order:
    """Order and never come back from the payment page."""
    placed = order(shop, at, shopper, wanted)
    ask_for_payment(placed, actor=shopper.actor, at=at)
    shop.agenda.look(at + timedelta(minutes=30, seconds=4))
    shop.agenda.look(at + timedelta(days=7, minutes=31))
    return placed


def pay_late(shop: Shop, order: Order, at: datetime) -> None:
    """The money comes after the order has expired."""
    settle_recorded(order, at=at)
    plan_parcels(shop, order, at)


def give_up(shop: Shop, order: Order, at: datetime) -> None:
    """The customer cancels while nothing is packed."""
    order.refresh_from_db()
    actor = shop.people.who_bought(order)
    fire(order, "cancel", actor=actor, at=at, data={"reason": shop.dice.choice(REASONS)})


def cancel_line(shop: Shop, order: Order, at: datetime) -> None:
    """Staff give up a line that nobody has packed, because the customer called."""
    waiting = order.shipments.filter(state__in=(ShipmentState.OPEN, ShipmentState.STUCK)).order_by("-position").first()
    line = waiting.lines.order_by("-pk").first() if waiting is not None else None
    if line is None:
        return
    order.refresh_from_db()
    name = "cancel_line" if order.state == "paid" else "cancel_open_line"
    data = {"line": line.order_line_id, "quantity": 1, "reason": "The customer called: no longer wanted"}
    fire(order, name, actor=shop.people.clerk(), at=at, data=data)


def plan_parcels(shop: Shop, order: Order, at: datetime, *, until: str = "delivered") -> None:
    """What becomes of every shipment of an order."""
    for shipment in Shipment.objects.filter(order=order).order_by("pk"):
        plan_parcel(shop, shipment, at, until=until)


def plan_parcel(shop: Shop, shipment: Shipment, at: datetime, *, until: str = "delivered") -> None:
    """Packed within hours, handed over in the evening, with the customer some days later."""
    dice, actor = shop.dice, shop.people.clerk()
    packed = at_work(at + timedelta(minutes=dice.randrange(40, 300)), dice)
    sent = at_work(packed + timedelta(minutes=dice.randrange(60, 240)), dice)
    if wait := next((wait for every, wait in LATE.items() if shipment.pk % every == 0), 0):
        packed, sent = open_hours_after(at, wait), open_hours_after(at, wait + 0.5)
        shop.agenda.look(packed - timedelta(minutes=5))
    arrived = at_work(sent + timedelta(hours=dice.randrange(20, 96)), dice)
    steps = [("pick", packed, {}), ("ship", sent, label(dice)), ("deliver", arrived, None)]
    for name, moment, data in steps[: ("picked", "shipped", "delivered").index(until) + 1]:
        shop.agenda.add(moment, partial(step, shipment.pk, name, actor, data))


def label(dice: random.Random) -> dict[str, str]:
    return {"carrier": dice.choice(CARRIERS), "tracking_number": f"PK{dice.randrange(10**9):09d}ES"}


def step(pk: int, name: str, actor: Actor, data: Mapping[str, Any] | None, at: datetime) -> None:
    """One step of a shipment, unless it went another way meanwhile."""
    shipment = Shipment.objects.get(pk=pk)
    came_from = {"pick": ShipmentState.OPEN, "ship": ShipmentState.PICKED, "deliver": ShipmentState.SHIPPED}
    if shipment.state == came_from[name]:
        fire(shipment, name, actor=actor, at=at, data=data)


def pack_short(shop: Shop, order: Order, at: datetime, *, sku: str) -> None:
    """Pack what is there; of one edition nothing is found."""
    shipment = Shipment.objects.filter(order=order, lines__order_line__sku=sku, state=ShipmentState.OPEN).first()
    if shipment is not None:
        missing = shipment.lines.get(order_line__sku=sku)
        fire(shipment, "pick", actor=shop.people.clerk(), at=at, data={f"line_{missing.pk}": 0})
