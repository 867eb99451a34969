"""Looking at pages as somebody else, for reading: what the session keeps, and what each request makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from modules.accounts.models import User
from modules.accounts.services.viewing import end_view_as, may_view_as, start_view_as
from modules.core.actors import Actor
from modules.core.http import PortalRequest, go_to
from modules.core.slots import fill

SESSION_NAME = "view_as"
LIFETIME = timedelta(minutes=30)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

GetResponse = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Viewing:
    """Who looks, at whose pages, until when."""

    viewer: User
    person: User
    until: datetime


def begin(request: PortalRequest, person: User, *, reason: str) -> str:
    """Start, and say which page to open first."""
    start_view_as(person, actor=request.actor, at=request.now, reason=reason)
    until = request.now + LIFETIME
    request.session[SESSION_NAME] = {"person": person.pk, "until": until.timestamp()}
    return reverse("admin:index") if person.is_staff else "/"


def end(request: HttpRequest, why: str = "stopped") -> str:
    """Stop, write it down, and say which page to open: that of the person."""
    kept = request.session.pop(SESSION_NAME, None)
    viewer = cast(PortalRequest, request)
    person = User.objects.filter(pk=kept["person"]).first() if isinstance(kept, dict) else None
    if person is None:
        return reverse("admin:index")
    end_view_as(person, actor=viewer.actor, at=viewer.now, reason=why)
    return reverse("admin:accounts_user_change", args=[person.pk])


def viewing_of(request: HttpRequest, user: User, at: datetime) -> Viewing | str | None:
    """What the session asks for: nothing, a viewing that holds, or in a word why it no longer does."""
    kept = request.session.get(SESSION_NAME)
    if kept is None or request.path == reverse("accounts:view_as_stop"):
        return None
    person = User.objects.filter(pk=kept["person"]).first() if isinstance(kept, dict) else None
    if person is None or not may_view_as(Actor.of(user), person):
        return "no longer allowed"
    until = datetime.fromtimestamp(float(kept.get("until", 0)), tz=at.tzinfo)
    return Viewing(user, person, until) if at < until else "time is up"


def answer_as(viewing: Viewing, request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    """Answer as the person would see it, and leave nothing behind.

    Whatever changes is refused. A page that writes while it is read (marks, visits, statistics) is rolled back, and
    what it puts into the session goes into one that is thrown away.
    """
    if request.method not in SAFE:
        return _refused(request)
    own = request.session
    request.session = _blank_session()
    try:
        with transaction.atomic():
            response = get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
            transaction.set_rollback(True)
    finally:
        request.session = own
    return response


def _blank_session() -> SessionBase:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    return cast(SessionBase, store())


def _refused(request: HttpRequest) -> HttpResponse:
    words = _("You are looking at the pages of somebody else. Nothing can be changed; stop first.")
    return render(request, "refused.html", {"words": words}, status=HTTPStatus.FORBIDDEN)


def overtaken(request: HttpRequest, why: str) -> HttpResponse:
    """It ended by itself: back to the person's page as oneself, whatever was asked for."""
    return go_to(request, end(request, why))


@fill("portal.header", order=1)
@fill("console.header", order=1)
def banner(request: HttpRequest, **facts: Any) -> str | None:
    """The strip that stays in sight on every page, with the way out."""
    viewing: Viewing | None = getattr(request, "viewing_as", None)
    if viewing is None:
        return None
    return render_to_string("accounts/partials/_view_as_banner.html", {"viewing": viewing}, request)
