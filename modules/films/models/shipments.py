"""Parcels of an order: one location packs what it has, and each goes its own way."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from modules.films.choices import Carrier, ShipmentState
from modules.films.models.orders import Order, OrderLine
from modules.films.models.stock import Location
from modules.workflow.api import WorkflowRecord, business_hours

PACKING_TIME = business_hours(8)
"""So much open time after it was opened a shipment should be packed, and after that handed over."""

SENDING_TIME = business_hours(16)
"""What customers are promised: sent so much open time, two business days, after the payment."""

DELIVERY_TIME = timedelta(days=4)
"""So long a parcel is usually under way."""


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    """Shipments as the pages ask for them."""

    def with_lines(self) -> "ShipmentQuerySet":
        lines = ShipmentLine.objects.select_related("order_line__edition__film").order_by("order_line__position")
        return self.select_related("order", "location").prefetch_related(models.Prefetch("lines", lines))


class Shipment(WorkflowRecord):
    """What one location sends of an order. Its state changes only by `fire`, and the order's state follows."""

    record_type = "films.shipment"
    fixed_fields = frozenset(
        {
            "number", "order", "position", "location", "paid_at", "opened_at", "due_at", "picked_at",
            "shipped_at", "delivered_at", "carrier", "tracking_number", "tracking_url",
        }
    )  # fmt: skip

    number = models.CharField(_("number"), max_length=16, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments", verbose_name=_("order"))
    position = models.PositiveSmallIntegerField(_("position"))
    location = models.ForeignKey(Location, models.PROTECT, related_name="shipments", verbose_name=_("location"))
    carrier = models.CharField(_("carrier"), max_length=12, choices=Carrier, blank=True, default="")
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True, default="")
    tracking_url = models.URLField(_("tracking link"), max_length=300, blank=True, default="")
    paid_at = models.DateTimeField(_("paid"))
    """When the customer paid for it; what is sent from another place instead was paid for as early."""
    opened_at = models.DateTimeField(pgettext_lazy("shipment", "opened"))
    due_at = models.DateTimeField(_("due"))
    picked_at = models.DateTimeField(_("packed"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("shipment"), _("shipments")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="films_shipment_position_once"),
            models.CheckConstraint(condition=Q(state__in=ShipmentState.values), name="films_shipment_state_known"),
            models.CheckConstraint(
                condition=Q(carrier="") | Q(carrier__in=Carrier.values), name="films_shipment_carrier_known"
            ),
            models.CheckConstraint(
                condition=Q(tracking_number="", tracking_url="") | ~Q(carrier=""),
                name="films_shipment_tracking_has_carrier",
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="films_shipment_newest"),
            models.Index(fields=["state", "due_at", "id"], name="films_shipment_by_state"),
            models.Index(fields=["location", "state", "due_at", "id"], name="films_shipment_by_place"),
            models.Index(fields=["tracking_number"], name="films_shipment_tracking", condition=~Q(tracking_number="")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def for_whom(self) -> str:  # type: ignore[override]
        """The name on the parcel."""
        return self.order.name


class ShipmentLine(models.Model):
    """So many of an order line belong into this parcel; `picked` of them lie in it."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="lines", verbose_name=_("shipment"))
    order_line = models.ForeignKey(
        OrderLine, models.PROTECT, related_name="shipment_lines", verbose_name=_("order line")
    )
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    picked = models.PositiveSmallIntegerField(_("packed"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("shipment line"), _("shipment lines")
        constraints = [
            models.UniqueConstraint(fields=["shipment", "order_line"], name="films_shipmentline_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="films_shipmentline_quantity_positive"),
            models.CheckConstraint(condition=Q(picked__lte=F("quantity")), name="films_shipmentline_picked_of_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line.title}"
