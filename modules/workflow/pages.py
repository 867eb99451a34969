"""What the workflow shows on the portal's record pages, and how states look on every page."""

from typing import Any, cast

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from modules.core.http import PortalRequest
from modules.core.looks import Look, States, provides_looks, provides_states
from modules.core.slots import fill
from modules.portal.api import RecordPages, pages_of
from modules.workflow.diagram.ways import look_of_state
from modules.workflow.flows import find_flow
from modules.workflow.panels.actions import actions_of, flow_behind
from modules.workflow.panels.story import entries_of, owner_story
from modules.workflow.people import portal_tasks
from modules.workflow.people.rights import is_owner

__all__ = ["portal_tasks"]


@provides_looks
def look_of_record(record: Model) -> Look | None:
    """Word, tone and icon of a record's state, as its workflow declares them."""
    flow = flow_behind(record)
    if flow is None:
        return None
    graph, state = flow.graph_for(record), str(record.state)  # type: ignore[attr-defined]
    return look_of_state(graph.state(state)) if graph.has_state(state) else None


@provides_states
def states_of_model(model: type[Model]) -> States | None:
    """Every state of a model's workflow with its word, for filters."""
    flow = find_flow(model)
    if flow is None or flow.model is not model:
        return None
    return [(state.key, state.title) for state in flow.graph.states]


def transition_address(pages: RecordPages, record: Model, transition: str) -> str:
    """Where the owner of a record fires a transition."""
    return reverse(f"workflow:{pages.route}_transition", args=[getattr(record, pages.lookup), transition])


@fill("portal.record.actions")
def portal_actions(request: HttpRequest, record: Model, **facts: Any) -> str | None:
    """What the owner can do with the record now."""
    viewer, flow, pages = cast(PortalRequest, request), flow_behind(record), pages_of(type(record))
    if flow is None or pages is None or not is_owner(record, viewer.actor, flow.graph):
        return None
    try:
        actions = actions_of(
            record, viewer.actor, viewer.now, lambda name: transition_address(pages, record, name), for_owner=True
        )
    except NoReverseMatch:  # the workflow came after the addresses were read
        return None
    return (
        render_to_string("workflow/partials/_portal_actions.html", {"actions": actions, "record": record}, request)
        if actions
        else None
    )


@fill("portal.record.timeline")
def portal_timeline(request: HttpRequest, record: Model, **facts: Any) -> str | None:
    """What has happened to the record."""
    viewer, flow = cast(PortalRequest, request), flow_behind(record)
    if flow is None or not is_owner(record, viewer.actor, flow.graph):
        return None
    lines = owner_story(flow.graph_for(record), entries_of(record), viewer.actor)
    return render_to_string("workflow/partials/_portal_timeline.html", {"lines": lines}, request) if lines else None
