"""Which element of BPMN a state and a step become, and their ids."""

import re
from dataclasses import dataclass
from typing import Literal

from modules.workflow.graph import StateNode, TaskNode, Transition, WorkflowGraph

StateShape = Literal["endEvent", "exclusiveGateway", "eventBasedGateway", "milestone", "userTask", "subProcess"]
WayShape = Literal["flow", "catch", "boundary"]
_ODD = re.compile(r"[^A-Za-z0-9_.]")


@dataclass(frozen=True)
class StateElement:
    """A state and what it becomes."""

    node: StateNode
    shape: StateShape
    tasks: tuple[TaskNode, ...]

    @property
    def id(self) -> str:
        return identifier("State", self.node.key)

    @property
    def is_activity(self) -> bool:
        return self.shape in ("userTask", "subProcess")


@dataclass(frozen=True)
class WayElement:
    """A step as it leaves one state."""

    step: Transition
    source: str
    shape: WayShape

    @property
    def key(self) -> str:
        return f"{self.step.key}@{self.source}"

    @property
    def id(self) -> str:
        return identifier("Step", self.step.key, self.source)


def identifier(*parts: str) -> str:
    """A valid and stable NCName: odd letters by their number, so that different keys stay different."""
    head, *rest = parts
    return "-".join([head, *(_ODD.sub(lambda found: f"-{ord(found[0]):x}-", part) for part in rest)])


def state_elements(graph: WorkflowGraph) -> dict[str, StateElement]:
    return {state.key: _state(graph, state) for state in graph.states}


def way_elements(graph: WorkflowGraph, states: dict[str, StateElement]) -> list[WayElement]:
    """Every step from every state that is there; a draft may name others."""
    return [
        WayElement(step, source, _way(states[source], step))
        for step in graph.transitions
        for source in dict.fromkeys(step.sources)
        if source in states and step.target in states and states[source].shape != "endEvent"
    ]


def _state(graph: WorkflowGraph, state: StateNode) -> StateElement:
    tasks, ways = graph.tasks_in(state.key), graph.leaving(state.key)
    if not ways and not tasks:
        return StateElement(state, "endEvent", ())
    if tasks:
        return StateElement(state, "userTask" if len(tasks) == 1 else "subProcess", tasks)
    if len(ways) > 1 and all(way.kind == "automatic" for way in ways):
        return StateElement(state, "exclusiveGateway", ())
    return StateElement(state, "eventBasedGateway" if len(ways) > 1 else "milestone", ())


def _way(state: StateElement, step: Transition) -> WayShape:
    if state.shape == "exclusiveGateway":
        return "flow"
    if not state.is_activity:
        return "catch"
    return "flow" if step.completes in {task.key for task in state.tasks} else "boundary"
