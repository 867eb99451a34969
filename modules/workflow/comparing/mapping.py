"""Where records of an old version's states would stand in a new version, and why: a proposal that a person confirms."""

from collections import Counter

from django.utils.translation import gettext as _

from modules.workflow.comparing.matching import Matches, match
from modules.workflow.graph import StateNode, WorkflowGraph
from modules.workflow.words.lists import quoted


def propose_mapping(old: WorkflowGraph, new: WorkflowGraph) -> dict[str, tuple[str, str]]:
    """For each old state the new one, or nothing, with the reason in the active language."""
    matches = match(old, new)
    return {state.key: _proposal(old, new, matches, state) for state in old.states}


def _proposal(old: WorkflowGraph, new: WorkflowGraph, matches: Matches, state: StateNode) -> tuple[str, str]:
    found = matches.states.get(state.key)
    if found == state.key:
        return found, _("The state is still there.")
    if found is not None:
        told = _("{new} stands where {old} stood: the same ways lead to it and away from it, or its name is alike.")
        return found, told.format(old=quoted(state.title), new=quoted(new.state(found).title))
    return _by_ways(old, new, matches, state)


def _by_ways(old: WorkflowGraph, new: WorkflowGraph, matches: Matches, state: StateNode) -> tuple[str, str]:
    """Where the steps that led to a state that is gone lead now, if they agree; else where those do that left it."""
    into = [way for way in old.transitions if way.target == state.key and state.key not in way.sources]
    now = Counter(
        new.transition(key).target
        for way in into
        if (key := matches.transitions.get(way.key)) and new.has_transition(key)
    )
    if len(now) == 1:
        target = next(iter(now))
        told = _("The steps that led to {old} now lead to {new}.")
        return target, told.format(old=quoted(state.title), new=quoted(_title(new, target)))
    onward = {
        matches.states.get(way.target, "")
        for way in old.leaving(state.key)
        if way.kind == "automatic" and not way.guards
    } - {""}
    if len(onward) == 1:
        target = next(iter(onward))
        told = _("From {old} a record went on to {new} by itself.")
        return target, told.format(old=quoted(state.title), new=quoted(_title(new, target)))
    return "", _("Nothing in the new version resembles {old}: choose where its records go.").format(
        old=quoted(state.title)
    )


def _title(graph: WorkflowGraph, key: str) -> object:
    return graph.state(key).title if graph.has_state(key) else key
