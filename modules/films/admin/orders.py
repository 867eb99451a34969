"""Orders in the console: facts left, what can be done right, what has happened below; taken by phone, too."""

from typing import Any, cast
from uuid import UUID, uuid4

from babel.numbers import format_percent
from django import forms
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from modules.console.api import DateRange, RecordAdmin, RecordInline, display, record_address, register
from modules.core.http import PortalRequest
from modules.core.moments import babel_locale
from modules.core.money import Money
from modules.films.choices import ShipmentState
from modules.films.forms.console.purchases import (
    NoteForm,
    PurchaseChangeForm,
    PurchaseForm,
    PurchaseLineForm,
    PurchaseLines,
)
from modules.films.models import Entitlement, Order, OrderLine, Shipment
from modules.films.rules.addresses import address_lines
from modules.films.selectors.orders import given_back_by_line
from modules.films.selectors.stock import HOLDING
from modules.films.services.purchases import CHANGEABLE, change_purchase, take_order


class LineInline(RecordInline):
    """The positions of an order as they were when it was placed, and what became of each."""

    model = OrderLine
    fields = [
        "title", "quantity", "held", "packed", "shipped", "cancelled", "unit_price", "tax_percent", "gross",
        "given_back",
    ]  # fmt: skip
    readonly_fields = fields
    ordering = ["position"]
    can_delete = False
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        in_parcels = Q(shipment_lines__shipment__state=ShipmentState.PICKED)
        found: QuerySet[OrderLine] = super().get_queryset(request)
        return found.select_related("order", "edition").annotate(
            in_parcels=Sum("shipment_lines__picked", filter=in_parcels)
        )

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.refunds: dict[int, Money] = given_back_by_line(obj) if obj is not None else {}
        return super().get_formset(request, obj, **kwargs)

    @display(description=_("Tax rate"))
    def tax_percent(self, line: OrderLine) -> str:
        return format_percent(line.tax_rate, locale=babel_locale())

    @display(description=_("Set aside"))
    def held(self, line: OrderLine) -> int:
        return line.to_ship if line.order.state in HOLDING else 0

    @display(description=_("Packed"))
    def packed(self, line: Any) -> int:
        return line.in_parcels or 0

    @display(description=_("Given back"))
    def given_back(self, line: OrderLine) -> str:
        amount = self.refunds.get(line.position)
        return amount.format(babel_locale()) if amount else "–"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ShipmentInline(RecordInline):
    """The parcels of an order; each has its own page."""

    model = Shipment
    fields = ["shipment", "location", "stands", "carrier", "tracking", "shipped_at", "delivered_at"]
    readonly_fields = fields
    can_delete = False
    show_change_link = False
    ordering = ["position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shipment]:
        found: QuerySet[Shipment] = super().get_queryset(request)
        return found.select_related("location")

    @display(description=_("shipment"))
    def shipment(self, shipment: Shipment) -> SafeString:
        return format_html('<a href="{}">{}</a>', record_address(shipment), shipment.number)

    @display(description=_("state"))
    def stands(self, shipment: Shipment) -> str:
        return str(ShipmentState(shipment.state).label)

    @display(description=_("tracking number"))
    def tracking(self, shipment: Shipment) -> SafeString | str:
        if not shipment.tracking_url:
            return shipment.tracking_number or "–"
        words = shipment.tracking_number or _("Follow the parcel")
        return format_html(
            '<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', shipment.tracking_url, words
        )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PurchaseLineInline(RecordInline):
    """What somebody wants who called: found by SKU or title."""

    model = OrderLine
    form, formset = PurchaseLineForm, PurchaseLines
    fields = ["edition", "quantity"]
    autocomplete_fields = ["edition"]
    verbose_name_plural = _("Films")
    verbose_name = _("film")
    extra = 1
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("films.add_order"))


@register(Order)
class OrderAdmin(RecordAdmin):
    """Orders: what happens to them happens by their workflow; removing one is cancelling it."""

    list_display = ["number", "state", "name", "email", "gross", "placed_at"]
    list_filter = ["state", "customer", ("placed_at", DateRange)]
    list_columns = ["customer", "net", "tax", "language", "state_since"]
    search_fields = ["number", "email", "name"]
    default_order = ["-placed_at"]
    calendar = "placed_at"
    empty_hint = _("As soon as somebody buys, the order stands here.")
    board_sum, board_card = "gross", ["name", "gross"]
    fields = [
        ("number", "placed_at"), ("name", "email"), ("customer", "language"), ("net", "tax", "gross"), "sent_to",
        "note",
    ]  # fmt: skip
    readonly_fields = ["sent_to"]
    keeps_trail = True

    @display(description=_("Delivery address"))
    def sent_to(self, order: Order) -> str:
        """The address as it stands on a parcel."""
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in address_lines(order))) or "–"

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        if obj is None:
            return [PurchaseLineInline]
        return [LineInline, ShipmentInline] if obj.shipments.exists() else [LineInline]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        asked = PurchaseForm if obj is None else PurchaseChangeForm if self._may_move(request, obj) else NoteForm
        return super().get_form(request, obj, change=change, **{"form": asked, **kwargs})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fixed = () if obj is None or self._is_open(request, obj) else ("email", "name")
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        to = (_("Delivery address"), {"fields": ["street", "extra", ("postcode", "city"), "country"]})
        if obj is None:
            return [(_("Customer"), {"fields": [("email", "name"), "spoken", "note"]}), to]
        shown = super().get_fieldsets(request, obj)
        if not self._may_move(request, obj):
            return shown
        title, options = shown[0]
        return [(title, {**options, "fields": [row for row in options["fields"] if row != "sent_to"]}), to]

    def _is_open(self, request: HttpRequest, order: Order) -> bool:
        """Whether whoever looks may change to whom it goes."""
        return order.state in CHANGEABLE and self.has_change_permission(request, order)

    def _may_move(self, request: HttpRequest, order: Order) -> bool:
        """Whether whoever looks may change where it goes."""
        return bool(order.address) and self._is_open(request, order)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_record(self, request: HttpRequest, record: Order, form: forms.ModelForm, change: bool) -> None:
        """A change goes through its service; a new order is placed with its lines, below."""
        if change:
            names = [name for name in ("email", "name", "note") if name in form.fields]
            changes: dict[str, object] = {name: form.cleaned_data[name] for name in names}
            if isinstance(form, PurchaseChangeForm):
                changes["address"] = form.address
            viewer = cast(PortalRequest, request)
            changed = change_purchase(
                order=Order.objects.get(pk=record.pk), changes=changes, actor=viewer.actor, at=viewer.now
            )
            record.revision = changed.revision

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list[Any], change: bool) -> None:
        if change:
            return
        viewer = cast(PortalRequest, request)
        order = take_order(
            quantities=formsets[0].quantities,
            buyer=cast(PurchaseForm, form).buyer(),
            actor=viewer.actor,
            at=viewer.now,
            key=_key(request),
        )
        if note := form.cleaned_data.get("note"):
            change_purchase(order=order, changes={"note": note}, actor=viewer.actor, at=viewer.now)
        form.instance.__dict__.update(order.__dict__)


def _key(request: HttpRequest) -> UUID:
    """The page's own key, so that pressing twice places one order."""
    try:
        return UUID(request.POST.get("_submission", ""))
    except ValueError:
        return uuid4()


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
