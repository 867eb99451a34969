"""Middleware of every request: its id, and the answer to an expected refusal that no view handled."""

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from modules.core.errors import NotAllowed, Refusal
from modules.core.request_id import request_id

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Give the request an id, show it in the answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with request_id(request.headers.get("X-Request-Id", "")) as value:
            response = self.get_response(request)
        response["X-Request-Id"] = value
        return response


class RefusalMiddleware:
    """Turn a Refusal into words (409, or 403), and a database that stays locked into 503 with Retry-After (F07)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return self._refused(request, exception)
        if isinstance(exception, OperationalError) and "locked" in str(exception):
            response = render(request, "503.html", status=503)
            response["Retry-After"] = "5"
            return response
        return None

    def _refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        status = 403 if isinstance(refusal, NotAllowed) else 409
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"code": refusal.code, "detail": str(refusal)}, status=status)
        return render(request, "refused.html", {"refusal": refusal, "words": str(refusal)}, status=status)
