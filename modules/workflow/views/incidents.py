"""Seeing to an incident: try again, put right what the effect was given, or leave it undone with a reason."""

import json
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.models import OutboxMessage
from modules.workflow.choices import IncidentKind, IncidentStatus
from modules.workflow.errors import TransitionNotAllowed
from modules.workflow.flows import find_flow
from modules.workflow.incidents import PERMISSION, mend, retry, skip
from modules.workflow.models import Incident
from modules.workflow.views.console import console_context, may_view, page_of

LARGEST = 100_000


class SkipForm(forms.Form):
    """Why an effect stays undone."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What the effect would have done does not happen."),
    )  # fmt: skip


class MendForm(forms.Form):
    """What an effect is given, as JSON."""

    payload = forms.CharField(
        label=gettext_lazy("What it is given"), max_length=LARGEST, widget=forms.Textarea(attrs={"rows": 10})
    )

    def clean_payload(self) -> dict[str, Any]:
        try:
            found = json.loads(self.cleaned_data["payload"])
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("This is no JSON: look for a missing quote or comma."), "no_json") from None
        if not isinstance(found, dict):
            raise forms.ValidationError(_("Give names with values, in braces."), code="no_object")
        return found


@require_POST
def incident_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try again at once."""
    viewer, incident = _incident(request, pk)
    try:
        retry(incident, actor=viewer.actor, at=viewer.now)
        messages.success(request, _("It is tried again within seconds."))
    except LookupError:
        raise Http404 from None
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    return go_to(request, home_of(incident))


@never_cache
@require_http_methods(["GET", "POST"])
def incident_skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then leave it undone."""
    viewer, incident = _incident(request, pk)
    form = SkipForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        is_history = incident.kind == IncidentKind.HISTORY
        if is_history:
            form.fields["reason"].help_text = ""
        title = _("Looked into") if is_history else _("Leave it undone")
        return _show(viewer, incident, form, title, is_destructive=not is_history)
    return _done(viewer, incident, form, lambda: skip(
        incident, actor=viewer.actor, at=viewer.now, reason=form.cleaned_data["reason"]
    ), _("The reason is kept."))  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def incident_mend(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the effect was given; take it put right, and try again."""
    viewer, incident = _incident(request, pk)
    if incident.kind != IncidentKind.EFFECT:
        raise Http404
    letter = get_object_or_404(OutboxMessage, pk=incident.reference)
    shown = {"payload": json.dumps(letter.payload, indent=2, ensure_ascii=False, sort_keys=True)}
    form = MendForm(request.POST or None, initial=shown)
    if request.method != "POST" or not form.is_valid():
        return _show(viewer, incident, form, _("Put right and try again"))
    payload = form.cleaned_data["payload"]
    return _done(
        viewer, incident, form, lambda: mend(incident, payload, actor=viewer.actor, at=viewer.now),
        _("It is tried again within seconds."),
    )  # fmt: skip


def _done(request: PortalRequest, incident: Incident, form: forms.Form, deed: Any, told: str) -> HttpResponse:
    try:
        deed()
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, told)
    return go_to(request, home_of(incident))


def _incident(request: HttpRequest, pk: int) -> tuple[PortalRequest, Incident]:
    """The incident, for who may see to incidents and view the kind of record that it is about."""
    viewer = cast(PortalRequest, request)
    if not viewer.actor.may(PERMISSION):
        raise TransitionNotAllowed
    incident = get_object_or_404(Incident, pk=pk)
    flow = find_flow(incident.record_type)
    if flow is not None and not may_view(viewer, flow):
        raise TransitionNotAllowed
    return viewer, incident


def home_of(incident: Incident) -> str:
    """Where somebody goes on who has seen to an incident: the record's page, or what else is stuck."""
    flow = find_flow(incident.record_type)
    return (page_of(flow.model, incident.record_id) if flow is not None else "") or reverse("workflow:stuck")


def _show(
    request: PortalRequest, incident: Incident, form: forms.Form, title: str, *, is_destructive: bool = False
) -> HttpResponse:
    context = {
        **console_context(request),
        "title": title,
        "incident": incident,
        "form": form,
        "home": home_of(incident),
        "is_open": incident.status == IncidentStatus.OPEN,
        "is_destructive": is_destructive,
    }
    return render(request, "workflow/console/incident.html", context, status=422 if form.is_bound else 200)
