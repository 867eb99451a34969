"""Where allauth meets the product: how its mail leaves, which addresses stand in it, what too many attempts answer."""

import time
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import respond_429
from django.conf import settings
from django.contrib import messages as django_messages
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from modules.accounts.backends import is_barred
from modules.accounts.mail import post
from modules.accounts.managers import fold_email
from modules.accounts.models import User

QUIET = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")
"""What the page shows anyway needs no message."""

LOGIN_PAUSE = 300
"""Seconds after which a blocked address may try again: the window of allauth's limit for wrong passwords."""


def on_our_address(url: str) -> str:
    """The same path at BASE_URL: links in mail never follow the Host header of a request (F42)."""
    parts = urlsplit(url)
    return f"{settings.BASE_URL}{parts.path}{'?' + parts.query if parts.query else ''}"


class AccountAdapter(DefaultAccountAdapter):
    """Our side of allauth's seam."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail in the person's language and leave it to the outbox: no page waits for a mail server (F13)."""
        request: HttpRequest = self.request
        told = {name: on_our_address(value) if name.endswith("_url") else value for name, value in context.items()}
        site = SimpleNamespace(name=settings.BUSINESS_NAME, domain=urlsplit(settings.BASE_URL).netloc)
        user = context.get("user")
        language = (user.language if isinstance(user, User) else "") or translation.get_language()
        with translation.override(language or settings.LANGUAGE_CODE):
            written = self.render_mail(
                template_prefix, email, {"request": request, "email": email, **told, "current_site": site}
            )
        html = ""
        if isinstance(written, EmailMultiAlternatives):
            html = next((str(content) for content, kind in written.alternatives if kind == "text/html"), "")
        post(to=email, subject=str(written.subject), text=str(written.body), html=html)

    def pre_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse | None:
        """By whichever way: nobody of the demo comes in where it is off."""
        if is_barred(user):
            return cast(HttpResponse, self.respond_user_inactive(request, user))
        return cast(HttpResponse | None, super().pre_login(request, user, **facts))

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """A new account keeps the language in which it was made."""
        user.language = translation.get_language() or ""
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def clean_email(self, email: str) -> str:
        return fold_email(email)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Too many attempts answer 429, not a form: the same for known and unknown addresses (F40, F41)."""
        if code == "too_many_login_attempts":
            self.request.retry_after = LOGIN_PAUSE
            raise ImmediateHttpResponse(respond_429(self.request))
        error: ValidationError = super().validation_error(code, *args)
        return error

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **facts: Any
    ) -> None:
        if message_template not in QUIET or level > django_messages.SUCCESS:
            super().add_message(request, level, message_template, *args, **facts)

    def is_reauthentication_required(self, *, app: str, **facts: Any) -> bool:
        """Who has just signed in need not prove it again to set up the second step."""
        if app == "allauth.mfa":
            known = get_authentication_records(self.request, self.request.user)
            if any(time.time() - record["at"] < account_settings.REAUTHENTICATION_TIMEOUT for record in known[-1:]):
                return False
        return bool(super().is_reauthentication_required(app=app, **facts))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:profile")
