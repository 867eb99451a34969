"""A few weeks of orders before today, made by the same services as real ones, at past times and with recorded payments.

Oldest first, so that invoice numbers are in order; nothing is mailed.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count

from modules.accounts.api import user_by_email
from modules.billing.api import recording, request_payment, settle_recorded
from modules.core import outbox
from modules.core.actors import SYSTEM, Actor
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.core.sweeps import sweeps
from modules.films.choices import Carrier
from modules.films.models import Edition, Order, Shipment
from modules.films.rules.editions import shop_day
from modules.films.selectors.stock import available_by_edition
from modules.films.services.basket import add_to_basket, open_basket
from modules.films.services.orders import Buyer, place_order
from modules.workflow.api import fire

CUSTOMER, CLERK = "customer@demo.test", "staff@demo.test"
CARRIERS = (Carrier.CORREOS, Carrier.CORREOS, Carrier.SEUR, Carrier.GLS)
ORDERS, DAYS = 40, 45
GUESTS = [
    ("Lucía Ferrer", "Calle del Pez 12", "28004", "Madrid", "ES", "es"),
    ("Tomás Ibarra", "Carrer de Blai 30", "08004", "Barcelona", "ES", "es"),
    ("Ana Beltrán", "Calle Feria 81", "41002", "Sevilla", "ES", "es"),
    ("Joana Reis", "Rua da Rosa 5", "1200-382", "Lisboa", "PT", "en"),
    ("Pierre Vasseur", "Rue Oberkampf 44", "75011", "Paris", "FR", "en"),
    ("Greta Lindholm", "Linnégatan 9", "413 04", "Göteborg", "SE", "en"),
]


@dataclass(frozen=True)
class Story:
    """How one order went: who ordered when, and what became of it."""

    placed_at: datetime
    actor: Actor
    buyer: Buyer
    ending: str
    """`paid`, `digital`, `cancelled` or `unpaid`."""


def load_orders(report: Callable[[str], None], at: datetime) -> None:
    """The shop's last weeks; where orders stand already, nothing happens."""
    if Order.objects.exists():
        return
    dice = random.Random(1895)  # noqa: S311 - the same demo everywhere
    discs = list(Edition.objects.shown().physical().select_related("film").order_by("pk")[:1500])
    digital = list(Edition.objects.shown().filter(format="digital").select_related("film").order_by("pk")[:500])
    last = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    agenda = Agenda()
    for story in _stories(dice, at):
        agenda.add(
            story.placed_at, partial(_tell, story, dice, digital if story.ending == "digital" else discs, agenda)
        )
    with recording():
        for moment, deed in agenda.until(at):
            _let_time_pass(moment)
            deed()
            _do_quietly(last, at=moment + timedelta(minutes=10))
        _let_time_pass(at)
        _do_quietly(last, at=at)
    report(f"{Order.objects.count()} orders, {Shipment.objects.count()} shipments")


