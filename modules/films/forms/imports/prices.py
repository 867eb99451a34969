"""The values of a row of a price list."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from modules.core.money import Money
from modules.core.tables import BadCell
from modules.films.choices import Format
from modules.films.models.editions import check_ean

MOST = Decimal(1_000_000)
MOST_COPIES = 100_000


def text(value: Any) -> str:
    """A short text."""
    told = " ".join(str(value).split())
    if len(told) > 40:
        raise BadCell(_("longer than {most} characters").format(most=40))
    return told


def price(value: Any) -> Money:
    """An amount of the shop's currency, such as 12.90 or 12,90; never more precise than its coins."""
    told = str(value).strip().removesuffix("€").strip()
    plain = told.replace(",", ".") if told.count(",") == 1 and "." not in told else told
    try:
        amount = Decimal(plain) if plain.isascii() and "_" not in plain else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < MOST:
        raise BadCell(_("expected a price such as 12.90, found “{found}”").format(found=told[:40]))
    money = Money.of(amount, settings.SHOP_CURRENCY)
    if money.major != amount:
        raise BadCell(_("“{found}” is more precise than the currency").format(found=told[:40]))
    return money


def edition_format(value: Any) -> str:
    """DVD, Blu-ray or digital, however it is written."""
    told = "".join(char for char in str(value).casefold() if char.isalnum())
    known = {
        "".join(c for c in word.casefold() if c.isalnum()): one.value
        for one in Format
        for word in (one.value, str(one.label))
    }
    if told not in known:
        names = ", ".join(str(one.label) for one in Format)
        raise BadCell(_("expected one of {names}").format(names=names))
    return known[told]


def copies(value: Any) -> int:
    """How many copies there are."""
    told = str(value).strip()
    if not (told.isascii() and told.isdigit() and len(told) < 9 and int(told) <= MOST_COPIES):
        raise BadCell(_("expected how many copies there are, found “{found}”").format(found=told[:40]))
    return int(told)


def ean(value: Any) -> str:
    """An EAN-13."""
    told = str(value).replace(" ", "")
    try:
        check_ean(told)
    except ValidationError as error:
        raise BadCell(" ".join(error.messages)) from None
    return told
