"""The pages of imports: list, upload, columns, then one page for check, run and undo."""

from typing import cast

from django.contrib import admin
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from modules.console.imports.columns import Columns, columns_of, posted_columns
from modules.console.imports.files import ACCEPTED, LARGEST_MB, MOST_ROWS
from modules.console.imports.importers import Importer, importers, importers_for, may_import
from modules.console.imports.runs import found_run, guessed, runs_for, start_check, start_run, start_undo, take_in
from modules.console.imports.shown import progress_of, run_look, said_of, steps_of
from modules.console.jobs import Chip
from modules.console.lists import CappedPaginator
from modules.console.models import ImportRun, ImportStep
from modules.core import jobs
from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.tables import Unreadable

RUNS_A_PAGE = 25
STATES = {
    "open": [ImportStep.COLUMNS, ImportStep.CHECK],
    "imported": [ImportStep.RUN],
    "undone": [ImportStep.UNDO],
}


def import_address(run: ImportRun) -> str:
    """Where an import goes on."""
    return reverse("console:import_columns" if run.step == ImportStep.COLUMNS else "console:import", args=[run.pk])


@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    """The imports of what the person may import, newest first."""
    viewer = cast(PortalRequest, request)
    offered = importers_for(viewer.actor)
    if not offered:
        raise NotAllowed
    state, what, term = request.GET.get("state", ""), request.GET.get("what", ""), request.GET.get("q", "").strip()
    found = runs_for(viewer.actor).order_by("-at", "-pk")
    if state in STATES:
        found = found.filter(step__in=STATES[state])
    if what in {one.key for one in offered}:
        found = found.filter(importer=what)
    if term:
        found = found.filter(Q(name__icontains=term[:100]) | Q(actor__email__istartswith=term[:100]))
    page = CappedPaginator(found, RUNS_A_PAGE).get_page(request.GET.get("page"))
    titles = {"open": _("Not imported yet"), "imported": _("Imported"), "undone": _("Undone")}
    context = {
        **admin.site.each_context(request),
        "title": _("Imports"),
        "page": page,
        "runs": [
            {
                "run": one,
                "what": importers[one.importer].title,
                "look": run_look(one),
                "said": said_of(one),
                "url": import_address(one),
            }
            for one in page
        ],
        "offered": offered,
        "term": term,
        "state": state if state in STATES else "",
        "what": what,
        "chips": [Chip(_("All"), "", state not in STATES)]
        + [Chip(titles[value], value, value == state) for value in STATES],
        "is_filtered": bool(term or state in STATES or what),
    }
    return render(request, "console/import_list.html", context)


@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a file."""
    viewer = cast(PortalRequest, request)
    which = importers.get(key)
    if which is None:
        raise Http404
    if not may_import(viewer.actor, which):
        raise NotAllowed
    error = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            error = _("Choose a file.")
        else:
            try:
                run = take_in(which, upload=upload, actor=viewer.actor, at=viewer.now)
            except Unreadable as unreadable:
                error = str(unreadable)[:1].upper() + str(unreadable)[1:]
            else:
                return go_to(request, import_address(run))
    context = {
        **admin.site.each_context(request),
        "title": _("Import: {what}").format(what=which.title),
        "which": which,
        "steps": steps_of(0),
        "accepted": ACCEPTED,
        "largest": LARGEST_MB,
        "most": MOST_ROWS,
        "error": error,
    }
    return render(request, "console/import_upload.html", context, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the columns tell, and have the file checked."""
    viewer = cast(PortalRequest, request)
    run, which = found_run(viewer.actor, pk)
    if run.step not in (ImportStep.COLUMNS, ImportStep.CHECK):
        return go_to(request, import_address(run))
    if request.method == "GET":
        return _show_columns(viewer, run, which, columns_of(run, guessed(which, run)))
    found = posted_columns(run, which, request.POST)
    if not found.is_valid:
        return _show_columns(viewer, run, which, found, status=422)
    checks = request.POST.get("checks", "")
    run = start_check(
        run, mapping=found.mapping, checks=int(checks) if checks.isascii() and checks.isdigit() else -1,
        actor=viewer.actor, at=viewer.now,
    )  # fmt: skip
    return go_to(request, import_address(run))


def _show_columns(
    request: PortalRequest, run: ImportRun, which: Importer, columns: Columns, *, status: int = 200
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Import: {what}").format(what=which.title),
        "run": run,
        "which": which,
        "columns": columns,
        "steps": steps_of(1),
    }
    return render(request, "console/import_columns.html", context, status=status)


@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Check, run or undo with its progress; htmx asks for the part that changes."""
    viewer = cast(PortalRequest, request)
    run, which = found_run(viewer.actor, pk)
    if run.step == ImportStep.COLUMNS:
        return go_to(request, import_address(run))
    return _show(viewer, run, which)


@require_POST
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the rows."""
    viewer = cast(PortalRequest, request)
    run, which = found_run(viewer.actor, pk)
    is_all_or_nothing = request.POST.get("rows") == "all"
    try:
        start_run(run, is_all_or_nothing=is_all_or_nothing, actor=viewer.actor, at=viewer.now)
    except Refusal as refusal:
        return _show(viewer, found_run(viewer.actor, pk)[0], which, refusal=refusal)
    return go_to(request, reverse("console:import", args=[pk]))


@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was written."""
    viewer = cast(PortalRequest, request)
    run, which = found_run(viewer.actor, pk)
    try:
        start_undo(run, actor=viewer.actor, at=viewer.now)
    except Refusal as refusal:
        return _show(viewer, found_run(viewer.actor, pk)[0], which, refusal=refusal)
    return go_to(request, reverse("console:import", args=[pk]))


@require_POST
def import_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop after the rows that are being done now."""
    return _steer(request, pk, goes_on=False)


@require_POST
def import_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on where it was stopped."""
    return _steer(request, pk, goes_on=True)


def _steer(request: HttpRequest, pk: int, *, goes_on: bool) -> HttpResponse:
    viewer = cast(PortalRequest, request)
    run, which = found_run(viewer.actor, pk)
    if run.job is None:
        raise Http404
    if not jobs.may_steer(run.job, viewer.actor):
        raise NotAllowed
    try:
        (jobs.resume_job if goes_on else jobs.stop_job)(run.job, actor=viewer.actor, at=viewer.now)
    except Refusal as refusal:
        return _show(viewer, found_run(viewer.actor, pk)[0], which, refusal=refusal)
    return go_to(request, reverse("console:import", args=[pk]))


def _show(request: PortalRequest, run: ImportRun, which: Importer, *, refusal: Refusal | None = None) -> HttpResponse:
    if run.job is None and refusal is not None:
        raise refusal
    context = progress_of(run, which, request.actor, page=request.GET.get("page"))
    context["refusal"] = "" if refusal is None else str(refusal)
    if not request.htmx:
        context |= {
            **admin.site.each_context(request),
            "title": _("Import: {what}").format(what=which.title),
        }
    template = "console/partials/_import.html" if request.htmx else "console/import_detail.html"
    response = render(request, template, context, status=200 if refusal is None else 409)
    patch_vary_headers(response, ["HX-Request"])
    return response
