"""The console's pages of the engine's tables, all read-only, and what stands on every record's page."""

from typing import Any, cast

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from modules.console.api import RecordAdmin, display, list_actions, register
from modules.core.http import PortalRequest
from modules.core.slots import fill
from modules.workflow.clocks import calendar_pages
from modules.workflow.diagram.sketch import sketch
from modules.workflow.diagram.svg import draw
from modules.workflow.diagram.ways import ways_of
from modules.workflow.engine.undoing import can_undo
from modules.workflow.flows import find_flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition, HistoryEntry, Incident, Task, Timer
from modules.workflow.panels import incidents, timeline, trail
from modules.workflow.panels.actions import actions_of, flow_behind
from modules.workflow.panels.clockwork import promises_shown, timers_shown
from modules.workflow.panels.picture import picture_of
from modules.workflow.panels.story import entries_of
from modules.workflow.panels.work import tasks_of
from modules.workflow.people import absence_pages
from modules.workflow.titles import step_title
from modules.workflow.views.board import list_tab
from modules.workflow.views.bulk import transition_actions
from modules.workflow.views.console import page_of
from modules.workflow.views.inbox import inbox_panel
from modules.workflow.words.people import role_title
from modules.workflow.worklists import stuck

fill("console.home", order=10)(inbox_panel)
list_actions("workflow.transitions")(transition_actions)
fill("console.list.views", order=20)(list_tab)

__all__ = ["absence_pages", "calendar_pages", "incidents", "stuck", "timeline", "trail"]


@fill("console.record.side", order=10)
def side(request: HttpRequest, record: Model, **facts: Any) -> str | None:
    """State, possible actions with reasons, open tasks, timers."""
    flow = flow_behind(record)
    if flow is None or record.pk is None:
        return None
    viewer, kind = cast(PortalRequest, request), flow.graph.record_type
    context = {
        "record": record,
        "actions": actions_of(
            record, viewer.actor, viewer.now, lambda name: reverse("workflow:transition", args=[kind, record.pk, name])
        ),
        "undo": can_undo(record, viewer.actor, viewer.now),
        "undo_url": reverse("workflow:record_undo", args=[kind, record.pk]),
        "tasks": tasks_of(record, viewer.actor, viewer.now),
        "promises": promises_shown(record, viewer.now),
        "timers": timers_shown(record),
        "diagram_url": "#workflow-diagram",
    }
    return render_to_string("workflow/console/_side.html", context, request)


@fill("console.record.below", order=10)
def below(request: HttpRequest, record: Model, **facts: Any) -> str | None:
    """The diagram with the way taken; the story stands in the timeline."""
    flow = flow_behind(record)
    if flow is None or record.pk is None:
        return None
    viewer = cast(PortalRequest, request)
    picture = picture_of(record, flow.graph_for(record), entries_of(record), viewer.actor, viewer.now)
    context = {"record": record, **picture}
    return render_to_string("workflow/console/_below.html", context, request)


class ReadOnly(RecordAdmin):
    """What the engine writes and people only read."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AboutRecord(ReadOnly):
    """Rows about a record, which lead to its page."""

    @display(description=_("record"))
    def record_link(self, row: Any) -> str:
        flow = find_flow(row.record_type)
        url = page_of(flow.model, row.record_id) if flow is not None else ""
        words = f"{flow.model._meta.verbose_name if flow else row.record_type} {row.record_id}"
        return format_html('<a href="{}">{}</a>', url, words) if url else words

    @display(description=_("step"))
    def step(self, row: Any) -> str:
        flow = find_flow(row.record_type)
        return step_title(flow.graph, row.transition) if flow is not None else row.transition

    @display(description=_("state"))
    def standing(self, row: Any) -> str:
        return _state_title(row.record_type, row.state)


def _state_title(record_type: str, state: str) -> str:
    """What the present version calls it; of a state that it does not have, the key."""
    flow = find_flow(record_type)
    return str(flow.graph.state(state).title) if flow is not None and flow.graph.has_state(state) else state


@register(Task)
class TaskAdmin(AboutRecord):
    """Work for people, open and done."""

    list_display = ["titled", "status", "record_link", "whose", "person", "due_at", "opened_at"]
    list_select_related = ["person"]
    list_filter = ["status"]
    search_fields = ["role"]
    fieldsets = [
        (None, {"fields": ["key", ("status", "outcome"), "record_link", ("role", "person"), "reason"]}),
        (_("When"), {"fields": [("opened_at", "due_at"), ("claimed_at", "closed_at"), "closed_by"]}),
    ]
    readonly_fields = ["record_link"]

    @display(description=_("task"))
    def titled(self, task: Task) -> str:
        flow = find_flow(task.record_type)
        return step_title(flow.graph, task.key) if flow is not None else task.key

    @display(description=_("role"))
    def whose(self, task: Task) -> str:
        return role_title(task.role) if task.role else ""


@register(Timer)
class TimerAdmin(AboutRecord):
    """What time will do; one that fails says why."""

    list_display = ["step", "record_link", "standing", "due_at", "next_try_at", "attempts"]
    search_fields = ["record_type"]
    default_order = ["next_try_at"]
    fieldsets = [
        (None, {"fields": ["transition", "record_link", "state", ("attempts", "error")]}),
        (_("When"), {"fields": [("started_at", "due_at"), "next_try_at"]}),
    ]
    readonly_fields = ["record_link"]


@register(HistoryEntry)
class HistoryAdmin(AboutRecord):
    """Every step of every record: append-only."""

    list_display = ["at", "step", "came_from", "went_to", "record_link", "actor_label"]
    search_fields = ["record_type"]
    fieldsets = [
        (None, {"fields": ["record_link", "transition", ("source", "target"), "actor_label", "at", "reason", "data"]}),
        (_("Definition"), {"fields": [("workflow", "workflow_version"), "definition_hash", ("request_id", "key")]}),
    ]
    readonly_fields = ["record_link"]

    @display(description=_("from"))
    def came_from(self, entry: HistoryEntry) -> str:
        return _state_title(entry.record_type, entry.source)

    @display(description=_("to"))
    def went_to(self, entry: HistoryEntry) -> str:
        return _state_title(entry.record_type, entry.target)


@register(Incident)
class IncidentAdmin(AboutRecord):
    list_display = ["opened_at", "record_link", "kind", "step", "short_message", "status"]
    list_filter = ["status", "kind", "record_type"]
    search_fields = ["transition__istartswith", "=record_id"]
    ordering = ["-id"]
    empty_hint = _("Nothing has gone wrong: effects that are given up and timers that fail would be here.")

    @display(description=_("what went wrong"))
    def short_message(self, incident: Incident) -> str:
        return incident.message[:120]


@register(Definition)
class DefinitionAdmin(ReadOnly):
    """Workflows as they once ran."""

    list_display = ["key", "version", "hash", "record_type", "created_at"]
    search_fields = ["key", "=hash"]
    fieldsets = [(None, {"fields": [("key", "version"), ("hash", "record_type"), "created_at", "picture"]})]
    readonly_fields = ["picture"]

    @display(description=_("diagram"))
    def picture(self, definition: Definition) -> str:
        graph = WorkflowGraph.from_data(definition.graph)
        context = {"drawing": draw(sketch(graph), name="definition"), "ways": ways_of(graph)}
        return render_to_string("workflow/console/_picture.html", context)
