"""Reading the engine's tables."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from modules.accounts.api import role_keys
from modules.core.actors import Actor
from modules.core.audit import record_type
from modules.workflow.choices import TaskStatus
from modules.workflow.models import HistoryEntry, Task, Timer


def history_of(record: Any) -> QuerySet[HistoryEntry]:
    """A record's steps, first one first."""
    return HistoryEntry.objects.filter(record_type=record_type(record), record_id=record.pk).order_by("pk")


def open_tasks_of(record: Any) -> QuerySet[Task]:
    """The open tasks of a record, in the order in which they opened."""
    return Task.objects.filter(record_type=record_type(record), record_id=record.pk, status=TaskStatus.OPEN).order_by(
        "pk"
    )


def timers_of(record: Any) -> QuerySet[Timer]:
    """What time will do to a record, first due first."""
    return Timer.objects.filter(record_type=record_type(record), record_id=record.pk).order_by("due_at", "pk")


def open_tasks_for(actor: Actor) -> QuerySet[Task]:
    """What the actor could work on: own tasks, and those of a role that nobody has taken; due first."""
    if actor.user is None:
        return Task.objects.none()
    own, free = Q(person=actor.user), Q(person__isnull=True, role__in=role_keys(actor.user))
    return Task.objects.filter(own | free, status=TaskStatus.OPEN).order_by("due_at", "pk")


def finished_tasks(record_type: str, record_ids: Iterable[int], key: str) -> set[int]:
    """Which of the records have had this task done, in one query."""
    rows = Task.objects.filter(record_type=record_type, record_id__in=list(record_ids), key=key, status=TaskStatus.DONE)
    return set(rows.values_list("record_id", flat=True))
