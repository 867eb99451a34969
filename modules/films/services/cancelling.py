"""Giving up what was ordered: a whole order before anything is packed, or some of a line before it is."""

from datetime import datetime

from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from modules.billing.api import payments_of, request_refund
from modules.core.actors import SYSTEM, Actor
from modules.core.money import Money
from modules.films.choices import PACKED, ShipmentState
from modules.films.errors import PackedAlready, TooManyCancelled
from modules.films.models import Order, OrderLine, Shipment
from modules.films.selectors.shipments import waiting_lines
from modules.films.services.holding import put_away, release
from modules.films.services.shipments import by_edition, take_out
from modules.workflow.api import fire, history_of


def lock_shipments(order: Order) -> list[Shipment]:
    """The shipments of an order whose row is locked, locked too and as they are now.

    Every step and every form of a shipment locks its order first, so nobody can hold one of them meanwhile.
    """
    rows = Shipment.objects.select_for_update(of=("self",), no_key=True)
    return list(rows.filter(order=order).order_by("pk"))


def cancel_shipments_of(order: Order, *, actor: Actor, at: datetime) -> None:
    """Nothing is packed any more; PackedAlready, with who did it, when somebody was faster."""
    shipments = [shipment for shipment in lock_shipments(order) if shipment.state != ShipmentState.CANCELLED]
    packed = next((shipment for shipment in shipments if shipment.state in PACKED), None)
    if packed is not None:
        raise _packed_already(packed, actor)
    for shipment in shipments:
        fire(shipment, "cancel", actor=SYSTEM, at=at)


def _packed_already(shipment: Shipment, reader: Actor) -> PackedAlready:
    entry = history_of(shipment).filter(target=ShipmentState.PICKED).select_related("actor").last()
    is_staff = reader.user is not None and reader.user.is_staff
    name = entry.actor.name or entry.actor_label if entry is not None and entry.actor is not None else ""
    time = date_format(timezone.localtime(entry.at), "H:i") if entry is not None else ""
    return PackedAlready(who=name if is_staff and name else _("Our warehouse"), number=shipment.number, time=time)


def cancel_lines_of(
    order: Order, line: OrderLine, *, quantity: int, reason: str, actor: Actor, at: datetime, key: str
) -> Money:
    """Give up some of a line that nobody has packed: stock is free again and its price goes back. What goes back.

    The order's totals stay as they were; the line says what was cancelled. TooManyCancelled when not so many wait.
    """
    lock_shipments(order)
    parts = [part for part in waiting_lines(order) if part.order_line_id == line.pk]
    if not 0 < quantity <= sum(part.quantity for part in parts):
        raise TooManyCancelled(left=sum(part.quantity for part in parts))
    OrderLine.objects.filter(pk=line.pk).update(cancelled=F("cancelled") + quantity)
    left = quantity
    for part in parts:
        piece = min(left, part.quantity)
        if piece:
            take_out(part, piece)
            _give_back(order, part.shipment, line, piece, actor=actor, at=at)
            left -= piece
    for shipment in {part.shipment_id: part.shipment for part in parts}.values():
        if not shipment.lines.exists():
            fire(shipment, "cancel", actor=SYSTEM, at=at)
    return _refund(order, line, quantity, reason=reason, actor=actor, at=at, key=key)


def _give_back(order: Order, shipment: Shipment, line: OrderLine, quantity: int, *, actor: Actor, at: datetime) -> None:
    """Copies that are still on the shelf are for sale again; those that nobody found are not."""
    wanted = by_edition([(line, quantity)])
    release(document=order.number, location=shipment.location, wanted=wanted, actor=actor, at=at)
    if shipment.state == ShipmentState.STUCK:
        reason = _("Not found while packing {number}").format(number=shipment.number)
        put_away(location=shipment.location, wanted=wanted, document=order.number, reason=reason, actor=actor, at=at)


def _refund(
    order: Order, line: OrderLine, quantity: int, *, reason: str, actor: Actor, at: datetime, key: str
) -> Money:
    """The price of what was cancelled, which contains its tax, from the payments as far as they go."""
    amount = left = line.unit_price * quantity
    for payment in payments_of(order):
        piece = min(left, payment.refundable)
        if piece.minor > 0:
            lines = [(line.position, quantity)] if piece == amount else []
            request_refund(
                payment, amount=piece, reason=reason, actor=actor, at=at, key=f"{key}:{payment.public}", lines=lines
            )
            left -= piece
    return amount - left
