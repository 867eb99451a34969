"""The board of a model with a workflow: the page, the part that changes, more cards, and where a card may go."""

from typing import Any, cast
from uuid import uuid4

from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.core.http import PortalRequest
from modules.workflow.flows import Flow, find_flow
from modules.workflow.views.console import console_context, may_view
from modules.workflow.views.transitions import EXPECTED, KEY, record_for_staff
from modules.workflow.worklists.board import cards_of, columns_of, targets_of


def list_tab(request: HttpRequest, *, model: type[Model], **facts: Any) -> str | None:
    """The board beside a list's table, with the same filters and search."""
    flow = find_flow(model)
    if flow is None or flow.model is not model or _admin_of(flow) is None:
        return None
    address = reverse("workflow:board", args=[flow.graph.record_type])
    query = request.GET.urlencode()
    context = {"url": f"{address}?{query}" if query else address, "is_current": request.path == address}
    return render_to_string("workflow/board/_tab.html", context)


@never_cache
@require_GET
def board(request: HttpRequest, record_type: str) -> HttpResponse:
    """The page; htmx and the board's own script get the columns alone."""
    viewer, flow, model_admin = _asked(request, record_type)
    cl = model_admin.rows_asked(request)
    context = {"columns": columns_of(flow, model_admin, cl), **_facts(flow, request)}
    if not viewer.htmx:
        cl.full_result_count = cl.result_count
        context |= {
            **console_context(request),
            "title": str(capfirst(str(flow.model._meta.verbose_name_plural))),
            "opts": flow.model._meta,
            "cl": cl,
            "list_page": model_admin.list_page(request, cl),
            "is_fullwidth": True,
        }
    response = render(request, "workflow/board/_columns.html" if viewer.htmx else "workflow/board/board.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@never_cache
@require_GET
def board_cards(request: HttpRequest, record_type: str, state: str, start: int) -> HttpResponse:
    """More cards of a column, or the first of a folded one."""
    _viewer, flow, model_admin = _asked(request, record_type)
    if not flow.graph.has_state(state):
        raise Http404
    cards, more = cards_of(model_admin, model_admin.rows_asked(request), state, start)
    return render(
        request, "workflow/board/_cards.html", {"cards": cards, "more": more, "state": state, **_facts(flow, request)}
    )


@never_cache
@require_GET
def board_moves(request: HttpRequest, record_type: str, pk: int, state: str) -> HttpResponse:
    """Where a card of a column may go, with the reasons where it may not."""
    viewer = cast(PortalRequest, request)
    record, flow = record_for_staff(viewer, record_type, pk)
    if not flow.graph.has_state(state):
        raise Http404
    targets = targets_of(flow, record, state, actor=viewer.actor, at=viewer.now)
    context = {
        "record": record,
        "targets": sorted(targets, key=lambda target: (not target.is_open, not target.moves)),
        "expected": state,
        "expected_name": EXPECTED,
        "key_name": KEY,
        "key": uuid4().hex,
    }
    return render(request, "workflow/board/_moves.html", context)


def _asked(request: HttpRequest, record_type: str) -> tuple[PortalRequest, Flow, Any]:
    """The flow and the admin of its model, for those who may view its records."""
    viewer, flow = cast(PortalRequest, request), find_flow(record_type)
    model_admin = None if flow is None else _admin_of(flow)
    if flow is None or model_admin is None:
        raise Http404
    if not may_view(viewer, flow):
        raise PermissionDenied
    return viewer, flow, model_admin


def _admin_of(flow: Flow) -> Any:
    """The pages of the model, unless they want no board (`board = ""`)."""
    try:
        found = admin.site.get_model_admin(flow.model)
    except NotRegistered:
        return None
    return found if getattr(found, "board", "state") else None


def _facts(flow: Flow, request: HttpRequest) -> dict[str, Any]:
    options = flow.model._meta
    return {
        "kind": flow.graph.record_type,
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "list_url": reverse(f"admin:{options.app_label}_{options.model_name}_changelist"),
    }
