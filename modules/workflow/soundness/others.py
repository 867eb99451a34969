"""Other records that a workflow asks for, makes or calls off: children, the record at the end of a path, tasks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.workflow.finding import Finding, said
from modules.workflow.flows import Flow, find_flow
from modules.workflow.graph import EffectUse, WorkflowGraph
from modules.workflow.people import finished_work
from modules.workflow.related import child_actions, neighbours
from modules.workflow.soundness.fields import field_at
from modules.workflow.soundness.vocabulary import effect_uses, guard_uses
from modules.workflow.vocabulary.guards import Words
from modules.workflow.vocabulary.parameters import is_computed

STARTING = (child_actions.start_child.effect_name, child_actions.start_each.effect_name)


def unknown(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Relations, workflows, states, steps and tasks that are not there."""
    for place, use in guard_uses(graph):
        given = dict(use.params)
        if use.name in neighbours.LOOKING:
            yield from _asked(graph, place, model, given.get(neighbours.LOOKING[use.name]), given.get("states"))
        elif use.name == finished_work.tasks_done.name:
            known = {task.key for task in graph.tasks}
            for name in _listed(given.get("tasks")):
                if name not in known:
                    yield _gone(graph, place, _("asks for the task “{name}”, which the workflow does not have."), name)
    for place, effect in effect_uses(graph):
        if effect.name in STARTING:
            yield from _started(graph, place, model, effect)
        elif effect.name == child_actions.cancel_children.effect_name:
            yield from _called_off(graph, place, model, dict(effect.params))


def _asked(
    graph: WorkflowGraph, place: str, model: type[models.Model], path: object, states: object
) -> Iterator[Finding]:
    if not isinstance(path, str) or is_computed(path):
        return
    other, flow = _flow_at(model, path)
    if other is None:
        yield _gone(graph, place, _("asks for records by “{name}”, which leads to none."), path)
    elif flow is None:
        yield _gone(graph, place, _("asks where records by “{name}” stand, which have no workflow."), path)
    else:
        for state in _listed(states):
            if not flow.graph.has_state(state):
                yield _gone(graph, place, _("asks for the state “{name}”, which the other records do not have."), state)


def _started(graph: WorkflowGraph, place: str, model: type[models.Model], use: EffectUse) -> Iterator[Finding]:
    given = dict(use.params)
    key = given.get("flow")
    if not isinstance(key, str) or is_computed(key):
        return
    flow = find_flow(key)
    if flow is None:
        yield _gone(graph, place, _("starts records of the workflow “{name}”, which there is not."), key)
        return
    above: Any = flow.model._meta.get_field(flow.graph.parent).related_model if flow.graph.parent else None
    if above is None or not issubclass(model, above):
        yield _gone(graph, place, _("starts records of the workflow “{name}”, which do not stand below these."), key)
    relation = given.get("relation")
    if isinstance(relation, str) and not is_computed(relation) and _flow_at(model, relation)[0] is None:
        yield _gone(graph, place, _("goes through rows by “{name}”, which leads to none."), relation)
    yield from _filled(graph, place, flow.model, given, _flow_at(model, str(relation))[0])


def _filled(
    graph: WorkflowGraph, place: str, child: type[models.Model], given: dict[str, Any],
    row: type[models.Model] | None,
) -> Iterator[Finding]:  # fmt: skip
    """The fields of the child that a step fills in: those that it has, and one for the row that holds such a row."""
    link, filled = given.get("link"), given.get("fields")
    for name in filled if isinstance(filled, Mapping) else ():
        if field_at(child, str(name)) is None:
            yield _gone(graph, place, _("fills in the field “{name}”, which the other records do not have."), str(name))
    if isinstance(link, str) and row is not None:
        field = field_at(child, link)
        if field is None or not (field.is_relation and issubclass(row, field.related_model)):
            yield _gone(graph, place, _("puts each row into the field “{name}”, which holds none."), link)


def _called_off(
    graph: WorkflowGraph, place: str, model: type[models.Model], given: dict[str, Any]
) -> Iterator[Finding]:
    relation, step = given.get("relation"), given.get("transition")
    if not isinstance(relation, str) or is_computed(relation):
        return
    other, flow = _flow_at(model, relation)
    if other is None or flow is None:
        yield _gone(graph, place, _("calls off records by “{name}”, which leads to none with a workflow."), relation)
    elif isinstance(step, str) and not is_computed(step) and not _is_manual(flow, step):
        yield _gone(graph, place, _("takes the step “{name}” of the children, which nobody can."), step)


def _is_manual(flow: Flow, step: str) -> bool:
    return flow.graph.has_transition(step) and flow.graph.transition(step).kind == "manual"


def _flow_at(model: type[models.Model], path: str) -> tuple[type[models.Model] | None, Flow | None]:
    try:
        other = neighbours.model_at(model, path)
    except (LookupError, FieldDoesNotExist):
        return None, None
    return other, find_flow(other)


def _listed(value: object) -> Iterable[str]:
    if not isinstance(value, str) or is_computed(value):
        return ()
    return [name.strip() for name in value.split(",") if name.strip()]


def _gone(graph: WorkflowGraph, place: str, words: Words, name: str) -> Finding:
    return Finding("unknown_other", graph.key, place, said(words, name=name), _("Name one that there is."))
