"""The pages of jobs: the list, one job with its progress and what became of each row, stopping and going on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from modules.console.lists import CappedPaginator
from modules.console.records import record_address
from modules.core import jobs
from modules.core.audit import record_type
from modules.core.choices import JobItemState, JobState
from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.looks import Look
from modules.core.models import Job, JobItem

JOBS_A_PAGE, ROWS_A_PAGE = 25, 50
MINE = "mine"
LOOKS = {
    JobState.QUEUED: ("neutral", "clock"),
    JobState.RUNNING: ("info", "arrow-path"),
    JobState.STOPPING: ("warning", "pause-circle"),
    JobState.STOPPED: ("warning", "pause-circle"),
    JobState.DONE: ("success", "check-circle"),
    JobState.FAILED: ("danger", "x-circle"),
}
ROW_LOOKS = {
    JobItemState.PENDING: ("neutral", "clock"),
    JobItemState.DONE: ("success", "check-circle"),
    JobItemState.REFUSED: ("warning", "no-symbol"),
    JobItemState.FAILED: ("danger", "x-circle"),
}


@dataclass(frozen=True)
class Chip:
    """One choice of a filter; its address keeps the others."""

    title: str
    value: str
    is_on: bool
    count: int | None = None


@dataclass(frozen=True)
class Row:
    """A row of a job: what it is about, where that is, what became of it."""

    position: int
    label: str
    url: str
    look: Look
    message: str


@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """The jobs that the person may see, newest first."""
    viewer = cast(PortalRequest, request)
    sees_all = viewer.actor.may("core.view_job")
    state, term = request.GET.get("state", ""), " ".join(request.GET.get("q", "").split())
    is_mine = not sees_all or request.GET.get("whose") == MINE
    found = Job.objects.select_related("actor").order_by("-created_at", "-pk")
    found = found.filter(actor=viewer.actor.user) if is_mine else found
    if state in JobState.values:
        found = found.filter(state=state)
    if term:
        found = found.filter(title__icontains=term)
    page = CappedPaginator(found, JOBS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": _("Jobs"),
        "page": page,
        "jobs": [{"job": one, "look": job_look(one), "url": jobs.job_address(one)} for one in page],
        "term": term,
        "chips": [Chip(_("All"), "", not state), *_chips(JobState, state)],
        "sees_all": sees_all,
        "is_mine": is_mine,
        "is_filtered": bool(term or state),
    }
    return render(request, "console/job_list.html", context)


@require_GET
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One job; htmx asks for the same address while it runs and gets the part that changes."""
    viewer = cast(PortalRequest, request)
    return _show(viewer, _job(viewer, pk))


@require_POST
def job_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop after the rows that are being done now."""
    viewer, found = _steered(request, pk)
    try:
        jobs.stop_job(found, actor=viewer.actor, at=viewer.now)
    except jobs.NotStoppable as refusal:
        return _show(viewer, _job(viewer, pk), refusal=refusal)
    return go_to(request, jobs.job_address(found))


@require_POST
def job_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with what is left, and try again what failed."""
    viewer, found = _steered(request, pk)
    try:
        jobs.resume_job(found, actor=viewer.actor, at=viewer.now)
    except jobs.NotResumable as refusal:
        return _show(viewer, _job(viewer, pk), refusal=refusal)
    messages.success(request, _("The job goes on."))
    return go_to(request, jobs.job_address(found))


def _job(viewer: PortalRequest, pk: int) -> Job:
    """The job, for those who may see it; to others it is not there."""
    found = Job.objects.select_related("actor").filter(pk=pk).first()
    if found is None or not jobs.may_see(found, viewer.actor):
        raise Http404
    return found


def _steered(request: HttpRequest, pk: int) -> tuple[PortalRequest, Job]:
    viewer = cast(PortalRequest, request)
    found = _job(viewer, pk)
    if not jobs.may_steer(found, viewer.actor):
        raise NotAllowed
    return viewer, found


def _show(request: PortalRequest, job: Job, *, refusal: Refusal | None = None) -> HttpResponse:
    wanted = request.GET.get("rows", "")
    rows = JobItem.objects.filter(job=job).order_by("position")
    rows = rows.filter(state=wanted) if wanted in JobItemState.values else rows
    page = CappedPaginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    steers = jobs.may_steer(job, request.actor)
    worked = job.done + job.refused + job.failed
    context = {
        "job": job,
        "look": job_look(job),
        "worked": worked,
        "percent": 100 * worked // job.total if job.total else 100,
        "is_live": job.finished_at is None,
        "is_preparing": job.delivery == 0 and job.finished_at is None,
        "can_stop": steers and jobs.may_stop(job),
        "can_resume": steers and jobs.may_resume(job),
        "page": page,
        "rows": _rows(job, list(page), request),
        "chips": [Chip(_("All"), "", wanted not in JobItemState.values, job.total), *_row_chips(job, wanted)],
        "refusal": "" if refusal is None else str(refusal),
        "address": jobs.job_address(job),
    }
    if not request.htmx:
        context |= {**admin.site.each_context(request), "title": job.title}
    template = "console/partials/_job.html" if request.htmx else "console/job_detail.html"
    response = render(request, template, context, status=200 if refusal is None else 409)
    patch_vary_headers(response, ["HX-Request"])
    return response


def job_look(job: Job) -> Look:
    """Word, tone and icon of a job's state; one that is done but not in all its rows warns."""
    tone, icon = LOOKS[JobState(job.state)]
    if job.state == JobState.DONE and job.refused + job.failed:
        tone, icon = "warning", "exclamation-triangle"
    return Look(JobState(job.state).label, tone, icon)


def _chips(states: Any, chosen: str) -> list[Chip]:
    return [Chip(str(state.label), state.value, state == chosen) for state in states]


def _row_chips(job: Job, chosen: str) -> list[Chip]:
    """The states that rows of this job are in, with their counts."""
    counts = {"done": job.done, "refused": job.refused, "failed": job.failed}
    counts["pending"] = job.total - sum(counts.values())
    states = [state for state in JobItemState if counts[state.value] or state == chosen]
    return [Chip(str(state.label), state.value, state == chosen, counts[state.value]) for state in states]


def _rows(job: Job, items: Sequence[JobItem], request: PortalRequest) -> list[Row]:
    """The rows of a page with the names of their records, which are read together."""
    known = _records(job, items, request)
    return [_row(item, known.get(item.record_id or 0)) for item in items]


def _row(item: JobItem, record: Model | None) -> Row:
    label = str(record) if record is not None else str(item.data.get("label") or _("Row {n}").format(n=item.position))
    state = JobItemState(item.state)
    return Row(item.position, label, _address(record), Look(state.label, *ROW_LOOKS[state]), item.message)


def _address(record: Model | None) -> str:
    try:
        return record_address(record) if record is not None else ""
    except NoReverseMatch:
        return ""


def _records(job: Job, items: Sequence[JobItem], request: PortalRequest) -> dict[int, Model]:
    """The records that the rows are about, where the person may see their kind."""
    model = next((one for one in apps.get_models() if job.record_type and record_type(one) == job.record_type), None)
    if model is None or not request.actor.may(f"{model._meta.app_label}.view_{model._meta.model_name}"):
        return {}
    ids = [item.record_id for item in items if item.record_id is not None]
    rows: QuerySet[Any] = model._base_manager.all()
    return dict(rows.in_bulk(ids))
