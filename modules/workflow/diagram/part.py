"""What lies around one state, for a workflow that is too large to be drawn whole.

The neighbourhood grows by breadth: a state is taken in with all of its steps and with the states at their other ends,
as long as all of that can be read at once. The states at the rim are drawn without what lies behind them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from modules.workflow.graph import Transition, WorkflowGraph

MOST_STATES = (18, 10, 5)
"""So many states are drawn around one: the first of these with which a picture is legible. Of a state that has more
neighbours the first ones are drawn."""
STEPS_A_STATE = 1.8


@dataclass(frozen=True)
class Part:
    """`graph` has the states that are drawn and the steps among them."""

    graph: WorkflowGraph
    around: str
    rim: frozenset[str]
    """States of which not every step is drawn."""
    whole: int
    """How many states the workflow has."""


def part_around(graph: WorkflowGraph, state: str, most: int = MOST_STATES[0]) -> Part:
    """The neighbourhood of a state; of the first one where the workflow has no such state."""
    around = state if graph.has_state(state) else min(graph.states, key=lambda node: node.kind != "initial").key
    ways = _ways(graph)
    inner, shown = {around}, _with_neighbour_states(ways, around, {around}, most - 1)
    for candidate in _by_breadth(ways, around):
        wider = _with_neighbour_states(ways, candidate, shown, most)
        taken = inner | {candidate}
        if len(wider) > most or len(_among(graph, taken, wider)) > most * STEPS_A_STATE:
            break
        inner, shown = taken, wider
    steps = _among(graph, inner, shown)
    states = tuple(node for node in graph.states if node.key in shown)
    drawn = {(source, step.key) for step in steps for source in step.sources}
    rim = {key for key in shown if any((source, name) not in drawn for source, name, _target in ways[key])}
    return Part(replace(graph, states=states, transitions=steps), around, frozenset(rim), len(graph.states))


Ways = dict[str, list[tuple[str, str, str]]]
"""By state, every step that leaves or reaches it: from, name, to."""


def _ways(graph: WorkflowGraph) -> Ways:
    found: Ways = {node.key: [] for node in graph.states}
    for step in graph.transitions:
        for source in step.sources:
            if source in found and step.target in found:
                for end in dict.fromkeys((source, step.target)):
                    found[end].append((source, step.key, step.target))
    return found


def _by_breadth(ways: Ways, around: str) -> Iterator[str]:
    """The other states, the nearest ones first."""
    seen, queue = {around}, [around]
    for state in queue:
        for source, _name, target in ways[state]:
            for other in (target, source):
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
                    yield other


def _with_neighbour_states(ways: Ways, state: str, shown: set[str], most: int) -> set[str]:
    """What is shown already, and what lies at the other ends of a state's steps, until there are more than so many."""
    found = set(shown)
    for source, _name, target in ways[state]:
        if len(found) > most:
            break
        found |= {source, target}
    return found


def _among(graph: WorkflowGraph, inner: set[str], shown: set[str]) -> tuple[Transition, ...]:
    """The steps of the inner states to what is shown, each from the sources of which that is so."""
    found = []
    for step in graph.transitions:
        if step.target in shown:
            sources = tuple(key for key in step.sources if key in shown and (key in inner or step.target in inner))
            if sources:
                found.append(replace(step, sources=sources))
    return tuple(found)
