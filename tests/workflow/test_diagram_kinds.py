"""What the drawing says of events, promises, repetitions and decisions; and how large a drawing may become."""

from time import monotonic
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string

from modules.workflow.diagram.duties import duties_in
from modules.workflow.diagram.sketch import sketch
from modules.workflow.diagram.svg import draw
from modules.workflow.diagram.ways import ways_of
from modules.workflow.diagram.wording import step_in_words
from modules.workflow.exports.bpmn import bpmn
from modules.workflow.exports.dot import dot
from modules.workflow.exports.mermaid import mermaid
from modules.workflow.graph import ActorRule, StateNode, Transition, Wait, WorkflowGraph
from tests.workflow.exported import everything

DUTIES = ("Fast: at most 16 hours", "Reminder after 1 day", "Vote on it: the majority decides")


def large(states: int, steps: int) -> WorkflowGraph:
    """Steps that lead anywhere."""
    nodes = tuple(StateNode(f"s{n}", f"State {n}", "initial" if not n else "normal") for n in range(states))
    ways = tuple(
        Transition(f"t{n}", f"Step {n}", (f"s{n % states}",), f"s{(n * 37 + n // states * 11 + 1) % states}")
        for n in range(steps)
    )
    return WorkflowGraph("knots.large", 1, "parcels.knot", "Large", "", nodes, ways)


def test_promises_repetitions_and_decisions_stand_in_their_state() -> None:
    graph = everything()
    assert duties_in(graph, "triage") == DUTIES
    assert duties_in(graph, "submitted") == ("Fast: paused",)
    assert duties_in(graph, "approved") == ()
    drawn = " ".join(draw(sketch(graph)).split())
    for word in ("Fast: at", "Reminder", "majority"):
        assert word in drawn
    [triage] = [state for state in ways_of(graph) if state.key == "triage"]
    assert triage.duties == DUTIES


def test_they_stand_in_the_list_that_is_shown_on_a_narrow_screen() -> None:
    html = render_to_string("elements/diagram.html", {"drawing": "", "ways": ways_of(everything())})
    assert "Reminder after 1 day" in html


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "event", "event": "payment.settled"}, "on payment.settled"),
        ({"kind": "timer", "after": Wait(days=-2, field="due_date")}, "2 days before due date"),
        ({"kind": "timer", "after": Wait(field="release_date")}, "at release date"),
        ({"kind": "timer", "after": Wait(months=1, days=2)}, "after 1 month and 2 days"),
        ({"by": (ActorRule("round_robin", "parcels.clerk"), ActorRule("link", "email"))}, "clerk, by link"),
    ],
)
def test_a_step_in_few_words(changes: dict[str, object], words: str) -> None:
    step = Transition(**{"key": "go", "title": "Go", "sources": ("a",), "target": "b"} | changes)  # type: ignore[arg-type]
    assert step_in_words(everything(), step) == words


def test_an_event_has_an_icon_and_a_class_of_its_own() -> None:
    root = ET.fromstring(draw(sketch(everything())))
    assert any("wire is-event" in element.attrib.get("class", "") for element in root.iter())


def test_mermaid_and_dot_say_the_same_of_a_state() -> None:
    assert "        Reminder after 1 day" in mermaid(everything()).splitlines()
    assert "\\nReminder after 1 day" in dot(everything())


def test_dot_quotes_what_is_its_syntax() -> None:
    states = (StateNode("a", 'A "b" \\n', "initial"), StateNode("z", "Z", "final"))
    text = dot(WorkflowGraph("k.k", 1, "k.k", "K", "", states, (Transition("go", "Go", ("a",), "z"),)))
    assert '"a" [label="A \\"b\\" \\\\n"];' in text
    assert '"a" -> "z" [label="Go"];' in text
    assert '"z" [label="Z", peripheries=2];' in text


@pytest.mark.parametrize(("states", "steps"), [(200, 1000), (60, 200), (12, 16)])
def test_what_is_too_large_for_a_picture_is_drawn_in_part_and_soon_there(states: int, steps: int) -> None:
    graph = large(states, steps)
    begun = monotonic()
    sketched, ways = sketch(graph), ways_of(graph)
    assert monotonic() - begun < 15  # 1 on a machine with nothing else to do
    assert (sketched.part is None) is (steps < 100)
    assert draw(sketched)
    assert len(ways) == states


def test_without_a_picture_there_is_the_list() -> None:
    assert "is-list" in render_to_string("elements/diagram.html", {"drawing": "", "ways": ways_of(everything())})


def test_bpmn_of_what_is_too_large_stands_in_rows() -> None:
    root = ET.fromstring(bpmn(large(200, 1000)))
    assert len([element for element in root.iter() if element.tag.endswith("}BPMNShape")]) == 1 + 200 + 1000
