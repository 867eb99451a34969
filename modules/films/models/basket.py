"""What somebody means to buy. A basket holds no stock and no promise; the price it shows is confirmed at checkout."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.core.fields import CurrencyField, MoneyField
from modules.core.money import Money
from modules.films.models.editions import Edition

MAX_QUANTITY = 20


class Basket(models.Model):
    """One basket a customer; a guest's is found by its token, which lives in the session."""

    token = models.UUIDField(_("token"), unique=True, default=uuid.uuid4, editable=False)
    customer = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="basket",
        verbose_name=_("customer"),
    )
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name, verbose_name_plural = _("basket"), _("baskets")
        indexes = [models.Index(fields=["updated_at"], name="films_basket_stale")]

    def __str__(self) -> str:
        return str(self.token)


class BasketLine(models.Model):
    """So many of an edition, at the price the customer has seen."""

    basket = models.ForeignKey(Basket, models.CASCADE, related_name="lines", verbose_name=_("basket"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name=_("edition"))
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    currency = CurrencyField(_("currency"))
    seen_price = MoneyField(_("price seen"))
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name, verbose_name_plural = _("basket line"), _("basket lines")
        constraints = [
            models.UniqueConstraint(fields=["basket", "edition"], name="films_basketline_edition_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="films_basketline_quantity_in_range"
            ),
            models.CheckConstraint(condition=Q(seen_price__gte=0), name="films_basketline_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.edition}"

    @property
    def total(self) -> Money:
        """At the price of today, which is what the customer would pay."""
        return self.edition.price * self.quantity

    @property
    def has_new_price(self) -> bool:
        return bool(self.edition.price != self.seen_price)
