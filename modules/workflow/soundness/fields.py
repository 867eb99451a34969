"""Fields and relations of the record that the workflow reads: people, moments, what events name, other records."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.workflow.finding import Finding, Words, said
from modules.workflow.graph import ActorRule, Wait, WorkflowGraph
from modules.workflow.soundness.people import actor_rules

DUE = "due_at"
"""Of a task's reminders and escalations: its own due time, no field of the record."""
OF_A_FIELD = ("person", "manager", "link")
FIELD = _("Name a field of the record.")
PERSON = _("Name a foreign key to a person.")
MOMENT = _("Name a date or a moment of the record.")


def unknown(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Fields that the model lacks, or that hold something else than what is read from them."""
    yield from _people(graph, model)
    yield from _moments(graph, model)
    yield from _matches(graph, model)
    yield from _others(graph, model)


def _people(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Fields from which people are read: the owner's, those of persons and of managers, addresses."""
    owner = [("", ActorRule("person", graph.owner))] if graph.owner else []
    for place, rule in dict.fromkeys([*owner, *actor_rules(graph)]):
        if rule.kind not in OF_A_FIELD or (rule.kind != "person" and not rule.value):
            continue
        field = field_at(model, rule.value)
        if field is None:
            yield _lacking(graph, place, rule.value, model, PERSON if rule.kind == "person" else FIELD)
        elif rule.kind == "person" and not _is_person(field):
            yield Finding(
                "no_person", graph.key, place, said(_("reads a person from “{field}”, which holds none."),
                field=rule.value), PERSON,
            )  # fmt: skip


def _is_person(field: Any) -> bool:
    return bool(field.is_relation) and field.related_model is get_user_model()


def _moments(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Waits that count from a field."""
    for place, wait in _waits(graph):
        if wait is None or not wait.field:
            continue
        field = field_at(model, wait.field)
        if field is None:
            yield _lacking(graph, place, wait.field, model, MOMENT)
        elif not isinstance(field, models.DateField):  # a DateTimeField is one
            yield Finding(
                "no_moment", graph.key, place,
                said(_("counts from “{field}”, which is neither a date nor a moment."), field=wait.field), MOMENT,
            )  # fmt: skip


def _waits(graph: WorkflowGraph) -> Iterator[tuple[str, Wait | None]]:
    """Every wait with its place, but for those that count from a task's own due time."""
    for way in graph.transitions:
        yield f"transition:{way.key}", way.after
    for task in graph.tasks:
        yield f"task:{task.key}", task.due
        later = (*task.remind, *(step.wait for step in task.escalate))
        yield from ((f"task:{task.key}", wait) for wait in later if wait.field != DUE)
    for repeat in graph.repeats:
        yield f"repeat:{repeat.key}", repeat.wait
    for sla in graph.slas:
        yield from ((f"sla:{sla.key}", wait) for wait in (sla.within, sla.warn, *(step.wait for step in sla.escalate)))


def _matches(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """What an event is brought to its record by."""
    for way in graph.transitions:
        if way.kind == "event" and way.match and field_at(model, way.match) is None:
            yield _lacking(graph, f"transition:{way.key}", way.match, model)


def _others(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """The record above, and the rows below that each get an answer."""
    if graph.parent:
        field = field_at(model, graph.parent)
        if field is None:
            yield _lacking(graph, "", graph.parent, model)
        elif not (field.many_to_one or field.one_to_one):
            yield Finding(
                "no_parent", graph.key, "", said(_("has its record above in “{field}”, which leads to none."),
                field=graph.parent), _("Name a foreign key."),
            )  # fmt: skip
    for task in graph.tasks:
        over = task.decide.over if task.decide is not None else ""
        if over and over not in relations(model):
            yield _lacking(graph, f"task:{task.key}", over, model)


def refused_states(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """States that a constraint of the table refuses: no record could ever come there."""
    for listed in _listed_states(model):
        for state in graph.states:
            if state.key not in listed:
                yield Finding(
                    "refused_state", graph.key, f"state:{state.key}", _("is a state that the records' table refuses."),
                    _("Keep the name that the table knows, or add the state to the model with a migration."),
                )  # fmt: skip


def _listed_states(model: type[models.Model]) -> Iterator[set[str]]:
    """What constraints such as `Q(state__in=…)` let the state be."""
    for constraint in model._meta.constraints:
        condition = constraint.condition if isinstance(constraint, models.CheckConstraint) else None
        if isinstance(condition, models.Q) and not condition.negated and len(condition.children) == 1:
            only = condition.children[0]
            if isinstance(only, tuple) and only[0] == "state__in":
                yield set(map(str, only[1]))


def _lacking(graph: WorkflowGraph, place: str, name: str, model: type[models.Model], mend: Words = FIELD) -> Finding:
    problem = said(_("reads “{field}”, which {model} lacks."), field=name, model=model.__name__)
    return Finding("unknown_field", graph.key, place, problem, mend)


def relations(model: type[models.Model]) -> set[str]:
    """The names under which a record gives the rows that belong to it."""
    below = {relation.get_accessor_name() for relation in model._meta.related_objects if relation.one_to_many}
    return {name for name in below if name} | {field.name for field in model._meta.many_to_many}


def field_at(model: type[models.Model], path: str) -> Any:
    """The field at the end of a path such as `order__customer`, or None; `pk` is one."""
    target, field = model, None
    try:
        for part in path.split("__"):
            field = target._meta.pk if part == "pk" else target._meta.get_field(part)
            target = field.related_model  # type: ignore[assignment]
    except (FieldDoesNotExist, AttributeError):
        return None
    return field
