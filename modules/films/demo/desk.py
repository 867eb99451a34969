"""What the staff do beside packing: give money back, talk to each other, keep a letter, keep views of their lists."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from modules.billing.api import RefundRequest, ask_refund
from modules.console.api import save_view
from modules.core.actors import Actor
from modules.core.attachments import attach
from modules.core.comments import write_comment
from modules.core.money import Money
from modules.films.choices import OrderState, ShipmentState
from modules.films.demo.hours import days_before, earlier_today
from modules.films.demo.orders import Shop, buy, plan_parcels
from modules.films.models import Order, Shipment
from modules.workflow.api import fire

LETTER = """Dear all,

one of the two cases was broken when the parcel came. The disc plays well, so keep
your excuses: a new case would do. I shall be at the shop on Saturday.

Nuria Pascual
"""


def plan_desk(shop: Shop, *, at: datetime) -> int:
    """Refunds and comments on the agenda, where there are people who ask each other; how many orders they are."""
    if not shop.people.are_there:
        return 0
    _plan_comments(shop, at)
    return _plan_refunds(shop, at)


def _plan_refunds(shop: Shop, at: datetime) -> int:
    """Two wait for a second pair of eyes, one of them too long; others were approved, declined or made at once."""
    sam, ines = shop.people.sam, shop.people.ines
    wishes = [
        (14, sam, earlier_today(at, 0.3), None, "", "Three discs skip; the customer sends them back"),
        (16, sam, days_before(at, 2, "16:00"), None, "", "Parcel arrived open and half empty"),
        (21, sam, days_before(at, 6, "11:10"), days_before(at, 5, "09:25"), "approve", "Wrong region code"),
        (24, ines, days_before(at, 7, "12:30"), days_before(at, 6, "10:05"), "decline", "Did not like the films"),
    ]
    for days, asker, asked, answered, answer, reason in wishes:
        deed = partial(_regretted, shop, asker, asked, answered, answer, reason)
        shop.agenda.add(days_before(at, days, "18:45"), deed)
    shop.agenda.add(days_before(at, 3, "12:20"), partial(_small_refund, sam))
    shop.agenda.add(days_before(at, 9, "17:05"), partial(_small_refund, ines))
    return len(wishes)


def _regretted(
    shop: Shop,
    asker: Actor,
    asked: datetime,
    answered: datetime | None,
    answer: str,
    reason: str,
    at: datetime,
) -> None:
    """A dear order that is delivered, and then the customer wants the money back."""
    bought = buy(shop, at, shopper=shop.people.guest(), wanted=shop.shelves.dear(at))
    plan_parcels(shop, bought, at)
    if bought.gross.minor > settings.REFUND_LIMIT:
        shop.agenda.add(asked, partial(_ask, bought, asker, reason, bought.gross))
        if answered is not None:
            shop.agenda.add(answered, partial(_answer, bought, shop.people.marc, answer))


def _ask(order: Order, asker: Actor, reason: str, amount: Money, at: datetime) -> None:
    ask_refund(order, amount=amount, reason=reason, actor=asker, at=at, key=f"demo:{at.isoformat()}")


def _answer(order: Order, manager: Actor, answer: str, at: datetime) -> None:
    request = RefundRequest.objects.get(subject_type=Order.record_type, subject_id=order.pk)
    data = {"reason": "Opened discs are not taken back"} if answer == "decline" else None
    fire(request, answer, actor=manager, at=at, data=data)


def _small_refund(asker: Actor, at: datetime) -> None:
    """A part of what was paid, within what one person may let go."""
    cheap = Order.objects.filter(gross__gt=700, gross__lte=settings.REFUND_LIMIT)
    order = _newest(cheap, OrderState.DELIVERED, at, before=timedelta(days=4))
    if order is not None:
        _ask(order, asker, "A case was broken", Money(300, order.currency), at)


def _plan_comments(shop: Shop, at: datetime) -> None:
    sam, ines, marc = shop.people.sam, shop.people.ines, shop.people.marc
    today = partial(earlier_today, at)
    said: list[tuple[datetime, Any, str, Actor, str]] = [
        (days_before(at, 8, "10:15"), Order, "delivered", ines, "Asked for a gift receipt; it went out by post."),
        (days_before(at, 4, "12:50"), Order, "shipped", sam, "Address confirmed by phone."),
        (days_before(at, 2, "17:30"), Order, "cancelled", ines, "Called twice, very friendly. Will order again."),
        (days_before(at, 1, "11:45"), Order, "delivered", marc, "@Sam Whitlock a letter has come, see the file."),
        (today(0.41), Shipment, "stuck", sam, "Not on the shelf, not on the returns trolley. @Marc Duval any idea?"),
        (today(0.47), Shipment, "stuck", marc, "@Sam Whitlock look at the window display first, please."),
        (today(0.6), Order, "partly_shipped", ines, "The customer knows that the second parcel comes later."),
        (today(0.72), Order, "paid", sam, "Wants it wrapped as a gift. @Inés Robledo paper is in the second drawer."),
        (today(0.74), Order, "expired", ines, "The bank blocked the card; will try again tonight."),
    ]
    for moment, model, state, author, text in said:
        shop.agenda.add(moment, partial(_say, model, state, author, text))
    shop.agenda.add(days_before(at, 1, "11:43"), partial(_keep_letter, marc))


def _say(model: Any, state: str, author: Actor, text: str, at: datetime) -> None:
    record = _newest(model.objects.all(), state, at)
    if record is not None:
        write_comment(record, text=text, actor=author, at=at, key=f"demo:{at.isoformat()}")


def _keep_letter(author: Actor, at: datetime) -> None:
    order = _newest(Order.objects.all(), OrderState.DELIVERED, at)
    if order is not None:
        letter = SimpleUploadedFile("letter.txt", LETTER.encode(), content_type="text/plain")
        attach(order, upload=letter, actor=author, at=at, key="demo:letter")


def _newest(among: Any, state: str, at: datetime, *, before: timedelta = timedelta()) -> Any:
    """The record that came into a state last, some time ago."""
    found = among.filter(state=state, state_since__lte=at - before)
    return found.order_by("-state_since", "-pk").first()


def keep_views(shop: Shop, *, at: datetime) -> None:
    """A view that the manager shares with all, and one of the clerk's own."""
    if not shop.people.are_there:
        return
    late = {"state__exact": [ShipmentState.OPEN.value, ShipmentState.PICKED.value]}
    save_view(model=Shipment, name="To send", query=late, is_shared=True, actor=shop.people.marc, at=at)
    trouble = {"state__exact": [OrderState.EXPIRED.value, OrderState.CANCELLED.value, OrderState.LAPSED.value]}
    save_view(model=Order, name="Gone wrong", query=trouble, is_shared=True, actor=shop.people.marc, at=at)
    mine = {"state__exact": [OrderState.PAID.value, OrderState.PARTLY_SHIPPED.value], "placed_at__within": ["week"]}
    save_view(model=Order, name="My week", query=mine, is_shared=False, actor=shop.people.sam, at=at)
