"""The trail of a record in words: who did what, when, from which value to which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.core.errors import Words
from modules.core.models import AuditEntry

WORDS: dict[str, Words] = {
    "created": gettext_lazy("made it"),
    "changed": gettext_lazy("changed it"),
    "archived": gettext_lazy("archived it"),
    "restored": gettext_lazy("brought it back"),
    "deleted": gettext_lazy("deleted it"),
    "exported": gettext_lazy("took the list as a file"),
    "imported": gettext_lazy("imported it"),
    "import_undone": gettext_lazy("undid the import"),
    "job_started": gettext_lazy("started the job"),
    "job_stopped": gettext_lazy("stopped the job"),
    "job_resumed": gettext_lazy("let the job go on"),
}
LONGEST = 300


def trail_words(words: Mapping[str, Words]) -> None:
    """Say how a module's own actions are called in the trail: `{"resent": _("sent it again")}`."""
    WORDS.update(words)


@dataclass(frozen=True)
class Change:
    """One field, before and after, as text."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Line:
    """One entry of the trail."""

    at: datetime
    who: str
    action: str
    subject: str
    reason: str
    changes: list[Change]


def lines(entries: Iterable[AuditEntry], *, hidden: Iterable[str] = ()) -> list[Line]:
    """Entries in words; fields that nobody may see are left out."""
    kept_back = set(hidden)
    return [_line(entry, kept_back) for entry in entries]


def _line(entry: AuditEntry, hidden: set[str]) -> Line:
    model = _model(entry.record_type)
    kept_back = hidden | set(getattr(model, "hidden_fields", ()))
    changes = [
        Change(_label(model, name), _text(values, 0), _text(values, 1))
        for name, values in entry.changes.items()
        if name not in kept_back
    ]
    action = str(WORDS.get(entry.action) or entry.action.replace("_", " "))
    return Line(entry.at, _who(entry), action, entry.record_label, entry.reason, changes)


def _who(entry: AuditEntry) -> str:
    if entry.actor is None and entry.actor_label == "system":
        return _("the system")
    return str(entry.actor or entry.actor_label)


def _model(record_type: str) -> type[Model] | None:
    try:
        return apps.get_model(record_type)
    except (LookupError, ValueError):
        return None


def _label(model: type[Model] | None, name: str) -> str:
    try:
        field: Any = model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        field = None
    return str(getattr(field, "verbose_name", None) or name.replace("_", " "))


def _text(values: Any, place: int) -> str:
    """The old or the new value; what is no pair stands for the new one."""
    value = values[place] if isinstance(values, list) and len(values) == 2 else (values if place else None)
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        value = [f"{name}: {part}" for name, part in value.items()]
    text = ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
