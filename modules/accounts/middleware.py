"""Who looks at the page, when, in which language and zone."""

from collections.abc import Callable
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from modules.accounts.guests import grants_of
from modules.accounts.mfa import must_enrol
from modules.accounts.models import User
from modules.accounts.view_as import SESSION_NAME as VIEW_AS
from modules.accounts.view_as import answer_as, overtaken, viewing_of
from modules.core import clock
from modules.core.actors import Actor
from modules.core.http import go_to

GetResponse = Callable[[HttpRequest], HttpResponse]


class ViewerMiddleware:
    """Set `request.actor` and `request.now`, and speak the viewer's language in the viewer's zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.now = clock.now()  # type: ignore[attr-defined]
        if isinstance(user, User):
            return self._answer_person(request, user)
        if SESSION_KEY in request.session:
            # The account was disabled or its password changed: this session must not wake up again.
            request.session.flush()
        request.actor = Actor.guest(grants=grants_of(request))  # type: ignore[attr-defined]
        with timezone.override(ZoneInfo(settings.BUSINESS_TIME_ZONE)):
            return self.get_response(request)

    def _answer_person(self, request: HttpRequest, user: User) -> HttpResponse:
        """As the person who signed in, or as the one whose pages they look at."""
        request.actor = Actor.of(user, grants_of(request))  # type: ignore[attr-defined]
        viewing = viewing_of(request, user, request.now) if VIEW_AS in request.session else None  # type: ignore[attr-defined]
        if isinstance(viewing, str):
            return overtaken(request, viewing)
        shown = user if viewing is None else viewing.person
        self._speak(request, shown)
        with timezone.override(ZoneInfo(shown.zone)):
            if viewing is None:
                return self.get_response(request)
            request.user, request.actor = shown, Actor.of(shown)  # type: ignore[attr-defined]
            request.viewing_as = viewing  # type: ignore[attr-defined]
            return answer_as(viewing, request, self.get_response)

    def _speak(self, request: HttpRequest, user: User) -> None:
        """The language stays active on the way out, for LocaleMiddleware's headers; each request starts anew."""
        if user.language and user.language in dict(settings.LANGUAGES):
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()


class RetryAfterMiddleware:
    """Say when to come back: allauth answers 429 without it (F40)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS and "Retry-After" not in response:
            response["Retry-After"] = str(getattr(request, "retry_after", 60))
        return response


class SecondStepMiddleware:
    """Where the house asks its staff for a second step, the console opens when it is set up; the portal stays open."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user, is_viewing = request.user, hasattr(request, "viewing_as")
        in_console = request.path.startswith(reverse("admin:index"))
        if (
            settings.STAFF_MFA_REQUIRED
            and in_console
            and isinstance(user, User)
            and not is_viewing
            and must_enrol(user)
        ):
            return go_to(request, reverse("mfa_activate_totp"))
        return self.get_response(request)
