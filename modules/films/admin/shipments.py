"""Shipments in the console: what to pack, what is under way."""

from typing import Any

from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from modules.console.api import DateRange, RecordAdmin, RecordInline, display, record_address, register
from modules.films.models import Shipment, ShipmentLine


def tracking_of(shipment: Shipment) -> SafeString | str:
    """The number of a parcel, as a link to its carrier where there is one."""
    if not shipment.tracking_url:
        return shipment.tracking_number or "–"
    words, url = shipment.tracking_number or _("Follow the parcel"), shipment.tracking_url
    return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', url, words)


class ShipmentLineInline(RecordInline):
    """What belongs into the parcel."""

    model = ShipmentLine
    fields = ["title", "sku", "quantity", "picked"]
    readonly_fields = fields
    can_delete = False
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShipmentLine]:
        found: QuerySet[ShipmentLine] = super().get_queryset(request)
        return found.select_related("order_line")

    @display(description=_("title"))
    def title(self, line: ShipmentLine) -> str:
        return line.order_line.title

    @display(description=_("SKU"))
    def sku(self, line: ShipmentLine) -> str:
        return line.order_line.sku

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@register(Shipment)
class ShipmentAdmin(RecordAdmin):
    """What each place has to pack and has sent. Steps alone change it."""

    list_display = ["number", "state", "recipient", "location", "pieces", "due_at", "tracking_number"]
    list_filter = ["state", "location", ("due_at", DateRange), "carrier"]
    list_select_related = ["order", "location"]
    search_fields = ["number", "tracking_number"]
    default_order = ["-opened_at"]
    inlines = [ShipmentLineInline]
    fields = [
        ("number", "order_page"), ("recipient", "location"), ("paid_at", "opened_at", "due_at"),
        ("carrier", "tracking"), ("picked_at", "shipped_at", "delivered_at"),
    ]  # fmt: skip
    readonly_fields = ["order_page", "recipient", "tracking"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shipment]:
        found: QuerySet[Shipment] = super().get_queryset(request)
        return found.annotate(copies=Sum("lines__quantity")) if _is_list(request) else found

    @display(description=_("copies"))
    def pieces(self, shipment: Any) -> int:
        return shipment.copies or 0

    @display(description=pgettext_lazy("shipment", "for"))
    def recipient(self, shipment: Shipment) -> str:
        return shipment.order.name

    @display(description=_("order"))
    def order_page(self, shipment: Shipment) -> SafeString:
        return format_html('<a href="{}">{}</a>', record_address(shipment.order), shipment.order.number)

    @display(description=_("tracking number"))
    def tracking(self, shipment: Shipment) -> SafeString | str:
        if not shipment.tracking_url:
            return shipment.tracking_number or "–"
        words = shipment.tracking_number or _("Follow the parcel")
        return format_html(
            '<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', shipment.tracking_url, words
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing of a shipment is edited by hand; its steps have rights of their own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _is_list(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name == "films_shipment_changelist"
