"""What must be there before ways can be followed: states, beginnings and ends, keys that name one thing each."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from modules.workflow.choices import OWN_STEPS, TaskDeed
from modules.workflow.finding import Finding, said
from modules.workflow.graph import WorkflowGraph

LENGTHS = {"state": 60, "task": 60, "transition": 120, "repeat": 120, "sla": 60}
"""How long a key may be in the engine's tables."""
LONGEST_OUTCOME = 59
"""The history has an outcome as `<task>.<outcome>`."""


def broken(graph: WorkflowGraph) -> Iterator[Finding]:
    """States that are named and do not exist, and beginnings and ends that are not there."""
    known = {state.key for state in graph.states}
    listed = ", ".join(sorted(known))
    for place, named in _named_states(graph):
        for state in dict.fromkeys(named):
            if state not in known:
                yield Finding(
                    "unknown_state", graph.key, place, said(_("names the state “{state}”."), state=state),
                    said(_("Add the state, or use one of {states}."), states=listed),
                )  # fmt: skip
        if not named:
            yield Finding("no_source", graph.key, place, _("starts nowhere."), _("Name its source states."))
    yield from _ends(graph)


def _named_states(graph: WorkflowGraph) -> Iterator[tuple[str, tuple[str, ...]]]:
    for way in graph.transitions:
        yield f"transition:{way.key}", (*way.sources, way.target) if way.sources else ()
    for task in graph.tasks:
        targets = tuple(outcome.target for outcome in task.outcomes if outcome.target is not None)
        yield f"task:{task.key}", (*task.states, *targets) if task.states else ()
    for repeat in graph.repeats:
        yield f"repeat:{repeat.key}", repeat.states
    for sla in graph.slas:
        yield f"sla:{sla.key}", (*sla.states, *sla.paused_in) if sla.states else ()


def _ends(graph: WorkflowGraph) -> Iterator[Finding]:
    kinds = [state.kind for state in graph.states]
    if kinds.count("initial") != 1:
        yield Finding(
            "no_initial_state", graph.key, "", _("has no single initial state."),
            _("Set `initial` to one of `states`."),
        )  # fmt: skip
    if "final" not in kinds:
        yield Finding("no_final_state", graph.key, "", _("has no final state."), _("Name at least one in `final`."))


def keys(graph: WorkflowGraph) -> Iterator[Finding]:
    """Keys that stand twice, do not fit, or are the engine's own."""
    seen: set[str] = set()
    for kind, key in _keys(graph):
        place = f"{kind}:{key}"
        if place in seen:
            yield Finding("key_twice", graph.key, place, _("stands here twice."), _("Rename one."))
        seen.add(place)
        if not key or len(key) > LENGTHS[kind] or "#" in key:
            yield Finding(
                "bad_key", graph.key, place, said(_("has a key that is empty, has a # or more than {most} characters."),
                most=LENGTHS[kind]), _("Rename it."),
            )  # fmt: skip
        if kind == "transition" and key in OWN_STEPS:
            yield _taken(graph, place)
    yield from _shared(graph)
    yield from _outcomes(graph)


def _keys(graph: WorkflowGraph) -> Iterator[tuple[str, str]]:
    named = (
        ("transition", graph.transitions), ("state", graph.states), ("task", graph.tasks), ("repeat", graph.repeats),
        ("sla", graph.slas),
    )  # fmt: skip
    for kind, entries in named:
        for entry in entries:
            yield kind, entry.key


def _taken(graph: WorkflowGraph, place: str) -> Finding:
    return Finding("name_taken", graph.key, place, _("has a name of the engine's own."), _("Rename it."))


def _outcomes(graph: WorkflowGraph) -> Iterator[Finding]:
    """Outcomes that stand twice, do not fit, or read like a deed of the engine's."""
    for task in graph.tasks:
        seen: set[str] = set()
        for outcome in task.outcomes:
            if len(outcome.name) > LONGEST_OUTCOME:
                yield Finding(
                    "bad_key", graph.key, f"task:{task.key}",
                    said(_("has an outcome whose name has more than {most} characters."), most=LONGEST_OUTCOME),
                    _("Rename the outcome."),
                )  # fmt: skip
            if outcome.name in TaskDeed.values:
                yield Finding(
                    "name_taken", graph.key, f"task:{task.key}",
                    said(_("ends with “{outcome}”, the engine's own word."), outcome=outcome.name),
                    _("Rename the outcome."),
                )  # fmt: skip
            if outcome.name in seen:
                yield Finding(
                    "key_twice", graph.key, f"task:{task.key}",
                    said(_("has the outcome “{outcome}” twice."), outcome=outcome.name), _("Rename one."),
                )  # fmt: skip
            seen.add(outcome.name)


def _shared(graph: WorkflowGraph) -> Iterator[Finding]:
    """Two things whose timers would have one name."""
    ways, works = {way.key for way in graph.transitions}, {task.key for task in graph.tasks}
    twins = [("repeat", repeat.key) for repeat in graph.repeats if repeat.key in ways]
    twins += [("sla", sla.key) for sla in graph.slas if sla.key in works]
    for kind, key in twins:
        yield Finding(
            "key_twice", graph.key, f"{kind}:{key}", _("has the name of something else that has timers."),
            _("Rename one."),
        )  # fmt: skip
