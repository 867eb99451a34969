"""Changing the state of many records from a list: a menu entry, a page that says what will happen, a job."""

from functools import partial
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from modules.core.errors import Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.jobs import job_address
from modules.workflow.flows import Flow, find_flow
from modules.workflow.graph import Transition
from modules.workflow.plan import make_form
from modules.workflow.views.console import console_context
from modules.workflow.worklists.bulk import forecast, start_transitions, ways_for

CONFIRMED, KEY = "_bulk", "_key"
LONGEST_REASON = 2000


def transition_actions(model_admin: Any, request: HttpRequest) -> dict[str, tuple[Any, str, str]]:
    """The menu entries over the rows of a list whose records have a workflow."""
    flow = find_flow(model_admin.model)
    if flow is None or flow.model is not model_admin.model:
        return {}
    actions = {}
    for way in ways_for(flow, cast(PortalRequest, request).actor):
        name = f"transition_{way.key}"
        words = _("Change state: {transition}…").format(transition=way.title).replace("%", "%%")
        actions[name] = (partial(bulk_page, flow=flow, way=way), name, words)
    return actions


def bulk_page(
    model_admin: Any, request: HttpRequest, rows: QuerySet[Any], *, flow: Flow, way: Transition
) -> HttpResponse:
    """What will happen, first; confirmed, the job. The page posts the selection again to the address of the list."""
    viewer = cast(PortalRequest, request)
    form = make_form(flow.plan.step(way.key).form_class, None, request.POST if CONFIRMED in request.POST else None)
    if CONFIRMED not in request.POST:
        return _show(viewer, rows, flow, way, form)
    if form is not None and not form.is_valid():
        return _show(viewer, rows, flow, way, form, status=422)
    job = start_transitions(
        flow,
        way,
        rows,
        actor=viewer.actor,
        at=viewer.now,
        data=_given(form, request),
        reason="" if form else request.POST.get("reason", "").strip()[:LONGEST_REASON],
        key=_key(request),
    )
    return go_to(request, job_address(job))


def _given(form: forms.BaseForm | None, request: HttpRequest) -> dict[str, list[str]]:
    """What was filled in, as it was sent."""
    if form is None:
        return {}
    names = {form.add_prefix(name) for name in form.fields}
    return {name: values for name, values in request.POST.lists() if any(name.startswith(known) for known in names)}


def _key(request: HttpRequest) -> UUID:
    """Pressed twice, one job is started."""
    try:
        return UUID(request.POST.get(KEY, ""))
    except ValueError:
        return uuid4()


def _show(
    request: PortalRequest,
    rows: QuerySet[Any],
    flow: Flow,
    way: Transition,
    form: forms.BaseForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    found, refusal = None, ""
    try:
        found = forecast(flow, way, rows, actor=request.actor, at=request.now)
    except Refusal as refused:
        refusal, status = str(refused), 409
    options = flow.model._meta
    context = {
        **console_context(request),
        "title": str(way.title),
        "opts": options,
        "plural": options.verbose_name_plural,
        "way": way,
        "target": flow.graph.state(way.target).title,
        "found": found,
        "refusal": refusal,
        "form": form,
        "asks_reason": form is None and way.destructive,
        "back": request.get_full_path(),
        "confirmed_name": CONFIRMED,
        "key_name": KEY,
        "key": request.POST.get(KEY) or uuid4(),
        "hidden": _hidden(request, f"transition_{way.key}"),
    }
    return render(request, "workflow/console/bulk.html", context, status=status)


def _hidden(request: HttpRequest, action: str) -> list[tuple[str, str]]:
    """The selection, to be sent again."""
    selected = [(ACTION_CHECKBOX_NAME, value) for value in request.POST.getlist(ACTION_CHECKBOX_NAME)]
    return [("action", action), ("index", "0"), ("select_across", request.POST.get("select_across", "0")), *selected]
