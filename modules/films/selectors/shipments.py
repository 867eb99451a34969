"""Shipments: what their guards look at, what they hold."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from modules.films.choices import IN_HOUSE, SENT, WAITING, OrderState, ShipmentState
from modules.films.models import Order, Shipment, ShipmentLine, StockLevel
from modules.films.models.shipments import DELIVERY_TIME
from modules.films.selectors.stock import shelves_of


@dataclass(frozen=True)
class ShipmentFacts:
    """What the guards of a shipment look at."""

    copies: int
    elsewhere: int | None
    """Another location from which all of it could be sent; asked for stuck shipments only."""


def shipment_facts(shipments: Sequence[Shipment], at: datetime) -> Mapping[int, ShipmentFacts]:
    """The facts of many shipments, in a constant number of queries."""
    wanted: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    lines = ShipmentLine.objects.filter(shipment__in=[shipment.pk for shipment in shipments])
    for shipment_id, edition_id, quantity in lines.values_list("shipment_id", "order_line__edition_id", "quantity"):
        wanted[shipment_id][edition_id or 0] += quantity
    stuck = [shipment for shipment in shipments if shipment.state == ShipmentState.STUCK]
    editions = {edition for shipment in stuck for edition in wanted[shipment.pk]}
    shelves = list(shelves_of(editions)) if editions else []
    places = {shipment.pk: place_for(wanted[shipment.pk], shelves, but=shipment.location_id) for shipment in stuck}
    return {
        shipment.pk: ShipmentFacts(sum(wanted[shipment.pk].values()), places.get(shipment.pk)) for shipment in shipments
    }


def place_for(wanted: Mapping[int, int], shelves: Sequence[StockLevel], *, but: int) -> int | None:
    """A location, other than one, that has all that is wanted; the first by primary key."""
    free = {(shelf.location_id, shelf.edition_id): shelf.available for shelf in shelves}
    for place in sorted({shelf.location_id for shelf in shelves} - {but}):
        if wanted and all(free.get((place, edition), 0) >= count for edition, count in wanted.items()):
            return place
    return None


def waiting_lines(order: Order) -> list[ShipmentLine]:
    """What of an order nobody has packed yet: stuck lines first, because they are the first to be given up."""
    lines = ShipmentLine.objects.filter(shipment__order=order, shipment__state__in=WAITING)
    found = list(lines.select_related("shipment__location", "order_line").order_by("shipment__position", "pk"))
    return sorted(found, key=lambda line: line.shipment.state != ShipmentState.STUCK)


def waiting_by_line(order: Order) -> dict[int, int]:
    """How many of each order line nobody has packed yet."""
    found: dict[int, int] = defaultdict(int)
    for line in waiting_lines(order):
        found[line.order_line_id] += line.quantity
    return dict(found)


def last_carrier(location_id: int) -> str:
    """Whom a location gave its last parcel; nothing where it has not sent any."""
    sent = Shipment.objects.filter(location_id=location_id, state__in=SENT).exclude(carrier="")
    return sent.order_by("-shipped_at", "-pk").values_list("carrier", flat=True).first() or ""


def lines_to_pick(location: str = "") -> QuerySet[ShipmentLine]:
    """Every line of the open shipments, of one location by its slug or of all, in the order of the shelves."""
    lines = ShipmentLine.objects.filter(shipment__state=ShipmentState.OPEN)
    if location:
        lines = lines.filter(shipment__location__slug=location)
    return lines.select_related("shipment__location", "shipment__order", "order_line__edition__film").order_by(
        "shipment__location__name", "order_line__edition__film__sort_title", "order_line__sku", "shipment__due_at", "pk"
    )


def parcels_of(order: Order) -> list[Shipment]:
    """The shipments of an order with their lines, in order; those that were given up are left out."""
    found = Shipment.objects.with_lines().filter(order=order).exclude(state=ShipmentState.CANCELLED)
    return list(found.order_by("position"))


def expected_at(order: Order) -> datetime | None:
    """When the next step of a paid order is expected: the last parcel packed, or the last one under way arrived."""
    if order.state in (OrderState.PAID, OrderState.PARTLY_SHIPPED):
        in_house = Shipment.objects.filter(order=order, state__in=IN_HOUSE)
        due: datetime | None = in_house.aggregate(last=Max("due_at"))["last"]
        return due
    sent = Shipment.objects.filter(order=order, state=ShipmentState.SHIPPED).aggregate(last=Max("shipped_at"))["last"]
    return None if sent is None else sent + DELIVERY_TIME
