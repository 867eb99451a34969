"""What else is done to a row of the inbox: take it, give it back, give it to somebody, take the last step back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to, row_key
from modules.workflow.choices import TaskStatus
from modules.workflow.engine.undoing import undo_last
from modules.workflow.models import Task
from modules.workflow.people.rights import has_role
from modules.workflow.selectors import people_for
from modules.workflow.services import assign, claim, release
from modules.workflow.views.console import console_context
from modules.workflow.views.inbox import home, refused
from modules.workflow.views.transitions import task_for_staff
from modules.workflow.worklists.inbox import LONGEST_TERM, Asked
from modules.workflow.worklists.inbox_rows import rows_of

MOST_PEOPLE = 50


@require_POST
def inbox_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task of one's role; who comes second reads who has it."""
    viewer, task, _record = task_for_staff(request, pk)
    return _carry_out(viewer, task, lambda: claim(task, actor=viewer.actor, at=viewer.now), _("The task is yours."))


@require_POST
def inbox_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a task back to its role."""
    viewer, task, _record = task_for_staff(request, pk)
    told = _("The task is free again.")
    return _carry_out(viewer, task, lambda: release(task, actor=viewer.actor, at=viewer.now), told)


@never_cache
@require_http_methods(["GET", "POST"])
def inbox_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """The people who may do it, oneself first; choosing one gives it."""
    viewer, task, _record = task_for_staff(request, pk)
    if request.method != "POST":
        return _people_page(viewer, task)
    person = _people(task, viewer).filter(pk=row_key(request.POST.get("person", ""))).first()
    if person is None:
        raise Http404
    told = _("{person} has the task now.").format(person=person.name or person.email)
    return _carry_out(viewer, task, lambda: assign(task, person=person, actor=viewer.actor, at=viewer.now), told)


@require_POST
def inbox_undo(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    """Take back the step by which the task was done; what it opened leaves the list."""
    viewer, task, record = task_for_staff(request, pk)
    after = Task.objects.filter(record_type=task.record_type, record_id=record.pk, pk__gt=task.pk)
    opened = list(after.filter(status=TaskStatus.OPEN).values_list("pk", flat=True))

    def take_back() -> None:
        undo_last(record, actor=viewer.actor, at=viewer.now, step=step)

    return _carry_out(viewer, task, take_back, _("The step is taken back."), remove=opened)


def _carry_out(
    viewer: PortalRequest, task: Task, deed: Callable[[], Any], told: str, *, remove: list[int] | None = None
) -> HttpResponse:
    """Do it, and show the row as it is now, or go back to the list."""
    try:
        deed()
    except Refusal as refusal:
        if isinstance(refusal, NotAllowed) and not has_role(viewer.actor, task.role):
            raise
        return refused(viewer, task, refusal)
    if not viewer.htmx:
        messages.success(viewer, told)
        return go_to(viewer, home(viewer))
    fresh = Task.objects.select_related("person", "closed_by").get(pk=task.pk)
    row = next(iter(rows_of([fresh], viewer.actor, viewer.now, Asked.by(viewer.GET).query)))
    gone = Task.objects.filter(pk__in=remove, status=TaskStatus.CANCELLED) if remove else []
    context = {"row": row, "told": told, "remove": " ".join(str(one.pk) for one in gone)}
    response = render(viewer, "workflow/inbox/_again.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _people(task: Task, viewer: PortalRequest) -> Any:
    """Who may be given the task; whoever asks too, if it is for them as well."""
    people = get_user_model()._default_manager.filter(is_active=True)
    own = viewer.actor.user_id if has_role(viewer.actor, task.role) else None
    return people.filter(Q(pk__in=people_for(task).order_by().values("pk")) | Q(pk=own))


def _people_page(viewer: PortalRequest, task: Task) -> HttpResponse:
    """The list to choose from, narrowed by what was typed; as a part, as the dialog's body, or as a page."""
    term = " ".join(viewer.GET.get("who", "").replace("\x00", "").split())[:LONGEST_TERM]
    people = _people(task, viewer).exclude(pk=task.person_id)
    for word in term.split():
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    found = list(people.order_by("name", "email", "pk")[: MOST_PEOPLE + 1])
    found.sort(key=lambda person: person.pk != viewer.actor.user_id)
    row = next(iter(rows_of([task], viewer.actor, viewer.now, Asked.by(viewer.GET).query)))
    context = {
        "row": row,
        "people": found[:MOST_PEOPLE],
        "has_more": len(found) > MOST_PEOPLE,
        "term": term,
        "own": viewer.actor.user_id,
        "asked": Asked.by(viewer.GET),
        "home": home(viewer),
    }
    if not viewer.htmx:
        page = {**console_context(viewer), **context, "title": _("Give it to somebody")}
        response = render(viewer, "workflow/inbox/assign.html", page)
    else:
        part = "_people" if "who" in viewer.GET else "_assign"
        response = render(viewer, f"workflow/inbox/{part}.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
