"""Claiming, releasing and completing tasks, by button."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from modules.core.http import go_to
from modules.workflow.flows import graph_of
from modules.workflow.services import claim, complete, release
from modules.workflow.views.console import record_page
from modules.workflow.views.transitions import task_for_staff


@require_POST
def task_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task of one's role."""
    viewer, task, record = task_for_staff(request, pk)
    claim(task, actor=viewer.actor, at=viewer.now)
    messages.success(request, _("The task is yours."))
    return _back(request, record)


@require_POST
def task_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a task back to its role."""
    viewer, task, record = task_for_staff(request, pk)
    release(task, actor=viewer.actor, at=viewer.now)
    messages.success(request, _("The task is free again."))
    return _back(request, record)


@require_POST
def task_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish a task with one of its outcomes; one that a transition completes is done there, or proposed here by who
    was delegated it."""
    viewer, task, record = task_for_staff(request, pk)
    if graph_of(record).completing(task.key) and not (task.question or task.delegated_by_id):
        raise Http404
    reason = request.POST.get("reason", "").strip()[:2000]
    try:
        complete(task, request.POST.get("outcome", ""), actor=viewer.actor, at=viewer.now, reason=reason)
    except LookupError:
        raise Http404 from None
    messages.success(request, _("The task is done."))
    return _back(request, record)


def _back(request: HttpRequest, record: Any) -> HttpResponse:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return go_to(request, wanted if wanted and is_ours else record_page(record))
