"""Which part of a new version is which part of the old one: by key, and where the key is gone by likeness."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from modules.core.text import similarity
from modules.workflow.graph import StateNode, Transition, WorkflowGraph
from modules.workflow.graph.written import plain

LEAST = 0.45
"""Below this likeness two states are two states."""
Tokens = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Matches:
    """For each kind of part the old keys and the new keys that stand for the same thing."""

    states: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    transitions: dict[str, str] = field(default_factory=dict)
    repeats: dict[str, str] = field(default_factory=dict)
    slas: dict[str, str] = field(default_factory=dict)

    def of(self, part: str) -> dict[str, str]:
        found: dict[str, str] = getattr(self, part)
        return found

    def step(self, key: str) -> str:
        """The new name of a step as four eyes name it: a transition, a task, or a task's outcome."""
        if key in self.transitions:
            return self.transitions[key]
        task, dot, outcome = key.partition(".")
        return self.tasks.get(task, task) + dot + outcome


def match(old: WorkflowGraph, new: WorkflowGraph) -> Matches:
    """States by their ways, titles and keys; then tasks, then transitions by where they lead and what they do."""
    states = _pair(old.states, new.states, _likeness_of_states(old, new))
    tasks = _pair(old.tasks, new.tasks, _likeness_by(states))
    outcomes = {
        way.key: f"{tasks[task]}.{outcome}"
        for way in old.transitions
        for task, dot, outcome in (way.key.partition("."),)
        if dot and task in tasks and new.has_transition(f"{tasks[task]}.{outcome}")
    }
    likeness = _likeness_by(states)
    return Matches(
        states,
        tasks,
        _pair(old.transitions, new.transitions, likeness, outcomes),
        _pair(old.repeats, new.repeats, likeness),
        _pair(old.slas, new.slas, likeness),
    )


Likeness = Callable[[Any, Any], float]


def _pair(
    old: Sequence[Any], new: Sequence[Any], likeness: Likeness, known: dict[str, str] | None = None
) -> dict[str, str]:
    """Old keys to new ones: the same key first, then the likest pairs, each once."""
    there = {node.key for node in new}
    pairs = dict(known or {}) | {
        node.key: node.key for node in old if node.key in there and node.key not in (known or {})
    }
    taken = set(pairs.values())
    left = [node for node in old if node.key not in pairs]
    free = [node for node in new if node.key not in taken]
    rated = [(likeness(one, other), place, one.key, other.key) for one in left for place, other in enumerate(free)]
    for rate, _place, one, other in sorted(rated, key=lambda entry: (-entry[0], entry[1:])):
        if rate >= LEAST and one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return pairs


def _words_alike(one: Any, other: Any) -> float:
    return max(similarity(str(one.title), str(other.title)), similarity(_spaced(one.key), _spaced(other.key)))


def _spaced(key: str) -> str:
    return key.replace("_", " ").replace(".", " ")


# States


def _likeness_of_states(old: WorkflowGraph, new: WorkflowGraph) -> Likeness:
    kept = {state.key for state in old.states if new.has_state(state.key)}
    before = {state.key: neighbourhood(old, state.key, kept) for state in old.states}
    after = {state.key: neighbourhood(new, state.key, kept) for state in new.states}
    first, second = ([state.key for state in graph.states] for graph in (old, new))

    def rate(one: StateNode, other: StateNode) -> float:
        same_kind = one.kind == other.kind
        near = first.index(one.key) == second.index(other.key)
        ways = shared(before[one.key], after[other.key])
        if not ways and not before[one.key]:
            ways = 0.5 if near else 0.0
        return 0.5 * ways + 0.35 * _words_alike(one, other) + 0.1 * same_kind + 0.05 * near

    return rate


def neighbourhood(graph: WorkflowGraph, state: str, kept: set[str]) -> Tokens:
    """What ties a state to the rest: ways in and out, the states at their other ends that both versions have, tasks,
    repetitions and promises."""
    found: set[tuple[str, str]] = set()
    for way in graph.transitions:
        if state in way.sources:
            found |= {("out", way.key), *(("out to", key) for key in {way.target} & kept)}
        if way.target == state:
            found |= {("in", way.key), *(("in from", source) for source in kept.intersection(way.sources))}
    found |= {("task", task.key) for task in graph.tasks if state in task.states}
    found |= {("repeat", repeat.key) for repeat in graph.repeats if state in repeat.states}
    return frozenset(found | {("sla", sla.key) for sla in graph.slas if state in sla.states})


def shared(one: Tokens, other: Tokens) -> float:
    """How much two neighbourhoods have in common: of the smaller one mostly, for a version that adds ways."""
    if not one or not other:
        return 0.0
    common = len(one & other)
    return 0.5 * common / len(one | other) + 0.5 * common / min(len(one), len(other))


# Everything else


def _likeness_by(states: dict[str, str]) -> Likeness:
    """Two steps, tasks or duties: the same place, the same doing, similar words."""

    def rate(one: Any, other: Any) -> float:
        if getattr(one, "kind", "") != getattr(other, "kind", ""):
            return 0.0
        place = shared(_place(one, states), _place(other, {}))
        return 0.4 * place + 0.35 * _words_alike(one, other) + 0.25 * _same_doing(one, other)

    return rate


def _place(node: Any, states: dict[str, str]) -> Tokens:
    where: Iterable[str] = node.sources if isinstance(node, Transition) else node.states
    found = {("in", states.get(key, key)) for key in where}
    if isinstance(node, Transition):
        found.add(("to", states.get(node.target, node.target)))
    return frozenset(found)


def _same_doing(one: Any, other: Any) -> float:
    """Of the fields that say what it does, the share that is equal."""
    names = [
        name
        for name in ("by", "guards", "effects", "form", "after", "assign", "outcomes", "wait", "within", "every")
        if hasattr(one, name)
    ]
    equal = [name for name in names if plain(getattr(one, name)) == plain(getattr(other, name))]
    return len(equal) / len(names) if names else 0.0
