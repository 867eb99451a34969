"""What waits for somebody to look: work that was given up, timers that fail, tasks long overdue or for nobody; and how
far the work behind the pages lags."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from babel.dates import format_timedelta
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from modules.core.actors import Actor
from modules.core.choices import OutboxState
from modules.core.figures import Figure, figure
from modules.core.http import PortalRequest
from modules.core.models import OutboxMessage
from modules.core.moments import babel_locale
from modules.workflow.choices import TaskStatus
from modules.workflow.incidents import FAILING_ATTEMPTS
from modules.workflow.models import Task, Timer
from modules.workflow.selectors import roles_of
from modules.workflow.worklists.inbox import COUNT_CAP, shown

LONG_OVERDUE = timedelta(days=1)
LAG_SHOWN = timedelta(minutes=2)


@dataclass(frozen=True)
class Stuck:
    """The three lists, each empty for whoever has no right to it."""

    letters: QuerySet[OutboxMessage]
    timers: QuerySet[Timer]
    tasks: QuerySet[Task]

    def counts(self) -> tuple[int, int, int]:
        """How long each is; nothing is counted beyond the cap."""
        return (
            self.letters.order_by()[: COUNT_CAP + 1].count(),
            self.timers.order_by()[: COUNT_CAP + 1].count(),
            self.tasks.order_by()[: COUNT_CAP + 1].count(),
        )


def stuck_for(actor: Actor, at: datetime) -> Stuck:
    """Oldest first. Tasks are all of them for who may see all tasks, else those of the person and their roles."""
    letters = OutboxMessage.objects.filter(state=OutboxState.DEAD).order_by("pk")
    timers = Timer.objects.exclude(error="").filter(attempts__gte=FAILING_ATTEMPTS).order_by("due_at", "pk")
    nobodys = Q(person__isnull=True, role="", email="")
    late = Q(due_at__lt=at - LONG_OVERDUE)
    tasks = Task.objects.filter(late | nobodys, status=TaskStatus.OPEN).order_by("due_at", "pk")
    if not actor.may("workflow.view_task"):
        roles = [] if actor.user is None else roles_of(actor.user)
        tasks = tasks.filter(Q(person=actor.user_id) | Q(role__in=roles)) if actor.user_id else tasks.none()
    return Stuck(
        letters if actor.may("core.view_outboxmessage") else letters.none(),
        timers if actor.may("workflow.view_timer") else timers.none(),
        tasks,
    )


@figure("workflow.stuck", order=30)
def stuck(request: HttpRequest) -> Figure | None:
    """What does not go on without somebody; the page behind it lists exactly that."""
    viewer = cast(PortalRequest, request)
    if viewer.actor.user is None:
        return None
    letters, timers, tasks = stuck_for(viewer.actor, viewer.now).counts()
    count = letters + timers + tasks
    told = ngettext("{count} given up by the background work", "{count} given up by the background work", letters)
    note = told.format(count=localize(letters)) if letters else ""
    return Figure(
        _("Stuck"),
        shown(count),
        reverse("workflow:stuck"),
        "exclamation-triangle",
        tone="warning" if count else "neutral",
        note=note,
    )


def lag(at: datetime) -> timedelta:
    """For how long the oldest due piece of background work has been waiting: an effect, or a timer."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=at)
    waiting = OutboxMessage.objects.filter(free, state=OutboxState.PENDING, due_at__lte=at)
    oldest = [
        waiting.order_by("due_at", "pk").values_list("due_at", flat=True).first(),
        Timer.objects.filter(next_try_at__lte=at)
        .order_by("next_try_at", "pk")
        .values_list("next_try_at", flat=True)
        .first(),
    ]
    return max((at - moment for moment in oldest if moment is not None), default=timedelta())


def lag_shown(at: datetime) -> str:
    """How far the background work is behind, in words; nothing while it keeps up."""
    behind = lag(at)
    if behind < LAG_SHOWN:
        return ""
    return format_timedelta(behind, granularity="minute", threshold=1.5, locale=babel_locale())
