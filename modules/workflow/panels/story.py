"""What happened to a record, in sentences, and its trail through the diagram."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from modules.core.actors import SYSTEM, Actor
from modules.core.moments import babel_locale
from modules.core.money import Money
from modules.workflow.choices import UNDO, TaskDeed
from modules.workflow.diagram.svg import Trail, visited_states
from modules.workflow.diagram.ways import look_of_state
from modules.workflow.engine.lateness import who
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry
from modules.workflow.panels.sentences import sentence_of, stays
from modules.workflow.selectors import history_of
from modules.workflow.titles import entry_title
from modules.workflow.vocabulary import names
from modules.workflow.words.vocabulary import Vocabulary

SHOWN = 100
"""The newest steps that a page tells; a longer story stands in the console's history."""
IN_THE_SENTENCE = frozenset({"person", "outcome", "email"})


@dataclass(frozen=True)
class Fact:
    """A value that somebody entered with a step."""

    title: str
    value: str


@dataclass(frozen=True)
class Line:
    """One step as a page tells it; `title`, `text`, `actor`, `at` and `tone` are what the timeline element shows."""

    title: str
    actor: str
    at: datetime
    text: str = ""
    tone: str = ""
    way: str = ""
    facts: tuple[Fact, ...] = ()
    sentence: str = ""
    """The whole step in words; a short reason is in it."""


def entries_of(record: Any) -> list[HistoryEntry]:
    """The newest steps of a record, newest first."""
    return list(history_of(record).select_related("actor").order_by("-pk")[:SHOWN])


def trail_of(record: Any, entries: Sequence[HistoryEntry]) -> Trail:
    """Where a record has been, for the diagram."""
    steps = [(entry.source, entry.transition, entry.target) for entry in entries]
    taken = frozenset((source, transition) for source, transition, _target in steps)
    return Trail(str(record.state), visited_states(steps) | {str(record.state)}, taken)


def staff_story(graph: WorkflowGraph, entries: Sequence[HistoryEntry], reader: Actor) -> list[Line]:
    """Every step with who, from where to where, why, and what was entered. `entries` is newest first."""
    stayed = stays(entries)
    return [
        Line(
            title=entry_title(graph, entry),
            actor=_who(entry, reader),
            at=entry.at,
            text=entry.reason,
            tone=_tone(graph, entry.target),
            way=_way(graph, entry),
            facts=facts_of(graph, entry),
            sentence=sentence_of(graph, entry, _who(entry, reader), stayed.get(entry.pk)),
        )
        for entry in entries
    ]


def owner_story(graph: WorkflowGraph, entries: Iterable[HistoryEntry], reader: Actor) -> list[Line]:
    """What became of the record, in the words of its states, and what the reader did; not who else, nor their notes."""
    lines = []
    for entry in entries:
        is_own = entry.actor_id == reader.user_id and entry.actor_label != SYSTEM.label  # a guest reads a guest's step
        moved = entry.source != entry.target
        if not (moved or is_own):
            continue
        title = _state_title(graph, entry.target) if moved else entry_title(graph, entry)
        actor, text = (_("you"), entry.reason) if is_own else ("", "")
        lines.append(Line(title, actor, entry.at, text, _tone(graph, entry.target)))
    return lines


def facts_of(graph: WorkflowGraph, entry: HistoryEntry) -> tuple[Fact, ...]:
    """What was entered with a step, by the labels of its form; not what the sentence of a task says already."""
    if entry.transition == UNDO:
        return ()
    said = IN_THE_SENTENCE if entry.transition.partition(".")[2] in TaskDeed.values else frozenset()
    labels = _labels(graph, entry.transition)
    places = {name: place for place, name in enumerate(labels)}  # PostgreSQL keeps no order of its own
    given = sorted(entry.data.items(), key=lambda item: places.get(item[0], len(places)))
    return tuple(
        Fact(labels.get(name, name.replace("_", " ").capitalize()), _words(value))
        for name, value in given
        if name[:1] != "_"
        and name not in said
        and value not in (None, "", [], {})
        and not (name == "reason" and value == entry.reason)
    )


def _labels(graph: WorkflowGraph, key: str) -> dict[str, str]:
    found = {"due_at": _("Due"), "question": _("Question"), "answer": pgettext("task", "Answer")}
    if not graph.has_transition(key):
        return found
    step, words = graph.transition(key), Vocabulary(graph)
    fields: Mapping[str, Any] = getattr(names.form_classes.get(step.form), "base_fields", {})
    found |= {ask.field: str(ask.title) or capfirst(words.field_words(ask.field)) for ask in step.asks}
    return found | {name: str(field.label) for name, field in fields.items() if field.label}


def _words(value: Any) -> str:
    if isinstance(value, dict) and value.keys() == {"minor", "currency"}:
        return Money(value["minor"], value["currency"]).format(babel_locale())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_words(part) for part in value)
    moment = _moment(value)
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment is not None else str(value)


def _moment(value: Any) -> datetime | None:
    """A moment as the history's JSON keeps it."""
    try:
        return parse_datetime(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return None


def _who(entry: HistoryEntry, reader: Actor) -> str:
    is_staff = reader.user is not None and reader.user.is_staff
    name = entry.actor.name if is_staff and entry.actor is not None else ""
    return who(entry.actor_id, name or entry.actor_label, reader)


def _state_title(graph: WorkflowGraph, key: str) -> str:
    return str(graph.state(key).title) if graph.has_state(key) else key


def _tone(graph: WorkflowGraph, key: str) -> str:
    return look_of_state(graph.state(key)).tone if graph.has_state(key) else ""


def _way(graph: WorkflowGraph, entry: HistoryEntry) -> str:
    if not entry.source or entry.source == entry.target:
        return ""
    return f"{_state_title(graph, entry.source)} → {_state_title(graph, entry.target)}"
