"""Health, version, attached files, and the pages for errors."""

from typing import BinaryIO, cast

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from modules.core import clock, health
from modules.core.attachments import LinkExpired, can_be_shown, opened_link
from modules.core.http import PortalRequest
from modules.core.models import Attachment
from modules.core.sniffing import is_still
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


@login_not_required
@require_safe
@never_cache
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file behind a signed link, for the person whom it was made for and who still may read it."""
    viewer = cast(PortalRequest, request)
    try:
        found = opened_link(token, actor=viewer.actor, at=viewer.now)
    except LinkExpired as refusal:
        return render(request, "refused.html", {"refusal": refusal, "words": str(refusal)}, status=410)
    if found is None:
        raise Http404
    return _file(*found)


def _file(attachment: Attachment, show: bool) -> FileResponse:
    """The bytes, which no browser may run: kept apart as a download, or shown when they still are a picture."""
    try:
        stored = default_storage.open(attachment.file)
    except OSError:
        raise Http404("the file is missing") from None
    is_shown = show and can_be_shown(attachment) and is_still(cast(BinaryIO, stored), attachment.content_type)
    response = FileResponse(
        stored, as_attachment=not is_shown, filename=attachment.name, content_type=attachment.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """In plain words where it came before anybody knew who asks, as with a host that is not ours (F45)."""
    if not hasattr(request, "actor"):
        return HttpResponse(gettext("We did not understand that"), status=400, content_type="text/plain; charset=utf-8")
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: whatever failed may fail again."""
    from django.template.loader import render_to_string

    return HttpResponse(render_to_string("500.html"), status=500)
