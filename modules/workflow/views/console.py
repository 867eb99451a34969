"""The workflows' own pages in the console: every process with its diagram, and how many records stand where."""

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from modules.core.http import PortalRequest
from modules.workflow.diagram.ways import StateWays, ways_of
from modules.workflow.flows import Flow, find_flow, flows


def console_context(request: HttpRequest) -> dict[str, Any]:
    """What every page of the console needs: navigation, site, rights."""
    return {**admin.site.each_context(request), "title": ""}


def record_page(record: Any) -> str:
    """The page of a record in the console; where its model has none, the page of its workflow."""
    page = page_of(type(record), record.pk)
    flow = find_flow(record)
    if page or flow is None:
        return page or reverse("admin:index")
    return reverse("workflow:flow", args=[flow.graph.record_type])


def page_of(model: type[Model], pk: int) -> str:
    """The address of a record's page in the console, or nothing where its model has none."""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class FlowFigures:
    """A workflow as the overview lists it."""

    flow: Flow
    states: list[StateWays]
    count: int
    url: str


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Every workflow whose records the person may view, with the number of records in each state."""
    viewer = cast(PortalRequest, request)
    found = [_figures(flow) for flow in flows if may_view(viewer, flow)]
    context = {**console_context(request), "title": _("Workflows"), "workflows": found}
    return render(request, "workflow/console/overview.html", context)


def may_view(request: PortalRequest, flow: Flow) -> bool:
    """Whether somebody may see the records of a workflow, and so the workflow."""
    return request.actor.may(f"{flow.model._meta.app_label}.view_{flow.model._meta.model_name}")


def flow_seen(request: HttpRequest, record_type: str) -> tuple[PortalRequest, Flow]:
    """The workflow, for those who may view its records."""
    viewer, flow = cast(PortalRequest, request), find_flow(record_type)
    if flow is None:
        raise Http404
    if not may_view(viewer, flow):
        raise PermissionDenied
    return viewer, flow


def _figures(flow: Flow) -> FlowFigures:
    counts = _counts(flow)
    states = ways_of(flow.graph, notes=_notes(counts), links=_links(flow))
    return FlowFigures(flow, states, sum(counts.values()), reverse("workflow:flow", args=[flow.graph.record_type]))


def _counts(flow: Flow) -> dict[str, int]:
    """How many records stand in each state; every state is there."""
    rows = flow.model._default_manager.order_by().values_list("state").annotate(Count("pk"))
    counted = dict(rows)
    return {state.key: counted.get(state.key, 0) for state in flow.graph.states}


def _notes(counts: dict[str, int]) -> dict[str, str]:
    return {
        state: ngettext("{count} record", "{count} records", count).format(count=localize(count))
        for state, count in counts.items()
    }


def _links(flow: Flow) -> dict[str, str]:
    """For each state the list of its records, where the model has one in the console."""
    options = flow.model._meta
    try:
        stem = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    except NoReverseMatch:
        return {}
    return {state.key: f"{stem}?state__exact={state.key}" for state in flow.graph.states}
