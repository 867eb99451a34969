"""The last days and today, order by order: what the staff find when they open the console."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from modules.core.actors import Actor
from modules.films.choices import ShipmentState
from modules.films.demo.agenda import Deed
from modules.films.demo.hours import days_before, earlier_today, open_hours_before
from modules.films.demo.orders import (
    Shop,
    buy,
    cancel_line,
    give_up,
    label,
    let_expire,
    order,
    pack_short,
    pay_late,
    plan_parcels,
    step,
)
from modules.films.demo.people import Shopper
from modules.films.demo.shelves import Wanted
from modules.films.models import Order
from modules.films.services.orders import Buyer
from modules.films.services.purchases import take_order
from modules.workflow.api import claim, open_tasks_of

Scene = tuple[datetime, Deed]
MISTYPED = "greta.lindholm@example,test"
"""An address that no mail server takes: its mail is a dead letter, to be mended by hand."""


def plan_recent(shop: Shop, *, at: datetime) -> int:
    """Put the last days on the agenda; how many orders they are."""
    scenes = [*_last_week(shop, at), *_left_over(shop, at), *_today(shop, at)]
    for moment, deed in scenes:
        shop.agenda.add(moment, deed)
    return len(scenes) + 1  # somebody else takes the last copies away


def _last_week(shop: Shop, at: datetime) -> Iterator[Scene]:
    """What went another way than most."""
    yield days_before(at, 6, "19:00"), partial(_too_late, shop)
    yield days_before(at, 5, "21:15"), partial(_never_paid, shop)
    yield days_before(at, 4, "20:05"), partial(_paid_late, shop)
    yield days_before(at, 3, "21:10"), partial(_never_paid, shop)
    yield days_before(at, 3, "10:25"), partial(_line_cancelled, shop)
    yield days_before(at, 2, "13:15"), partial(_found_elsewhere, shop, days_before(at, 2, "16:30"))
    yield days_before(at, 2, "18:20"), partial(_missing, shop, days_before(at, 1, "09:40"))
    yield days_before(at, 1, "22:40"), partial(_never_paid, shop)
    yield days_before(at, 1, "09:05"), partial(_mistyped, shop)


def _left_over(shop: Shop, at: datetime) -> Iterator[Scene]:
    """What should have been done by now: mine, a colleague's, nobody's."""
    people = shop.people
    ago = partial(open_hours_before, at)
    yield ago(18), partial(_to_pack, shop, None, at)  # promised for two hours ago
    yield ago(14.5), partial(_to_pack, shop, None, at)  # the managers have it, and it is urgent
    yield ago(10), partial(_to_pack, shop, people.sam, ago(9.5))
    yield ago(9), partial(_to_pack, shop, None, at)
    yield ago(7), partial(_to_pack, shop, people.ines, ago(6.5))
    yield ago(11.5), partial(_packed, shop, ago(8.5), people.ines, ago(8.2))
    yield days_before(at, 5, "17:20"), partial(_half_sent, shop, days_before(at, 4, "11:00"))
    stuck = partial(_half_missing, shop, days_before(at, 1, "18:00"), earlier_today(at, 0.4))
    yield days_before(at, 1, "16:30"), stuck


def _today(shop: Shop, at: datetime) -> Iterator[Scene]:
    """A morning's work: sent, packed, taken, still free; and two who are about to pay."""
    today, people = partial(earlier_today, at), shop.people
    yield today(0.05), partial(_sent_at_once, shop, today(0.4), today(0.6))
    yield today(0.12), partial(_half_sent, shop, today(0.45))
    yield today(0.2), partial(_digital, shop)
    yield today(0.28), partial(_packed, shop, today(0.5), people.sam, today(0.52))
    yield today(0.33), partial(_packed, shop, today(0.55), None, at)
    yield today(0.38), partial(_thinks_better, shop, today(0.42))
    yield today(0.5), partial(_to_pack, shop, people.sam, today(0.7))
    yield today(0.58), partial(_to_pack, shop, people.ines, today(0.75))
    yield today(0.66), partial(_to_pack, shop, None, at)
    yield today(0.78), partial(_to_pack, shop, None, at)
    yield today(0.86), partial(_mixed, shop)
    yield at - timedelta(minutes=13), partial(_phoned, shop)
    yield at - timedelta(minutes=6), partial(_about_to_pay, shop)


def _to_pack(shop: Shop, holder: Actor | None, taken: datetime, at: datetime) -> None:
    bought = buy(shop, at, shopper=shop.people.guest(), wanted=shop.shelves.discs(at))
    if holder is not None:
        shop.agenda.add(taken, partial(_take, bought, holder))


def _take(order: Order, holder: Actor, at: datetime) -> None:
    """Somebody puts the next task of an order on their own list."""
    for shipment in order.shipments.exclude(state=ShipmentState.CANCELLED).order_by("pk"):
        for task in open_tasks_of(shipment) if holder.user is not None else ():
            claim(task, actor=holder, at=at)


def _packed(shop: Shop, packed: datetime, holder: Actor | None, taken: datetime, at: datetime) -> None:
    bought = buy(shop, at, wanted=shop.shelves.discs(at))
    for shipment in bought.shipments.order_by("pk"):
        shop.agenda.add(packed, partial(step, shipment.pk, "pick", shop.people.ines, {}))
    if holder is not None:
        shop.agenda.add(taken, partial(_take, bought, holder))


def _sent_at_once(shop: Shop, packed: datetime, sent: datetime, at: datetime) -> None:
    bought = buy(shop, at, wanted=shop.shelves.discs(at))
    for shipment in bought.shipments.order_by("pk"):
        shop.agenda.add(packed, partial(step, shipment.pk, "pick", shop.people.sam, {}))
        shop.agenda.add(sent, partial(step, shipment.pk, "ship", shop.people.sam, label(shop.dice)))


