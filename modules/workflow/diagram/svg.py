"""A sketch as SVG text: classes for our pages, which colour them by tokens, and presentation attributes elsewhere."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import heroicons
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.workflow.diagram.duties import duties_in
from modules.workflow.diagram.palette import FONT, LIGHT, standalone_style
from modules.workflow.diagram.parts import Placed, Wire
from modules.workflow.diagram.pen import number
from modules.workflow.diagram.sketch import (
    BOX_ICON,
    BOX_PADDING,
    ICON_SPACE,
    LABEL,
    LABEL_ICON,
    LABEL_LINE,
    NOTE,
    NOTE_LINE,
    TITLE,
    TITLE_LINE,
    Sketch,
    Writing,
)
from modules.workflow.diagram.text import text_width
from modules.workflow.diagram.wording import step_in_words
from modules.workflow.graph import StateNode, Transition

LEAST_SCALE, WIDTH_STEP, MOST_STEPS = 0.82, 96, 20
"""How far a picture is squeezed, in steps of 6 rem for which diagram.css has a class each."""
ASCENT = 0.36
"""From the middle of a line of text to its baseline, in font sizes."""


@dataclass(frozen=True)
class Trail:
    """What one record has gone through: its present state, where it was, the steps (from, transition) it took."""

    state: str = ""
    visited: frozenset[str] = frozenset()
    steps: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Marks:
    """What is shown on top of the bare workflow: a record's trail, and where a click on a state or label leads."""

    trail: Trail | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    arrow_links: Mapping[str, str] = field(default_factory=dict)


def draw(sketch: Sketch, marks: Marks | None = None, *, name: str = "diagram", standalone: bool = False) -> SafeString:
    """The whole picture; nothing where the sketch has none. `name` makes its ids unique on the page; `standalone`
    embeds the colours of both schemes."""
    if not sketch.is_drawn:
        return SafeString("")
    return mark_safe(_Drawing(sketch, marks or Marks(), name, standalone).text())  # noqa: S308 - every text is escaped


class _Drawing:
    def __init__(self, sketch: Sketch, marks: Marks, name: str, standalone: bool) -> None:
        self.sketch, self.graph, self.layout = sketch, sketch.graph, sketch.layout
        self.marks, self.trail, self.name, self.standalone = marks, marks.trail, name, standalone

    def text(self) -> str:
        wires = sorted(self.layout.wires, key=self._is_taken)
        body = [
            *(self._wire(wire) for wire in wires),
            self._beginning(),
            *(self._label(label) for label in self.layout.labels),
            *(self._box(box) for box in self.layout.boxes),
        ]
        return tag("svg", self._frame(), self._words(), standalone_style() if self.standalone else "", *body)

    def _frame(self) -> dict[str, str]:
        width, height = number(self.layout.width), number(self.layout.height)
        return {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"workflow-drawing {self._least_width()}" + (" has-trail" if self.trail else ""),
            "viewBox": f"0 0 {width} {height}",
            "width": width,
            "height": height,
            "role": "group" if self.marks.links else "img",
            "aria-labelledby": f"{self.name}-title",
            "aria-describedby": f"{self.name}-desc",
            "font-family": FONT,
        }

    def _least_width(self) -> str:
        """A class that keeps the picture legible where it is squeezed; below that it is scrolled."""
        return f"needs-{min(int(self.layout.width * LEAST_SCALE / WIDTH_STEP), MOST_STEPS)}"

    def _words(self) -> str:
        """Name and description for those who cannot see the picture."""
        states, ways = len(self.graph.states), len(self.graph.transitions)
        counted = [
            ngettext("{count} state", "{count} states", states).format(count=states),
            ngettext("{count} transition", "{count} transitions", ways).format(count=ways),
        ]
        if self.trail and self.graph.has_state(self.trail.state):
            counted.append(_("now: {state}").format(state=self.graph.state(self.trail.state).title))
        title = tag("title", {"id": f"{self.name}-title"}, escape(self.graph.title))
        return title + tag("desc", {"id": f"{self.name}-desc"}, escape(", ".join(counted) + "."))

    def _is_taken(self, part: Wire | Placed) -> bool:
        return self.trail is not None and any((source, part.key) in self.trail.steps for source in part.sources)

    def _classes(self, base: str, part: Wire | Placed) -> str:
        kind = self.graph.transition(part.key).kind
        return f"{base} is-{kind}" + (" is-taken" if self._is_taken(part) else "")

    def _wire(self, wire: Wire) -> str:
        kind = self.graph.transition(wire.key).kind
        ink = LIGHT["accent"] if self._is_taken(wire) else LIGHT["edge"]
        look = {
            "class": self._classes("wire", wire),
            "fill": "none",
            "stroke": ink,
            "stroke-width": "1" if kind == "automatic" else "1.6",
            "stroke-linecap": "round",
        }
        if kind == "timer":
            look["stroke-dasharray"] = "5 4"
        line = tag("path", {**look, "d": wire.path})
        return line + (
            tag("path", {"class": self._classes("wire-head", wire), "d": wire.head, "fill": ink}) if wire.head else ""
        )

    def _beginning(self) -> str:
        """A dot and a short arrow before the state in which the process begins."""
        first = self.layout.boxes[0]
        if self.graph.state(first.key).kind != "initial":
            return ""
        if self.sketch.direction == "right":
            x, y = first.x - 17, first.middle[1]
            line = f"M{number(x)} {number(y)}L{number(first.x - 1)} {number(y)}"
        else:
            x, y = first.middle[0], first.y - 17
            line = f"M{number(x)} {number(y)}L{number(x)} {number(first.y - 1)}"
        dot = {"class": "wire-start", "cx": number(x), "cy": number(y), "r": "4.5", "fill": LIGHT["edge"]}
        return tag("path", {"class": "wire", "d": line, "stroke": LIGHT["edge"], "stroke-width": "1.6"}) + tag(
            "circle", dot
        )

    def _label(self, label: Placed) -> str:
        transition = self.graph.transition(label.key)
        writing = self.sketch.edges[label.key]
        left = LABEL_ICON + 3 if writing.icon else 0.0
        text = _lines(writing, label.x + left + (label.width - left) / 2, label, LABEL, LABEL_LINE, middle=True)
        icon = ""
        if writing.icon:
            middle = label.x + left + (label.width - left) / 2
            x = middle - text_width(writing.lines[0], LABEL) / 2 - left
            icon = _icon(writing.icon, "micro", LABEL_ICON, x, label.y + (LABEL_LINE - LABEL_ICON) / 2)
        look = {"class": self._classes("wire-label", label), "fill": LIGHT["text"], "color": LIGHT["quiet"]}
        group = tag("g", look, tag("title", {}, escape(self._tip(transition))), icon, text)
        link = self.marks.arrow_links.get(label.key)
        return tag("a", {"href": link}, group) if link else group

    def _tip(self, transition: Transition) -> str:
        """The whole title, which may be shortened in the picture, and who or what does it."""
        who = step_in_words(self.graph, transition)
        return f"{transition.title} ({who})" if who else str(transition.title)

    def _box(self, box: Placed) -> str:
        state = self.graph.state(box.key)
        writing = self.sketch.states[box.key]
        frame = _rect(box, 0, "box-frame", fill=LIGHT[f"{state.tone}-soft"], stroke=LIGHT[state.tone])
        ring = _rect(box, 3, "box-ring", fill="none", stroke=LIGHT[state.tone]) if state.kind == "final" else ""
        here = _rect(box, -4, "box-here", fill="none", stroke=LIGHT["accent"]) if self._is_here(state) else ""
        icon = _icon(writing.icon, "mini", BOX_ICON, box.x + BOX_PADDING, box.middle[1] - BOX_ICON / 2)
        text = _lines(writing, box.x + BOX_PADDING + BOX_ICON + ICON_SPACE, box, TITLE, TITLE_LINE, middle=False)
        look = {"class": self._box_classes(state), "fill": LIGHT["text"], "color": LIGHT[state.tone]}
        group = tag("g", look, tag("title", {}, escape(self._box_tip(state))), here, frame, ring, icon, text)
        link = self.marks.links.get(box.key)
        return tag("a", {"href": link}, group) if link else group

    def _is_rim(self, state: StateNode) -> bool:
        """Whether there is more of the workflow behind it than is drawn."""
        return self.sketch.part is not None and state.key in self.sketch.part.rim

    def _box_tip(self, state: StateNode) -> str:
        """The title, and in full what the box has no room for."""
        more = [_("There is more behind it.")] if self._is_rim(state) else []
        return " · ".join([str(state.title), *duties_in(self.graph, state.key), *more])

    def _is_here(self, state: StateNode) -> bool:
        return self.trail is not None and self.trail.state == state.key

    def _box_classes(self, state: StateNode) -> str:
        classes = ["box", f"tone-{state.tone}", f"is-{state.kind}"]
        if self._is_rim(state):
            classes.append("is-rim")
        if self._is_here(state):
            classes.append("is-here")
        elif self.trail and state.key not in self.trail.visited:
            classes.append("is-ahead")
        return " ".join(classes)


