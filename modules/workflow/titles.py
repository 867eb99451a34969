"""The words of a step by its name in the history."""

from django.utils.translation import gettext as _

from modules.workflow.choices import START, UNDO, TaskDeed
from modules.workflow.graph import WorkflowGraph


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


def _outcome_title(outcomes: tuple, name: str) -> str:
    if name in TaskDeed.values:
        return str(TaskDeed(name).label)
    return next((str(end.title) for end in outcomes if end.name == name), name)
