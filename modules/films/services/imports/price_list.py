"""Rows of a price list: editions with prices, and how many copies lie where; written and taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError, Q
from django.utils.translation import gettext as _

from modules.core.access import require
from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.money import Money
from modules.films.errors import RowRefused, StaysAsItIs
from modules.films.models import Edition, Film, Location, StockLevel
from modules.films.rules.imports import Written
from modules.films.services.prices import change_price, first_price
from modules.films.services.stock import adjust_stock, receive_stock

RIGHTS = ("films.import_films", "films.add_edition", "films.change_price", "films.receive_stock", "films.adjust_stock")


@transaction.atomic
def write_price_row(values: Mapping[str, Any], *, source: str, actor: Actor, at: datetime) -> Written:
    """Add an edition or set the price of a known one, and its stock at a place to what was counted. RowRefused."""
    for right in RIGHTS:
        require(actor, right)
    changes: dict[str, list[Any]] = {}
    edition = Edition.objects.select_for_update().filter(sku=values["sku"]).first()
    is_new = edition is None
    if edition is None:
        edition = _add(values, actor=actor, at=at)
    else:
        _check_known(edition, values)
        price = values.get("price")
        if price is not None and price != edition.price:
            changes["price"] = [edition.price.minor, price.minor]
            change_price(edition=edition, price=price, actor=actor, at=at, reason=_("Import"))
    if counted := _count(edition, values, source=source, actor=actor, at=at):
        changes["on_hand"] = counted
    return Written(edition.pk, is_new=is_new, changes=changes)


def _add(values: Mapping[str, Any], *, actor: Actor, at: datetime) -> Edition:
    for name in ("title", "year", "format", "price"):
        if name not in values:
            raise RowRefused(name, _("is missing: the SKU is new, so title, year, format and price are needed"))
    film = Film.objects.filter(title=values["title"], year=values["year"]).first()
    if film is None:
        raise RowRefused("title", _("There is no film with this title and year. Import the films first."))
    price: Money = values["price"]
    try:
        with transaction.atomic():
            edition = Edition.objects.create(
                film=film, sku=values["sku"], format=values["format"], price=price, currency=price.currency,
                ean=values.get("ean"),
            )  # fmt: skip
    except IntegrityError:
        raise RowRefused("ean", _("Another edition has this EAN.")) from None
    first_price(edition=edition, actor=actor, at=at, reason=_("Import"))
    audit(edition, "imported", actor=actor, at=at)
    return edition


def _check_known(edition: Edition, values: Mapping[str, Any]) -> None:
    if edition.archived_at is not None:
        raise RowRefused("sku", _("This edition is archived. Bring it back on its page first."))
    if values.get("format", edition.format) != edition.format:
        raise RowRefused("format", _("This SKU is {format}."), format=edition.get_format_display())
    if "price" in values and values["price"].currency != edition.currency:
        raise RowRefused("price", _("This edition is sold in {currency}."), currency=edition.currency)


def _count(edition: Edition, values: Mapping[str, Any], *, source: str, actor: Actor, at: datetime) -> list[Any]:
    """Bring the stock to what was counted; [[place, before], [place, after]], or nothing when it is so already."""
    name, counted = values.get("location"), values.get("on_hand")
    if name is None and counted is None:
        return []
    if name is None or counted is None:
        words = _("is missing: stock is told by a location and how many are there")
        raise RowRefused("location" if name is None else "on_hand", words)
    place = Location.objects.filter(Q(slug=name) | Q(name__iexact=name), archived_at__isnull=True).first()
    if place is None:
        raise RowRefused("location", _("There is no location “{name}”."), name=name)
    if edition.is_digital:
        raise RowRefused("on_hand", _("A digital film has no stock."))
    level = StockLevel.objects.select_for_update().filter(edition=edition, location=place).first()
    before = level.on_hand if level is not None else 0
    if counted == before:
        return []
    _move(edition, place, level, counted - before, source=source, actor=actor, at=at, cost=values.get("unit_cost"))
    return [[place.pk, before], [place.pk, counted]]


def _move(
    edition: Edition, place: Location, level: StockLevel | None, change: int, *, source: str, actor: Actor,
    at: datetime, cost: Money | None,
) -> None:  # fmt: skip
    if change > 0 and (level is None or cost is not None):
        receive_stock(
            edition=edition, location=place, quantity=change, unit_cost=cost, actor=actor, at=at,
            document=source, reason=_("Import"),
        )  # fmt: skip
    elif level is not None:
        adjust_stock(level=level, on_hand=change, actor=actor, at=at, reason=_("Counted, by import"), document=source)


@transaction.atomic
def take_back_price_row(
    *, edition_id: int, is_new: bool, changes: Mapping[str, Sequence[Any]], source: str, actor: Actor, at: datetime
) -> str:
    """Take a row back; what stays, in words. StaysAsItIs when all of it does."""
    edition = Edition.objects.select_for_update().filter(pk=edition_id).first()
    if edition is None:
        raise StaysAsItIs(_("It is not there any more."))
    stays, went = "", is_new
    if "on_hand" in changes:
        (place_id, old), (_place, new) = changes["on_hand"]
        level = StockLevel.objects.select_for_update().filter(edition=edition, location_id=place_id).first()
        if level is not None and level.on_hand == new:
            words = _("Import undone")
            adjust_stock(level=level, on_hand=old - new, actor=actor, at=at, reason=words, document=source)
            went = True
        else:
            stays = _("The stock has moved since and stays.")
    if "price" in changes:
        old, new = changes["price"]
        if edition.price.minor == new:
            price = Money(old, edition.currency)
            change_price(edition=edition, price=price, actor=actor, at=at, reason=_("Import undone"))
            went = True
        else:
            words = _("The price was changed since and stays.")
            stays = f"{stays} {words}".strip()
    if not went:
        raise StaysAsItIs(stays)
    return _take_back_new(edition, stays, actor=actor, at=at) if is_new else stays


def _take_back_new(edition: Edition, stays: str, *, actor: Actor, at: datetime) -> str:
    """Remove a new edition on which nothing hangs; any other is archived."""
    if stays or edition.revision != 1:
        raise StaysAsItIs(_("It has been changed since. Archive it on its page if it should not be sold."))
    audit(edition, "import_undone", actor=actor, at=at)
    try:
        with transaction.atomic():
            edition.prices.all().delete()
            edition.delete()
    except ProtectedError:
        Edition.objects.filter(pk=edition.pk).update(archived_at=at, updated_at=at, revision=F("revision") + 1)
        return _("Archived: copies of it were counted or ordered.")
    return ""
