"""Orders and their lines: snapshots of what was bought, at what price and tax, that never change after placing.

What became of a line stands beside it: `shipped` and `cancelled` never exceed what was ordered.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.core.fields import CurrencyField, MoneyField
from modules.core.text import public_number
from modules.films.choices import LineKind, OrderState
from modules.films.models.editions import Edition
from modules.workflow.api import WorkflowRecord

PAYMENT_WINDOW = timedelta(minutes=30)
"""How long an order waits for its payment, with its copies set aside."""


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders as the pages ask for them."""

    def with_lines(self) -> "OrderQuerySet":
        return self.prefetch_related(
            models.Prefetch("lines", OrderLine.objects.select_related("edition__film").order_by("position"))
        )


class Order(WorkflowRecord):
    """A film order. Its state changes only by `fire`; its totals never change after placing."""

    record_type = "films.order"
    fixed_fields = frozenset(
        {
            "number",
            "customer",
            "placed_key",
            "placed_at",
            "currency",
            "net",
            "tax",
            "gross",
            "language",
            "address",
        }
    )

    number = models.CharField(_("number"), max_length=12, unique=True, default=public_number, editable=False)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("customer"),
    )
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=12)
    address = models.JSONField(
        _("delivery address"), default=dict, blank=True, help_text=_("Empty when nothing is shipped.")
    )
    note = models.TextField(_("note"), blank=True, default="", help_text=_("For staff: the customer does not see it."))
    placed_key = models.UUIDField(_("idempotency key"), unique=True, editable=False)
    placed_at = models.DateTimeField(_("placed"))
    currency = CurrencyField(_("currency"))
    net = MoneyField(_("net"))
    tax = MoneyField(_("tax"))
    gross = MoneyField(_("total"))

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("order"), _("orders")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="films_order_state_known"),
            models.CheckConstraint(condition=Q(gross__gte=0), name="films_order_gross_not_negative"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="films_order_adds_up"),
            models.CheckConstraint(condition=~Q(email=""), name="films_order_has_email"),
        ]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="films_order_newest"),
            models.Index(fields=["customer", "-placed_at", "-id"], name="films_order_of_customer"),
            models.Index(fields=["state", "-placed_at", "-id"], name="films_order_by_state"),
            models.Index(fields=["email"], name="films_order_email"),
            models.Index(fields=["name"], name="films_order_name"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("portal:films_order_detail", args=[self.number])

    @property
    def pay_until(self) -> datetime:
        """The moment at which an unpaid order expires."""
        return self.placed_at + PAYMENT_WINDOW


class OrderLine(models.Model):
    """One position of an order. Price, title and tax rate are those of the moment of placing."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", verbose_name=_("order"))
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind, default=LineKind.EDITION)
    edition = models.ForeignKey(
        Edition, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("edition")
    )
    title = models.CharField(_("title"), max_length=240)
    sku = models.CharField(_("SKU"), max_length=40, blank=True, default="")
    is_digital = models.BooleanField(_("digital"), default=False)
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    shipped = models.PositiveSmallIntegerField(_("shipped"), default=0)
    cancelled = models.PositiveSmallIntegerField(_("cancelled"), default=0)
    currency = CurrencyField(_("currency"))
    unit_price = MoneyField(_("unit price"))
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=4)
    net = MoneyField(_("net"))
    tax = MoneyField(_("tax"))
    gross = MoneyField(_("total"))

    class Meta:
        verbose_name, verbose_name_plural = _("order line"), _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="films_orderline_position_once"),
            models.CheckConstraint(condition=Q(kind__in=LineKind.values), name="films_orderline_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=LineKind.EDITION, edition__isnull=False) | Q(kind=LineKind.SHIPPING, edition=None),
                name="films_orderline_edition_fits_kind",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="films_orderline_quantity_positive"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("shipped") + F("cancelled")), name="films_orderline_never_more_than_ordered"
            ),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="films_orderline_adds_up"),
            models.CheckConstraint(
                condition=Q(gross=F("unit_price") * F("quantity")), name="films_orderline_gross_is_price_times_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def kept(self) -> int:
        """How many the customer still gets or has got."""
        return self.quantity - self.cancelled

    @property
    def to_ship(self) -> int:
        """How many of a disc are still in the house."""
        return 0 if self.is_digital or self.edition_id is None else self.kept - self.shipped


class Entitlement(models.Model):
    """The right of a person to watch a digital film; one for each paid digital line."""

    record_type = "films.entitlement"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="entitlements", verbose_name=_("person")
    )
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="entitlements", verbose_name=_("edition"))
    order_line = models.OneToOneField(
        OrderLine, models.PROTECT, related_name="entitlement", verbose_name=_("order line")
    )
    starts_at = models.DateTimeField(_("since"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("entitlement"), _("entitlements")
        indexes = [models.Index(fields=["user", "-starts_at", "-id"], name="films_entitlement_of_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.edition}"
