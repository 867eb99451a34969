"""What lies in the demo shop, and its goods that come, break and run low over the months."""

import random
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from modules.core.actors import Actor
from modules.core.money import Money
from modules.films.demo.agenda import Agenda
from modules.films.models import Edition, StockLevel
from modules.films.rules.editions import shop_day
from modules.films.selectors.stock import available_by_edition
from modules.films.services.stock import adjust_stock, receive_stock

SUPPLIERS = ("Cine Sur Distribución", "Karma Vídeo", "Northlight Discs")
MISHAPS = ("Case broken", "Disc scratched, sent back", "Counted: one less than in the books", "Taken for the window")
Wanted = list[tuple[Edition, int]]
"""What lies in a basket: editions and how many of each."""


class Shelves:
    """Editions to choose from, by where they lie; what is on sale and enough is asked when it is wanted."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        shown = Edition.objects.shown().select_related("film").order_by("pk")
        self._editions = {edition.pk: edition for edition in shown}
        here, there = _on_hand("shop"), _on_hand("warehouse")
        self._digital = [edition.pk for edition in self._editions.values() if edition.is_digital]
        known = self._editions.keys()
        self._discs = sorted(({*here, *there} & known) - {pk for pk in here if pk not in there})
        self._in_shop = sorted(pk for pk in here.keys() & known if pk not in there and here[pk] >= 2)
        self._scarce = sorted(pk for pk in self._in_shop if here[pk] == 2)
        self._in_warehouse = sorted(pk for pk in there.keys() & known if there[pk] > here.get(pk, 0) + 3)

    def discs(self, at: datetime, count: int = 0) -> Wanted:
        """One to three different films on disc."""
        return self._some(self._discs, at, count or self._dice.choice((1, 1, 1, 2, 2, 3)))

    def digital(self, at: datetime, count: int = 1) -> Wanted:
        return self._some(self._digital, at, count)

    def mixed(self, at: datetime) -> Wanted:
        return [*self.discs(at, 1), *self.digital(at)]

    def two_places(self, at: datetime) -> Wanted:
        """One film that only the shop has, and one that comes from the warehouse."""
        return [*self.only_in_shop(at), *self._some(self._in_warehouse, at, 1)]

    def only_in_shop(self, at: datetime) -> Wanted:
        return self._some(self._in_shop, at, 1)

    def in_warehouse(self, at: datetime) -> Wanted:
        """A film that the warehouse sends and the shop has too."""
        return self._some(self._in_warehouse, at, 1)

    def last_copies(self, at: datetime) -> Wanted:
        """All that is left of a film."""
        return [(edition, 2) for edition, _one in self._some(self._scarce, at, 1)]

    def dear(self, at: datetime) -> Wanted:
        """An order of some weight."""
        return [(edition, 2) for edition, _one in self._some(self._in_warehouse, at, 3)]

    def _some(self, among: list[int], at: datetime, count: int) -> Wanted:
        day = shop_day(at)
        drawn = [self._editions[pk] for pk in self._dice.sample(among, min(len(among), 20))]
        found = [edition for edition in drawn if edition.is_on_sale(day)]
        left = available_by_edition([edition.pk for edition in found if not edition.is_digital])
        enough = [edition for edition in found if edition.is_digital or left.get(edition.pk, 0) > 1]
        return [(edition, 1) for edition in enough[:count]]


def _on_hand(slug: str) -> dict[int, int]:
    rows = StockLevel.objects.filter(location__slug=slug, on_hand__gt=0).values_list("edition_id", "on_hand")
    return dict(rows)


def watch_levels() -> None:
    """Give one level in forty a reorder point; some are below it from the start, and orders bring more there."""
    watched = []
    for level in StockLevel.objects.select_related("edition", "location").order_by("pk"):
        if zlib.crc32(f"{level.edition.sku}|{level.location.slug}".encode()) % 40 == 0:
            level.reorder_point = 3 if level.location.slug == "shop" else 5
            watched.append(level)
    StockLevel.objects.bulk_update(watched, ["reorder_point"])


def plan_goods(agenda: Agenda, dice: random.Random, clerk: Callable[[], Actor], *, at: datetime, days: int) -> None:
    """A delivery every other week, and now and then a disc that breaks."""
    levels = list(StockLevel.objects.filter(on_hand__gt=3).order_by("pk").values_list("pk", flat=True))
    for number, ago in enumerate(range(days - 5, 1, -14)):
        morning = at - timedelta(days=ago, minutes=dice.randrange(300))
        agenda.add(morning, partial(_delivery, dice.sample(levels, 6), number, dice.choice(SUPPLIERS), clerk()))
        agenda.add(morning + timedelta(hours=30), partial(_mishap, dice.choice(levels), dice.choice(MISHAPS), clerk()))


def _delivery(levels: list[int], number: int, supplier: str, actor: Actor, at: datetime) -> None:
    for level in StockLevel.objects.filter(pk__in=levels).select_related("edition", "location").order_by("pk"):
        cost = Money(level.edition.price.minor * 55 // 100, level.edition.currency)
        receive_stock(
            edition=level.edition, location=level.location, quantity=4 + level.pk % 5, unit_cost=cost,
            supplier=supplier, document=f"DN-{at:%Y}-{310 + number * 7}", actor=actor, at=at,
        )  # fmt: skip


def _mishap(pk: int, reason: str, actor: Actor, at: datetime) -> None:
    level = StockLevel.objects.get(pk=pk)
    if level.available > 1:
        adjust_stock(level=level, on_hand=-1, reason=reason, actor=actor, at=at)
