"""A workflow as boxes and edges with their text: what the layout needs to know of it, and what the pen writes."""

from dataclasses import dataclass, replace
from typing import Literal

from modules.core.looks import TONE_ICONS
from modules.workflow.diagram.duties import short_duties_in
from modules.workflow.diagram.layout import lay_out
from modules.workflow.diagram.network import TooLarge
from modules.workflow.diagram.part import MOST_STATES, Part, part_around
from modules.workflow.diagram.parts import Box, Direction, Edge, Layout
from modules.workflow.diagram.text import text_width, wrap
from modules.workflow.diagram.wording import when
from modules.workflow.graph import StateNode, Transition, WorkflowGraph

TITLE, LABEL, NOTE = 13.0, 12.0, 11.0
TITLE_LINE, LABEL_LINE, NOTE_LINE = 16.0, 15.0, 13.0
TITLE_WIDTH, LABEL_WIDTH, NOTE_WIDTH = 90.0, 92.0, 112.0
LABEL_LINES = 4
BOX_ICON, LABEL_ICON = 18.0, 14.0
BOX_PADDING, BOX_LEAST = 10.0, 42.0
ICON_SPACE = 6.0
WIDEST = 1240.0
"""What a desk's screen shows beside the navigation without squeezing letters."""
LEGIBLE = 2340.0
"""A wider picture would be squeezed below legibility (`needs-20` of diagram.css): a part of it is drawn instead."""

KIND_ICONS = {"timer": "clock", "automatic": "bolt", "task": "clipboard-document-check", "event": "signal"}
NOTHING = Layout(0.0, 0.0, (), (), ())


@dataclass(frozen=True)
class Writing:
    """Lines of text in two sizes, with an icon before them."""

    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()
    icon: str = ""


@dataclass(frozen=True)
class Sketch:
    """A workflow ready to be drawn: the text of each part, and where it stands."""

    graph: WorkflowGraph
    states: dict[str, Writing]
    edges: dict[str, Writing]
    layout: Layout
    direction: Direction
    part: Part | None = None
    """What is drawn of a workflow that is too large to be drawn whole; `graph` has only that."""

    @property
    def is_drawn(self) -> bool:
        """Whether there is a picture."""
        return bool(self.layout.boxes)


def sketch(
    graph: WorkflowGraph,
    *,
    direction: Literal["right", "down", "auto"] = "auto",
    state_notes: dict[str, str] | None = None,
    edge_notes: dict[str, str] | None = None,
    around: str = "",
) -> Sketch:
    """Lay a workflow out in the active language. Notes (counts, durations) stand below titles and labels.

    `auto` runs to the right, and down where that would be wider than a desk's screen can show legibly. Of a workflow
    that is too large for a picture, what lies around a state is drawn: around `around`, or around the first one.
    """
    whole = _sketched(graph, direction, state_notes or {}, edge_notes or {})
    if whole.is_drawn or not graph.states:
        return whole
    for most in MOST_STATES:
        part = part_around(graph, around, most)
        found = _sketched(part.graph, direction, state_notes or {}, edge_notes or {})
        if found.is_drawn:
            return replace(found, part=part)
    return whole


def _sketched(graph: WorkflowGraph, asked: str, state_notes: dict[str, str], edge_notes: dict[str, str]) -> Sketch:
    states = {state.key: _state(graph, state, state_notes.get(state.key, "")) for state in graph.states}
    drawable = [transition for transition in graph.transitions if _is_drawable(graph, transition)]
    edges = {transition.key: _edge(graph, transition, edge_notes.get(transition.key, "")) for transition in drawable}
    boxes, ways = _boxes(graph, states), _edges(graph, drawable, edges)
    chosen, layout = _laid_out(boxes, ways, asked)
    return Sketch(graph, states, edges, layout, chosen)


def _laid_out(boxes: list[Box], ways: list[Edge], asked: str) -> tuple[Direction, Layout]:
    chosen: Direction = "down" if asked == "down" else "right"
    try:
        layout = lay_out(boxes, ways, chosen)
        if asked == "auto" and layout.width > WIDEST:
            other = lay_out(boxes, ways, "down")
            chosen, layout = ("down", other) if other.width < layout.width else (chosen, layout)
    except TooLarge:
        return chosen, NOTHING
    return chosen, layout if asked != "auto" or layout.width <= LEGIBLE else NOTHING


def icon_of(state: StateNode) -> str:
    """The heroicons name that stands for a state everywhere."""
    return state.icon or TONE_ICONS[state.tone]


def _is_drawable(graph: WorkflowGraph, transition: Transition) -> bool:
    """A draft may still name states that are not there."""
    return graph.has_state(transition.target) and any(graph.has_state(source) for source in transition.sources)


def _state(graph: WorkflowGraph, state: StateNode, note: str) -> Writing:
    notes = [*short_duties_in(graph, state.key), note]
    lines = tuple(line for each in notes if each for line in wrap(each, NOTE, NOTE_WIDTH))
    return Writing(wrap(str(state.title), TITLE, TITLE_WIDTH), lines, icon_of(state))


def _edge(graph: WorkflowGraph, transition: Transition, note: str) -> Writing:
    notes = [part for part in (when(graph, transition), note) if part]
    icon = KIND_ICONS.get(transition.kind, "")
    width = LABEL_WIDTH - (LABEL_ICON if icon else 0)
    return Writing(
        wrap(str(transition.title), LABEL, width, LABEL_LINES),
        tuple(line for note in notes for line in wrap(note, NOTE, NOTE_WIDTH)),
        icon,
    )


def _boxes(graph: WorkflowGraph, states: dict[str, Writing]) -> list[Box]:
    """The boxes, the initial state first; all are as wide as the widest, which reads calmer than many widths."""
    width = max(_text_room(writing, TITLE) for writing in states.values()) + BOX_ICON + ICON_SPACE + 2 * BOX_PADDING
    ordered = sorted(graph.states, key=lambda state: state.kind != "initial")
    boxes = []
    for state in ordered:
        writing = states[state.key]
        height = len(writing.lines) * TITLE_LINE + len(writing.notes) * NOTE_LINE + 2 * BOX_PADDING
        boxes.append(Box(state.key, width, max(height, BOX_LEAST), state.kind == "final"))
    return boxes


def _edges(graph: WorkflowGraph, transitions: list[Transition], writings: dict[str, Writing]) -> list[Edge]:
    """The edges; what somebody does comes before what time does, since people look for that way first."""
    edges = []
    for transition in sorted(transitions, key=lambda transition: transition.kind == "timer"):
        writing = writings[transition.key]
        width = _text_room(writing, LABEL) + (LABEL_ICON + 3 if writing.icon else 0)
        height = len(writing.lines) * LABEL_LINE + len(writing.notes) * NOTE_LINE
        sources = tuple(source for source in transition.sources if graph.has_state(source))
        edges.append(Edge(transition.key, sources, transition.target, width, height))
    return edges


def _text_room(writing: Writing, size: float) -> float:
    titles = [text_width(line, size) for line in writing.lines]
    return max([*titles, *(text_width(note, NOTE) for note in writing.notes)])
