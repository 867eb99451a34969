"""How many copies lie where, and every movement that made it so."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from modules.core.fields import CurrencyField, MoneyField
from modules.core.models import Record
from modules.films.choices import LocationKind, MovementKind
from modules.films.models.editions import Edition


class Location(Record):
    """A place with shelves: a store or the warehouse."""

    record_type = "films.location"

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=LocationKind, default=LocationKind.STORE)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("location"), _("locations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=LocationKind.values), name="films_location_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="films_location_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class StockLevel(Record):
    """The stock of an edition at a location. It changes only by `services.stock`, each time with a movement."""

    record_type = "films.stocklevel"

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="stock", verbose_name=_("edition"))
    location = models.ForeignKey(Location, models.PROTECT, related_name="stock", verbose_name=_("location"))
    on_hand = models.IntegerField(_("on hand"), default=0)
    allocated = models.IntegerField(_("set aside"), default=0)
    unavailable = models.IntegerField(_("not for sale"), default=0)
    value = MoneyField(_("value"), default=0, help_text=_("What the copies on hand cost, at their average."))
    reorder_point = models.PositiveIntegerField(
        _("reorder point"), default=0, help_text=_("Order more when no more than this many are available.")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("stock level"), _("stock levels")
        ordering = ["edition_id", "location_id"]
        permissions = [
            ("receive_stock", _("Can receive goods")),
            ("adjust_stock", _("Can adjust stock")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["edition", "location"], name="films_stocklevel_one_a_place"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="films_stocklevel_on_hand_not_negative"),
            models.CheckConstraint(condition=Q(allocated__gte=0), name="films_stocklevel_allocated_not_negative"),
            models.CheckConstraint(condition=Q(unavailable__gte=0), name="films_stocklevel_unavailable_not_negative"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=F("allocated") + F("unavailable")),
                name="films_stocklevel_available_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(on_hand__gt=0, value__gte=0) | Q(value=0), name="films_stocklevel_value_of_copies"
            ),
        ]
        indexes = [
            models.Index(fields=["reorder_point"], name="films_stocklevel_watched", condition=Q(reorder_point__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.edition} · {self.location}"

    @property
    def available(self) -> int:
        """What may be sold: on hand, less what orders hold, less what is damaged or held back."""
        return self.on_hand - self.allocated - self.unavailable

    @property
    def is_low(self) -> bool:
        """Whether it is time to order more."""
        return 0 < self.reorder_point >= self.available


class AppendOnly(TypeError):
    """Stock movements are corrected by further movements."""


class MovementQuerySet(models.QuerySet["StockMovement"]):
    """Movements can be added and read."""

    def update(self, **values: Any) -> NoReturn:
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly


class StockMovement(models.Model):
    """A change of a stock level; the sum of a level's movements is the level. Append-only.

    `on_hand`, `allocated`, `unavailable` and `value` are signed changes. `document` names what caused it: an order's
    number, a delivery note.
    """

    level = models.ForeignKey(StockLevel, models.PROTECT, related_name="movements", verbose_name=_("stock level"))
    kind = models.CharField(_("kind"), max_length=12, choices=MovementKind)
    on_hand = models.IntegerField(_("on hand"), default=0)
    allocated = models.IntegerField(_("set aside"), default=0)
    unavailable = models.IntegerField(_("not for sale"), default=0)
    currency = CurrencyField(_("currency"))
    unit_cost = MoneyField(_("unit cost"), null=True, blank=True)  # type: ignore[misc]  # it may be unknown
    value = MoneyField(_("value"), default=0)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    document = models.CharField(_("document"), max_length=80, blank=True, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"))

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("stock movement"), _("stock movements")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MovementKind.values), name="films_stockmovement_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=MovementKind.RECEIPT) | Q(on_hand__gt=0, allocated=0, unavailable=0),
                name="films_stockmovement_receipt_adds",
            ),
            models.CheckConstraint(
                condition=~Q(kind=MovementKind.ADJUSTMENT)
                | (Q(allocated=0) & ~Q(on_hand=0, unavailable=0) & ~Q(reason="")),
                name="films_stockmovement_adjustment_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(kind=MovementKind.ALLOCATE) | Q(on_hand=0, allocated__gt=0, unavailable=0),
                name="films_stockmovement_allocate_sets_aside",
            ),
            models.CheckConstraint(
                condition=~Q(kind=MovementKind.RELEASE) | Q(on_hand=0, allocated__lt=0, unavailable=0),
                name="films_stockmovement_release_gives_back",
            ),
            models.CheckConstraint(
                condition=~Q(kind=MovementKind.SALE) | Q(on_hand__lt=0, allocated=F("on_hand"), unavailable=0),
                name="films_stockmovement_sale_takes_both",
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="films_stockmovement_newest"),
            models.Index(fields=["level", "-at", "-id"], name="films_stockmovement_of_level"),
            models.Index(fields=["document"], name="films_stockmovement_document", condition=~Q(document="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on_hand or self.allocated or self.unavailable:+d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly
