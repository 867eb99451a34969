"""The inbox on the start page, what is new in it, and a task done in place: its form, the answer, what follows."""

from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import reswap, retarget

from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to, row_key
from modules.workflow.choices import TaskStatus
from modules.workflow.engine.firing import fire
from modules.workflow.engine.undoing import can_undo
from modules.workflow.errors import InvalidData, TaskClosed, TaskTaken
from modules.workflow.flows import flow_of, graph_of
from modules.workflow.graph import Outcome, Transition, WorkflowGraph
from modules.workflow.models import HistoryEntry, Task
from modules.workflow.offers import form_for
from modules.workflow.related.children import lock_below_parents
from modules.workflow.services import complete, form_for_task
from modules.workflow.views.console import console_context
from modules.workflow.views.transitions import EXPECTED, KEY, LONGEST_KEY, record_for_staff, task_for_staff
from modules.workflow.worklists.inbox import PAGE, Asked, inbox_of, still_theirs
from modules.workflow.worklists.inbox_rows import rows_of, standing
from modules.workflow.worklists.stuck import lag_shown

DONE = "done"
"""In the address of the start page: the task that was finished a moment ago, for its way back."""


def inbox_panel(request: HttpRequest) -> str:
    """What stands on the start page."""
    viewer = cast(PortalRequest, request)
    context = {"inbox": inbox_of(request), "lag": lag_shown(viewer.now), "done": _just_done(viewer)}
    return render_to_string("workflow/inbox/inbox.html", context, request)


@never_cache
@require_GET
def inbox_news(request: HttpRequest) -> HttpResponse:
    """The list as it is now, and what became of the rows that the page shows and the list does not hold any more."""
    viewer, inbox = cast(PortalRequest, request), inbox_of(request)
    here = {row.id for group in inbox.groups for row in group.rows}
    seen = {row_key(one) for one in request.GET.get("seen", "").split(",")[: 2 * PAGE]} - {0, *here}
    left = Task.objects.filter(pk__in=seen).select_related("person", "closed_by") if seen else []
    theirs = still_theirs(left, viewer.actor) if left else set()
    gone = [(task, standing(task, viewer.actor, viewer.now)) for task in left if task.pk not in theirs]
    context = {"inbox": inbox, "lag": lag_shown(viewer.now), "gone": [pair for pair in gone if pair[1]]}
    return _answer(render(request, "workflow/inbox/_news.html", context))


@never_cache
@require_http_methods(["GET", "POST"])
def inbox_do(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """End a task by one of its outcomes or by a transition that completes it."""
    viewer, task, record = task_for_staff(request, pk)
    deed = _deed(graph_of(record), task, way)
    if request.method != "POST":
        return _ask(viewer, task, record, deed, _form(task, record, deed))
    try:
        done = _do(viewer, task, record, deed)
    except InvalidData as refusal:
        return _ask(viewer, task, record, deed, refusal.form, status=422)
    except NotAllowed:
        raise
    except Refusal as refusal:
        return refused(viewer, task, refusal)
    if not viewer.htmx:
        messages.success(request, _("{task}: done.").format(task=_title(graph_of(record), done)))
        return go_to(request, home(viewer, done=done.pk))
    record.refresh_from_db()
    following = record_rows(viewer, record, done)
    context = {"done": done_facts(viewer, done, record), "following": following}
    return _answer(render(request, "workflow/inbox/_done.html", context))


def _do(viewer: PortalRequest, task: Task, record: Any, deed: Transition | Outcome) -> Task:
    """Under the record's lock: nobody ends what a colleague has taken, or what was ended already."""
    key = viewer.POST.get(KEY, "")[:LONGEST_KEY]
    with transaction.atomic():
        lock_below_parents(flow_of(record), record.pk)
        now = Task.objects.select_related("person").get(pk=task.pk)
        if not _is_repeated(now, key):
            _refuse_taken(now, viewer)
        given: dict[str, Any] = {
            "actor": viewer.actor,
            "at": viewer.now,
            "reason": viewer.POST.get("reason", "").strip()[:2000],
        }
        if isinstance(deed, Outcome):
            complete(
                now, deed.name, data=viewer.POST if _asks(task, record) else None, files=viewer.FILES or None, **given
            )
        else:
            expected = viewer.POST.get(EXPECTED) or None
            data = viewer.POST if deed.form or deed.asks else None
            given |= {"reason": ""} if deed.form or deed.asks else {}
            fire(record, deed.key, data=data, files=viewer.FILES or None, key=key or None, expected=expected, **given)
    return Task.objects.select_related("person", "closed_by").get(pk=task.pk)


def _is_repeated(task: Task, key: str) -> bool:
    """Whether this press has done its work before."""
    about = {"record_type": task.record_type, "record_id": task.record_id}
    return bool(key) and HistoryEntry.objects.filter(**about, key=key).exists()


def _refuse_taken(task: Task, viewer: PortalRequest) -> None:
    if task.status != TaskStatus.OPEN:
        raise TaskClosed(status=TaskStatus(task.status).label)
    if task.person is not None and task.person_id != viewer.actor.user_id:
        raise TaskTaken(who=task.person)


def _deed(graph: WorkflowGraph, task: Task, name: str) -> Transition | Outcome:
    if task.question:
        raise Http404
    finishing = graph.completing(task.key)
    for way in finishing:
        if way.key == name and way.kind == "manual":
            return way
    for node in graph.tasks:
        for end in node.outcomes if node.key == task.key and not finishing else ():
            if end.name == name:
                return end
    raise Http404


def _asks(task: Task, record: Any) -> bool:
    return any(node.form for node in graph_of(record).tasks if node.key == task.key)


def _form(task: Task, record: Any, deed: Transition | Outcome) -> Any:
    return form_for_task(task, record) if isinstance(deed, Outcome) else form_for(record, deed.key)


def _title(graph: WorkflowGraph, task: Task) -> str:
    return str(next((node.title for node in graph.tasks if node.key == task.key), task.key))


def _ask(
    viewer: PortalRequest, task: Task, record: Any, deed: Transition | Outcome, form: Any, *, status: int = 200
) -> HttpResponse:
    """The form or question, under the row or on a page of its own."""
    words = "" if task.status == TaskStatus.OPEN else standing(task, viewer.actor, viewer.now)
    destructive = isinstance(deed, Transition) and deed.destructive
    context = {
        "task": task,
        "record": record,
        "title": deed.title,
        "confirm": deed.confirm if isinstance(deed, Transition) else "",
        "is_destructive": destructive,
        "asks_reason": form is None and destructive,
        "form": form,
        "refusal": words,
        "url": viewer.get_full_path(),
        "home": home(viewer),
        "key_name": KEY,
        "key": viewer.POST.get(KEY, "")[:LONGEST_KEY] or uuid4().hex,
        "expected_name": EXPECTED,
        "expected": viewer.POST.get(EXPECTED) or str(record.state),
    }
    if not viewer.htmx:
        page = {**console_context(viewer), **context, "page_title": _title(graph_of(record), task)}
        return _answer(render(viewer, "workflow/inbox/do.html", page, status=status))
    response = render(viewer, "workflow/inbox/_do.html", context, status=status)
    return _answer(reswap(retarget(response, f"#task-{task.pk}-form"), "innerHTML"))


def refused(viewer: PortalRequest, task: Task, refusal: Refusal) -> HttpResponse:
    """Why not, in place of the row: who was faster; or beside the row, where it can still be done."""
    fresh = Task.objects.select_related("person", "closed_by").get(pk=task.pk)
    words = standing(fresh, viewer.actor, viewer.now)
    if viewer.htmx:
        row = None if words else next(iter(rows_of([fresh], viewer.actor, viewer.now, Asked.by(viewer.GET).query)))
        context = {"row": row, "task": fresh, "words": words or str(refusal)}
        response = render(viewer, "workflow/inbox/_refused.html", context, status=409)
        return _answer(reswap(retarget(response, f"#task-{fresh.pk}"), "outerHTML"))
    context = {**console_context(viewer), "refusal": words or str(refusal), "home": home(viewer)}
    return _answer(render(viewer, "workflow/inbox/refused.html", context, status=409))


def home(viewer: PortalRequest, **more: Any) -> str:
    """The start page as the person left it."""
    asked = Asked.by(viewer.GET).query
    extra = "&".join(f"{name}={value}" for name, value in more.items())
    query = "&".join(part for part in (asked, extra) if part)
    return f"{reverse('admin:index')}?{query}" if query else reverse("admin:index")


def record_rows(viewer: PortalRequest, record: Any, task: Task) -> list[Any]:
    """The tasks that this step has opened for the same person."""
    opened = Task.objects.filter(
        record_type=task.record_type, record_id=record.pk, status=TaskStatus.OPEN, pk__gt=task.pk
    ).select_related("person")
    found = list(opened.order_by("pk")[:5])
    theirs = still_theirs(found, viewer.actor)
    query = Asked.by(viewer.GET).query
    return rows_of([one for one in found if one.pk in theirs], viewer.actor, viewer.now, query)


def done_facts(viewer: PortalRequest, task: Task, record: Any) -> dict[str, Any]:
    """A row that is done: what it was, and the way back where there is one."""
    undo = can_undo(record, viewer.actor, viewer.now)
    step = undo.step if undo is not None and undo.allowed else None
    query = Asked.by(viewer.GET).query
    url = reverse("workflow:inbox_undo", args=[task.pk, step]) if step else ""
    return {
        "id": task.pk,
        "title": _title(graph_of(record), task),
        "record": str(record),
        "words": standing(task, viewer.actor, viewer.now),
        "undo_url": f"{url}?{query}" if url and query else url,
    }


def _just_done(viewer: PortalRequest) -> dict[str, Any] | None:
    """Without a script: the task that the address names as done, if this person has done it."""
    named = row_key(viewer.GET.get(DONE, ""))
    if not named or viewer.actor.user_id is None:
        return None
    task = Task.objects.select_related("person", "closed_by").filter(pk=named, status=TaskStatus.DONE).first()
    if task is None or task.closed_by_id != viewer.actor.user_id:
        return None
    try:
        record, _flow = record_for_staff(viewer, task.record_type, task.record_id)
    except (Http404, PermissionDenied):
        return None
    return done_facts(viewer, task, record)


def _answer(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return response
