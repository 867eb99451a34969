"""The inbox: what one was told, and marking it read."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from modules.core.http import SignedInRequest, go_to
from modules.notifications import selectors, services
from modules.notifications.models import Notification


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """All notifications or the unread ones; htmx gets the list alone."""
    viewer = cast(SignedInRequest, request)
    found = selectors.inbox_page(viewer.user.pk, request.GET)
    template = "notifications/partials/_inbox_list.html" if viewer.htmx else "notifications/inbox.html"
    response = render(request, template, {"inbox": found})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _own(request: HttpRequest, public_id: UUID) -> Notification:
    viewer = cast(SignedInRequest, request)
    return get_object_or_404(selectors.inbox_of(viewer.user.pk), public_id=public_id)


@never_cache
@require_safe
def open_notification(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Lead on to what the notification is about; who opens it has read it."""
    notification = _own(request, public_id)
    if request.method == "GET":
        services.mark_read(notification, at=cast(SignedInRequest, request).now)
    return HttpResponseRedirect(notification.url or reverse("notifications:inbox"))


@require_POST
def mark_read(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mark one read without leaving the list; htmx gets it back with the bell's new count."""
    viewer = cast(SignedInRequest, request)
    notification = _own(request, public_id)
    services.mark_read(notification, at=viewer.now)
    if not viewer.htmx:
        return go_to(request, _back(request))
    notification.refresh_from_db()
    context = {"notification": notification, "unread": selectors.unread_count(viewer.user.pk), "oob": True}
    return render(request, "notifications/partials/_marked.html", context)


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Mark read what the list knew of: what came while one was looking stays unread."""
    viewer = cast(SignedInRequest, request)
    up_to = _own(request, _uuid(request.POST.get("up_to", "")))
    count = services.mark_all_read(user_id=viewer.user.pk, up_to=up_to.pk, at=viewer.now)
    if count:
        told = ngettext("{count} notification is read now.", "{count} notifications are read now.", count)
        messages.success(request, told.format(count=count))
    return go_to(request, _back(request))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _back(request: HttpRequest) -> str:
    """The list as it was filtered and paged; never another site."""
    wanted = request.POST.get("back", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else reverse("notifications:inbox")
