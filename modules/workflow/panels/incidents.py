"""What went wrong with a record, on its page, for those who can see to it."""

from typing import Any, cast

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from modules.core.http import PortalRequest
from modules.core.slots import fill
from modules.workflow.choices import IncidentKind, IncidentStatus
from modules.workflow.engine.moving import may_move
from modules.workflow.flows import find_flow
from modules.workflow.incidents import PERMISSION, incidents_of, put_right_at
from modules.workflow.models import Incident
from modules.workflow.panels.actions import flow_behind
from modules.workflow.titles import step_title

MOST = 20


@fill("console.record.side", order=5)
def incidents_panel(request: HttpRequest, record: Model, **facts: Any) -> str | None:
    """The open incidents with what can be done about them; nothing where all is well."""
    viewer = cast(PortalRequest, request)
    if record.pk is None or not viewer.actor.may("workflow.view_incident"):
        return None
    lines = [_line(incident, viewer) for incident in _found(record)]
    context = {"lines": lines, "may_see_to": viewer.actor.may(PERMISSION)}
    return render_to_string("workflow/console/_incidents.html", context, request) if lines else None


def _found(record: Model) -> list[Incident]:
    """The open incidents of a record; an incident's own page shows itself."""
    if isinstance(record, Incident):
        return [record] if record.status == IncidentStatus.OPEN else []
    flow = flow_behind(record)
    return [] if flow is None else list(incidents_of(flow.graph.record_type, record.pk)[:MOST])


def _line(incident: Incident, viewer: PortalRequest) -> dict[str, Any]:
    flow, message = find_flow(incident.record_type), put_right_at(incident)
    known = flow is not None and incident.transition
    return {
        "incident": incident,
        "title": step_title(flow.graph, incident.transition) if flow and known else incident.get_kind_display(),
        "message": incident.message.strip().splitlines()[-1][:300] if incident.message.strip() else "",
        "can_mend": incident.kind == IncidentKind.EFFECT and message is None,
        "mend_url": message.url if message is not None and viewer.actor.may(message.permission) else "",
        "can_retry": incident.kind != IncidentKind.HISTORY,
    }


@fill("console.record.side", order=90)
def move_panel(request: HttpRequest, record: Model, **facts: Any) -> str | None:
    """The way past the workflow, for those who have the right to it."""
    flow, viewer = flow_behind(record), cast(PortalRequest, request)
    if flow is None or record.pk is None or not may_move(record, viewer.actor):
        return None
    context = {"url": reverse("workflow:record_move", args=[flow.graph.record_type, record.pk])}
    return render_to_string("workflow/console/_move_link.html", context, request)
