"""Who may fire what: the rules of a transition or task, asked of an actor."""

from collections.abc import Iterable
from typing import Any

from modules.accounts.api import role_keys
from modules.core.actors import Actor
from modules.workflow.choices import TaskStatus
from modules.workflow.graph import ActorRule, WorkflowGraph


def fits(rules: Iterable[ActorRule], record: Any, actor: Actor, graph: WorkflowGraph) -> bool:
    """Whether any of the rules means this actor for this record. Nobody fits no rules."""
    return any(_fits(rule, record, actor, graph) for rule in rules)


def _fits(rule: ActorRule, record: Any, actor: Actor, graph: WorkflowGraph) -> bool:
    match rule.kind:
        case "system":
            return actor.is_system
        case "staff":
            return actor.may(rule.value)
        case "owner":
            return is_owner(record, actor, graph)
        case "role" | "round_robin" | "least_loaded" | "members":
            return actor.user is not None and has_role(actor, rule.value)
        case "person":
            return actor.user_id is not None and person_id(record, rule.value) == actor.user_id
        case "link":
            return actor.holds(graph.record_type, record.pk)
        case "assignee" | "manager" | "expression":
            return _holds_task(record, actor, graph, rule.value if rule.kind == "assignee" else "")


def _holds_task(record: Any, actor: Actor, graph: WorkflowGraph, key: str) -> bool:
    """Whether an open task of the record, or the one of this key, is the actor's."""
    if actor.user_id is None:
        return False
    from modules.workflow.models import Task

    held = Task.objects.filter(
        record_type=graph.record_type,
        record_id=record.pk,
        status=TaskStatus.OPEN,
        person=actor.user_id,
        question="",
    )
    return (held.filter(key=key) if key else held).exists()


def is_owner(record: Any, actor: Actor, graph: WorkflowGraph) -> bool:
    """Whether the record belongs to the actor, or a signed link opened it to a guest."""
    if actor.holds(graph.record_type, record.pk):
        return True
    return bool(graph.owner) and actor.user_id is not None and person_id(record, graph.owner) == actor.user_id


def has_role(actor: Actor, key: str) -> bool:
    """Whether the actor has a role; a superuser has all."""
    user = actor.user
    return user is not None and user.is_active and (user.is_superuser or key in role_keys(user))


def person_id(record: Any, path: str) -> int | None:
    """The id of the person in a field; `order__customer` follows a relation."""
    *relations, last = path.split("__")
    for relation in relations:
        record = getattr(record, relation)
        if record is None:
            return None
    value: int | None = getattr(record, record._meta.get_field(last).attname)
    return value


def may_change(record: Any, actor: Actor) -> bool:
    """Whether the actor holds the right to change this kind of record."""
    options = record._meta
    return actor.may(f"{options.app_label}.change_{options.model_name}")
