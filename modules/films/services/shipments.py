"""From paid to delivered: one shipment a location, packed, handed over, arrived. States change by `fire` alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import F, Max
from django.utils.translation import gettext as _

from modules.core.actors import SYSTEM, Actor
from modules.films.errors import AlreadyShipped, PackedElsewhere
from modules.films.models import Location, Order, OrderLine, Shipment, ShipmentLine, StockLevel
from modules.films.models.shipments import PACKING_TIME
from modules.films.rules.shipments import tracking_link
from modules.films.selectors.orders import physical_lines
from modules.films.selectors.shipments import place_for
from modules.films.selectors.stock import allocated_to, shelves_of
from modules.films.services.holding import consume, put_away, release, reroute, set_aside_at
from modules.workflow.api import due_at, fire, start

Contents = Mapping[int, int]
"""So many by order line."""


def open_shipments_of(order: Order, *, actor: Actor, at: datetime) -> list[Shipment]:
    """One shipment for each location that holds copies of the order; nothing where there are some already."""
    if Shipment.objects.filter(order=order).exists():
        return []
    held = allocated_to(order.number)
    levels = StockLevel.objects.filter(pk__in=held).order_by("location_id", "pk")
    open_lines = {line.pk: line.to_ship for line in physical_lines([order.pk])}
    by_edition: dict[int, list[int]] = defaultdict(list)
    for line in physical_lines([order.pk]):
        by_edition[line.edition_id or 0].append(line.pk)
    contents: dict[int, dict[int, int]] = defaultdict(dict)
    for level in levels:
        copies = held[level.pk]
        for line_id in by_edition[level.edition_id]:
            if piece := min(copies, open_lines[line_id]):
                contents[level.location_id][line_id] = piece
                open_lines[line_id] -= piece
                copies -= piece
    return [open_shipment(order, place, lines, paid_at=at, actor=actor, at=at) for place, lines in contents.items()]


def open_shipment(
    order: Order, location_id: int, contents: Contents, *, paid_at: datetime, actor: Actor, at: datetime
) -> Shipment:
    """A new shipment of a location, to be packed."""
    last = Shipment.objects.filter(order=order).aggregate(last=Max("position"))["last"] or 0
    shipment = Shipment(
        number=f"{order.number}-{last + 1}",
        order=order,
        position=last + 1,
        location_id=location_id,
        paid_at=paid_at,
        opened_at=at,
    )
    shipment.due_at = _packed_by(shipment, at)
    shipment.save()
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, order_line_id=line_id, quantity=count)
        for line_id, count in sorted(contents.items())
    )
    start(shipment, actor=actor, at=at)
    return shipment


def _packed_by(shipment: Shipment, at: datetime) -> datetime:
    """When a shipment that is opened now should be packed; where the calendar says nothing, at once."""
    return due_at(PACKING_TIME, shipment, at) or at


def pack(shipment: Shipment, counted: Mapping[int, int], *, actor: Actor, at: datetime) -> None:
    """So many of each line lie in the parcel; what was not found is sent from elsewhere, or waits for staff.

    `counted` is by shipment line; a line that it leaves out is there as asked.
    """
    shipment.picked_at = at
    shipment.save(update_fields=["picked_at"])
    missing: dict[int, int] = {}
    for line in shipment.lines.order_by("pk"):
        found = min(counted.get(line.pk, line.quantity), line.quantity)
        if found < line.quantity:
            missing[line.order_line_id] = line.quantity - found
        _keep(line, found, picked=found)
    if missing:
        _send_from_elsewhere(shipment, missing, actor=actor, at=at)


def _keep(line: ShipmentLine, quantity: int, *, picked: int = 0) -> None:
    """What stays of a shipment's line; a line of nothing is no line."""
    if quantity:
        ShipmentLine.objects.filter(pk=line.pk).update(quantity=quantity, picked=picked)
    else:
        ShipmentLine.objects.filter(pk=line.pk).delete()


def take_out(line: ShipmentLine, quantity: int) -> None:
    """So many fewer in a shipment that nobody has packed."""
    _keep(line, line.quantity - quantity)


