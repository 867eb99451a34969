"""Which fields of its model a graph reads: persons, and the moments that due times count from."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from modules.workflow.finding import Finding
from modules.workflow.graph import ActorRule, WorkflowGraph


def unreadable(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Fields that the model lacks, or that do not hold what is read from them."""
    yield from _persons(graph, model)
    yield from _moments(graph, model)


def _persons(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Fields of the record that the owner and persons are read from."""
    rules: list[tuple[str, ActorRule]] = [("", ActorRule("person", graph.owner))] if graph.owner else []
    rules += [(f"transition:{way.key}", rule) for way in graph.transitions for rule in way.by if rule.kind == "person"]
    rules += [(f"task:{task.key}", task.assign) for task in graph.tasks if task.assign.kind == "person"]
    for place, rule in rules:
        if _field(model, rule.value) is None:
            yield Finding(
                "unknown_field", graph.key, place, f"reads a person from “{rule.value}”, which {model.__name__} lacks.",
                "Name a foreign key to a person.",
            )  # fmt: skip


def _moments(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Fields of the record that due times are counted from."""
    for task in graph.tasks:
        if not task.due_from:
            continue
        place, field = f"task:{task.key}", _field(model, task.due_from)
        if field is None:
            yield Finding(
                "unknown_field", graph.key, place, f"is due by “{task.due_from}”, which {model.__name__} lacks.",
                "Name a date or a moment of the record.",
            )  # fmt: skip
        elif not isinstance(field, models.DateField):  # a DateTimeField is one
            yield Finding(
                "no_moment", graph.key, place, f"is due by “{task.due_from}”, which is neither a date nor a moment.",
                "Name a date or a moment of the record.",
            )  # fmt: skip


def _field(model: type[models.Model], path: str) -> Any:
    """The field at the end of a path such as `order__customer`, or None."""
    target, field = model, None
    try:
        for part in path.split("__"):
            field = target._meta.get_field(part)
            target = field.related_model  # type: ignore[assignment]
    except (FieldDoesNotExist, AttributeError):
        return None
    return field
