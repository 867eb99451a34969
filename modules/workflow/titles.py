"""The words of a step by its name in the history."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from modules.workflow.choices import START, UNDO, TaskDeed
from modules.workflow.graph import Outcome, WorkflowGraph
from modules.workflow.models import HistoryEntry


def step_title(graph: WorkflowGraph, key: str) -> str:
    """The words of a step; of one that today's workflow does not know, its name."""
    if key in (START, UNDO):
        return _("Start") if key == START else _("Take back")
    if graph.has_transition(key):
        return str(graph.transition(key).title)
    task, _dot, outcome = key.partition(".")
    for node in graph.tasks:
        if node.key == task:
            return f"{node.title}: {_outcome_title(node.outcomes, outcome)}" if outcome else str(node.title)
    return key


def entry_title(graph: WorkflowGraph, entry: HistoryEntry) -> str:
    """The words of an entry; one that took a step back names it."""
    if entry.transition == UNDO and "step" in entry.data:
        return _("Taken back: {step}").format(step=step_title(graph, entry.data["step"]))
    return step_title(graph, entry.transition)


def _outcome_title(outcomes: Iterable[Outcome], name: str) -> str:
    if name in TaskDeed.values:
        return str(TaskDeed(name).label)
    return next((str(end.title) for end in outcomes if end.name == name), name)
