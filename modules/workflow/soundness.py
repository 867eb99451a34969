"""Whether a graph is sound: every finding names its place and the mend. Time: linear in states and transitions.

Proven here: every state can be reached from the initial one; from every state a final one can be reached; final states
have no way out; every transition has somebody who may fire it; every name exists; no unguarded automatic transitions
chase each other, and none stands behind one that always goes first.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import models

from modules.core.registry import Registry
from modules.workflow import names
from modules.workflow.choices import START, UNDO, TaskDeed
from modules.workflow.finding import Finding
from modules.workflow.graph import Transition, WorkflowGraph
from modules.workflow.plan import eyes_of
from modules.workflow.reading import unreadable

Rule = Callable[[WorkflowGraph], Iterator[Finding]]
_rules: list[Rule] = []


def findings(graph: WorkflowGraph, model: type[models.Model] | None = None) -> list[Finding]:
    """Everything that is wrong with a graph; with its model the fields that it names are looked up too."""
    broken = [*_broken_structure(graph)]
    if broken:  # ways cannot be followed while their ends do not exist
        return broken
    found = [finding for rule in _rules for finding in rule(graph)]
    return found + ([*unreadable(graph, model)] if model is not None else [])


def _rule(rule: Rule) -> Rule:
    _rules.append(rule)
    return rule


def _broken_structure(graph: WorkflowGraph) -> Iterator[Finding]:
    """States that are named and do not exist, and beginnings and ends that are not there."""
    known = {state.key for state in graph.states}
    for transition in graph.transitions:
        for state in dict.fromkeys([*transition.sources, transition.target]):
            if state not in known:
                yield Finding(
                    "unknown_state", graph.key, f"transition:{transition.key}", f"names the state “{state}”.",
                    f"Add the state, or use one of {', '.join(sorted(known))}.",
                )  # fmt: skip
        if not transition.sources:
            yield Finding(
                "no_source", graph.key, f"transition:{transition.key}", "starts nowhere.", "Name its source states."
            )
    for task in graph.tasks:
        for state in task.states:
            if state not in known:
                yield Finding("unknown_state", graph.key, f"task:{task.key}", f"names the state “{state}”.", "Add it.")
    kinds = [state.kind for state in graph.states]
    if kinds.count("initial") != 1:
        yield Finding(
            "no_initial_state", graph.key, "", "has no single initial state.", "Set `initial` to one of `states`."
        )
    if "final" not in kinds:
        yield Finding("no_final_state", graph.key, "", "has no final state.", "Name at least one in `final`.")


@_rule
def _unreachable(graph: WorkflowGraph) -> Iterator[Finding]:
    reached = _closure([graph.initial], _forward(graph))
    for state in graph.states:
        if state.key not in reached:
            yield Finding(
                "unreachable", graph.key, f"state:{state.key}", "cannot be reached from the initial state.",
                "Add a transition to it, or take it away.",
            )  # fmt: skip


@_rule
def _no_end(graph: WorkflowGraph) -> Iterator[Finding]:
    finals = [state.key for state in graph.states if state.kind == "final"]
    ending = _closure(finals, _backward(graph))
    for state in graph.states:
        if state.kind != "final" and not graph.leaving(state.key):
            yield Finding(
                "dead_end", graph.key, f"state:{state.key}", "is not final and has no way out.",
                "Add a transition from it, or make it final.",
            )  # fmt: skip
        elif state.key not in ending:
            yield Finding(
                "no_way_to_end", graph.key, f"state:{state.key}", "never leads to a final state.",
                f"Add a way from it to one of {', '.join(finals)}.",
            )  # fmt: skip


@_rule
def _final_with_way_out(graph: WorkflowGraph) -> Iterator[Finding]:
    for state in graph.states:
        for transition in graph.leaving(state.key) if state.kind == "final" else ():
            yield Finding(
                "final_with_way_out", graph.key, f"state:{state.key}",
                f"is final, and “{transition.key}” leaves it.", "Make it a normal state, or take the transition away.",
            )  # fmt: skip


@_rule
def _nobody(graph: WorkflowGraph) -> Iterator[Finding]:
    for transition in graph.transitions:
        if not transition.by:
            yield Finding(
                "nobody_may_fire", graph.key, f"transition:{transition.key}", "is allowed to nobody.",
                "Say who, with `by=`.",
            )  # fmt: skip
        for rule in transition.by:
            if rule.kind == "staff" and "." not in rule.value:
                yield Finding(
                    "bad_permission", graph.key, f"transition:{transition.key}",
                    f"names the permission “{rule.value}”.", "Write it as module.codename.",
                )  # fmt: skip
            if rule.kind == "owner" and not graph.owner:
                yield Finding(
                    "no_owner", graph.key, f"transition:{transition.key}", "is for the owner, whom nothing names.",
                    "Set `owner` to the record's field.", "warning",
                )  # fmt: skip


@_rule
def _assignees(graph: WorkflowGraph) -> Iterator[Finding]:
    for task in graph.tasks:
        if task.assign.kind not in ("role", "person", "owner") or not (task.assign.value or graph.owner):
            yield Finding(
                "bad_assignee", graph.key, f"task:{task.key}", "is assigned to nobody in particular.",
                "Assign it to a role, a person's field, or the owner.",
            )  # fmt: skip


@_rule
def _times(graph: WorkflowGraph) -> Iterator[Finding]:
    for transition in graph.transitions:
        if transition.kind == "timer" and (transition.after is None or transition.after.total_seconds() <= 0):
            yield Finding(
                "timer_without_time", graph.key, f"transition:{transition.key}", "is a timer without a time to wait.",
                "Use `automatic` for what happens at once.",
            )  # fmt: skip
    for state in graph.states:
        seen: dict[Any, str] = {}
        for timer in graph.leaving(state.key, "timer"):
            first = seen.setdefault(timer.after, timer.key)
            if first != timer.key and not timer.guards:
                yield Finding(
                    "timers_race", graph.key, f"transition:{timer.key}",
                    f"is due at the same moment as “{first}” in “{state.key}”.", "Give them different times or guards.",
                )  # fmt: skip


@_rule
def _automatic(graph: WorkflowGraph) -> Iterator[Finding]:
    """Unguarded automatic transitions: loops of them, and what stands behind one and can never happen."""
    always: dict[str, set[str]] = {}
    for state in graph.states:
        sure: Transition | None = None
        for transition in graph.leaving(state.key, "automatic"):
            if sure is not None:
                yield _shadowed(graph, transition.key, state.key, sure.key)
            elif not transition.guards:
                sure = transition
                always[state.key] = {transition.target}
        if sure is not None:
            for transition in graph.leaving(state.key):
                if transition.kind != "automatic":
                    yield _shadowed(graph, transition.key, state.key, sure.key)
    for start, targets in always.items():
        if start in _closure(targets, always):
            yield Finding(
                "automatic_loop", graph.key, f"state:{start}", "is left by automatic transitions that lead back.",
                "Give one of them a guard that ends the loop.",
            )  # fmt: skip


def _shadowed(graph: WorkflowGraph, key: str, state: str, first: str) -> Finding:
    return Finding(
        "never_possible", graph.key, f"transition:{key}",
        f"can never start in “{state}”, because “{first}” always goes first.", f"Give “{first}” a guard.",
    )  # fmt: skip


@_rule
def _names(graph: WorkflowGraph) -> Iterator[Finding]:
    """Names that today's code does not have."""
    for transition in graph.transitions:
        place = f"transition:{transition.key}"
        yield from _missing(graph, place, "guard", names.guards, [use.name for use in transition.guards])
        effects = (*transition.effects, *(transition.undo or ()))
        yield from _missing(graph, place, "effect", names.effects, effects)
        yield from _missing(graph, place, "form", names.form_classes, filter(None, [transition.form]))
        if transition.completes and transition.completes not in {task.key for task in graph.tasks}:
            yield Finding(
                "unknown_task", graph.key, place, f"completes the task “{transition.completes}”.", "Declare the task."
            )
    for task in graph.tasks:
        undoing = [name for outcome in task.outcomes if outcome.target is None for name in outcome.undo or ()]
        yield from _missing(graph, f"task:{task.key}", "effect", names.effects, undoing)
        yield from _missing(graph, f"task:{task.key}", "form", names.form_classes, filter(None, [task.form]))
    yield from _missing(graph, "", "facts selector", names.facts_selectors, filter(None, [graph.facts]))
    for what, keys in (("transition", graph.transitions), ("state", graph.states), ("task", graph.tasks)):
        seen: set[str] = set()
        for entry in keys:
            if entry.key in seen:
                yield Finding("key_twice", graph.key, f"{what}:{entry.key}", "stands here twice.", "Rename one.")
            seen.add(entry.key)


