"""The drawing of a workflow: nothing lies upon anything else, whatever the graph."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.workflow.diagram.layout import lay_out
from modules.workflow.diagram.palette import DARK, LIGHT
from modules.workflow.diagram.parts import Box, Direction, Edge, Layout, Placed
from modules.workflow.diagram.sketch import sketch
from modules.workflow.diagram.svg import Marks, Trail, draw
from modules.workflow.diagram.text import text_width, wrap
from modules.workflow.diagram.ways import ways_of
from modules.workflow.graph import ActorRule, StateNode, Transition, WorkflowGraph
from tests.portal.test_tokens import colours

SVG = "{http://www.w3.org/2000/svg}"
STAFF, OWNER, SYSTEM = ActorRule("staff", "films.ship_order"), ActorRule("owner"), ActorRule("system")


def workflow(**changes: object) -> WorkflowGraph:
    """A film order, in short."""
    parts: dict[str, object] = {
        "key": "films.order",
        "version": 1,
        "record_type": "films.order",
        "title": "Order",
        "description": "",
        "states": (
            StateNode("awaiting", "Awaiting payment", "initial", "info"),
            StateNode("paid", "Paid", "normal", "success", "banknotes"),
            StateNode("partly", "Partly shipped", "normal", "info"),
            StateNode("closed", "Closed", "final"),
            StateNode("cancelled", "Cancelled", "final", "danger"),
        ),
        "transitions": (
            Transition("pay", "Pay", ("awaiting",), "paid", by=(SYSTEM,)),
            Transition("expire", "Expire", ("awaiting",), "cancelled", "timer", after=timedelta(minutes=30)),
            Transition("ship", "Ship", ("paid", "partly"), "partly", by=(STAFF,)),
            Transition("close", "Close", ("partly",), "closed", "automatic"),
            Transition("reopen", "Send back", ("partly",), "paid", by=(STAFF,)),
            Transition("cancel", "Cancel", ("awaiting", "paid"), "cancelled", by=(OWNER, STAFF)),
        ),
    }
    return WorkflowGraph(**{**parts, **changes})  # type: ignore[arg-type]


sizes = st.floats(20, 140)


@st.composite
def networks(draw_: st.DrawFn) -> tuple[list[Box], list[Edge]]:
    """Any boxes and edges: loops, several edges between two boxes, several sources, parts nobody reaches."""
    count = draw_(st.integers(1, 11))
    keys = [f"box{number}" for number in range(count)]
    boxes = [Box(key, 120, draw_(sizes), draw_(st.booleans()) and key != keys[0]) for key in keys]
    edges = [
        Edge(f"edge{number}", tuple(draw_(st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True))),
             draw_(st.sampled_from(keys)), draw_(sizes), draw_(sizes))
        for number in range(draw_(st.integers(0, 18)))
    ]  # fmt: skip
    return boxes, edges


def overlapping(layout: Layout) -> list[tuple[str, str]]:
    shown = [*layout.boxes, *layout.labels]
    return [(one.key, other.key) for one, other in combinations(shown, 2) if one.overlaps(other)]


def points(path: str) -> Iterator[tuple[float, float]]:
    """Points along a path, close to each other."""
    here = (0.0, 0.0)
    for letter, text in re.findall(r"([MLCQ])([^MLCQZ]*)", path):
        numbers = [float(number) for number in text.split()]
        stops = [here, *zip(numbers[::2], numbers[1::2], strict=True)]
        for step in range(41):
            share = step / 40
            yield _on_curve(stops[1:] if letter == "M" else stops, share)
        here = stops[-1]


def _on_curve(stops: list[tuple[float, float]], share: float) -> tuple[float, float]:
    while len(stops) > 1:
        stops = [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairwise(stops)]
    return stops[0]


def covers(place: Placed, point: tuple[float, float], inset: float = 1.0) -> bool:
    return (
        place.x + inset < point[0] < place.x + place.width - inset
        and place.y + inset < point[1] < place.y + place.height - inset
    )


@pytest.mark.parametrize("direction", ["right", "down"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_no_label_or_box_lies_upon_another(direction: Direction, network: tuple[list[Box], list[Edge]]) -> None:
    layout = lay_out(*network, direction)
    assert overlapping(layout) == []
    assert len(layout.boxes) == len(network[0])
    for place in [*layout.boxes, *layout.labels]:
        assert place.x >= 0
        assert place.y >= 0
        assert place.x + place.width <= layout.width
        assert place.y + place.height <= layout.height


@pytest.mark.parametrize("direction", ["right", "down"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_no_wire_runs_through_a_label_or_a_box(direction: Direction, network: tuple[list[Box], list[Edge]]) -> None:
    layout = lay_out(*network, direction)
    places = [*layout.boxes, *layout.labels]
    crossed = {
        (wire.key, place.key) for wire in layout.wires for point in points(wire.path) for place in places
        if covers(place, point)
    }  # fmt: skip
    assert crossed == set()


@settings(max_examples=30, deadline=None)
@given(networks())
def test_every_edge_has_its_label_once_a_corridor_and_an_arrow_at_its_target(
    network: tuple[list[Box], list[Edge]],
) -> None:
    boxes, edges = network
    layout = lay_out(boxes, edges)
    boxes_by_key = {box.key: box for box in layout.boxes}
    for edge in edges:
        drawn = [source for label in layout.labels if label.key == edge.key for source in label.sources]
        assert sorted(drawn) == sorted(edge.sources)
        target = boxes_by_key[edge.target]
        for wire in layout.wires:
            if wire.key == edge.key and wire.head:
                tip = [float(number) for number in re.findall(r"L([-\d.]+) ([-\d.]+)", wire.head)[0]]
                assert target.x - 1 <= tip[0] <= target.x + target.width + 1
                assert target.y - 1 <= tip[1] <= target.y + target.height + 1


def test_the_same_graph_gives_the_same_bytes_and_ends_stand_at_the_right() -> None:
    lay_out.__globals__["_lay_out"].cache_clear()
    first = draw(sketch(workflow()))
    lay_out.__globals__["_lay_out"].cache_clear()
    assert draw(sketch(workflow())) == first
    boxes = {box.key: box for box in sketch(workflow()).layout.boxes}
    assert boxes["closed"].x == boxes["cancelled"].x == max(box.x for box in boxes.values())
    assert boxes["awaiting"].x == min(box.x for box in boxes.values())


def test_the_usual_way_is_one_straight_line() -> None:
    boxes = {box.key: box for box in sketch(workflow()).layout.boxes}
    assert len({round(boxes[key].middle[1]) for key in ("awaiting", "paid", "partly", "closed")}) == 1


def test_transitions_between_the_same_states_share_a_corridor_with_stacked_labels() -> None:
    boxes = [Box("a", 100, 40), Box("b", 100, 40)]
    layout = lay_out(boxes, [Edge("one", ("a",), "b", 50, 15), Edge("two", ("a",), "b", 40, 15)])
    one, two = layout.labels
    assert one.middle[0] == two.middle[0]
    assert one.y + one.height < two.y


def test_words_of_the_author_are_escaped_and_the_picture_is_well_formed() -> None:
    evil = StateNode("awaiting", '<script>alert("1")</script> & Co', "initial", "info")
    graph = workflow(title="</title><script>", states=(evil, *workflow().states[1:]))
    root = ET.fromstring(draw(sketch(graph), standalone=True))
    assert not [element.tag for element in root.iter() if element.tag.endswith("script")]
    assert root.find(f"{SVG}title").text == "</title><script>"  # type: ignore[union-attr]
    assert root.get("role") == "img"


def test_words_may_be_lazy_translations() -> None:
    lazy = StateNode("awaiting", gettext_lazy("Yes"), "initial", "info")
    with translation.override("es"):
        assert ">Sí</text>" in draw(sketch(workflow(title=gettext_lazy("No"), states=(lazy, *workflow().states[1:]))))


def test_a_picture_on_a_page_has_no_style_and_no_script() -> None:
    text = draw(
        sketch(workflow()), Marks(Trail("paid", frozenset({"awaiting", "paid"}), frozenset({("awaiting", "pay")})))
    )
    assert "style" not in text
    assert "script" not in text
    assert not re.search(r"\son\w+=", text)


def test_timers_are_dashed_with_a_clock_and_automatic_ways_are_thin() -> None:
    root = ET.fromstring(draw(sketch(workflow())))
    wires = {
        wire.get("class"): wire for wire in root.iter(f"{SVG}path") if (wire.get("class") or "").startswith("wire is-")
    }
    assert wires["wire is-timer"].get("stroke-dasharray")
    assert not wires["wire is-manual"].get("stroke-dasharray")
    assert float(wires["wire is-automatic"].get("stroke-width", "9")) < float(
        wires["wire is-manual"].get("stroke-width", "0")
    )
    labels = [group for group in root.iter(f"{SVG}g") if "is-timer" in (group.get("class") or "")]
    assert all(group.find(f"{SVG}svg") is not None for group in labels)


def test_the_trail_marks_the_way_taken_the_present_state_and_what_lies_ahead() -> None:
    trail = Trail("paid", frozenset({"awaiting", "paid"}), frozenset({("awaiting", "pay")}))
    root = ET.fromstring(draw(sketch(workflow()), Marks(trail)))
    classes = [element.get("class") or "" for element in root.iter()]
    assert any("is-here" in text for text in classes)
    assert sum("is-ahead" in text for text in classes) == 3
    assert sum(text == "wire-label is-manual is-taken" for text in classes) == 1


def test_the_list_says_the_same_in_words() -> None:
    ways = {state.key: [str(way) for way in state.ways] for state in ways_of(workflow())}
    assert ways["paid"] == ["Ship → Partly shipped (staff)", "Cancel → Cancelled (customer, staff)"]
    assert ways["awaiting"][1] == "Expire → Cancelled (after 30 minutes)"
    assert ways["closed"] == []


def test_a_draft_that_names_missing_states_is_drawn_without_them() -> None:
    lost = Transition("lost", "Lost", ("nowhere", "paid"), "gone")
    graph = workflow(transitions=(*workflow().transitions, lost))
    assert "Lost" not in draw(sketch(graph))


def test_a_workflow_too_wide_for_a_desk_runs_down() -> None:
    keys = [f"state{number}" for number in range(14)]
    states = tuple(StateNode(key, key, "initial" if key == keys[0] else "normal") for key in keys)
    steps = tuple(Transition(f"to_{b}", "Go on", (a,), b) for a, b in pairwise(keys))
    drawn = sketch(workflow(states=states, transitions=steps))
    assert drawn.direction == "down"
    assert drawn.layout.height > drawn.layout.width


def test_lines_are_wrapped_by_measured_width_and_too_much_text_ends_in_an_ellipsis() -> None:
    assert wrap("Awaiting payment", 14, 90) == ("Awaiting", "payment")
    assert all(text_width(line, 14) <= 90 for line in wrap("Donaudampfschifffahrtsgesellschaft", 14, 90))
    assert wrap("one two three four five six seven", 14, 50, lines=2)[-1].endswith("…")
    assert text_width("中", 10) > text_width("i", 10)


def test_the_plain_colours_are_the_tokens() -> None:
    for palette, scheme in ((LIGHT, "light"), (DARK, "dark")):
        for name, value in palette.items():
            linear = [int(value[place : place + 2], 16) / 255 for place in (1, 3, 5)]
            linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in linear]
            token = [min(max(part, 0.0), 1.0) for part in colours()[name][scheme]]
            assert linear == pytest.approx(token, abs=0.012), (name, scheme)


def test_the_command_refuses_a_workflow_that_does_not_exist() -> None:
    with pytest.raises(CommandError, match=r"There is no workflow “films\.unknown”"):
        call_command("workflow_diagram", "films.unknown")


def test_words_of_the_picture_follow_the_language() -> None:
    with translation.override("es"):
        assert "30 minutos" in draw(sketch(workflow()))
