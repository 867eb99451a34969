"""What time does again and again: a timer with a cycle on the border of each activity, which leaves it running, and
what it does. A state that is no activity has no border: there a note says it."""

from collections.abc import Iterator, Mapping

from modules.workflow.diagram.parts import Placed
from modules.workflow.exports.bpmn.elements import documentation, duration, expression, iso
from modules.workflow.exports.bpmn.mapping import StateElement, identifier
from modules.workflow.exports.bpmn.places import EVENT, Point
from modules.workflow.exports.writing import element
from modules.workflow.graph import Repeat, Wait, WorkflowGraph
from modules.workflow.words.vocabulary import Vocabulary
from modules.workflow.words.work import repeat_sentences

BESIDE, FROM_CORNER = 44.0, 34.0
"""Between two timers on the lower border, and from its right end to the first of them."""


class Repeats:
    """The repetitions of a workflow as elements and shapes. `places` are those of the states' shapes."""

    def __init__(self, graph: WorkflowGraph, vocabulary: Vocabulary, states: Mapping[str, StateElement]) -> None:
        self.vocabulary, self.states = vocabulary, states
        self.hosts = {
            node.key: [s for s in node.states if s in states and states[s].is_activity] for node in graph.repeats
        }
        self.hosted = [node for node in graph.repeats if self.hosts[node.key]]

    def noted_in(self, node: Repeat) -> tuple[str, ...]:
        """The states in which only a note can say it."""
        return tuple(s for s in node.states if s in self.states and s not in self.hosts[node.key])

    def elements(self) -> Iterator[str]:
        for node in self.hosted:
            told = documentation(list(repeat_sentences(self.vocabulary, node)))
            yield element("bpmn:serviceTask", {"id": _deed(node), "name": node.title}, told)
            for state in self.hosts[node.key]:
                key, host = _timer(node, state), self.states[state].id
                given = {"id": key, "name": node.title, "attachedToRef": host, "cancelActivity": "false"}
                timer = element("bpmn:timerEventDefinition", {"id": f"{key}-definition"}, cycle(node))
                yield element("bpmn:boundaryEvent", dict(given), timer)
                yield element(
                    "bpmn:sequenceFlow", {"id": _flow(node, state), "sourceRef": key, "targetRef": _deed(node)}
                )

    def shapes(self, hosts: Mapping[str, Placed]) -> Iterator[tuple[str, Placed]]:
        """The timers; `hosts` are the shapes of states by their element's id."""
        for node in self.hosted:
            for state in self.hosts[node.key]:
                x, y = self._spot(node, state, hosts)
                yield _timer(node, state), Placed("", x - EVENT / 2, y - EVENT / 2, EVENT, EVENT)

    def ways(self, hosts: Mapping[str, Placed], deeds: Mapping[str, Placed]) -> Iterator[tuple[str, list[Point]]]:
        """From each timer down to what it does; `deeds` by the repetition's key."""
        for node in self.hosted:
            for state in self.hosts[node.key]:
                x, y = self._spot(node, state, hosts)
                yield _flow(node, state), [(x, y + EVENT / 2), (deeds[node.key].middle[0], deeds[node.key].y)]

    def _spot(self, node: Repeat, state: str, hosts: Mapping[str, Placed]) -> Point:
        here = [each.key for each in self.hosted if state in self.hosts[each.key]]
        host = hosts[self.states[state].id]
        x = host.x + host.width - FROM_CORNER - BESIDE * here.index(node.key)
        return max(x, host.x + EVENT / 2), host.y + host.height

    def deeds(self) -> list[tuple[str, str]]:
        """What is done, as the repetition's key and the element's id."""
        return [(node.key, _deed(node)) for node in self.hosted]


def cycle(node: Repeat) -> str:
    """`R3/P1D`; with a first wait of its own the moment from which it counts stands between."""
    if node.every is None:
        return duration(node.wait)
    often = f"R{node.times}" if node.times else "R"
    if node.wait == node.every and not node.wait.field:
        return expression("bpmn:timeCycle", f"{often}/{_length(node.every)}")
    first = f"record.{node.wait.field or 'state_since'} {_signed(node.wait)}"
    return expression("bpmn:timeCycle", f"{often}/{first}/{_length(node.every)}")


def _signed(wait: Wait) -> str:
    length = _length(wait)
    return f"- {length.lstrip('-')}" if length.startswith("-") else f"+ {length}"


def _length(wait: Wait) -> str:
    return f"{iso(wait)} ({wait.calendar})" if wait.calendar else iso(wait)


def _deed(node: Repeat) -> str:
    return identifier("Repeat", node.key)


def _timer(node: Repeat, state: str) -> str:
    return identifier("Cycle", node.key, state)


def _flow(node: Repeat, state: str) -> str:
    return identifier("Again", node.key, state)
