"""Everything that people do has somebody who may do it."""

from collections.abc import Iterator

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from modules.core.manifest import ALL, VIEW, manifests
from modules.workflow.finding import Finding, said
from modules.workflow.graph import ActorRule, TaskNode, Transition, WorkflowGraph
from modules.workflow.plan import eyes_of

OF_A_ROLE = ("role", "round_robin", "least_loaded", "members")
HOLDS_ALL = "accounts.owner"
"""The role that has every permission: a step that only it may take is a mistake of the roles."""


def nobody(graph: WorkflowGraph) -> Iterator[Finding]:
    """Transitions without anybody, or for somebody whom nothing names."""
    for way in graph.transitions:
        place = f"transition:{way.key}"
        if not way.by:
            yield Finding("nobody_may_fire", graph.key, place, _("is allowed to nobody."), _("Say who, with `by=`."))
        for rule in way.by:
            if rule.kind == "staff" and "." not in rule.value:
                yield Finding(
                    "bad_permission", graph.key, place, said(_("names the permission “{name}”."), name=rule.value),
                    _("Write it as module.codename."),
                )  # fmt: skip
            if rule.kind == "owner" and not graph.owner:
                yield Finding(
                    "no_owner", graph.key, place, _("is for the owner, whom nothing names."),
                    _("Set `owner` to the record's field."), "warning",
                )  # fmt: skip
            if rule.kind == "assignee":
                yield from _assignee(graph, way, rule)


def _assignee(graph: WorkflowGraph, way: Transition, rule: ActorRule) -> Iterator[Finding]:
    """States in which nobody has the task whose holder may fire."""
    working = {state for task in graph.tasks if rule.value in ("", task.key) for state in task.states}
    for state in way.sources:
        if state not in working:
            yield Finding(
                "nobody_may_fire", graph.key, f"transition:{way.key}",
                said(_("is for who has a task, and in “{state}” there is none."), state=state),
                _("Declare a task for the state, or name somebody else."), "warning" if len(way.by) > 1 else "error",
            )  # fmt: skip


def permissions(graph: WorkflowGraph) -> Iterator[Finding]:
    """Transitions that only the holders of a permission may fire which no role gives."""
    for way in graph.transitions:
        named = [rule.value for rule in way.by if rule.kind == "staff" and "." in rule.value]
        if named and len(named) == len(way.by) and not any(map(_is_given, named)):
            yield Finding(
                "nobody_holds", graph.key, f"transition:{way.key}",
                said(_("takes the permission “{name}”, which no role has."), name=", ".join(named)),
                _("Give it to a role in the module's manifest."), "warning",
            )  # fmt: skip


def _is_given(permission: str) -> bool:
    """Whether a role of an installed module has the permission; true for modules that declare no roles at all."""
    module, _dot, codename = permission.partition(".")
    if module not in manifests:
        return True
    for manifest in manifests:
        for name, entries in manifest.roles.items():
            if f"{manifest.key}.{name}" == HOLDS_ALL:
                continue
            for entry in entries:
                place, _dot, what = entry.rpartition(".")
                if (place or manifest.key) != module:
                    continue
                if what in (ALL, codename) or (what == VIEW and codename.startswith("view_")):
                    return True
    return False


def roles(graph: WorkflowGraph) -> Iterator[Finding]:
    """Roles that no manifest declares. Those that were made in the console are looked up in the database (`drift`)."""
    for place, rule in actor_rules(graph):
        if rule.kind in OF_A_ROLE and not is_declared(rule.value):
            yield Finding(
                "unknown_role", graph.key, place, said(_("names the role “{role}”, which nobody declares."),
                role=rule.value), _("Declare it in the module's manifest, or name another."),
            )  # fmt: skip


def is_declared(role: str) -> bool:
    """Whether a manifest declares the role, or it may have been made here. A package without a manifest may use any."""
    module, _dot, name = role.partition(".")
    if module == "local":
        return True
    if module in manifests:
        return name in manifests[module].roles
    return bool(name) and any(config.label == module for config in apps.get_app_configs())


def actor_rules(graph: WorkflowGraph) -> Iterator[tuple[str, ActorRule]]:
    """Everybody whom the workflow names, with the place; outcomes have the people of their task."""
    for way in graph.transitions:
        if way.kind != "task":
            yield from ((f"transition:{way.key}", rule) for rule in way.by)
    for task in graph.tasks:
        yield from ((f"task:{task.key}", rule) for rule in task.assignees)
        yield from ((f"task:{task.key}", step.to) for step in task.escalate if step.to is not None)
    for sla in graph.slas:
        yield from ((f"sla:{sla.key}", step.to) for step in sla.escalate if step.to is not None)


def assignees(graph: WorkflowGraph) -> Iterator[Finding]:
    """Work that is given to nobody in particular."""
    for task in graph.tasks:
        if not all(_is_somebody(rule, graph) for rule in task.assignees):
            yield Finding(
                "bad_assignee", graph.key, f"task:{task.key}", _("is assigned to nobody in particular."),
                _("Assign it to a role, a person's field, or the owner."),
            )  # fmt: skip


def _is_somebody(rule: ActorRule, graph: WorkflowGraph) -> bool:
    """Whether work can be given to whom the rule names."""
    if rule.kind in ("system", "staff", "assignee"):
        return False
    return rule.kind == "manager" or bool(rule.value or (rule.kind == "owner" and graph.owner))


def four_eyes(graph: WorkflowGraph) -> Iterator[Finding]:
    """Steps that somebody else must have done, and that nobody ever does."""
    watching = [(f"transition:{way.key}", way.not_same_as) for way in graph.transitions if way.kind != "task"]
    watching += [(f"task:{task.key}", task.not_same_as) for task in graph.tasks]
    for place, named in watching:
        for name in named:
            if not eyes_of(graph, [name])[0]:
                yield Finding(
                    "unknown_step", graph.key, place,
                    said(_("may not be done by who did “{step}”, which is no step."), step=name),
                    _("Name a transition or a task of this workflow."),
                )  # fmt: skip


def seats(task: TaskNode) -> int | None:
    """How many answers a task can get at most; None where that depends on the people of a role."""
    if any(rule.kind in ("members", "expression") for rule in task.assignees):
        return None
    return len(task.assignees)
