"""The checkout: who orders and where the films go."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from modules.films.rules.addresses import country_name
from modules.films.services.orders import Buyer


def country_choices() -> list[tuple[str, str]]:
    """The countries we ship to, in the reader's words."""
    found = [(code, country_name(code)) for code in settings.SHIPPING_COUNTRIES]
    return sorted(found, key=lambda pair: pair[1])


class CheckoutForm(forms.Form):
    """Asks only for what this basket needs: an address when something is shipped, an e-mail of a guest."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    email = forms.EmailField(
        label=_("E-mail address"),
        error_messages={"required": _("Enter your e-mail address, so that the order can reach you.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send the order and its news there."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )
    street = forms.CharField(
        label=_("Street and number"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
        error_messages={"required": _("Enter the street and the number.")},
    )
    extra = forms.CharField(
        label=_("Flat, floor"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-line2"}),
    )
    postcode = forms.CharField(
        label=_("Postcode"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
        error_messages={"required": _("Enter the postcode.")},
    )
    city = forms.CharField(
        label=_("Town"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
        error_messages={"required": _("Enter the town.")},
    )
    country = forms.ChoiceField(label=_("Country"), choices=country_choices)

    ADDRESS = ("street", "extra", "postcode", "city", "country")

    def __init__(self, *args: Any, ships: bool, known_email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ships, self.known_email = ships, known_email
        self.initial.setdefault("key", str(uuid.uuid4()))
        self.initial.setdefault("country", settings.SHIPPING_COUNTRIES[0])
        if known_email:
            del self.fields["email"]
        if not ships:
            for name in self.ADDRESS:
                del self.fields[name]

    @property
    def placed_key(self) -> uuid.UUID:
        key: uuid.UUID = self.cleaned_data["key"]
        return key

    def buyer(self) -> Buyer:
        """Who orders, after validation."""
        data = self.cleaned_data
        address = {name: data[name] for name in self.ADDRESS} if self.ships else {}
        return Buyer(
            email=self.known_email or data["email"].strip().lower(),
            name=data["name"],
            language=(get_language() or settings.LANGUAGE_CODE).split("-")[0],
            address=address,
        )
