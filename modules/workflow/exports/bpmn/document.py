"""The whole BPMN file: process, then diagram."""

from collections.abc import Iterator

from modules.workflow.diagram.parts import Placed
from modules.workflow.diagram.pen import number
from modules.workflow.exports.bpmn.elements import Elements, documentation, flow_in, flow_out, message_id, text
from modules.workflow.exports.bpmn.mapping import StateElement, WayElement, identifier, state_elements, way_elements
from modules.workflow.exports.bpmn.places import EVENT, Places, Point, place
from modules.workflow.exports.bpmn.repeats import Repeats
from modules.workflow.exports.writing import attribute, element
from modules.workflow.graph import WorkflowGraph
from modules.workflow.words.vocabulary import Vocabulary
from modules.workflow.words.work import repeat_sentences, sla_sentences

NAMESPACES = {
    "xmlns:bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "xmlns:bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "xmlns:dc": "http://www.omg.org/spec/DD/20100524/DC",
    "xmlns:di": "http://www.omg.org/spec/DD/20100524/DI",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
START = "Start"
NOTE_WIDTH, NOTE_HEIGHT, NOTE_GAP = 220.0, 80.0, 24.0


def bpmn(graph: WorkflowGraph) -> str:
    """The file in the active language; the same graph gives the same text."""
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *_File(graph).lines()]) + "\n"


