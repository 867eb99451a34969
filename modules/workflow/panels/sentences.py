"""A step as a sentence: who did what, after how long, because of what."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from modules.workflow.choices import COMPENSATE, OWN_STEPS, START, TRANSFER, UNDO, TaskDeed
from modules.workflow.graph import TransitionKind, WorkflowGraph
from modules.workflow.mining.spans import span
from modules.workflow.models import HistoryEntry
from modules.workflow.panels.task_sentences import about_task
from modules.workflow.titles import step_title

LONGEST_REASON = 120
"""A longer reason, or one of several lines, stands below the sentence."""
NOTICED = timedelta(seconds=1)


def stays(entries: Sequence[HistoryEntry]) -> dict[int, timedelta]:
    """By entry, how long the record had been in the state that the step started in. `entries` is newest first."""
    found: dict[int, timedelta] = {}
    into: HistoryEntry | None = None
    for entry in reversed(entries):
        if into is not None and entry.source == into.target:
            found[entry.pk] = max(entry.at - into.at, timedelta())
        if into is None or entry.target != into.target:
            into = entry
    return found


def sentence_of(graph: WorkflowGraph, entry: HistoryEntry, who: str, stay: timedelta | None) -> str:
    """The whole sentence. Its reason is in it where it is short."""
    told = str(capfirst(_told(graph, entry, who)))
    if stay is not None and stay >= NOTICED and _says_how_long(graph, entry):
        told = _("{told} after {span} in “{state}”").format(
            told=told, span=span(stay.total_seconds()), state=_state(graph, entry.source)
        )
    if has_short_reason(entry):
        return _("{told}, because: {reason}").format(told=told, reason=entry.reason.strip())
    return _("{told}.").format(told=told)


def has_short_reason(entry: HistoryEntry) -> bool:
    reason = entry.reason.strip()
    return bool(reason) and len(reason) <= LONGEST_REASON and "\n" not in reason


def _says_how_long(graph: WorkflowGraph, entry: HistoryEntry) -> bool:
    """What is done beside the steps is about the work, not about the state."""
    _task, _dot, deed = entry.transition.partition(".")
    return entry.source != entry.target or (deed not in TaskDeed.values and "#" not in entry.transition)


def _told(graph: WorkflowGraph, entry: HistoryEntry, who: str) -> str:
    step, by_person = step_title(graph, entry.transition), entry.actor_id is not None
    if entry.transition in OWN_STEPS:
        return _own(graph, entry, who)
    if "#" in entry.transition:
        return _("“{step}” came by its time").format(step=step)
    for node in graph.tasks:
        task, dot, deed = entry.transition.partition(".")
        if dot and node.key == task:
            return about_task(node, entry, deed, step, who)
    is_known = graph.has_transition(entry.transition)
    kind: TransitionKind = graph.transition(entry.transition).kind if is_known else "manual"
    if kind == "timer":
        return _("“{step}” came by its time").format(step=step)
    if kind == "automatic":
        return _("“{step}” happened by itself").format(step=step)
    if kind == "event":
        return _("“{step}” came from outside").format(step=step)
    told = _("{who} chose “{step}”") if by_person else _("“{step}” was done by {who}")
    return told.format(who=who, step=step)


def _own(graph: WorkflowGraph, entry: HistoryEntry, who: str) -> str:
    if entry.transition == START:
        return _("{who} started it").format(who=who)
    if entry.transition == UNDO:
        step = step_title(graph, str(entry.data.get("step", UNDO)))
        return _("{who} took “{step}” back").format(who=who, step=step)
    if entry.transition == COMPENSATE:
        step = step_title(graph, str(entry.data.get("step", COMPENSATE)))
        return _("“{step}” was made up for").format(step=step)
    if entry.transition == TRANSFER:
        return _("{who} moved it to version {version} of the workflow").format(who=who, version=entry.workflow_version)
    return _("{who} moved it by hand to “{state}”").format(who=who, state=_state(graph, entry.target))


def _state(graph: WorkflowGraph, key: str) -> str:
    return str(graph.state(key).title) if graph.has_state(key) else key