def _rect(box: Placed, inset: float, css_class: str, **look: str) -> str:
    return tag(
        "rect",
        {
            "class": css_class,
            "x": number(box.x + inset),
            "y": number(box.y + inset),
            "width": number(box.width - 2 * inset),
            "height": number(box.height - 2 * inset),
            "rx": number(9 - inset),
            "stroke-width": "1.2" if inset >= 0 else "2.5",
            **look,
        },
    )


def _lines(writing: Writing, x: float, place: Placed, size: float, line: float, *, middle: bool) -> str:
    """The lines of text, centred down a rectangle: titles, then quiet notes."""
    rows = [(text, line, size, {"font-weight": "560"}) for text in writing.lines]
    rows += [(note, NOTE_LINE, NOTE, {"class": "note", "fill": LIGHT["quiet"]}) for note in writing.notes]
    top = place.middle[1] - sum(row[1] for row in rows) / 2
    spans = []
    for text, height, letters, look in rows:
        spot = {"x": number(x), "y": number(top + height / 2 + letters * ASCENT), "font-size": str(letters)}
        anchor = {"text-anchor": "middle"} if middle else {}
        spans.append(tag("text", {**spot, **look, **anchor}, escape(text)))
        top += height
    return "".join(spans)


def _icon(name: str, style: str, size: float, x: float, y: float) -> str:
    drawn = heroicons._render_icon(style, name, int(size), {"x": number(x), "y": number(y)})
    return " ".join(drawn.split())


def tag(name: str, attributes: Mapping[str, str], *children: str) -> str:
    """An element; attributes are escaped here, children are markup already."""
    head = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    inside = "".join(str(child) for child in children)  # escaping lazy words gives lazy words
    return f"<{name}{head}>{inside}</{name}>" if inside else f"<{name}{head}/>"


def visited_states(steps: Collection[tuple[str, str, str]]) -> frozenset[str]:
    """Every state that steps (from, transition, to) touched."""
    return frozenset(state for source, _transition, target in steps for state in (source, target) if state)
