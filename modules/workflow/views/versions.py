"""The versions of a workflow: who runs on which, what was published and moved, what differs between any two."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from modules.core.choices import JobItemState
from modules.core.http import PortalRequest, go_to, row_key
from modules.core.jobs import job_address
from modules.core.models import Job
from modules.workflow.choices import TransferItemState, TransferState
from modules.workflow.comparing import compare
from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition, Transfer
from modules.workflow.publishing import version_rows
from modules.workflow.transferring import StillMoving, start_return, transfers_of
from modules.workflow.views.console import console_context, page_of
from modules.workflow.views.gate import flow_for

MOST, NAMED = 50, 20


@never_cache
@require_GET
def versions(request: HttpRequest, record_type: str) -> HttpResponse:
    """Versions, transfers, and the difference of the two that were picked."""
    viewer = cast(PortalRequest, request)
    flow = flow_for(viewer, record_type)
    rows = version_rows(flow)[:MOST]
    old, new = _picked(request, flow, "old"), _picked(request, flow, "new")
    context = {
        **console_context(request),
        "title": _("{workflow}: versions").format(workflow=flow.graph.title),
        "graph": flow.graph,
        "rows": rows,
        "running": sum(row.running for row in rows),
        "transfers": [_shown(flow, transfer) for transfer in transfers_of(flow.declared.key)[:MOST]],
        "old": old,
        "new": new,
        "changes": _changes(old, new),
        "flow_url": reverse("workflow:flow", args=[record_type]),
        "backtest_url": reverse("workflow:backtest", args=[record_type]),
        "kind": record_type,
    }
    return render(request, "workflow/gate/versions.html", context)


def _picked(request: HttpRequest, flow: Flow, name: str) -> Definition | None:
    return Definition.objects.filter(pk=row_key(request.GET.get(name, "")), key=flow.declared.key).first()


def _changes(old: Definition | None, new: Definition | None) -> list[str] | None:
    if old is None or new is None:
        return None
    graphs = (WorkflowGraph.from_data(old.graph), WorkflowGraph.from_data(new.graph))
    return [change.sentence for change in compare(*graphs)]


def _shown(flow: Flow, transfer: Transfer) -> dict[str, Any]:
    counted = dict(transfer.items.order_by().values_list("status").annotate(Count("pk")))
    stayed = transfer.items.filter(status=TransferItemState.MOVED).exclude(message="")
    return {
        "transfer": transfer,
        "moved": counted.get(TransferItemState.MOVED, 0),
        "returned": counted.get(TransferItemState.RETURNED, 0),
        "left": _named(flow, transfer.items.filter(status=TransferItemState.LEFT), transfer.job),
        "stayed": _named(flow, stayed if transfer.undo_job is not None else stayed.none(), transfer.undo_job),
        "job_url": "" if transfer.job is None else job_address(transfer.job),
        "undo_url": "" if transfer.undo_job is None else job_address(transfer.undo_job),
        "may_undo": transfer.job is not None and transfer.undo_job is None and transfer.state != TransferState.UNDONE,
    }


def _named(flow: Flow, items: Any, job: Job | None) -> dict[str, Any]:
    """The first records that stayed behind, each with its page and why; and where all of them stand."""
    rows = list(items.order_by("record_id").values_list("record_id", "message")[:NAMED])
    records = flow.model._default_manager.in_bulk([pk for pk, _message in rows])
    total = items.count() if len(rows) == NAMED else len(rows)
    address = "" if job is None else f"{job_address(job)}?rows={JobItemState.REFUSED}"
    return {
        "count": total,
        "rows": [(str(records.get(pk, pk)), page_of(flow.model, pk), message) for pk, message in rows],
        "all_url": address if total > len(rows) else "",
    }


@require_POST
def undo(request: HttpRequest, record_type: str, pk: int) -> HttpResponse:
    """Move back what a transfer moved and what has not gone on since."""
    viewer = cast(PortalRequest, request)
    flow = flow_for(viewer, record_type)
    transfer = get_object_or_404(Transfer, pk=pk, key=flow.declared.key)
    if transfer.job is None:
        raise Http404
    reason = request.POST.get("reason", "").strip()[:2000]
    try:
        job = start_return(transfer, actor=viewer.actor, at=viewer.now, reason=reason)
    except StillMoving as refusal:
        messages.warning(request, str(refusal))
        return go_to(request, reverse("workflow:versions", args=[record_type]))
    return go_to(request, job_address(job))
