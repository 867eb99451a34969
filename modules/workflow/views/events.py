"""The page of events that nobody has taken yet: looked at again, or given up."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from modules.core.http import PortalRequest, go_to
from modules.workflow.engine.early import discard, look_again, waiting_events
from modules.workflow.models import EarlyEvent
from modules.workflow.views.console import console_context
from modules.workflow.worklists.inbox import COUNT_CAP, shown

MOST_ROWS = 100


@never_cache
@require_GET
def events_page(request: HttpRequest) -> HttpResponse:
    """What came before anybody waited for it, the oldest first."""
    viewer = cast(PortalRequest, request)
    if not viewer.actor.may("workflow.view_earlyevent"):
        raise PermissionDenied
    waiting = waiting_events()
    count = waiting.order_by()[: COUNT_CAP + 1].count()
    context = {
        **console_context(request),
        "title": _("Waiting events"),
        "events": list(waiting[:MOST_ROWS]),
        "count": shown(count),
        "most": MOST_ROWS,
        "is_cut": count > MOST_ROWS,
        "may_change": viewer.actor.may("workflow.change_earlyevent"),
    }
    return render(request, "workflow/console/events.html", context)


@require_POST
def event_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Look now for a record that waits for the event."""
    row = _changeable(request, pk)
    if look_again(row, cast(PortalRequest, request).now):
        messages.success(request, _("A record has taken it."))
    else:
        row.refresh_from_db()
        messages.warning(request, row.error or _("No record waits for it at present."))
    return go_to(request, reverse("workflow:events"))


@require_POST
def event_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the event up."""
    if discard(_changeable(request, pk), at=cast(PortalRequest, request).now):
        messages.success(request, _("The event has been given up; no record takes it any more."))
    else:
        messages.warning(request, _("Meanwhile it has been taken or given up."))
    return go_to(request, reverse("workflow:events"))


def _changeable(request: HttpRequest, pk: int) -> EarlyEvent:
    if not cast(PortalRequest, request).actor.may("workflow.change_earlyevent"):
        raise PermissionDenied
    return get_object_or_404(EarlyEvent, pk=pk)
