"""What is drawn of a workflow too large for one picture: the neighbourhood of a state, and ways to the others."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.workflow import flows
from modules.workflow.diagram import sketch as sketching
from modules.workflow.diagram.part import MOST_STATES, part_around
from modules.workflow.diagram.sketch import sketch
from modules.workflow.diagram.svg import Marks, draw
from modules.workflow.graph import StateNode, Transition, WorkflowGraph
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Knot, Parcel
from tests.workflow.test_diagram_kinds import large

LARGE = large(200, 1000)


@pytest.mark.parametrize("around", ["s0", "s77", "s199", "nowhere"])
def test_around_a_state_all_of_its_steps_are_drawn(around: str) -> None:
    sketched = sketch(LARGE, around=around)
    part = sketched.part
    assert part is not None
    assert part.around == (around if around != "nowhere" else "s0")
    assert (part.whole, sketched.is_drawn, sketched.layout.width <= sketching.LEGIBLE) == (200, True, True)
    near = {step.key for step in LARGE.transitions if part.around in (*step.sources, step.target)}
    assert near <= {step.key for step in part.graph.transitions}
    assert part.around not in part.rim


@st.composite
def tangles(draw_: st.DrawFn) -> WorkflowGraph:
    count = draw_(st.integers(2, 40))
    keys = [f"s{number}" for number in range(count)]
    some = st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True)
    ways = tuple(
        Transition(f"t{number}", "Go", tuple(draw_(some)), draw_(st.sampled_from(keys)))
        for number in range(draw_(st.integers(0, 80)))
    )
    nodes = tuple(StateNode(key, key, "normal" if number else "initial") for number, key in enumerate(keys))
    return WorkflowGraph("k.k", 1, "k.k", "K", "", nodes, ways)


@settings(max_examples=60, deadline=None)
@given(tangles(), st.integers(0, 39), st.sampled_from(MOST_STATES))
def test_a_part_holds_its_bounds_and_tells_what_it_leaves_out(graph: WorkflowGraph, number: int, most: int) -> None:
    part = part_around(graph, f"s{number}", most)
    states = {node.key for node in part.graph.states}
    assert part.around in states
    assert len(states) <= most + 1
    drawn = {(source, step.key, step.target) for step in part.graph.transitions for source in step.sources}
    every = {(source, step.key, step.target) for step in graph.transitions for source in step.sources}
    assert drawn <= every
    assert {state for step in drawn for state in (step[0], step[2])} <= states
    left = {state for step in every - drawn for state in (step[0], step[2])}
    assert part.rim == left & states, "the rim is what has steps that are not drawn"


def test_the_rim_is_marked_and_leads_on() -> None:
    sketched = sketch(LARGE, around="s77")
    assert sketched.part is not None
    rim = sorted(sketched.part.rim)
    root = ET.fromstring(draw(sketched, Marks(links={rim[0]: "?around=" + rim[0]})))
    marked = [element for element in root.iter() if "is-rim" in element.get("class", "")]
    assert len(marked) == len(rim)
    assert any(element.get("href") == f"?around={rim[0]}" for element in root.iter())
    assert not any(element.get("class") == "wire-start" for element in root.iter()), "it does not begin here"


def test_the_command_takes_the_state_around_which_it_draws(capsys: pytest.CaptureFixture[str]) -> None:
    flow = flows.register(flows.Flow(LARGE, Knot))
    try:
        with pytest.raises(CommandError, match="--around"):
            call_command("workflow_diagram", "knots.large")
        call_command("workflow_diagram", "knots.large", around="s77")
        assert "State 77" in capsys.readouterr().out
    finally:
        flows.unregister(flow)


@pytest.mark.django_db
@pytest.mark.urls("tests.workflow.portal_urls")
def test_the_page_draws_around_the_state_that_is_asked_for_and_tells_the_rest_in_words(
    client_of: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch, parcel: Parcel
) -> None:
    client = client_of(UserFactory.create(is_staff=True, is_superuser=True))
    monkeypatch.setattr(sketching, "LEGIBLE", 620.0)
    monkeypatch.setattr(sketching, "MOST_STATES", (3,))
    page = "/console/workflow/parcels.parcel/?view=often&began_from=2020-01-01"
    text = client.get(page).content.decode().replace("&amp;", "&")
    onwards = re.findall(r'href="(\?view=often&began_from=2020-01-01&around=(\w+)#picture)"', text)
    assert onwards, "the rim leads on and keeps what was asked for"
    assert "drawn is what lies around" in text
    assert "Every state in words" in text
    for url, state in onwards:
        text = client.get("/console/workflow/parcels.parcel/" + url.partition("#")[0]).content.decode()
        assert f'<option value="{state}" selected>' in text
        assert 'name="began_from" value="2020-01-01"' in text