def _missing(graph: WorkflowGraph, place: str, what: str, known: Registry[Any], used: Any) -> Iterator[Finding]:
    for name in used:
        if name not in known:
            yield Finding(
                f"unknown_{what.replace(' ', '_')}", graph.key, place,
                f"uses the {what} “{name}”, which the code does not have.",
                "Bring it back, or take it out of the workflow.",
            )  # fmt: skip


@_rule
def _four_eyes(graph: WorkflowGraph) -> Iterator[Finding]:
    """Steps that somebody else must have done, and that nobody ever does."""
    watching = [(f"transition:{way.key}", way.not_same_as) for way in graph.transitions if way.kind != "task"]
    watching += [(f"task:{task.key}", task.not_same_as) for task in graph.tasks]
    for place, named in watching:
        for name in named:
            if not eyes_of(graph, [name])[0]:
                yield Finding(
                    "unknown_step", graph.key, place, f"may not be done by who did “{name}”, which is no step.",
                    "Name a transition or a task of this workflow.",
                )  # fmt: skip


@_rule
def _taken_names(graph: WorkflowGraph) -> Iterator[Finding]:
    """Names that the engine gives its own rows of the history."""
    for way in graph.transitions:
        if way.key in (START, UNDO):
            yield Finding(
                "name_taken", graph.key, f"transition:{way.key}", "has a name of the engine's own.", "Rename it."
            )
    for task in graph.tasks:
        for outcome in task.outcomes:
            if outcome.name in TaskDeed.values:
                yield Finding(
                    "name_taken", graph.key, f"task:{task.key}", f"ends with “{outcome.name}”, the engine's own word.",
                    "Rename the outcome.",
                )  # fmt: skip


def _forward(graph: WorkflowGraph) -> dict[str, set[str]]:
    ways: dict[str, set[str]] = {}
    for transition in graph.transitions:
        for source in transition.sources:
            ways.setdefault(source, set()).add(transition.target)
    return ways


def _backward(graph: WorkflowGraph) -> dict[str, set[str]]:
    ways: dict[str, set[str]] = {}
    for transition in graph.transitions:
        ways.setdefault(transition.target, set()).update(transition.sources)
    return ways


def _closure(start: Any, ways: Mapping[str, set[str]]) -> set[str]:
    """Everything that can be reached, each state and way looked at once."""
    reached, waiting = set(start), list(start)
    while waiting:
        for state in ways.get(waiting.pop(), ()):
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    return reached