class Agenda:
    """What is going to happen, in order of time; deeds add later deeds."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()

    def add(self, moment: datetime, deed: Callable[[], None]) -> None:
        heappush(self._entries, (moment, next(self._numbers), deed))

    def until(self, at: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """The next deed and its moment, again and again, until the present."""
        while self._entries and self._entries[0][0] < at:
            moment, _number, deed = heappop(self._entries)
            yield moment, deed


def _stories(dice: random.Random, at: datetime) -> list[Story]:
    moments = sorted(at - timedelta(minutes=dice.randrange(60, DAYS * 24 * 60)) for _order in range(ORDERS))
    endings = ["paid", "digital", "paid", "cancelled", "paid", "digital", "unpaid", "paid"]
    return [_story(dice, moment, endings[number % len(endings)]) for number, moment in enumerate(moments)]


def _story(dice: random.Random, moment: datetime, ending: str) -> Story:
    name, street, postcode, city, country, language = dice.choice(GUESTS)
    address = {"street": street, "extra": "", "postcode": postcode, "city": city, "country": country}
    customer = user_by_email(CUSTOMER)
    if customer is not None and (ending == "digital" or dice.random() < 0.3):
        buyer = Buyer(customer.email, customer.name, "en", {} if ending == "digital" else address)
        return Story(moment, Actor.of(customer), buyer, ending)
    email = f"{name.split()[0].lower()}@example.test"
    ending = "paid" if ending == "digital" else ending
    return Story(moment, Actor.guest(email), Buyer(email, name, language, address), ending)


def _tell(story: Story, dice: random.Random, editions: list[Edition], agenda: Agenda) -> None:
    at = story.placed_at
    basket = open_basket(token=None, actor=story.actor, at=at)
    for edition in _chosen(dice, editions, at):
        add_to_basket(basket=basket, edition=edition, quantity=1, at=at)
    order = place_order(basket=basket, buyer=story.buyer, actor=story.actor, at=at, key=uuid.uuid4())
    address = order.get_absolute_url()
    request_payment(
        subject=order, amount=order.gross, back_to=address, cancel_to=address, description=order.number,
        actor=story.actor, email=order.email, language=order.language, at=at,
    )  # fmt: skip
    if story.ending != "unpaid":
        settle_recorded(order, at=at + timedelta(minutes=2))
    for shipment in Shipment.objects.filter(order=order) if story.ending == "paid" else ():
        _plan_parcel(shipment, dice, agenda, at=at)
    if story.ending == "cancelled":
        order.refresh_from_db()
        owner = Actor.guest(order.email, frozenset({f"{Order.record_type}:{order.pk}"}))
        actor = story.actor if story.actor.user else owner
        fire(order, "cancel", actor=actor, at=at + timedelta(minutes=9), data={"reason": "Ordered the wrong edition"})


def _plan_parcel(shipment: Shipment, dice: random.Random, agenda: Agenda, *, at: datetime) -> None:
    """Packed within hours, handed over in the evening, with the customer some days later."""
    clerk = user_by_email(CLERK)
    actor = SYSTEM if clerk is None else Actor.of(clerk)
    parcel = {"carrier": dice.choice(CARRIERS), "tracking_number": f"PK{dice.randrange(10**9):09d}ES"}
    packed = at + timedelta(minutes=dice.randrange(60, 600))
    sent = packed + timedelta(minutes=dice.randrange(30, 900))
    arrived = sent + timedelta(hours=dice.randrange(20, 120))

    def step(name: str, moment: datetime, data: dict[str, str] | None = None) -> None:
        fire(Shipment.objects.get(pk=shipment.pk), name, actor=actor, at=moment, data=data)

    agenda.add(packed, partial(step, "pick", packed))
    agenda.add(sent, partial(step, "ship", sent, parcel))
    agenda.add(arrived, partial(step, "deliver", arrived))


def _chosen(dice: random.Random, editions: list[Edition], at: datetime) -> list[Edition]:
    """One to three editions that were on sale by then and of which there are enough."""
    found = [edition for edition in dice.sample(editions, 20) if edition.is_on_sale(shop_day(at))]
    left = available_by_edition([edition.pk for edition in found])
    wanted = [edition for edition in found if edition.is_digital or left.get(edition.pk, 0) > 1]
    return wanted[: dice.choice([1, 1, 2, 3])] or found[:1]


def _let_time_pass(at: datetime) -> None:
    """Timers that were due by then have fired."""
    sweeps["workflow.timers"](at)


def _do_quietly(last: int, *, at: datetime) -> None:
    """Do what the orders asked for, but tell nobody about things long past."""
    ours = OutboxMessage.objects.filter(pk__gt=last, state=OutboxState.PENDING)
    while True:
        ours.filter(effect__startswith="notifications.").update(state=OutboxState.DONE, finished_at=at)
        if not outbox.drain(at=at, rounds=1):
            return
