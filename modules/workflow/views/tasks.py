"""Claiming, releasing and completing tasks, by button."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from modules.core.http import PortalRequest, go_to
from modules.workflow.models import Task
from modules.workflow.services import claim, complete, release
from modules.workflow.views.console import record_page
from modules.workflow.views.transitions import record_for_staff


@require_POST
def task_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task of one's role."""
    viewer, task, record = _task(request, pk)
    claim(task, actor=viewer.actor, at=viewer.now)
    messages.success(request, _("The task is yours."))
    return _back(request, record)


@require_POST
def task_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a task back to its role."""
    viewer, task, record = _task(request, pk)
    release(task, actor=viewer.actor, at=viewer.now)
    messages.success(request, _("The task is free again."))
    return _back(request, record)


@require_POST
def task_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish a task with one of its outcomes."""
    viewer, task, record = _task(request, pk)
    reason = request.POST.get("reason", "").strip()[:2000]
    try:
        complete(task, request.POST.get("outcome", ""), actor=viewer.actor, at=viewer.now, reason=reason)
    except LookupError:
        raise Http404 from None
    messages.success(request, _("The task is done."))
    return _back(request, record)


def _task(request: HttpRequest, pk: int) -> tuple[PortalRequest, Task, Any]:
    """The task and its record, for staff who may view the record."""
    viewer = cast(PortalRequest, request)
    task = get_object_or_404(Task, pk=pk)
    record, _flow = record_for_staff(viewer, task.record_type, task.record_id)
    return viewer, task, record


def _back(request: HttpRequest, record: Any) -> HttpResponse:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return go_to(request, wanted if wanted and is_ours else record_page(record))
