"""Tasks that went from hand to hand, done again in a replay: taken, given back, given to somebody, one more asked."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from modules.core.actors import Actor
from modules.workflow.choices import TaskDeed, TaskStatus
from modules.workflow.errors import TaskClosed
from modules.workflow.models import Task
from modules.workflow.services import add_seat, assign, claim, delegate, recall, release

GIVING: Mapping[str, Callable[..., Any]] = {
    TaskDeed.ASSIGN: assign,
    TaskDeed.DELEGATE: delegate,
    TaskDeed.ADD: add_seat,
}
TAKING: Mapping[str, Callable[..., Any]] = {
    TaskDeed.CLAIM: claim,
    TaskDeed.RELEASE: release,
    TaskDeed.RECALL: recall,
}
HANDS = frozenset({*GIVING, *TAKING})
"""What time and absences do besides is done again by time itself, or changes nothing of the way."""


def do_again(record_type: str, pk: int, name: str, *, actor: Actor, at: datetime, data: Mapping[str, Any]) -> None:
    """One of these deeds with the open task that it was meant for. TaskClosed where there is none."""
    key, _dot, deed = name.partition(".")
    task = _meant(record_type, pk, key, deed, data.get("_from"), actor)
    if deed in TAKING:
        TAKING[deed](task, actor=actor, at=at)
        return
    person = get_user_model()._default_manager.filter(pk=data.get("_to") or 0).first()
    if person is not None:
        GIVING[deed](task, person=person, actor=actor, at=at)


def _meant(record_type: str, pk: int, key: str, deed: str, held_by: int | None, actor: Actor) -> Task:
    rows = Task.objects.filter(
        record_type=record_type, record_id=pk, key=key, status=TaskStatus.OPEN, question=""
    ).order_by("position", "pk")
    own = rows.filter(person=actor.user_id) if actor.user_id is not None and deed == TaskDeed.CLAIM else rows.none()
    found = own.first() or rows.filter(person=held_by).first() or rows.first()
    if found is None:
        raise TaskClosed(status=TaskStatus.CANCELLED.label)
    return found
