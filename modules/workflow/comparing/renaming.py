"""An old part under the new version's names, so that a renamed state is one difference and not twenty."""

from dataclasses import replace
from typing import Any

from modules.workflow.comparing.matching import Matches
from modules.workflow.graph import Repeat, Sla, TaskNode, Transition


def renamed_node(node: Any, matches: Matches) -> Any:
    """The node as it would be written in the new version, were only names different."""
    states = matches.states

    def keys(named: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(states.get(key, key) for key in named)

    match node:
        case Transition():
            return replace(
                node,
                sources=keys(node.sources),
                target=states.get(node.target, node.target),
                completes=matches.tasks.get(node.completes, node.completes),
                not_same_as=tuple(matches.step(key) for key in node.not_same_as),
            )
        case TaskNode():
            ends = tuple(
                end._replace(target=end.target if end.target is None else states.get(end.target, end.target))
                for end in node.outcomes
            )
            eyes = tuple(matches.step(key) for key in node.not_same_as)
            return replace(node, states=keys(node.states), outcomes=ends, not_same_as=eyes)
        case Repeat():
            return replace(node, states=keys(node.states))
        case Sla():
            return replace(node, states=keys(node.states), paused_in=keys(node.paused_in))
        case _:
            return node
