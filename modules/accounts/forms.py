"""What people may say of themselves."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import RequestLoginCodeForm as AllauthRequestLoginCodeForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from modules.accounts.models import User


def zone_choices() -> list[tuple[str, Any]]:
    """Zones by their usual names (`Europe/Madrid`), grouped by continent, without the historic aliases."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        continent, _slash, place = name.partition("/")
        if place and continent not in ("Etc", "SystemV", "US", "posix", "right"):
            grouped.setdefault(continent, []).append((name, place.replace("_", " ").replace("/", " – ")))
    return [("", _("Like the business")), *grouped.items(), ("UTC", "UTC")]


def language_choices() -> list[tuple[str, Any]]:
    """The languages of the product, and the browser's own choice."""
    return [("", _("Like the browser")), *settings.LANGUAGES]


class ProfileForm(forms.ModelForm):
    """Name, language and zone of the person who is signed in; nothing else can be sent (F38)."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    language = forms.ChoiceField(label=_("Language"), choices=language_choices, required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        required=False,
        help_text=_("Times on all pages are shown in this zone."),
    )

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        labels = {"name": _("Name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["revision"].initial = self.instance.revision


class RequestLoginCodeForm(AllauthRequestLoginCodeForm):
    """A code by e-mail. The sign-in page sends its own field (`login`) here, so that nobody types the address twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent: Mapping[str, Any] = getattr(self, "data", {})
        if self.is_bound and "login" in sent and "email" not in sent:
            self.data = {**{name: sent[name] for name in sent}, "email": sent["login"]}


class SignupForm(AllauthSignupForm):
    """A new account. A known address takes as long as a new one: its password is hashed for nothing (F41)."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved
