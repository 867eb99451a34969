"""What is sold: a film in a format, with its price and the prices before it."""

from datetime import date
from functools import reduce
from operator import add

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import IntegerField, Q, Value
from django.db.models.functions import Cast, Mod, Substr
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from modules.core.fields import CurrencyField, MoneyField
from modules.core.models import Record
from modules.core.moments import babel_locale
from modules.films.choices import Format, TaxClass
from modules.films.models.catalogue import Film

EAN_LENGTH = 13
FEW = 5
"""From so many copies down the shop says how many are left."""


def ean_check_digit(digits: str) -> int:
    """The last digit of an EAN-13 from its first twelve."""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[: EAN_LENGTH - 1]))
    return -weighted % 10


def check_ean(value: str) -> None:
    """Validator: thirteen digits whose last one checks the others."""
    if len(value) != EAN_LENGTH or not (value.isascii() and value.isdigit()):
        raise ValidationError(_("An EAN has exactly 13 digits."), code="ean_length")
    if int(value[-1]) != ean_check_digit(value):
        raise ValidationError(_("The last digit does not fit: look at the number again."), code="ean_check_digit")


_DIGITS = (
    Cast(Substr("ean", place + 1, 1), IntegerField()) * Value(3 if place % 2 else 1) for place in range(EAN_LENGTH)
)
EAN_CHECKS = Exact(Mod(reduce(add, _DIGITS), Value(10)), Value(0))
"""The thirteen digits, every second one times three, make a multiple of ten."""


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions as the shop asks for them."""

    def shown(self) -> "EditionQuerySet":
        """Editions that customers see, whether on sale already or not; archived ones are not."""
        return self.filter(archived_at__isnull=True)

    def physical(self) -> "EditionQuerySet":
        """Editions that lie on shelves."""
        return self.exclude(format=Format.DIGITAL)


class Edition(Record):
    """A film in a format. The price is gross; only `services.prices.change_price` changes it, and keeps history."""

    record_type = "films.edition"

    film = models.ForeignKey(Film, models.PROTECT, related_name="editions", verbose_name=_("film"))
    format = models.CharField(_("format"), max_length=10, choices=Format)
    sku = models.CharField(_("SKU"), max_length=40, unique=True)
    ean = models.CharField(_("EAN"), max_length=13, unique=True, null=True, blank=True, validators=[check_ean])
    currency = CurrencyField(_("currency"))
    price = MoneyField(_("price"))
    tax_class = models.CharField(_("tax class"), max_length=10, choices=TaxClass, default=TaxClass.STANDARD)
    on_sale_from = models.DateField(_("on sale from"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("edition"), _("editions")
        ordering = ["sku"]
        permissions = [("change_price", _("Can change prices"))]
        constraints = [
            models.CheckConstraint(condition=Q(format__in=Format.values), name="films_edition_format_known"),
            models.CheckConstraint(condition=Q(tax_class__in=TaxClass.values), name="films_edition_tax_class_known"),
            models.CheckConstraint(condition=Q(price__gte=0), name="films_edition_price_not_negative"),
            models.CheckConstraint(condition=~Q(sku=""), name="films_edition_has_sku"),
            models.CheckConstraint(
                condition=Q(ean__isnull=True) | Q(ean__regex=r"^[0-9]{13}$"), name="films_edition_ean_thirteen_digits"
            ),
            models.CheckConstraint(condition=Q(ean__isnull=True) | Q(EAN_CHECKS), name="films_edition_ean_checks"),
        ]
        indexes = [models.Index(fields=["format", "film"], name="films_edition_format")]

    def __str__(self) -> str:
        return f"{self.sku} {self.get_format_display()}"

    @property
    def is_digital(self) -> bool:
        return self.format == Format.DIGITAL

    def is_on_sale(self, today: date) -> bool:
        """Whether it may be bought on a day, apart from stock."""
        return self.archived_at is None and (self.on_sale_from is None or self.on_sale_from <= today)


class EditionPrice(models.Model):
    """A price that held from a moment on: append-only; the newest row is the edition's price."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="prices", verbose_name=_("edition"))
    currency = CurrencyField(_("currency"))
    price = MoneyField(_("price"))
    starts_at = models.DateTimeField(_("from"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("price"), _("price history")
        ordering = ["-starts_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(price__gte=0), name="films_editionprice_not_negative")]
        indexes = [models.Index(fields=["edition", "-starts_at", "-id"], name="films_editionprice_newest")]

    def __str__(self) -> str:
        return self.price.format(babel_locale())
