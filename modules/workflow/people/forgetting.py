"""What the history, tasks and links still say of somebody whose personal data are removed (F53).

That something was done, when, and by which account stays. Names and addresses go, and so do the words that a customer
wrote; what staff wrote about their work stays unless it names the person. The seals let what is blank pass, and nothing
else, so a history that forgot somebody still proves that nobody changed it.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from modules.workflow.models import HistoryEntry, Task, TaskLink

GONE = "@removed.invalid"
SHORTEST = 4
"""Of a name that is looked for in texts: shorter ones are found in too many words of others."""


def forget_person(*, user_id: int, email: str, at: datetime) -> None:
    """Blank whatever says who an account was, in the transaction that removes the person."""
    person = get_user_model()._default_manager.get(pk=user_id)
    label, names = f"removed-{user_id}", [email, *([person.name] if len(person.name) >= SHORTEST else [])]
    words = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names), re.IGNORECASE)
    theirs = Q(actor=person) | Q(actor=None, actor_label__iexact=email)
    own = set() if person.is_staff else set(HistoryEntry.objects.filter(theirs).values_list("pk", flat=True))
    for entry in HistoryEntry.objects.filter(theirs | _naming(names, "reason", "data")).order_by("pk").iterator():
        _blank(entry, words, is_theirs=entry.pk in own)
    HistoryEntry.objects.filter(theirs).update(actor_label=label)
    _forget_in_tasks(person, email, label)
    for column in ("reason", "question"):
        for task in Task.objects.filter(_naming(names, column)).only("pk", column):
            if words.search(getattr(task, column)):
                Task.objects.filter(pk=task.pk).update(**{column: ""})
    links = TaskLink.objects.filter(email__iexact=email)
    links.filter(revoked_at=None, used_at=None).update(revoked_at=at)
    links.update(email=f"{label}{GONE}")


def _naming(names: Iterable[str], *columns: str) -> Q:
    """Rows that contain a name, also as JSON writes it."""
    found = Q()
    for column in columns:
        for name in names:
            found |= Q(**{f"{column}__icontains": name}) | Q(**{f"{column}__icontains": json.dumps(name)[1:-1]})
    return found


def _blank(entry: HistoryEntry, words: re.Pattern[str], *, is_theirs: bool) -> None:
    """Only whole values of the data: what is left can still be compared with the seal."""

    def goes(value: Any) -> bool:
        return words.search(json.dumps(value, ensure_ascii=False, default=str)) is not None

    wrote = {"reason"} if is_theirs else set()
    reason = "" if is_theirs or goes(entry.reason) else entry.reason
    data = {
        name: ("" if isinstance(value, str) else None) if name in wrote or goes(value) else value
        for name, value in entry.data.items()
    }
    if (reason, data) != (entry.reason, entry.data):
        HistoryEntry.objects.filter(pk=entry.pk).update(reason=reason, data=data)


def _forget_in_tasks(person: Any, email: str, label: str) -> None:
    closed = Task.objects.filter(Q(closed_by=person) | Q(closed_by=None, closed_by_label__iexact=email))
    if not person.is_staff:
        closed.update(reason="")
    closed.exclude(closed_by_label="").update(closed_by_label=label)
    Task.objects.filter(email__iexact=email).update(email=f"{label}{GONE}")
