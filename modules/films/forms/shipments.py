"""What is asked when a parcel is packed and handed over, and when some of a line is cancelled."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from modules.films.choices import Carrier
from modules.films.models import Order, OrderLine, Shipment
from modules.films.selectors.shipments import last_carrier, waiting_by_line


class Counted(list[str]):
    """What was packed, in words for the history; `by_line` says it by shipment line."""

    by_line: Mapping[int, int] = {}


class Named(str):
    """The title of a chosen line, which the history keeps; `pk` is the line."""

    __slots__ = ("pk",)
    pk: int

    @classmethod
    def of(cls, line: OrderLine) -> "Named":
        named = cls(line.title)
        named.pk = line.pk
        return named


class PackForm(forms.Form):
    """How many of each line were found. A field that is left out is there as asked: Enter alone packs everything."""

    packed = forms.CharField(label=_("Packed"), required=False, widget=forms.HiddenInput)  # the history's word for it

    def __init__(self, *args: Any, record: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["packed"]
        self.lines = list(record.lines.select_related("order_line").order_by("order_line__position"))
        for line in self.lines:
            self.fields[f"line_{line.pk}"] = forms.IntegerField(
                label=line.order_line.title,
                min_value=0,
                max_value=line.quantity,
                required=not self.is_bound,  # what is not sent counts as asked, but the page does not call it optional
                initial=line.quantity,
                help_text=_("%(count)s of %(sku)s") % {"count": line.quantity, "sku": line.order_line.sku},
                error_messages={"max_value": _("Only %(limit_value)s are asked for.")},
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        counts = {line: given.get(f"line_{line.pk}") for line in self.lines}
        found = {line: line.quantity if count is None else count for line, count in counts.items()}
        packed = Counted(f"{count} × {line.order_line.sku}" for line, count in found.items())
        packed.by_line = {line.pk: count for line, count in found.items()}
        return {"packed": packed}


class ParcelForm(forms.Form):
    """Who carries the parcel and where it can be followed."""

    carrier = forms.ChoiceField(label=_("Carrier"), choices=Carrier, initial=Carrier.CORREOS)
    tracking_number = forms.CharField(
        label=_("Tracking number"), max_length=60, required=False, help_text=_("As it stands on the label.")
    )
    tracking_url = forms.URLField(
        label=_("Tracking link"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=_("Only where the carrier is not in the list: the link to its page about this parcel."),
    )

    def __init__(self, *args: Any, record: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("carrier", last_carrier(record.location_id) or Carrier.CORREOS)

    def clean_tracking_number(self) -> str:
        number = "".join(self.cleaned_data["tracking_number"].split()).upper()
        if number and not all(sign.isalnum() or sign in "-/." for sign in number):
            raise ValidationError(_("Use only letters, digits and hyphens."), code="tracking_number")
        return number

    def clean_tracking_url(self) -> str:
        url: str = self.cleaned_data["tracking_url"]
        if url and not url.startswith(("https://", "http://")):
            raise ValidationError(_("Enter a link that begins with https://"), code="tracking_url")
        return url

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("carrier") == Carrier.PICKUP and (given.get("tracking_number") or given.get("tracking_url")):
            self.add_error("carrier", _("What is collected in the shop has no tracking: choose the carrier."))
        return given


class CancelLineForm(forms.Form):
    """Which line, how many of it, and why."""

    line = forms.TypedChoiceField(label=_("Line"), coerce=int)
    quantity = forms.IntegerField(label=_("How many"), min_value=1, initial=1)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The customer reads it."),
    )

    def __init__(self, *args: Any, record: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = waiting_by_line(record)
        self.lines = {line.pk: line for line in OrderLine.objects.filter(pk__in=self.waiting).order_by("position")}
        self.fields["line"].choices = [  # type: ignore[attr-defined]
            (pk, _("%(title)s: %(count)s not packed") % {"title": line.title, "count": self.waiting[pk]})
            for pk, line in self.lines.items()
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        most = self.waiting.get(given.get("line", 0), 0)
        if most and given.get("quantity", 0) > most:
            self.add_error("quantity", _("Only %(count)s of it are not packed yet.") % {"count": most})
        if most:
            given["line"] = Named.of(self.lines[given["line"]])
        return given
