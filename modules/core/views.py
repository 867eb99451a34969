"""Health, version, and the pages for errors."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from modules.core import clock, health
from modules.core.version import version_facts


@login_not_required
@require_safe
@never_cache
def health_live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def health_ready(request: HttpRequest) -> HttpResponse:
    """Everything the product needs is there; otherwise 503 with the names of what fails."""
    at = clock.now()
    checks = health.run_checks(health.health_checks, at=at)
    failing = [name for name, verdict in checks.items() if verdict != "ok"]
    facts = {
        "status": "unready" if failing else "ok",
        "failing": failing,
        "checks": checks,
        "details": health.run_checks(health.health_details, at=at),
    }
    return JsonResponse(facts, status=503 if failing else 200)


@login_not_required
@require_safe
def health_version(request: HttpRequest) -> HttpResponse:
    """What is running here."""
    return JsonResponse(version_facts())


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: whatever failed may fail again."""
    from django.template.loader import render_to_string

    return HttpResponse(render_to_string("500.html"), status=500)
