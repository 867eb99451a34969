"""The pictures of the shop's own workflows: no edge crosses another without need, and a desk shows them whole."""

import pytest
from django.utils import translation

from modules.workflow.diagram import network as networks
from modules.workflow.diagram.ordering import Ordering, ordered
from modules.workflow.diagram.sketch import WIDEST, sketch
from modules.workflow.diagram.svg import draw
from modules.workflow.flows import flow_of
from modules.workflow.graph import Sla, StateNode, Transition, Wait, WorkflowGraph

REAL = ["films.order", "films.shipment", "billing.refund", "suggestions.suggestion"]
DESK = 1085
"""Pixels of a panel of the console on a screen of 1440 with the navigation open."""


@pytest.fixture
def orderings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The crossings of each drawing that is made."""
    seen: list[int] = []

    def counted(layers: tuple[tuple[int, ...], ...], ties: tuple[tuple[int, int], ...]) -> tuple[tuple[int, ...], ...]:
        found = ordered(layers, ties)
        before: dict[int, list[int]] = {}
        after: dict[int, list[int]] = {}
        for left, right in ties:
            after.setdefault(left, []).append(right)
            before.setdefault(right, []).append(left)
        seen.append(Ordering(found, before, after).crossings())
        return found

    monkeypatch.setattr(networks, "ordered", counted)
    return seen


@pytest.mark.parametrize("key", REAL)
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_edge_crosses_another_and_nothing_is_cut_off(key: str, language: str, orderings: list[int]) -> None:
    with translation.override(language):
        notes = {state.key: f"1.234 · {language} {key}" for state in flow_of(key).graph.states}  # drawn anew each time
        sketched = sketch(flow_of(key).graph, state_notes=notes)
    assert orderings
    assert set(orderings) == {0}
    assert sketched.layout.width <= WIDEST
    assert sketched.layout.width * 0.82 <= DESK, "it is not scrolled on a desk"


def test_where_edges_have_to_cross_the_search_ends(orderings: list[int]) -> None:
    """Three states that all lead to three others: no order is without a crossing."""
    names = [*"abcxyz"]
    ways = [Transition(f"{one}{two}", "Go", (one,), two) for one in "abc" for two in "xyz"]
    begin = [Transition(f"to{one}", "Begin", ("start",), one) for one in "abc"]
    nodes = (StateNode("start", "Start", "initial"), *(StateNode(name, name) for name in names))
    sketch(WorkflowGraph("k.k", 1, "k.k", "K", "", nodes, (*begin, *ways)))
    assert orderings[0] > 0


def test_a_promise_stands_once_in_the_picture_and_in_full_on_each_of_its_states() -> None:
    states = (StateNode("a", "First", "initial"), StateNode("b", "Second"), StateNode("z", "End", "final"))
    ways = (Transition("go", "Go", ("a",), "b"), Transition("end", "Finish", ("b",), "z"))
    promise = Sla("soon", "Soon", ("b", "a"), Wait(days=2))
    drawn = draw(sketch(WorkflowGraph("k.k", 1, "k.k", "K", "", states, ways, slas=(promise,))))
    assert drawn.count(">Soon</text>") == 1
    assert drawn.count("Soon: at most 2 days</title>") == 2


def test_a_long_word_is_not_broken_where_a_wider_box_holds_it() -> None:
    states = (StateNode("a", "Reembolsado", "initial"), StateNode("z", "Fin", "final"))
    drawn = draw(sketch(WorkflowGraph("k.k", 1, "k.k", "K", "", states, (Transition("go", "Ir", ("a",), "z"),))))
    assert ">Reembolsado</text>" in drawn
