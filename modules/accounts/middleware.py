"""Who looks at the page, when, in which language and zone."""

from collections.abc import Callable
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from modules.accounts.guests import grants_of
from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import Actor

GetResponse = Callable[[HttpRequest], HttpResponse]


class ViewerMiddleware:
    """Set `request.actor` and `request.now`, and speak the viewer's language in the viewer's zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            self._speak(request, user)
            actor, zone = Actor.of(user, grants_of(request)), user.zone
        else:
            if SESSION_KEY in request.session:
                # The account was disabled or its password changed: this session must not wake up again.
                request.session.flush()
            actor, zone = Actor.guest(grants=grants_of(request)), settings.BUSINESS_TIME_ZONE
        request.actor, request.now = actor, clock.now()  # type: ignore[attr-defined]
        with timezone.override(ZoneInfo(zone)):
            return self.get_response(request)

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
