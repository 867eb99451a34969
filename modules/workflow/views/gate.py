"""The gate before a version: what changes, what is wrong with it, where running records go, and what would happen."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.core.errors import Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.jobs import job_address
from modules.workflow.choices import DefinitionStatus, TransferOverdue, TransferTimers
from modules.workflow.comparing import compare
from modules.workflow.flows import Flow, find_flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition
from modules.workflow.publishing import may_publish, problems_of, publish, published_graph
from modules.workflow.transferring import (
    Choices,
    Place,
    places_of,
    prepare,
    preview,
    proposed_choices,
    running_ids,
    start_transfer,
)
from modules.workflow.transferring.mapping import missing
from modules.workflow.views.console import console_context, page_of

PAGE, LOOKED_AT, MOST_HOURS = 25, 100, 720


@never_cache
@require_http_methods(["GET", "POST"])
def gate(request: HttpRequest, record_type: str, pk: int) -> HttpResponse:
    """GET proposes; POST shows what would happen with other choices, or does it."""
    viewer = cast(PortalRequest, request)
    definition = get_object_or_404(Definition, pk=pk, record_type=record_type)
    flow = flow_for(viewer, record_type)
    target = published_graph(definition)
    places = places_of(flow, target)
    choices = proposed_choices(places, _chosen(request, places))
    if request.method == "POST" and "apply" in request.POST:
        return _apply(viewer, flow, definition, target, places, choices)
    return _show(viewer, flow, definition, target, places, choices)


def flow_for(request: PortalRequest, record_type: str) -> Flow:
    """The workflow, for those who may publish it."""
    flow = find_flow(record_type)
    if flow is None:
        raise Http404
    if not may_publish(request.actor):
        raise PermissionDenied
    return flow


def _chosen(request: HttpRequest, places: list[Place]) -> Choices:
    """What was sent; what makes no sense counts as not chosen."""
    given = request.POST
    mapping: dict[int, dict[str, str]] = {}
    for place in places:
        if place.name in given:
            mapping.setdefault(place.version, {})[place.state.key] = given[place.name]
    timers, overdue, hours = given.get("timers", ""), given.get("overdue", ""), given.get("hours", "")
    is_number = hours.isascii() and hours.isdecimal() and len(hours) < 6
    return Choices(
        mapping,
        timers if timers in TransferTimers.values else TransferTimers.KEEP,
        overdue if overdue in TransferOverdue.values else TransferOverdue.SPREAD,
        min(max(int(hours), 1), MOST_HOURS) if is_number else 8,
        given.get("reason", "").strip()[:2000],
    )


def _apply(
    request: PortalRequest, flow: Flow, definition: Definition, target: WorkflowGraph, places: list[Place],
    choices: Choices,
) -> HttpResponse:  # fmt: skip
    """Publish, and move the records in the background; where nothing has to move, publish alone."""
    try:
        if request.POST.get("apply") == "publish" or not places:
            published = publish(definition, actor=request.actor, at=request.now, note=choices.reason)
            messages.success(request, _("New records start on version {number}.").format(number=published.version))
            return go_to(request, reverse("workflow:versions", args=[target.record_type]))
        transfer = prepare(definition, choices, actor=request.actor, at=request.now)
        job = start_transfer(transfer, actor=request.actor, at=request.now)
    except Refusal as refusal:
        return _show(request, flow, definition, target, places, choices, refusal=str(refusal), status=409)
    return go_to(request, job_address(job))


def _show(
    request: PortalRequest, flow: Flow, definition: Definition, target: WorkflowGraph, places: list[Place],
    choices: Choices, *, refusal: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    ids = running_ids(flow, target)
    total, page = ids.count(), _page(request)
    found = problems_of(target)
    errors = [finding for finding in found if finding.severity == "error"]
    unmapped = missing(places, choices.mapping, target)
    context = {
        **console_context(request),
        "title": _("{workflow}: to version {number}").format(workflow=target.title, number=target.version),
        "definition": definition,
        "is_new": definition.status != DefinitionStatus.PUBLISHED,
        "target": target,
        "changes": _changes(flow, places, target),
        "errors": [(finding.sentence(target), finding.mend) for finding in errors],
        "warnings": [(finding.sentence(target), finding.mend) for finding in found if finding.severity != "error"],
        "places": [_shown(flow, place, choices) for place in places],
        "states": target.states,
        "choices": choices,
        "timer_choices": TransferTimers.choices,
        "overdue_choices": TransferOverdue.choices,
        "total": total,
        "unmapped": unmapped,
        "is_ready": not errors and not unmapped,
        "refusal": refusal,
        "versions_url": reverse("workflow:versions", args=[target.record_type]),
        **({} if errors else _dry_run(request, flow, target, choices, ids, total, page)),
    }
    return render(request, "workflow/gate/gate.html", context, status=status)


def _page(request: HttpRequest) -> int:
    given = request.POST.get("page", "1")
    return max(int(given), 1) if given.isascii() and given.isdecimal() and len(given) < 7 else 1


def _changes(flow: Flow, places: list[Place], target: WorkflowGraph) -> list[tuple[int, list[str]]]:
    """By version left, what differs in sentences; against what new records start on where nothing runs elsewhere."""
    numbers = sorted({place.version for place in places}) or [flow.graph.version]
    found = []
    for number in numbers:
        graph = (flow.version(number) or flow.current).graph
        found.append((number, [change.sentence for change in compare(graph, target)]))
    return found


def _shown(flow: Flow, place: Place, choices: Choices) -> dict[str, Any]:
    options = flow.model._meta
    try:
        stem = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    except NoReverseMatch:
        stem = ""
    return {
        "place": place,
        "chosen": choices.target_of(place.version, place.state.key),
        "url": f"{stem}?state__exact={place.state.key}" if stem else "",
    }


def _dry_run(
    request: PortalRequest, flow: Flow, target: WorkflowGraph, choices: Choices, ids: Any, total: int, page: int
) -> dict[str, Any]:
    """The records of a page, and how much would be due at once among the first of them."""
    keys = list(ids.values_list("pk", flat=True)[(page - 1) * PAGE : page * PAGE])
    first = (page - 1) * PAGE
    rows = preview(flow, target, keys, choices, at=request.now, actor=request.actor, first=first, total=total)
    looked = list(ids.values_list("pk", flat=True)[:LOOKED_AT])
    forecast = preview(flow, target, looked, choices, at=request.now, actor=request.actor, total=total)
    named = {record.pk: str(record) for record in flow.model._default_manager.filter(pk__in=keys)}
    return {
        "rows": [
            (row, named.get(row.record_id, row.record_id), page_of(flow.model, row.record_id)) for row in rows.rows
        ],
        "page": page,
        "pages": max(1, -(-total // PAGE)),
        "due_now": forecast.due_now,
        "looked_at": len(looked),
        "is_estimate": total > len(looked),
    }
