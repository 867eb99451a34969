"""What a step does with the records below: make one, make one for each row of a relation, call them off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.core.actors import SYSTEM
from modules.workflow.flows import Flow, flow_of
from modules.workflow.vocabulary.effects import Firing, action
from modules.workflow.vocabulary.parameters import Value, is_computed

NOTHING = cast("Value", None)


@dataclass(frozen=True)
class StartChild:
    """`flow` is the workflow of the child; `fields` are its values, those that begin with `=` expressions over the
    record."""

    flow: str = field(metadata={"title": _("Workflow"), "choose": "child_flows"})
    fields: Value = field(default=NOTHING, metadata={"title": _("Values"), "choose": "child_fields", "by": "flow"})


@dataclass(frozen=True)
class StartEach:
    """As `StartChild`, once for each row of `relation`, which `link` of the child points at."""

    flow: str = field(metadata={"title": _("Workflow"), "choose": "child_flows"})
    relation: str = field(metadata={"title": _("For each of"), "choose": "linked_rows"})
    link: str = field(metadata={"title": _("Field for the row"), "choose": "links", "by": "flow"})
    fields: Value = field(default=NOTHING, metadata={"title": _("Values"), "choose": "child_fields", "by": "flow"})


@dataclass(frozen=True)
class CancelChildren:
    """`transition` is fired of every child of `relation` that has not ended; of those in `states` where it says so."""

    relation: str = field(metadata={"title": _("Children"), "choose": "children"})
    transition: str = field(metadata={"title": _("Step"), "choose": "steps", "by": "relation"})
    states: str = field(
        default="", metadata={"title": _("Only in the states"), "choose": "states", "by": "relation", "many": True}
    )


@action(_("Start a child"), params=StartChild)
def start_child(record: Any, firing: Firing, params: StartChild) -> None:
    """Make a child of the record and let it enter its workflow."""
    _begin(record, firing, flow_of(params.flow), _values(record, firing, params.fields))


@action(_("Start a child for each"), params=StartEach)
def start_each(record: Any, firing: Firing, params: StartEach) -> None:
    """Make a child for each row of a relation, in the order of their keys."""
    flow, values = flow_of(params.flow), _values(record, firing, params.fields)
    for row in getattr(record, params.relation).order_by("pk"):
        _begin(record, firing, flow, values | {params.link: row})


@action(_("Call the children off"), params=CancelChildren)
def cancel_children(record: Any, firing: Firing, params: CancelChildren) -> None:
    """Fire a transition of every child that has not ended, in the order of their keys; a refusal refuses the step."""
    from modules.workflow.engine.firing import fire

    wanted = {state.strip() for state in params.states.split(",") if state.strip()}
    for child in list(getattr(record, params.relation).order_by("pk")):
        if _is_open(child) and (not wanted or child.state in wanted):
            fire(child, params.transition, actor=SYSTEM, at=firing.at, reason=firing.reason)


def _begin(record: Any, firing: Firing, flow: Flow, values: Mapping[str, Any]) -> models.Model:
    from modules.workflow.engine.firing import start

    above = flow.graph.parent
    if not above:
        raise LookupError(f"the workflow “{flow.graph.key}” has no parent, so its records are nobody's children")
    manager: Any = flow.model._base_manager
    child: models.Model = manager.create(**{above: record, **values})
    start(child, actor=firing.actor, at=firing.at)
    return child


def _values(record: Any, firing: Firing, given: Any) -> dict[str, Any]:
    from modules.workflow.expressions import compile_expression

    found = {}
    for name, value in _items(given):
        if is_computed(value):
            expression = compile_expression(value[1:], type(record), result="any")
            value = expression.evaluate(record, firing.facts, actor=firing.actor, at=firing.at, data=firing.data)  # noqa: PLW2901
        found[name] = value
    return found


def _items(given: Any) -> Iterable[tuple[str, Any]]:
    return given.items() if isinstance(given, Mapping) else given or ()


def _is_open(child: Any) -> bool:
    graph = flow_of(child).graph_for(child)
    return not graph.has_state(child.state) or graph.state(child.state).kind != "final"
