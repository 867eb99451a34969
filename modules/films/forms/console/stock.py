"""What staff may enter about editions and stock: prices with a reason, goods received, corrections."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from modules.core.fields import MoneyFormField
from modules.films.models import Edition, StockLevel


class EditionForm(forms.ModelForm):
    """An edition. A new price asks why, for those who come after."""

    price_reason = forms.CharField(
        label=_("Why this price"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Kept with the price, for example “summer sale”."),
    )

    class Meta:
        model = Edition
        exclude = ()  # noqa: DJ006 - the console names the fields

    def clean_ean(self) -> str | None:
        return self.cleaned_data["ean"] or None


class StockForm(forms.ModelForm):
    """A stock level with what happened to it: goods that came, copies that were found, lost or damaged."""

    received = forms.IntegerField(
        label=_("Received"),
        min_value=1,
        max_value=100_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("How many copies arrived."),
    )
    unit_cost = MoneyFormField(label=_("Cost of each"), min_value=0, required=False, widget=UnfoldAdminTextInputWidget)
    document = forms.CharField(
        label=_("Document"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The number of the delivery note."),
    )
    supplier = forms.CharField(
        label=_("Supplier"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("To whom the goods are owed."),
    )
    more_or_fewer = forms.IntegerField(
        label=_("On hand, more or fewer"),
        min_value=-100_000,
        max_value=100_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("-1 for a copy that is lost, 1 for one that was found."),
    )
    put_aside = forms.IntegerField(
        label=_("Not for sale, more or fewer"),
        min_value=-100_000,
        max_value=100_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("1 for a copy that is damaged, -1 for one that can be sold again."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("In a few words."),
    )

    class Meta:
        model = StockLevel
        exclude = ()  # noqa: DJ006 - the console names the fields

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        told = {**self.cleaned_data}
        change, aside = told.get("more_or_fewer") or 0, told.get("put_aside") or 0
        if (change or aside) and not (told.get("reason") or "").strip():
            self.add_error("reason", ValidationError(_("Say why, so that others understand it later."), code="reason"))
        self._check_room(change, aside, told.get("received") or 0)
        edition = told.get("edition")
        if edition is not None and edition.is_digital:
            self.add_error("edition", ValidationError(_("A digital film has no stock."), code="has_no_stock"))
        if self.instance.pk is None and not told.get("received") and "received" in self.fields:
            self.add_error("received", ValidationError(_("Enter how many copies arrived."), code="required"))
        return cleaned

    def _check_room(self, change: int, aside: int, received: int) -> None:
        """The service guards this too; here it is said beside the field, and nothing typed is lost."""
        level = self.instance
        if level.unavailable + aside < 0:
            words = _("Only %(count)s are put aside.") % {"count": level.unavailable}
            self.add_error("put_aside", ValidationError(words, code="stock_below_zero"))
        elif level.available + received + change - aside < 0:
            facts = {"available": level.available, "allocated": level.allocated}
            words = _("Only %(available)s are free here; %(allocated)s are set aside for orders.") % facts
            field = "more_or_fewer" if change else "put_aside"
            self.add_error(field, ValidationError(words, code="stock_below_zero"))
