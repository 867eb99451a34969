"""What parameters are chosen from, for a record type: fields, people, children and others, their states and steps.

The choices of a parameter that depends on another one (`by`) are listed for each of that one's choices. Tasks and
outcomes are those of the workflow that is being built, which its builder knows.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext as _

from modules.core.manifest import manifests
from modules.workflow.expressions.scope import kind_of, variables
from modules.workflow.flows import Flow, find_flow, flows
from modules.workflow.models import BusinessCalendar, WorkflowRecord
from modules.workflow.vocabulary.asking import may_be_emptied, may_be_written

Choice = dict[str, Any]
Model = type[models.Model]


def choice(value: str, title: object, **more: Any) -> Choice:
    return {"value": value, "title": str(title)} | more


def fields(model: Model) -> list[Choice]:
    """The record's own fields that may be read."""
    return [_field(entry.field, model) for entry in variables(model) if len(entry.path) == 1 and not entry.part]


def writable(model: Model) -> list[Choice]:
    """The fields that a workflow may write."""
    return [
        _field(field, model)
        for field in model._meta.concrete_fields
        if may_be_written(model, field.name) and kind_of(field) is not None
    ]


def emptiable(model: Model) -> list[Choice]:
    """Of these, the ones that may be emptied."""
    return [entry for entry in writable(model) if may_be_emptied(model._meta.get_field(entry["value"]))]


FORMATS = ((models.EmailField, "email"), (models.URLField, "url"), (models.SlugField, "slug"))


def _field(field: Any, model: Model) -> Choice:
    values = [choice(str(value), title) for value, title in field.flatchoices] if field.choices else []
    return choice(
        field.name, field.verbose_name, kind=kind_of(field), values=values, required=not may_be_emptied(field),
        help=str(field.help_text), may_be_empty=bool(field.null or field.blank),
        relation=field.related_model._meta.label_lower if field.is_relation else "",
        writable=may_be_written(model, field.name), longest=field.max_length,
        format=next((name for kind, name in FORMATS if isinstance(field, kind)), ""),
    )  # fmt: skip


def moments(model: Model) -> list[Choice]:
    """The dates and moments that time is counted from."""
    return [entry for entry in fields(model) if entry["kind"] == "moment"]


def persons(model: Model) -> list[Choice]:
    """The fields that hold a person."""
    user = get_user_model()._meta.label_lower
    return [entry for entry in fields(model) if entry["relation"] == user]


def addresses(model: Model) -> list[Choice]:
    """The fields that hold the address of somebody outside."""
    return [entry for entry in fields(model) if isinstance(model._meta.get_field(entry["value"]), models.EmailField)]


def roles(_model: Model | None = None) -> list[Choice]:
    """The roles that the installed modules declare."""
    return [
        choice(f"{manifest.key}.{name}", _("{module}: {role}").format(
            module=manifest.title, role=manifest.role_titles.get(name, name.capitalize())))
        for _key, manifest in sorted(manifests.items())
        for name in manifest.roles
    ]  # fmt: skip


def people(model: Model) -> list[Choice]:
    """Whom a message may go to."""
    owner = [choice("owner", _("Whoever it belongs to"))]
    named = [choice(f"person:{entry['value']}", entry["title"]) for entry in persons(model)]
    return [*owner, *named, *(entry | {"value": f"role:{entry['value']}"} for entry in roles())]


def permissions(model: Model) -> list[Choice]:
    """The permissions about the record type."""
    name, label = model._meta.model_name, model._meta.app_label
    basic = [(f"change_{name}", _("May change")), (f"view_{name}", _("May see"))]
    own = [(codename, title) for codename, title in model._meta.permissions if codename != "*"]
    return [choice(f"{label}.{codename}", title) for codename, title in (*basic, *own)]


def _related(model: Model) -> Iterator[tuple[str, Model, Any]]:
    """The rows that point at the record, by the name that leads to them."""
    for relation in cast(Any, model._meta).related_objects:
        name = relation.get_accessor_name()
        if relation.one_to_many and name and not name.endswith("+"):
            yield name, relation.related_model, relation


