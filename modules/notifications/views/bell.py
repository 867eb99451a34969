"""Fragments of the bell. They are asked for in the background: who is signed out gets nothing, not a sign-in page."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from modules.notifications import selectors

STOP_POLLING = 286
"""htmx's word for: swap this and ask no more."""
LATEST = 6


@login_not_required
@never_cache
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """The count beside the bell; 204 while it is the one that the page shows."""
    if not request.user.is_authenticated:
        return HttpResponse(status=STOP_POLLING)
    unread = selectors.unread_count(request.user.pk)
    if request.GET.get("shown") == str(unread):
        return HttpResponse(status=204)
    return render(request, "notifications/partials/_bell_count.html", {"unread": unread})


@login_not_required
@never_cache
@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """The latest few, for the bell's menu."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    context = {
        "latest": selectors.inbox_of(request.user.pk)[:LATEST],
        "unread": selectors.unread_count(request.user.pk),
    }
    return render(request, "notifications/partials/_bell_latest.html", context)
