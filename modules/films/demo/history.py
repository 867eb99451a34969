"""Half a year of the shop, made by the same services as real business, at past times and with recorded payments.

Oldest first, so that invoice numbers are in order; nothing is mailed.
"""

import random
from collections.abc import Callable
from datetime import datetime

from modules.billing.api import recording
from modules.films.demo.agenda import Agenda, let_happen
from modules.films.demo.desk import keep_views, plan_desk
from modules.films.demo.orders import Shop
from modules.films.demo.past import DAYS, plan_past
from modules.films.demo.people import People
from modules.films.demo.recent import plan_recent
from modules.films.demo.shelves import Shelves, plan_goods, watch_levels
from modules.films.models import Order, Shipment

ORDERS = 300
TOLD_EVERY = 60


def load_orders(report: Callable[[str], None], at: datetime, *, number: int = ORDERS) -> None:
    """So many orders up to now; where orders stand already, nothing happens."""
    if Order.objects.exists():
        return
    dice = random.Random(1895)  # noqa: S311 - the same demo everywhere
    watch_levels()
    shop = Shop(dice, Agenda(), People(dice), Shelves(dice), placed=_counting(report, number))
    plan_goods(shop.agenda, dice, shop.people.clerk, at=at, days=DAYS)
    recent = plan_recent(shop, at=at) + plan_desk(shop, at=at)
    plan_past(shop, number - recent, at=at)
    with recording():
        let_happen(shop.agenda, at=at, letters=shop.letters)
    keep_views(shop, at=at)
    report(f"{Order.objects.count()} orders, {Shipment.objects.count()} shipments")


def _counting(report: Callable[[str], None], number: int) -> Callable[[Order], None]:
    """Says now and then how far the history is."""
    done = 0

    def placed(order: Order) -> None:
        nonlocal done
        done += 1
        if done % TOLD_EVERY == 0 and done < number:
            report(f"{done} of {number} orders")

    return placed
