"""Orders in the console: facts left, what can be done right, what has happened below."""

from typing import Any

from babel.numbers import format_percent
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from modules.console.api import RecordAdmin, RecordInline, display, register
from modules.core.moments import babel_locale
from modules.films.models import Entitlement, Order, OrderLine
from modules.films.rules.addresses import address_lines


class LineInline(RecordInline):
    """The positions of an order, as they were when it was placed."""

    model = OrderLine
    fields = ["position", "title", "sku", "quantity", "unit_price", "tax_percent", "gross"]
    readonly_fields = fields
    can_delete = False
    show_change_link = False

    @display(description=_("Tax rate"))
    def tax_percent(self, line: OrderLine) -> str:
        return format_percent(line.tax_rate, locale=babel_locale())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@register(Order)
class OrderAdmin(RecordAdmin):
    """Staff see orders; what happens to them happens by their workflow."""

    list_display = ["number", "state", "name", "email", "gross", "placed_at"]
    list_filter = ["state", "customer"]
    list_columns = ["customer", "net", "tax", "language", "state_since"]
    calendar = "placed_at"
    empty_hint = _("As soon as somebody buys, the order stands here.")
    search_fields = ["number", "email", "name"]
    default_order = ["-placed_at"]
    inlines = [LineInline]
    fields = [
        ("number", "placed_at"), ("name", "email"), ("customer", "language"), "sent_to", ("net", "tax", "gross"),
    ]  # fmt: skip
    readonly_fields = ["sent_to"]

    @display(description=_("Delivery address"))
    def sent_to(self, order: Order) -> str:
        """The address as it stands on a parcel."""
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in address_lines(order))) or "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing of an order is edited by hand; its steps have rights of their own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@register(Entitlement)
class EntitlementAdmin(RecordAdmin):
    """Who may watch what, since when, and from which order."""

    list_display = ["user", "edition", "starts_at", "revoked_at"]
    search_fields = ["user__email", "edition__sku"]
    list_select_related = ["user", "edition"]
    readonly_fields = ["user", "edition", "order_line", "starts_at", "revoked_at"]
    fields = readonly_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