class _File:
    def __init__(self, graph: WorkflowGraph) -> None:
        self.graph, self.vocabulary = graph, Vocabulary(graph)
        self.elements = Elements(self.vocabulary)
        self.states = state_elements(graph)
        self.ways = way_elements(graph, self.states)
        self.places: Places = place(self.states, self.ways)
        self.repeats = Repeats(graph, self.vocabulary, self.states)
        self.process = identifier("Process", graph.key)

    def lines(self) -> Iterator[str]:
        head = NAMESPACES | {"id": identifier("Definitions", self.graph.key), "targetNamespace": self.graph.key}
        yield "<bpmn:definitions" + "".join(f" {key}={attribute(value)}" for key, value in head.items()) + ">"
        yield from self._messages()
        process = {"id": self.process, "name": self.graph.title, "isExecutable": "false"}
        yield element("bpmn:process", process, *(f"\n{line}" for line in self._process()), "\n")
        plane = {"id": "Plane", "bpmnElement": self.process}
        drawn = element("bpmndi:BPMNPlane", dict(plane), *(f"\n{line}" for line in self._drawing()), "\n")
        yield element("bpmndi:BPMNDiagram", {"id": "Diagram"}, drawn)
        yield "</bpmn:definitions>"

    def _messages(self) -> Iterator[str]:
        """Messages, and signals for what is for many."""
        named = {
            message_id(way.step): (way.step.many, way.step.event or way.step.title)
            for way in self.ways
            if way.shape != "flow" and way.step.kind not in ("timer", "automatic")
        }
        for key, (many, name) in named.items():
            yield element("bpmn:signal" if many else "bpmn:message", {"id": key, "name": name})

    # The process

    def _process(self) -> Iterator[str]:
        if self.graph.description:
            yield documentation([str(self.graph.description)])
        yield element("bpmn:startEvent", {"id": START})
        first = self.states[self.graph.initial].id
        yield element("bpmn:sequenceFlow", {"id": f"Flow-{START}", "sourceRef": START, "targetRef": first})
        yield from (self.elements.state(state) for state in self.states.values())
        for way in self.ways:
            yield self.elements.way(way, self.states[way.source])
            yield from self.elements.flows(way, self.states)
        yield from self.repeats.elements()
        for key, words, states in self._notes():
            yield element("bpmn:textAnnotation", {"id": key}, text("bpmn:text", words))
            for state in states:
                given = {"id": _tie(key, state), "sourceRef": self.states[state].id, "targetRef": key}
                yield element("bpmn:association", dict(given))

    def _notes(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Promises, and repetitions where no timer can sit: id, words, the states that they are about."""
        repeats = [
            (identifier("Note", node.key), " ".join(repeat_sentences(self.vocabulary, node)), noted)
            for node in self.graph.repeats
            if (noted := self.repeats.noted_in(node))
        ]
        slas = [
            (identifier("Promise", node.key), " ".join(sla_sentences(self.vocabulary, node)), node.states)
            for node in self.graph.slas
        ]
        return [(key, words, tuple(s for s in states if s in self.states)) for key, words, states in repeats + slas]

    # The diagram

    def _drawing(self) -> Iterator[str]:
        yield from self._start()
        for state in self.states.values():
            yield self._state(state)
            if state.shape == "subProcess":
                for task in state.tasks:
                    key = identifier("Task", task.key, state.node.key)
                    yield _shape(key, self.places.shapes[f"{state.id}:{task.key}"])
        for way in self.ways:
            yield from self._way(way)
        yield from (_shape(key, box) for key, box in self.repeats.shapes(self.places.shapes))
        yield from self._drawn_notes()

    def _start(self) -> Iterator[str]:
        first = self.places.shapes[self.states[self.graph.initial].id]
        x, y = first.x - 60, first.middle[1]
        yield _shape(START, Placed(START, x, y - EVENT / 2, EVENT, EVENT))
        yield _edge(f"Flow-{START}", [(x + EVENT, y), (first.x, y)])

    def _state(self, state: StateElement) -> str:
        label = self.places.labels.get(state.id)
        return _shape(state.id, self.places.shapes[state.id], label, state.shape)

    def _way(self, way: WayElement) -> Iterator[str]:
        label = self.places.labels[way.id]
        if way.shape != "flow":
            yield _shape(way.id, self.places.shapes[way.id], label)
        yield _edge(flow_in(way), self.places.into[way.key], label if way.shape == "flow" else None)
        if way.shape == "catch":
            yield _edge(flow_out(way), self.places.out[way.key])

    def _drawn_notes(self) -> Iterator[str]:
        deeds: dict[str, Placed] = {}
        for name, key in self.repeats.deeds():
            deeds[name] = self._below(len(deeds), key)
            yield _shape(key, deeds[name])
        for key, points in self.repeats.ways(self.places.shapes, deeds):
            yield _edge(key, points)
        for place_, (key, _words, states) in enumerate(self._notes(), start=len(deeds)):
            box = self._below(place_, key)
            yield _shape(key, box)
            for state in states:
                shape = self.places.shapes[self.states[state].id]
                yield _edge(_tie(key, state), [(shape.middle[0], shape.y + shape.height), (box.x + 20, box.y)])

    def _below(self, place_: int, key: str) -> Placed:
        """Below the workflow, one beside the other."""
        return Placed(key, 70 + place_ * (NOTE_WIDTH + NOTE_GAP), self.places.bottom + 30, NOTE_WIDTH, NOTE_HEIGHT)


def _tie(note: str, state: str) -> str:
    return identifier("Tie", note, state)


def _bounds(box: Placed) -> str:
    given = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return element("dc:Bounds", {name: number(value) for name, value in given.items()})


def _shape(key: str, box: Placed, label: Placed | None = None, kind: str = "") -> str:
    given: dict[str, object] = {"id": f"{key}-shape", "bpmnElement": key}
    given |= {"isExpanded": "true"} if kind == "subProcess" else {}
    given |= {"isMarkerVisible": "true"} if kind == "exclusiveGateway" else {}
    named = [element("bpmndi:BPMNLabel", {}, _bounds(label))] if label else []
    return element("bpmndi:BPMNShape", given, _bounds(box), *named)


def _edge(key: str, points: list[Point], label: Placed | None = None) -> str:
    ways = [element("di:waypoint", {"x": number(x), "y": number(y)}) for x, y in points]
    named = [element("bpmndi:BPMNLabel", {}, _bounds(label))] if label else []
    return element("bpmndi:BPMNEdge", {"id": f"{key}-edge", "bpmnElement": key}, *ways, *named)
