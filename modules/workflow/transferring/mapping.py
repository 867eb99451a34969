"""Where the running records of other versions stand, and where they would go."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from modules.workflow.comparing import propose_mapping
from modules.workflow.comparing.matching import Matches, match
from modules.workflow.flows import Flow
from modules.workflow.graph import StateNode, WorkflowGraph
from modules.workflow.publishing.standing import running_by
from modules.workflow.transferring.choices import Choices


@dataclass(frozen=True)
class Place:
    """A state of a version left in which records stand. `proposed` is empty where somebody must choose."""

    version: int
    state: StateNode
    count: int
    proposed: str
    reason: str
    is_changed: bool
    """Whether the state is called otherwise, or is no more, in the new version."""

    @property
    def name(self) -> str:
        """Names the choice in a form."""
        return f"to-{self.version}-{self.state.key}"


def places_of(flow: Flow, target: WorkflowGraph) -> list[Place]:
    """Every place in which running records of other versions stand, in the order of the versions and their states."""
    places = []
    standing = running_by(flow)
    for number in sorted({version for version, _state in standing if version != target.version}):
        graph = (flow.version(number) or flow.current).graph
        proposals = propose_mapping(graph, target)
        order = {state.key: place for place, state in enumerate(graph.states)}
        here = [(state, count) for (version, state), count in standing.items() if version == number]
        for key, count in sorted(here, key=lambda entry: order.get(entry[0], len(order))):
            proposed, reason = proposals.get(key, ("", ""))
            node = graph.state(key) if graph.has_state(key) else StateNode(key, key)
            places.append(Place(number, node, count, proposed, reason, proposed != key))
    return places


def proposed_choices(places: list[Place], choices: Choices | None = None) -> Choices:
    """What is proposed, where nothing was chosen."""
    given = choices or Choices()
    mapping: dict[int, dict[str, str]] = {number: dict(states) for number, states in given.mapping.items()}
    for place in places:
        mapping.setdefault(place.version, {}).setdefault(place.state.key, place.proposed)
    return replace(given, mapping=mapping)


def missing(places: list[Place], mapping: Mapping[int, Mapping[str, str]], target: WorkflowGraph) -> list[Place]:
    """The places for which no state of the new version was chosen."""
    return [place for place in places if not target.has_state(mapping.get(place.version, {}).get(place.state.key, ""))]


def matches_of(old: WorkflowGraph, new: WorkflowGraph) -> Matches:
    """Which part of one version is which of the other; reckoned once for each two."""
    key = (old.hash, new.hash)
    if key not in _known:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[key] = match(old, new)
    return _known[key]


def renames(matches: Matches) -> dict[str, dict[str, str]]:
    """The steps and tasks that have another name: the history still calls them by the old one (`four_eyes.py`)."""
    parts = {"steps": matches.transitions, "tasks": matches.tasks}
    found = {
        part: {old: new for old, new in sorted(pairs.items()) if old != new and "." not in old}
        for part, pairs in parts.items()
    }
    return {part: pairs for part, pairs in found.items() if pairs}


MOST_KNOWN = 64
_known: dict[tuple[str, str], Matches] = {}
