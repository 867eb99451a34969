"""A workflow and its history as files: the page that offers them, and the files. Logs leave a line in the trail."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.core import request_id
from modules.core.day_field import DayField
from modules.core.http import PortalRequest
from modules.core.models import AuditEntry
from modules.workflow.clocks.local_times import business_zone, instant
from modules.workflow.exports.formats import FORMATS, Asked, Format
from modules.workflow.exports.happenings import Window
from modules.workflow.flows import Flow
from modules.workflow.views.console import console_context, flow_seen, may_view
from modules.workflow.words.document import describe

VIEW_HISTORY, EXPORT, VIEW_PEOPLE = "workflow.view_historyentry", "console.export_records", "accounts.view_user"


class LogForm(forms.Form):
    """Which part of the history, and whether with names."""

    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("Until and including"), required=False)
    names = forms.BooleanField(label=gettext_lazy("With the names of people"), required=False)

    def window(self) -> Window:
        """Whole days where the business is."""
        first, last = self.cleaned_data["since"], self.cleaned_data["until"]
        return Window(_begin(first) if first else None, _begin(last + timedelta(days=1)) if last else None)


def _begin(day: date) -> datetime:
    zone = business_zone()
    return instant(datetime.combine(day, time()), zone).astimezone(zone)


@never_cache
@require_GET
def export_page(request: HttpRequest, record_type: str) -> HttpResponse:
    """The formats with what each is good for, and the workflow in words."""
    viewer, flow = flow_seen(request, record_type)
    context = {
        **console_context(request),
        "title": _("Export"),
        "graph": flow.graph,
        "drawn": [kind for kind in FORMATS.values() if not kind.is_log],
        "logs": [kind for kind in FORMATS.values() if kind.is_log] if may_take_logs(viewer) else [],
        "form": LogForm(),
        "may_name": viewer.actor.may(VIEW_PEOPLE),
        "document": describe(flow.graph),
    }
    return render(request, "workflow/console/export.html", context)


@never_cache
@require_GET
def export_file(request: HttpRequest, record_type: str, kind: str) -> HttpResponseBase:
    """One file, streamed. Whoever takes a log may see the history and take records out of the house."""
    viewer, flow = flow_seen(request, record_type)
    chosen = FORMATS.get(kind)
    if chosen is None:
        raise Http404
    asked = Asked()
    if chosen.is_log:
        asked = _log_asked(viewer)
        _keep_trail(viewer, flow, chosen, asked)
    name = f"{flow.graph.key}-{timezone.localdate(viewer.now):%Y-%m-%d}.{chosen.suffix}"
    response = StreamingHttpResponse(chosen.write(flow, asked), content_type=chosen.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def may_take_logs(viewer: PortalRequest) -> bool:
    return viewer.actor.may(VIEW_HISTORY) and viewer.actor.may(EXPORT)


def _log_asked(viewer: PortalRequest) -> Asked:
    form = LogForm(viewer.GET)
    if not form.is_valid():
        raise Http404
    by_name = bool(form.cleaned_data["names"])
    if not may_take_logs(viewer) or (by_name and not viewer.actor.may(VIEW_PEOPLE)):
        raise PermissionDenied
    return Asked(form.window(), by_name, lambda flow: may_view(viewer, flow))


def _keep_trail(viewer: PortalRequest, flow: Flow, kind: Format, asked: Asked) -> None:
    """Before the first row leaves, so that a download that breaks off is known too."""
    days = {name: None if at is None else at.isoformat() for name, at in vars(asked.window).items()}
    AuditEntry.objects.create(
        at=viewer.now,
        actor=viewer.actor.user,
        actor_label=str(viewer.actor)[:254],
        action="exported",
        record_type=flow.graph.record_type,
        record_id=None,
        record_label=str(capfirst(str(flow.model._meta.verbose_name_plural)))[:254],
        changes={"format": kind.key, "names": asked.by_name, **days},
        request_id=request_id.current(),
    )
