"""The page of what does not go on by itself, and dead letters sent on their way again."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from modules.core.choices import OutboxState
from modules.core.http import PortalRequest, go_to, row_key
from modules.core.models import OutboxMessage
from modules.core.outbox import requeue, why_not
from modules.workflow.flows import find_flow
from modules.workflow.models import Timer
from modules.workflow.views.console import console_context, page_of
from modules.workflow.worklists.inbox import shown
from modules.workflow.worklists.inbox_rows import rows_of
from modules.workflow.worklists.stuck import stuck_for

MOST_ROWS, MOST_AT_ONCE = 100, 1000


@never_cache
@require_GET
def stuck_page(request: HttpRequest) -> HttpResponse:
    """Work given up, timers that fail, tasks long overdue: the oldest of each first."""
    viewer = cast(PortalRequest, request)
    found = stuck_for(viewer.actor, viewer.now)
    letters, timers, tasks = found.counts()
    rows = rows_of(list(found.tasks.select_related("person")[:MOST_ROWS]), viewer.actor, viewer.now)
    context = {
        **console_context(request),
        "title": _("Stuck"),
        "letters": [_letter(letter) for letter in found.letters[:MOST_ROWS]],
        "letter_count": shown(letters),
        "timers": [_timer(timer) for timer in found.timers[:MOST_ROWS]],
        "timer_count": shown(timers),
        "rows": rows,
        "task_count": shown(tasks),
        "most": MOST_ROWS,
        "is_cut": [count > MOST_ROWS for count in (letters, timers, tasks)],
        "may_requeue": viewer.actor.may("core.change_outboxmessage"),
        "is_empty": not (letters or timers or tasks),
    }
    return render(request, "workflow/inbox/stuck.html", context)


@require_POST
def stuck_requeue(request: HttpRequest) -> HttpResponse:
    """Try one dead letter again, or all of them, with all their attempts back."""
    viewer = cast(PortalRequest, request)
    if not viewer.actor.may("core.change_outboxmessage"):
        raise PermissionDenied
    dead = OutboxMessage.objects.filter(state=OutboxState.DEAD)
    if letter := request.POST.get("letter", ""):
        dead = dead.filter(pk=row_key(letter))
    letters = list(dead.order_by("pk")[:MOST_AT_ONCE])
    count = requeue(letters, at=viewer.now)
    if count or not letters:
        told = ngettext("{count} dead letter is tried again.", "{count} dead letters are tried again.", count)
        messages.success(request, told.format(count=count))
    if len(letters) == 1 and not count:
        messages.warning(request, why_not(letters[0]))
    elif left := len(letters) - count:
        words = ngettext(
            "{count} is not tried again, because it was called off.",
            "{count} are not tried again, because they were called off.",
            left,
        )
        messages.warning(request, words.format(count=left))
    return go_to(request, reverse("workflow:stuck"))


def _letter(letter: OutboxMessage) -> dict[str, Any]:
    record, url = _about(letter.record_type, letter.record_id)
    page = page_of(OutboxMessage, letter.pk)
    return {"letter": letter, "url": page, "record": record, "record_url": url, "error": _last_line(letter.error),
            "why_not": why_not(letter)}  # fmt: skip


def _timer(timer: Timer) -> dict[str, Any]:
    record, url = _about(timer.record_type, timer.record_id)
    flow = find_flow(timer.record_type)
    is_known = flow is not None and flow.graph.has_transition(timer.transition)
    title = flow.graph.transition(timer.transition).title if flow and is_known else timer.transition
    return {"timer": timer, "title": title, "record": record, "record_url": url, "error": _last_line(timer.error)}


def _about(record_type: str, record_id: int | None) -> tuple[str, str]:
    """A record in words and its page, without loading it."""
    flow = find_flow(record_type) if record_type else None
    if flow is None or record_id is None:
        return (f"{record_type} {record_id}" if record_type else "", "")
    return f"{flow.model._meta.verbose_name} {record_id}", page_of(flow.model, record_id)


def _last_line(error: str) -> str:
    lines = [line for line in error.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