def children(model: Model) -> list[Choice]:
    """The relations that lead to records with a workflow."""
    return [choice(name, other._meta.verbose_name_plural) for name, other, _rel in _related(model) if find_flow(other)]


def rows(model: Model) -> list[Choice]:
    """The relations that lead to rows of any kind."""
    return [choice(name, other._meta.verbose_name_plural) for name, other, _rel in _related(model)]


def linked_rows(model: Model) -> list[Choice]:
    """Of these, the ones that a child can have a field for."""
    pointed = {field.related_model for flow in _child_flows(model) for field in flow.model._meta.concrete_fields}
    found = [(name, other) for name, other, _rel in _related(model) if other in pointed]
    return [choice(name, other._meta.verbose_name_plural) for name, other in found]


def others(model: Model) -> list[Choice]:
    """The relations that lead to another record with a workflow."""
    found = [field for field in model._meta.concrete_fields if field.many_to_one or field.one_to_one]
    above = [choice(field.name, field.verbose_name) for field in found if _has_flow(field.related_model)]
    return above + children(model)


def _has_flow(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, WorkflowRecord) and find_flow(model) is not None


def _child_flows(model: Model) -> list[Flow]:
    return [flow for flow in flows if flow.graph.parent and _points_at(flow, model)]


def _points_at(flow: Flow, model: Model) -> bool:
    above: Any = flow.model._meta.get_field(flow.graph.parent).related_model
    return issubclass(model, above)


def child_flows(model: Model) -> list[Choice]:
    """The workflows of records that stand below these."""
    return [choice(flow.graph.key, flow.graph.title) for flow in _child_flows(model)]


def calendars(_model: Model) -> list[Choice]:
    """The business calendars."""
    return [choice(key, title) for key, title in BusinessCalendar.objects.order_by("key").values_list("key", "title")]


# What depends on another choice


def _flow_at(model: Model, name: str) -> Flow | None:
    relation: Any = next((other for found, other, _rel in _related(model) if found == name), None)
    return find_flow(relation or model._meta.get_field(name).related_model)


def states(model: Model, name: str) -> list[Choice]:
    flow = _flow_at(model, name)
    return [choice(state.key, state.title) for state in flow.graph.states] if flow else []


def steps(model: Model, name: str) -> list[Choice]:
    flow = _flow_at(model, name)
    return [choice(way.key, way.title) for way in flow.graph.transitions if way.kind == "manual"] if flow else []


def links(model: Model, key: str) -> list[Choice]:
    found = next(flow for flow in _child_flows(model) if flow.graph.key == key)
    pointing = [field for field in found.model._meta.concrete_fields if field.is_relation]
    return [choice(field.name, field.verbose_name) for field in pointing if field.name != found.graph.parent]


def child_fields(model: Model, key: str) -> list[Choice]:
    found = next(flow for flow in _child_flows(model) if flow.graph.key == key)
    return [entry for entry in writable(found.model) if entry["value"] != found.graph.parent]


def values(model: Model, name: str) -> list[Choice]:
    """The values that a field chooses from; none where any of its kind will do."""
    listed: list[Choice] = next(entry["values"] for entry in fields(model) if entry["value"] == name)
    return listed


FREE: Mapping[str, Callable[[Model], list[Choice]]] = {
    "fields": fields, "writable": writable, "emptiable": emptiable, "moments": moments, "persons": persons,
    "addresses": addresses, "linked_rows": linked_rows,
    "roles": roles, "people": people, "permissions": permissions, "children": children, "rows": rows,
    "others": others, "child_flows": child_flows, "calendars": calendars,
}  # fmt: skip
DEPENDENT: Mapping[str, Callable[[Model, str], list[Choice]]] = {
    "states": states, "steps": steps, "links": links, "child_fields": child_fields, "values": values,
}  # fmt: skip
OF_THE_WORKFLOW = frozenset({"tasks", "outcomes"})
"""Chosen from what is being built."""
