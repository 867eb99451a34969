"""Firing a transition by hand: the form or question before it, the answer after it. GET changes nothing (F44)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.looks import look_of
from modules.portal.api import RecordPages, owned_record
from modules.workflow.engine.firing import fire
from modules.workflow.errors import InvalidData, Superseded, TransitionNotAllowed
from modules.workflow.flows import Flow, find_flow, graph_of
from modules.workflow.graph import Transition, WorkflowGraph
from modules.workflow.models import Task
from modules.workflow.offers import form_for
from modules.workflow.panels.actions import is_for_owner
from modules.workflow.people.rights import fits
from modules.workflow.publishing.standing import once_called

KEY, EXPECTED = "_key", "_expected"
LONGEST_KEY = 64


@dataclass(frozen=True)
class Door:
    """One face's way in: its templates, where the record's page is, and what else its pages need."""

    page: str
    fragment: str
    home: Callable[[Any], str]
    context: Callable[[PortalRequest], dict[str, Any]]


def portal_transition(pages: RecordPages) -> Callable[..., HttpResponse]:
    """The view of one kind of record for its owners; strangers get 404, who has not signed in is asked to."""
    door = Door("workflow/transition.html", "workflow/partials/_transition.html", pages.detail_url, _no_more)

    @login_not_required
    @never_cache
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, lookup: str, transition: str) -> HttpResponse:
        viewer = cast(PortalRequest, request)
        record = _own(pages, viewer, lookup)
        if record is None:
            if viewer.actor.user is not None:
                raise Http404
            target = redirect_to_login(pages.list_url() if pages.list else "/")["Location"]
            return go_to(request, target)
        way = _manual(graph_of(record), transition)
        if not is_for_owner(way):
            raise Http404
        return _answer(viewer, record, way, door)

    return view


def _no_more(request: PortalRequest) -> dict[str, Any]:
    """The portal's pages need nothing beside what its context processor gives."""
    return {}


def _own(pages: RecordPages, viewer: PortalRequest, lookup: str) -> Any | None:
    try:
        return owned_record(pages.model, viewer.actor, lookup)
    except (ValueError, TypeError):
        return None


@require_http_methods(["GET", "POST"])
def console_transition(request: HttpRequest, record_type: str, pk: int, transition: str) -> HttpResponse:
    """The one view of staff: who may not see the kind of record, or not fire this, gets 403."""
    from modules.workflow.views.console import console_context, record_page

    viewer = cast(PortalRequest, request)
    record, flow = record_for_staff(viewer, record_type, pk)
    door = Door("workflow/console/transition.html", "workflow/console/_transition.html", record_page, console_context)
    return _answer(viewer, record, _manual(flow.graph_for(record), transition), door)


def record_for_staff(request: PortalRequest, record_type: str, pk: int) -> tuple[Any, Flow]:
    """The record, for those who may view its kind; others are refused before anything is looked up."""
    flow = find_flow(record_type)
    if flow is None:
        raise Http404
    options = flow.model._meta
    if not request.actor.may(f"{options.app_label}.view_{options.model_name}"):
        raise PermissionDenied
    record = flow.model._default_manager.filter(pk=pk).first()
    if record is None:
        raise Http404
    return record, flow


def task_for_staff(request: HttpRequest, pk: int) -> tuple[PortalRequest, Task, Any]:
    """A task and its record, for those who may view the record's kind."""
    viewer = cast(PortalRequest, request)
    task = get_object_or_404(Task.objects.select_related("person", "closed_by", "asked_by"), pk=pk)
    record, _flow = record_for_staff(viewer, task.record_type, task.record_id)
    return viewer, task, record


def _manual(graph: WorkflowGraph, key: str) -> Transition:
    if not graph.has_transition(key) or graph.transition(key).kind != "manual":
        if (title := once_called(graph.key, key)) is not None:  # an old page, or a record on another version
            raise Superseded(step=title)
        raise Http404
    return graph.transition(key)


def _answer(request: PortalRequest, record: Any, way: Transition, door: Door) -> HttpResponse:
    """The form on GET; on POST the step, or the form again, or the reason why not."""
    if not fits(way.by, record, request.actor, graph_of(record)):
        raise TransitionNotAllowed
    if request.method != "POST":
        return _show(request, record, way, door, form_for(record, way.key))
    try:
        fire(
            record,
            way.key,
            actor=request.actor,
            at=request.now,
            data=request.POST if way.form or way.asks else None,
            files=request.FILES or None,
            key=request.POST.get(KEY, "")[:LONGEST_KEY] or None,
            reason="" if way.form or way.asks else request.POST.get("reason", "").strip()[:2000],
            expected=request.POST.get(EXPECTED) or None,
        )
    except InvalidData as refusal:
        return _show(request, record, way, door, refusal.form, status=422)
    except NotAllowed:
        raise
    except Refusal as refusal:
        return _show(request, record, way, door, None, refusal=refusal, status=409)
    told = _("{record}: {state}").format(record=record, state=look_of(record).title)
    messages.success(request, told)
    return go_to(request, door.home(record))


def _show(
    request: PortalRequest,
    record: Any,
    way: Transition,
    door: Door,
    form: forms.BaseForm | None,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    graph = graph_of(record)
    state = request.POST.get(EXPECTED) or str(record.state)
    context = {
        "title": way.title,
        "record": record,
        "way": way,
        "target": graph.state(way.target).title,
        "form": form,
        "asks_reason": form is None and way.destructive,
        "url": request.path,
        "home": door.home(record),
        "key": request.POST.get(KEY, "")[:LONGEST_KEY] or uuid4().hex,
        "expected": state,
        "key_name": KEY,
        "expected_name": EXPECTED,
        "refusal": None if refusal is None else str(refusal),
        "is_possible_now": refusal is None and str(record.state) in way.sources,
    }
    template = door.fragment if request.htmx else door.page
    more = {} if request.htmx else door.context(request)
    response = render(request, template, {**more, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
