"""The film shop's fixed words."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FilmStatus(TextChoices):
    RUMOURED = "rumoured", _("Rumoured")
    PLANNED = "planned", _("Planned")
    IN_PRODUCTION = "in_production", _("In production")
    POST_PRODUCTION = "post_production", _("Post-production")
    RELEASED = "released", _("Released")
    CANCELLED = "cancelled", pgettext_lazy("film", "Cancelled")


class Job(TextChoices):
    ACTOR = "actor", _("Cast")
    DIRECTOR = "director", _("Director")
    WRITER = "writer", _("Writer")
    PRODUCER = "producer", _("Producer")
    COMPOSER = "composer", _("Composer")
    CINEMATOGRAPHER = "cinematographer", _("Cinematographer")
    EDITOR = "editor", _("Editor")


class Format(TextChoices):
    DVD = "dvd", _("DVD")
    BLURAY = "bluray", _("Blu-ray")
    DIGITAL = "digital", _("Digital")

    @property
    def is_digital(self) -> bool:
        """A digital film has no stock: it never sells out and is not shipped."""
        return self is Format.DIGITAL


class TaxClass(TextChoices):
    STANDARD = "standard", _("Standard rate")
    REDUCED = "reduced", _("Reduced rate")


class LocationKind(TextChoices):
    STORE = "store", _("Store")
    WAREHOUSE = "warehouse", _("Warehouse")


class MovementKind(TextChoices):
    RECEIPT = "receipt", _("Goods received")
    ADJUSTMENT = "adjustment", _("Adjustment")
    ALLOCATE = "allocate", _("Set aside for an order")
    RELEASE = "release", _("Given back by an order")
    SALE = "sale", _("Sold")


class OrderState(TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
    EXPIRED = "expired", _("Expired")
    PAID = "paid", _("Paid")
    PARTLY_SHIPPED = "partly_shipped", _("Partly shipped")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")
    LAPSED = "lapsed", _("Lapsed")


class LineKind(TextChoices):
    EDITION = "edition", _("Film")
    SHIPPING = "shipping", _("Shipping")


class ShipmentState(TextChoices):
    OPEN = "open", _("To pack")
    STUCK = "stuck", _("Stuck")
    PICKED = "picked", _("Packed")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


WAITING = (ShipmentState.OPEN, ShipmentState.STUCK)
"""States of a shipment whose lines may still be cancelled: nobody has packed them."""
IN_HOUSE = (*WAITING, ShipmentState.PICKED)
SENT = (ShipmentState.SHIPPED, ShipmentState.DELIVERED)
PACKED = (ShipmentState.PICKED, *SENT)


class Carrier(TextChoices):
    CORREOS = "correos", "Correos"
    SEUR = "seur", "SEUR"
    MRW = "mrw", "MRW"
    DHL = "dhl", "DHL"
    UPS = "ups", "UPS"
    GLS = "gls", "GLS"
    PICKUP = "pickup", _("Collected in the shop")
    OTHER = "other", _("Another carrier")
