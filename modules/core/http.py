"""Requests as the product's views see them, what they name, and the one way to send a browser elsewhere."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from modules.accounts.models import User
    from modules.core.actors import Actor


class PortalRequest(HttpRequest):
    """A request after our middleware: who acts, when, and whether htmx asked."""

    htmx: "HtmxDetails"
    actor: "Actor"
    now: datetime


class SignedInRequest(PortalRequest):
    """A request of somebody who signed in."""

    user: "User"


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to another page: 303, or HX-Redirect when htmx asked (DECISIONS 22)."""
    if getattr(request, "htmx", request.headers.get("HX-Request") == "true"):
        return HttpResponseClientRedirect(url)
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def row_key(words: str) -> int:
    """The key of a row as an address or a form names it; 0, which no row has, for what is none or longer than any."""
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 19 else 0
