"""Half a year of business: how most orders went, a little of everything, more of them lately."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from modules.films.demo.hours import shopping_time
from modules.films.demo.orders import Shop, buy, cancel_line, give_up, let_expire, pay_late, plan_parcels

DAYS = 183
NEWEST = 2
"""So many days ago the plain history ends; what happened since is told one by one in `recent.py`."""


def plan_past(shop: Shop, number: int, *, at: datetime) -> None:
    """So many orders over the months, each with its ending."""
    moments = sorted(_moment(part / number, at, shop.dice) for part in range(number))
    for place, moment in enumerate(moments):
        shop.agenda.add(moment, partial(ENDINGS[place % len(ENDINGS)], shop))


def _moment(part: float, at: datetime, dice: random.Random) -> datetime:
    return shopping_time(at, NEWEST + round((DAYS - NEWEST) * (1 - part) ** 1.3), dice)


def _sent(shop: Shop, at: datetime) -> None:
    plan_parcels(shop, buy(shop, at, wanted=shop.shelves.discs(at)), at)


def _digital(shop: Shop, at: datetime) -> None:
    shopper = shop.people.member()
    wanted = shop.shelves.discs(at) if shopper.actor.user is None else shop.shelves.digital(at)
    plan_parcels(shop, buy(shop, at, shopper=shopper, wanted=wanted), at)


def _mixed(shop: Shop, at: datetime) -> None:
    shopper = shop.people.member()
    wanted = shop.shelves.discs(at) if shopper.actor.user is None else shop.shelves.mixed(at)
    plan_parcels(shop, buy(shop, at, shopper=shopper, wanted=wanted), at)


def _two_parcels(shop: Shop, at: datetime) -> None:
    plan_parcels(shop, buy(shop, at, wanted=shop.shelves.two_places(at)), at)


def _cancelled(shop: Shop, at: datetime) -> None:
    bought = buy(shop, at, wanted=shop.shelves.discs(at))
    shop.agenda.add(at + timedelta(minutes=9), partial(give_up, shop, bought))


def _never_paid(shop: Shop, at: datetime) -> None:
    let_expire(shop, at, shopper=shop.people.guest(), wanted=shop.shelves.discs(at))


def _paid_late(shop: Shop, at: datetime) -> None:
    late = let_expire(shop, at, shopper=shop.people.guest(), wanted=shop.shelves.discs(at))
    shop.agenda.add(at + timedelta(minutes=36), partial(pay_late, shop, late))


def _line_cancelled(shop: Shop, at: datetime) -> None:
    bought = buy(shop, at, wanted=shop.shelves.discs(at, 3))
    shop.agenda.add(at + timedelta(minutes=25), partial(cancel_line, shop, bought))
    plan_parcels(shop, bought, at)


ENDINGS: tuple[Callable[[Shop, datetime], None], ...] = (
    _sent, _digital, _sent, _never_paid, _sent, _two_parcels, _sent, _cancelled, _mixed, _sent,
    _sent, _paid_late, _sent, _digital, _cancelled, _sent, _two_parcels, _never_paid, _sent, _line_cancelled,
)  # fmt: skip
