"""Small answers to unfold's questions about the page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _


def environment(request: HttpRequest) -> list[str] | None:
    """The badge in the top bar: nobody shall mistake the demo for the shop."""
    return [_("Demo"), "warning"] if settings.DEMO else None


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """The person's own pages, which live on the portal."""
    return [
        {"title": _("Your profile"), "link": reverse("accounts:profile")},
        {"title": _("Change your password"), "link": reverse("account_change_password")},
    ]


def favicon(request: HttpRequest) -> str:
    """The portal's own icon."""
    return static("favicon.svg")


def stylesheet(request: HttpRequest) -> str:
    """Our few rules beside unfold's."""
    return static("console/console.css")


def palette_stylesheet(request: HttpRequest) -> str:
    """The palette and the list of keys."""
    return static("console/palette.css")


def language_address(request: HttpRequest) -> str:
    """Where the language switch posts to."""
    return reverse("accounts:language")
