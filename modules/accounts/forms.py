"""What people may say of themselves, and the codes they type."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import RequestLoginCodeForm as AllauthRequestLoginCodeForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from modules.accounts.mfa import decrypt, encrypt, renewed, use_recovery_code
from modules.accounts.models import User
from modules.core import clock


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


class ActivateTOTPForm(AllauthActivateTOTPForm):
    """Setting up the app. The secret waits in the session encrypted: sessions are rows that others may read (F50)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        session = context.request.session
        waiting = session.get(totp.SECRET_SESSION_KEY) if self.is_bound else None
        self.secret = decrypt(waiting) if waiting else totp.generate_totp_secret()
        if not waiting:
            session[totp.SECRET_SESSION_KEY] = encrypt(self.secret)
        self.fields["code"].label = _("The six digits the app shows now")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "placeholder": ""}


class SecondStep(BaseAuthenticateForm):
    """A code of the app, or one of the recovery codes; five wrong ones close it for a while (F43)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of your app, or a recovery code")
        self.fields["code"].widget.attrs |= {"placeholder": "", "autofocus": True}

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()
        except forms.ValidationError:
            stand_in = use_recovery_code(self.user, self.data.get("code", ""), at=clock.now())
            if stand_in is None:
                raise
            self.authenticator = stand_in
            ratelimit.clear(context.request, action="login_failed", key=f"mfa-auth-user-{self.user.pk}")
            return str(self.cleaned_data["code"])
        if self.authenticator.type == Authenticator.Type.TOTP:
            self.authenticator.data["secret"] = renewed(self.authenticator.data["secret"])
            self.authenticator.save(update_fields=["data"])
        return code


class SecondStepForm(SecondStep, AllauthAuthenticateForm):
    """At signing in."""


class SecondStepAgainForm(SecondStep, AllauthReauthenticateForm):
    """Before something delicate."""


class JoinForm(forms.Form):
    """Accepting an invitation: a name, and a password for those who want one; others come in by code."""

    name = forms.CharField(label=_("Name"), max_length=120)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to sign in by a code that we mail to you each time."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean(self) -> dict[str, Any] | None:
        """The password must be as good as anybody's."""
        cleaned = super().clean() or {}
        if cleaned.get("password"):
            person = User(email=self.email, name=cleaned.get("name", ""))
            try:
                password_validation.validate_password(cleaned["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class ReasonForm(forms.Form):
    """Why somebody does what the trail shall remember."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.TextInput)