def _half_sent(shop: Shop, packed: datetime, at: datetime) -> None:
    """One parcel is under way, the other one waits."""
    bought = buy(shop, at, wanted=shop.shelves.two_places(at))
    first = bought.shipments.order_by("pk")[:1].get()
    shop.agenda.add(packed, partial(step, first.pk, "pick", shop.people.sam, {}))
    parcel = label(shop.dice)
    shop.agenda.add(packed + timedelta(minutes=8), partial(step, first.pk, "ship", shop.people.sam, parcel))


def _missing(shop: Shop, looked: datetime, at: datetime) -> None:
    """The shop's only copies are not where they should be: stuck."""
    wanted = shop.shelves.only_in_shop(at)
    bought = buy(shop, at, wanted=wanted)
    shop.agenda.add(looked, partial(pack_short, shop, bought, sku=wanted[0][0].sku))


def _half_missing(shop: Shop, sent: datetime, looked: datetime, at: datetime) -> None:
    """One of two films is sent, the other cannot be found anywhere."""
    wanted = shop.shelves.two_places(at)
    bought = buy(shop, at, wanted=wanted)
    sku = wanted[0][0].sku
    for other in bought.shipments.exclude(lines__order_line__sku=sku).order_by("pk"):
        shop.agenda.add(sent, partial(step, other.pk, "pick", shop.people.sam, {}))
        parcel = label(shop.dice)
        shop.agenda.add(sent + timedelta(minutes=25), partial(step, other.pk, "ship", shop.people.sam, parcel))
    shop.agenda.add(looked, partial(pack_short, shop, bought, sku=sku))


def _found_elsewhere(shop: Shop, looked: datetime, at: datetime) -> None:
    """The warehouse does not find it, the shop sends it."""
    wanted = shop.shelves.in_warehouse(at)
    bought = buy(shop, at, wanted=wanted)
    shop.agenda.add(looked, partial(pack_short, shop, bought, sku=wanted[0][0].sku))
    shop.agenda.add(looked + timedelta(minutes=40), partial(_send_the_rest, shop, bought))


def _send_the_rest(shop: Shop, order: Order, at: datetime) -> None:
    plan_parcels(shop, order, at)


def _line_cancelled(shop: Shop, at: datetime) -> None:
    bought = buy(shop, at, wanted=shop.shelves.discs(at, 3))
    shop.agenda.add(at + timedelta(minutes=25), partial(cancel_line, shop, bought))
    plan_parcels(shop, bought, at)


def _thinks_better(shop: Shop, cancelled: datetime, at: datetime) -> None:
    bought = buy(shop, at, wanted=shop.shelves.discs(at))
    shop.agenda.add(cancelled, partial(give_up, shop, bought))


def _never_paid(shop: Shop, at: datetime) -> None:
    let_expire(shop, at, shopper=shop.people.guest(), wanted=shop.shelves.discs(at))


def _paid_late(shop: Shop, at: datetime) -> None:
    late = let_expire(shop, at, shopper=shop.people.guest(), wanted=shop.shelves.discs(at))
    shop.agenda.add(at + timedelta(minutes=36), partial(pay_late, shop, late))


def _too_late(shop: Shop, at: datetime) -> None:
    """Two last copies expire, somebody else buys them, and only then the money comes: it goes back."""
    wanted = shop.shelves.last_copies(at)
    late = let_expire(shop, at, shopper=shop.people.guest(), wanted=wanted)
    shop.agenda.add(at + timedelta(minutes=34), partial(_buy_these, shop, wanted))
    shop.agenda.add(at + timedelta(minutes=50), partial(pay_late, shop, late))


def _buy_these(shop: Shop, wanted: Wanted, at: datetime) -> None:
    plan_parcels(shop, buy(shop, at, shopper=shop.people.guest(), wanted=wanted), at)


def _digital(shop: Shop, at: datetime) -> None:
    shopper = shop.people.clara()
    buy(shop, at, shopper=shopper, wanted=shop.shelves.digital(at) if shopper.actor.user else shop.shelves.discs(at))


def _mixed(shop: Shop, at: datetime) -> None:
    shopper = shop.people.member()
    buy(shop, at, shopper=shopper, wanted=shop.shelves.mixed(at) if shopper.actor.user else shop.shelves.discs(at))


def _about_to_pay(shop: Shop, at: datetime) -> None:
    """Ordered a moment ago; the payment page has not been opened, so that whoever tries the demo can pay."""
    order(shop, at, shop.people.clara(), shop.shelves.discs(at, 2))


def _phoned(shop: Shop, at: datetime) -> None:
    """Taken by phone; the customer has the link to pay."""
    quantities = {edition.pk: quantity for edition, quantity in shop.shelves.discs(at)}
    key = UUID(int=shop.dice.getrandbits(128), version=4)
    buyer = shop.people.guest().buyer
    shop.placed(take_order(quantities=quantities, buyer=buyer, actor=shop.people.sam, at=at, key=key))


def _mistyped(shop: Shop, at: datetime) -> None:
    """An order whose confirmation cannot be delivered."""
    guest = shop.people.guest()
    buyer = Buyer(MISTYPED, "Greta Lindholm", "en", guest.buyer.address)
    bought = buy(shop, at, shopper=Shopper(Actor.guest(MISTYPED), buyer), wanted=shop.shelves.discs(at))
    shop.letters.add(f"tell:films.order_received:{bought.pk}:placed")
    plan_parcels(shop, bought, at)
