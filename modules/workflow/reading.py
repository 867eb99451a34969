"""Which fields of its model a graph reads: persons, and the moments that due times count from."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.workflow.finding import Finding, said
from modules.workflow.graph import ActorRule, Wait, WorkflowGraph


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
                "unknown_field", graph.key, place,
                said(_("reads a person from “{field}”, which {model} lacks."), field=rule.value, model=model.__name__),
                _("Name a foreign key to a person."),
            )  # fmt: skip


def _moments(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Fields of the record that due times are counted from."""
    for place, wait in _waits(graph):
        if not wait.field:
            continue
        field = _field(model, wait.field)
        if field is None:
            yield Finding(
                "unknown_field", graph.key, place,
                said(_("is due by “{field}”, which {model} lacks."), field=wait.field, model=model.__name__),
                _("Name a date or a moment of the record."),
            )  # fmt: skip
        elif not isinstance(field, models.DateField):  # a DateTimeField is one
            yield Finding(
                "no_moment", graph.key, place,
                said(_("is due by “{field}”, which is neither a date nor a moment."), field=wait.field),
                _("Name a date or a moment of the record."),
            )  # fmt: skip


def _waits(graph: WorkflowGraph) -> Iterator[tuple[str, Wait]]:
    """Every wait with its place."""
    for way in graph.transitions:
        if way.after is not None:
            yield f"transition:{way.key}", way.after
    for task in graph.tasks:
        if task.due is not None:
            yield f"task:{task.key}", task.due
    for repeat in graph.repeats:
        yield f"repeat:{repeat.key}", repeat.wait
    for sla in graph.slas:
        yield f"sla:{sla.key}", sla.within


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
