"""Editions, prices, locations and stock in the console."""

from typing import Any, cast

from django import forms
from django.contrib.admin import EmptyFieldListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from modules.console.api import ConsoleFilter, Option, RecordAdmin, RecordInline, display, register
from modules.core.http import PortalRequest
from modules.films.forms.console.stock import EditionForm, StockForm
from modules.films.models import Edition, EditionPrice, Location, StockLevel, StockMovement
from modules.films.models.editions import FEW
from modules.films.selectors.stock import low_levels
from modules.films.services.prices import change_price, first_price
from modules.films.services.stock import adjust_stock, receive_stock


class PriceInline(RecordInline):
    """Every price the edition had."""

    model = EditionPrice
    fields = ["price", "starts_at", "actor", "reason"]
    readonly_fields = fields
    can_delete = False
    show_change_link = False
    ordering = ["-starts_at", "-id"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StockInline(RecordInline):
    """What of the edition lies where."""

    model = StockLevel
    fields = ["location", "on_hand", "allocated", "unavailable", "reorder_point"]
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@register(Edition)
class EditionAdmin(RecordAdmin):
    """What is sold. A price changes here with a reason, and the old ones stay."""

    form = EditionForm
    list_display = ["sku", "film", "format", "price", "on_sale_from", "archived_at"]
    list_filter = ["format", ("archived_at", EmptyFieldListFilter)]
    list_select_related = ["film"]
    search_fields = ["sku", "ean", "film__title"]
    default_order = ["sku"]
    autocomplete_fields = ["film"]
    inlines = [StockInline, PriceInline]
    fieldsets = [
        (None, {"fields": ["film", ("format", "sku"), ("ean", "on_sale_from")]}),
        (_("Price"), {"fields": [("price", "tax_class"), "price_reason"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        declared = list(super().get_readonly_fields(request, obj))
        if obj is not None and not request.user.has_perm("films.change_price"):
            declared += ["price", "price_reason"]
        return declared

    @display(description=_("why this price"))
    def price_reason(self, edition: Edition) -> str:
        newest = edition.prices.first()
        return newest.reason if newest else ""

    def save_record(self, request: HttpRequest, record: Edition, form: forms.ModelForm, change: bool) -> None:
        viewer = cast(PortalRequest, request)
        told: dict[str, Any] = {
            "reason": form.cleaned_data.get("price_reason", ""), "actor": viewer.actor, "at": viewer.now,
        }  # fmt: skip
        if not change:
            record.save()
            first_price(edition=record, **told)
            return
        if "price" in form.changed_data:
            record.revision = change_price(edition=record, price=record.price, **told).revision
        if rest := [name for name in form.changed_data if name not in ("price", "price_reason")]:
            record.revision += 1
            record.save(update_fields=[*rest, "revision", "updated_at"])


@register(Location)
class LocationAdmin(RecordAdmin):
    """Stores and warehouses."""

    list_display = ["name", "kind", "archived_at"]
    search_fields = ["name"]
    default_order = ["name"]
    fields = ["name", "kind"]

    def save_record(self, request: HttpRequest, record: Location, form: forms.ModelForm, change: bool) -> None:
        record.slug = record.slug or slugify(record.name)[:60] or "location"
        super().save_record(request, record, form, change)


class Low(ConsoleFilter):
    """Whether it is time to order more: no more available than the reorder point."""

    suffixes = ("__low",)

    @property
    def label(self) -> str:
        return _t("Stock")

    def options(self) -> list[Option]:
        return [Option("1", _t("runs low"), "1" in self.values())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=low_levels().values("pk")) if "1" in self.values() else queryset


@register(StockLevel)
class StockLevelAdmin(RecordAdmin):
    """Stock by edition and place. Copies come by receiving and change by correcting, each with its movement."""

    form = StockForm
    list_display = ["edition", "film", "location", "on_hand", "allocated", "unavailable", "free"]
    list_filter = ["location", ("reorder_point", Low)]
    list_select_related = ["edition", "edition__film", "location"]
    search_fields = ["edition__sku", "=edition__ean", "edition__film__title"]
    autocomplete_fields = ["edition"]
    counters = ["on_hand", "allocated", "unavailable", "value", "free", "movements"]
    receiving = (_("Receive goods"), {"fields": [("received", "unit_cost"), ("supplier", "document")]})
    correcting = (_("Correct"), {"fields": [("more_or_fewer", "put_aside"), "reason"]})

    @display(description=_("film"))
    def film(self, level: StockLevel) -> str:
        return str(level.edition.film)

    @display(description=_("available"))
    def free(self, level: StockLevel) -> str:
        return f"{level.available}" if level.available > FEW else _("%(count)s: few") % {"count": level.available}

    @display(description=_("movements"))
    def movements(self, level: StockLevel) -> SafeString | str:
        if level._state.adding:
            return ""
        url = f"{reverse('admin:films_stockmovement_changelist')}?level__id__exact={level.pk}"
        return format_html('<a href="{}">{}</a>', url, _("Show all movements"))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "reorder_point__low" or bool(super().lookup_allowed(lookup, value, request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("films.receive_stock"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        rights = ("films.receive_stock", "films.adjust_stock", "films.change_stocklevel")
        return any(request.user.has_perm(right) for right in rights)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fixed = [*self.counters] if obj is None else ["edition", "location", *self.counters]
        if not request.user.has_perm("films.change_stocklevel"):
            fixed.append("reorder_point")
        return fixed

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": [("edition", "location")]}), self.receiving]
        shown: list[Any] = [
            (
                None,
                {
                    "fields": [
                        ("edition", "location"),
                        ("on_hand", "allocated", "unavailable", "free"),
                        ("value", "reorder_point"),
                        "movements",
                    ]
                },
            )
        ]
        if request.user.has_perm("films.receive_stock"):
            shown.append(self.receiving)
        if request.user.has_perm("films.adjust_stock"):
            shown.append(self.correcting)
        return shown

    keeps_trail = False

    def save_record(self, request: HttpRequest, record: StockLevel, form: forms.ModelForm, change: bool) -> None:
        """Goods come first, so that what arrived can be put aside in the same breath."""
        viewer, told = cast(PortalRequest, request), form.cleaned_data
        if told.get("received"):
            level = receive_stock(
                edition=record.edition,
                location=record.location,
                quantity=told["received"],
                unit_cost=told.get("unit_cost"),
                supplier=told.get("supplier", ""),
                document=told.get("document", ""),
                actor=viewer.actor,
                at=viewer.now,
            )
            record.pk, record._state.adding = level.pk, False
        if told.get("more_or_fewer") or told.get("put_aside"):
            adjust_stock(
                level=record,
                on_hand=told.get("more_or_fewer") or 0,
                unavailable=told.get("put_aside") or 0,
                reason=told["reason"],
                actor=viewer.actor,
                at=viewer.now,
            )
        if "reorder_point" in form.changed_data and change:
            record.save(update_fields=["reorder_point"])

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The services keep the trail."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The services keep the trail of copies; the reorder point is a plain field."""
        if isinstance(message, dict) and "reorder_point" in message:
            super().log_change(request, obj, {"reorder_point": message["reorder_point"]})


@register(StockMovement)
class StockMovementAdmin(RecordAdmin):
    """All that ever happened to stock: to be read, never to be changed."""

    list_display = ["at", "kind", "film", "level", "on_hand", "allocated", "unavailable", "document", "reason", "actor"]
    list_filter = ["kind"]
    list_select_related = ["level__edition__film", "level__location", "actor"]
    search_fields = ["=document", "level__edition__sku"]
    default_order = ["-at"]
    fields = [
        ("at", "kind"), "level", ("on_hand", "allocated", "unavailable"), ("unit_cost", "document"), "reason", "actor",
    ]  # fmt: skip

    @display(description=_("film"))
    def film(self, movement: StockMovement) -> str:
        return str(movement.level.edition.film)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
