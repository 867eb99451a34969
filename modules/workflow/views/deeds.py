"""Deeds on a record's page beside its transitions: the last step back, a task to somebody, a task with a form done."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to, row_key
from modules.workflow.engine.undoing import undo_last
from modules.workflow.errors import InvalidData
from modules.workflow.flows import graph_of
from modules.workflow.models import Task
from modules.workflow.selectors import people_for
from modules.workflow.services import assign, complete, form_for_task
from modules.workflow.views.console import console_context, record_page
from modules.workflow.views.transitions import record_for_staff, task_for_staff


@require_POST
def record_undo(request: HttpRequest, record_type: str, pk: int) -> HttpResponse:
    """Take back the step that the page showed as the last one."""
    viewer = cast(PortalRequest, request)
    record, _flow = record_for_staff(viewer, record_type, pk)
    step = row_key(request.POST.get("step", ""))
    if not step:
        raise Http404
    undo_last(record, actor=viewer.actor, at=viewer.now, step=step)
    messages.success(request, _("The step is taken back."))
    return go_to(request, record_page(record))


@require_POST
def task_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a task to a person who may do it."""
    viewer, task, record = task_for_staff(request, pk)
    person = people_for(task).filter(pk=row_key(request.POST.get("person", ""))).first()
    if person is None:
        raise Http404
    assign(task, person=person, actor=viewer.actor, at=viewer.now)
    messages.success(request, _("{person} has the task now.").format(person=person))
    return go_to(request, record_page(record))


@require_http_methods(["GET", "POST"])
def task_finish(request: HttpRequest, pk: int, outcome: str) -> HttpResponse:
    """Finish a task that asks for something: its form, or the form again with what is wrong."""
    viewer, task, record = task_for_staff(request, pk)
    graph = graph_of(record)
    ways = {end.name: end for node in graph.tasks if node.key == task.key for end in node.outcomes}
    if outcome not in ways or (graph.completing(task.key) and not task.delegated_by_id):
        raise Http404
    if request.method != "POST":
        return _ask(viewer, record, task, ways[outcome].title, form_for_task(task, record))
    try:
        complete(task, outcome, actor=viewer.actor, at=viewer.now, data=request.POST, files=request.FILES)
    except InvalidData as refusal:
        return _ask(viewer, record, task, ways[outcome].title, refusal.form, status=422)
    except NotAllowed:
        raise
    except Refusal as refusal:
        return _ask(viewer, record, task, ways[outcome].title, None, refusal=str(refusal), status=409)
    messages.success(request, _("The task is done."))
    return go_to(request, record_page(record))


def _ask(
    request: PortalRequest, record: Any, task: Task, title: Any, form: Any, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    node = next(node for node in graph_of(record).tasks if node.key == task.key)
    context = {
        "record": record,
        "task_title": node.title,
        "title": title,
        "form": form,
        "refusal": refusal,
        "url": request.path,
        "home": record_page(record),
    }
    more = {} if request.htmx else {**console_context(request)}
    template = "workflow/console/_task.html" if request.htmx else "workflow/console/task.html"
    response = render(request, template, {**more, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