def _send_from_elsewhere(shipment: Shipment, missing: Contents, *, actor: Actor, at: datetime) -> None:
    order, lines = shipment.order, OrderLine.objects.in_bulk(list(missing))
    reason = _("Not found while packing {number}").format(number=shipment.number)
    allocations, short = reroute(
        document=order.number,
        location=shipment.location,
        wanted=by_edition((lines[pk], count) for pk, count in missing.items()),
        reason=reason,
        actor=actor,
        at=at,
    )
    left = dict(missing)
    for place in sorted({allocation.location_id for allocation in allocations}):
        served = {a.edition_id: a.quantity for a in allocations if a.location_id == place}
        share = _share(left, lines, served)
        open_shipment(order, place, share, paid_at=shipment.paid_at, actor=actor, at=at)
    if short:
        rest = _share(left, lines, dict(short))
        stuck = open_shipment(order, shipment.location_id, rest, paid_at=shipment.paid_at, actor=actor, at=at)
        fire(stuck, "get_stuck", actor=SYSTEM, at=at, reason=reason)


def _share(left: dict[int, int], lines: Mapping[int, OrderLine], served: dict[int, int]) -> dict[int, int]:
    """Take what was served by edition out of what is left by order line."""
    contents: dict[int, int] = {}
    for line_id, line in lines.items():
        if piece := min(left[line_id], served.get(line.edition_id or 0, 0)):
            contents[line_id] = piece
            left[line_id] -= piece
            served[line.edition_id or 0] -= piece
    return contents


def by_edition(counts: Iterable[tuple[OrderLine, int]]) -> dict[int, int]:
    """Quantities of order lines as quantities of editions."""
    found: dict[int, int] = defaultdict(int)
    for line, count in counts:
        found[line.edition_id or 0] += count
    return dict(found)


def unpack(shipment: Shipment) -> None:
    """The parcel is opened again; what was sent from elsewhere meanwhile stays there."""
    if not shipment.lines.exists():
        raise PackedElsewhere(number=shipment.number)
    ShipmentLine.objects.filter(shipment=shipment).update(picked=0)
    shipment.picked_at = None
    shipment.save(update_fields=["picked_at"])


def pack_from_now(shipment: Shipment, *, at: datetime) -> None:
    """What was missing is there: the time to pack it begins anew."""
    shipment.due_at = _packed_by(shipment, at)
    shipment.save(update_fields=["due_at"])


def move_to_other_place(shipment: Shipment, *, actor: Actor, at: datetime) -> None:
    """Send a stuck shipment from a place that has all of it."""
    lines = list(shipment.lines.select_related("order_line"))
    wanted = by_edition((line.order_line, line.quantity) for line in lines)
    shelves = list(shelves_of(wanted).select_for_update(of=("self",)))
    place = place_for(wanted, shelves, but=shipment.location_id)
    if place is None:
        return
    number, old = shipment.order.number, shipment.location
    reason = _("Not found while packing {number}").format(number=shipment.number)
    release(document=number, location=old, wanted=wanted, actor=actor, at=at)
    put_away(location=old, wanted=wanted, document=number, reason=reason, actor=actor, at=at)
    set_aside_at(Location.objects.get(pk=place), wanted, document=number, actor=actor, at=at)
    shipment.location_id, shipment.due_at = place, _packed_by(shipment, at)
    shipment.save(update_fields=["location", "due_at"])


def hand_over(shipment: Shipment, parcel: Mapping[str, str], *, actor: Actor, at: datetime) -> None:
    """The parcel has left the house: its copies are off the shelves and their cost is booked."""
    shipment.carrier = parcel.get("carrier") or ""
    shipment.tracking_number = parcel.get("tracking_number") or ""
    shipment.tracking_url = parcel.get("tracking_url") or tracking_link(shipment.carrier, shipment.tracking_number)
    shipment.shipped_at = at
    shipment.save(update_fields=["carrier", "tracking_number", "tracking_url", "shipped_at"])
    lines = list(shipment.lines.select_related("order_line").order_by("order_line_id"))
    for line in lines:
        room = OrderLine.objects.filter(
            pk=line.order_line_id, quantity__gte=F("shipped") + F("cancelled") + line.quantity
        )
        if not room.update(shipped=F("shipped") + line.quantity):
            raise AlreadyShipped(title=line.order_line.title)
    consume(
        document=shipment.order.number,
        location=shipment.location,
        wanted=by_edition((line.order_line, line.quantity) for line in lines),
        subject=shipment.order,
        actor=actor,
        at=at,
    )


def arrive(shipment: Shipment, *, at: datetime) -> None:
    """The parcel is with the customer."""
    shipment.delivered_at = at
    shipment.save(update_fields=["delivered_at"])


def touch_order(order: Order, *, at: datetime) -> None:
    """Something of the order changed beside its state: whoever looks at it or edits it should know."""
    Order.objects.filter(pk=order.pk).update(revision=F("revision") + 1, updated_at=at)
