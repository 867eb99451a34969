"""Trying a version on the past, in the console: which one, on how many records, and what came of it."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.core.http import PortalRequest, go_to, row_key
from modules.core.jobs import job_address
from modules.core.models import Job, JobItem
from modules.workflow.backtesting import KIND, start_backtest, summary_of, with_guard
from modules.workflow.backtesting.verdicts import message_words
from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition
from modules.workflow.publishing import problems_of
from modules.workflow.views.console import console_context, page_of
from modules.workflow.views.gate import flow_for

SIZES, PAGE = (50, 200, 1000), 50


@never_cache
@require_http_methods(["GET", "POST"])
def backtest(request: HttpRequest, record_type: str) -> HttpResponse:
    """GET asks and shows the last trials; POST begins one in the background."""
    viewer = cast(PortalRequest, request)
    flow = flow_for(viewer, record_type)
    if request.method != "POST":
        return _show(viewer, flow)
    candidate, problem = _candidate(request, flow)
    if candidate is None:
        return _show(viewer, flow, problem=problem, status=422)
    given = request.POST.get("last", "")
    last = int(given) if given in map(str, SIZES) else SIZES[0]
    job = start_backtest(flow, candidate, last=last, actor=viewer.actor, at=viewer.now)
    return go_to(request, f"{reverse('workflow:backtest', args=[record_type])}?trial={job.pk}")


def _candidate(request: HttpRequest, flow: Flow) -> tuple[WorkflowGraph | None, str]:
    """The version that was picked, perhaps with another condition on a step; or what is wrong with it."""
    known = Definition.objects.filter(key=flow.declared.key)
    found = known.filter(pk=row_key(request.POST.get("definition", ""))).first()
    graph = flow.graph if found is None else WorkflowGraph.from_data(found.graph)
    step, expression = request.POST.get("step", ""), request.POST.get("expression", "").strip()[:1000]
    if step and graph.has_transition(step):
        graph = with_guard(graph, step, expression)
    errors = [finding for finding in problems_of(graph) if finding.severity == "error"]
    return (None, errors[0].sentence(graph)) if errors else (graph, "")


def _show(request: PortalRequest, flow: Flow, *, problem: str = "", status: int = 200) -> HttpResponse:
    kind = flow.declared.record_type
    trials = Job.objects.filter(kind=KIND, record_type=kind).order_by("-pk")
    job = _picked(request, trials)
    context = {
        **console_context(request),
        "title": _("{workflow}: try on the past").format(workflow=flow.graph.title),
        "graph": flow.graph,
        "definitions": Definition.objects.filter(key=flow.declared.key).order_by("-pk")[:PAGE],
        "steps": [way for way in flow.graph.transitions if way.kind in ("manual", "automatic")],
        "sizes": SIZES,
        "problem": problem,
        "given": request.POST,
        "chosen": request.POST.get("definition", "") or request.GET.get("definition", ""),
        "trials": trials[:10],
        "job": job,
        "versions_url": reverse("workflow:versions", args=[kind]),
        "url": reverse("workflow:backtest", args=[kind]),
        **({} if job is None else _results(request, flow, job)),
    }
    part = "_trial" if request.htmx and job is not None else "backtest"
    response = render(request, f"workflow/gate/{part}.html", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _picked(request: PortalRequest, trials: Any) -> Job | None:
    found: Job | None = trials.filter(pk=row_key(request.GET.get("trial", ""))).first()
    return found


def _results(request: PortalRequest, flow: Flow, job: Job) -> dict[str, Any]:
    rows = JobItem.objects.filter(job=job).exclude(data={}).exclude(data__kind="same").order_by("position")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    summary = summary_of(job)
    return {
        "job_url": job_address(job),
        "page": page,
        "found": [(item, page_of(flow.model, int(item.record_id or 0))) for item in page],
        "counts": [
            (_("the same way"), summary.counts["same"]),
            (_("another way"), summary.counts["other_way"]),
            (_("other messages"), summary.counts["other_messages"]),
            (_("unclear"), summary.counts["unclear"]),
            *([(_("failed"), job.failed)] if job.failed else []),
        ],
        "reasons": [(step, why, count) for (step, why), count in summary.reasons.most_common()],
        "more": [(message_words(name), count) for name, count in summary.more.most_common()],
        "fewer": [(message_words(name), count) for name, count in summary.fewer.most_common()],
        "as_today": summary.as_today.most_common(),
        "is_running": job.finished_at is None,
    }
