"""What staff enter about an order: taken by phone, changed before it is sent."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from modules.accounts.api import user_by_email
from modules.core import clock
from modules.films.forms.checkout import country_choices
from modules.films.models import Order, OrderLine
from modules.films.models.basket import MAX_QUANTITY
from modules.films.rules.editions import shop_day
from modules.films.selectors.stock import available_by_edition
from modules.films.services.orders import Buyer

ADDRESS = ("street", "extra", "postcode", "city", "country")


class NoteForm(forms.ModelForm):
    """An order of which only the note may change."""

    class Meta:
        model = Order
        exclude = ()  # noqa: DJ006 - the console names the fields
        widgets = {"note": UnfoldAdminTextareaWidget(attrs={"rows": 2})}


class AddressForm(forms.ModelForm):
    """An order with its address, part by part."""

    street = forms.CharField(
        label=_("Street and number"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget
    )
    extra = forms.CharField(label=_("Flat, floor"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget)
    postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False, widget=UnfoldAdminTextInputWidget)
    city = forms.CharField(label=_("Town"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget)
    country = forms.ChoiceField(
        label=_("Country"), choices=country_choices, required=False, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Order
        exclude = ()  # noqa: DJ006 - the console names the fields
        widgets = {"note": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance.address or {"country": settings.SHIPPING_COUNTRIES[0]}
        for name in ADDRESS:
            self.initial.setdefault(name, known.get(name, ""))

    @property
    def address(self) -> dict[str, str]:
        """The address as an order keeps it; nothing where nothing is shipped."""
        told = {name: self.cleaned_data.get(name, "") for name in ADDRESS}
        return told if told["street"] else {}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data
        if data.get("street") or (self.instance.pk and self.instance.address and "street" in self.fields):
            for name in ("street", "postcode", "city", "country"):
                if name in self.fields and not data.get(name):
                    self.add_error(name, ValidationError(_("The address needs this too."), code="required"))
        return cleaned


class PurchaseForm(AddressForm):
    """An order taken by phone."""

    email = forms.EmailField(
        label=_("E-mail address"),
        widget=UnfoldAdminEmailInputWidget,
        help_text=_("The link to pay goes there. Who has an account under it finds the order in it."),
    )
    spoken = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, required=False, widget=UnfoldAdminSelectWidget
    )

    def buyer(self) -> Buyer:
        data = self.cleaned_data
        return Buyer(
            email=data["email"].strip().lower(),
            name=data["name"],
            language=data.get("spoken") or settings.LANGUAGE_CODE,
            address=self.address,
        )


class PurchaseLineForm(forms.ModelForm):
    """So many of an edition."""

    class Meta:
        model = OrderLine
        fields = ("edition", "quantity")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].required = True
        self.fields["quantity"].initial = 1

    def clean_quantity(self) -> int:
        quantity: int = self.cleaned_data["quantity"]
        if not 1 <= quantity <= MAX_QUANTITY:
            raise ValidationError(_("Enter a number from 1 to %(most)s.") % {"most": MAX_QUANTITY}, code="quantity")
        return quantity

    def clean_edition(self) -> Any:
        edition = self.cleaned_data["edition"]
        today = shop_day(clock.now())
        if edition.film.archived_at is not None or not edition.is_on_sale(today):
            raise ValidationError(_("It is not for sale at present."), code="not_for_sale")
        return edition


class PurchaseLines(forms.BaseInlineFormSet):
    """All lines: enough of each in stock, an address where something is shipped, an account where something is not."""

    @property
    def quantities(self) -> dict[int, int]:
        """So many by edition; the same edition in two rows is one line."""
        found: dict[int, int] = {}
        for row in self.forms:
            data: Mapping[str, Any] = getattr(row, "cleaned_data", {})
            if data.get("edition") and not data.get("DELETE"):
                found[data["edition"].pk] = found.get(data["edition"].pk, 0) + (data.get("quantity") or 0)
        return found

    def clean(self) -> None:
        super().clean()
        wanted = self.quantities
        if not wanted and not any(self.errors):
            raise ValidationError(_("Choose at least one film."), code="basket_empty")
        left = available_by_edition(wanted)
        for row in self.forms:
            edition = getattr(row, "cleaned_data", {}).get("edition")
            if edition is not None and not edition.is_digital and left.get(edition.pk, 0) < wanted[edition.pk]:
                row.add_error("quantity", _("Only %(left)s are left.") % {"left": left.get(edition.pk, 0)})
        self._refuse_nowhere()

    def _refuse_nowhere(self) -> None:
        editions = [
            row.cleaned_data["edition"] for row in self.forms if getattr(row, "cleaned_data", {}).get("edition")
        ]
        if any(not edition.is_digital for edition in editions) and not str(self.data.get("street", "")).strip():
            raise ValidationError(_("Discs are shipped: enter the delivery address."), code="address_needed")
        if any(edition.is_digital for edition in editions) and user_by_email(str(self.data.get("email", ""))) is None:
            raise ValidationError(
                _("Digital films need an account, and there is none under this e-mail address."), code="account_needed"
            )


class PurchaseChangeForm(AddressForm):
    """What may still change."""
