"""What people call the parts of one workflow."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from modules.workflow.flows import find_flow
from modules.workflow.graph import TaskNode, WorkflowGraph
from modules.workflow.words.lists import one_of, quoted

DUE = "due_at"
"""Of a task's reminders and escalations: its own due time, no field of the record."""


class Vocabulary:
    """Names of states, steps, tasks and fields, quoted; of what the graph does not have, the key itself."""

    def __init__(self, graph: WorkflowGraph, *, earlier: WorkflowGraph | None = None) -> None:
        self.graph = graph
        self._graphs = (graph,) if earlier is None else (graph, earlier)
        """What the graph does not have may be named as an earlier version named it."""

    def state(self, key: str) -> str:
        return quoted(next((graph.state(key).title for graph in self._graphs if graph.has_state(key)), key))

    def states(self, keys: Iterable[str]) -> str:
        """`“Paid” or “Shipped”`."""
        return one_of(self.state(key) for key in keys)

    def step(self, key: str) -> str:
        """A transition, a task, or the outcome of a task, by the name under which four eyes and histories know it."""
        for graph in self._graphs:
            if graph.has_transition(key):
                return quoted(graph.transition(key).title)
        name, _dot, outcome = key.partition(".")
        task = self._task(name)
        if task is None:
            return quoted(key)
        titles = {end.name: end.title for end in task.outcomes}
        return quoted(f"{task.title}: {titles.get(outcome, outcome)}" if outcome else task.title)

    def task(self, key: str) -> str:
        found = self._task(key)
        return quoted(key if found is None else found.title)

    def _task(self, key: str) -> TaskNode | None:
        return next((task for graph in self._graphs for task in graph.tasks if task.key == key), None)

    def field(self, path: str) -> str:
        """A field of the record as its model calls it; a path follows relations."""
        words = self.field_words(path)
        return words if path == DUE else quoted(words)

    @cached_property
    def model(self) -> type[models.Model] | None:
        """The records' model, where this process has one."""
        flow = find_flow(self.graph.record_type)
        return None if flow is None else flow.model

    def model_field(self, name: str) -> Any:
        """The model's field of that name, or None."""
        return _field(self.model, name)

    def field_words(self, path: str) -> str:
        """The same without quotation marks."""
        if path == DUE:
            return _("the task's due time")
        names: list[str] = []
        model: Any = self.model
        for part in path.replace(".", "__").split("__"):
            field = _field(model, part)
            names.append(str(getattr(field, "verbose_name", "")) or part.replace("_", " "))
            model = getattr(field, "related_model", None)
        return ": ".join(names)


def _field(model: Any, name: str) -> Any:
    if model is None:
        return None
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
