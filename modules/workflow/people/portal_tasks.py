"""What somebody with an account has to do with a record of theirs, on its page in the portal."""

from typing import Any, cast

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from modules.core.http import PortalRequest
from modules.core.slots import fill
from modules.workflow.panels.actions import flow_behind
from modules.workflow.selectors import open_tasks_of


@fill("portal.record.actions", order=5)
def portal_tasks(request: HttpRequest, record: Model, **facts: Any) -> str | None:
    """The open tasks of the reader; what a transition completes stands among the actions."""
    viewer, flow = cast(PortalRequest, request), flow_behind(record)
    if flow is None or viewer.actor.user is None:
        return None
    graph = flow.graph_for(record)
    titles = {node.key: node.title for node in graph.tasks}
    completed = {way.completes for way in graph.transitions if way.completes and way.kind != "task"}
    tasks = [
        {
            "title": task.question or titles[task.key],
            "due_at": task.due_at,
            "url": reverse("workflow:own_work", args=[task.pk]),
        }
        for task in open_tasks_of(record).filter(person=viewer.actor.user)
        if task.key in titles and (task.question or task.key not in completed)
    ]
    return render_to_string("workflow/partials/_portal_tasks.html", {"tasks": tasks}, request) if tasks else None
