"""The words of a step by its name in the history."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from modules.workflow.choices import COMPENSATE, MOVE, OWN_STEPS, START, UNDO, TaskDeed
from modules.workflow.graph import Outcome, WorkflowGraph
from modules.workflow.models import HistoryEntry


def step_title(graph: WorkflowGraph, key: str) -> str:
    """The words of a step; of one that the workflow does not know, its name."""
    if key in OWN_STEPS:
        return _own_title(key)
    if graph.has_transition(key):
        return str(graph.transition(key).title)
    duty, mark, deed = key.partition("#")
    if mark:
        return _duty_title(graph, duty, deed)
    task, _dot, outcome = key.partition(".")
    for node in graph.tasks:
        if node.key == task:
            return f"{node.title}: {_outcome_title(node.outcomes, outcome)}" if outcome else str(node.title)
    return next((str(repeat.title) for repeat in graph.repeats if repeat.key == key), key)


def _own_title(key: str) -> str:
    titles = {START: _("Start"), UNDO: _("Take back"), MOVE: _("Moved by hand"), COMPENSATE: _("Make up for a step")}
    return titles.get(key) or _("Moved to another version")


def _duty_title(graph: WorkflowGraph, key: str, deed: str) -> str:
    """What time does about a task or a promise, as its timers are called: `reply#breach`, `pick#remind0`."""
    titles = {node.key: node.title for node in graph.slas} | {node.key: node.title for node in graph.tasks}
    deeds = {"warn": _("warning"), "breach": _("too late"), "remind": _("reminder"), "escalate": _("passed on")}
    return f"{titles.get(key, key)}: {deeds.get(deed.rstrip('0123456789'), deed)}"


def entry_title(graph: WorkflowGraph, entry: HistoryEntry) -> str:
    """The words of an entry; one that took a step back names it."""
    if entry.transition == UNDO and "step" in entry.data:
        return _("Taken back: {step}").format(step=step_title(graph, entry.data["step"]))
    if entry.transition == COMPENSATE and "step" in entry.data:
        return _("Made up for: {step}").format(step=step_title(graph, entry.data["step"]))
    return step_title(graph, entry.transition)


def _outcome_title(outcomes: Iterable[Outcome], name: str) -> str:
    if name in TaskDeed.values:
        return str(TaskDeed(name).label)
    return next((str(end.title) for end in outcomes if end.name == name), name)
