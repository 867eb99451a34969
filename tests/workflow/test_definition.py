"""Classes compile to a graph, and the graph to canonical JSON and back."""

import json
from datetime import timedelta

import pytest
from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext_lazy

from modules.core.registry import AlreadyRegistered
from modules.workflow import flows
from modules.workflow.api import SYSTEM, Workflow, WorkflowGraph, automatic, find_flow, flow_of, graph_of, transition
from modules.workflow.graph import ActorRule, GuardUse, Outcome, StateNode, Wait
from modules.workflow.models import WorkflowRecord
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Knot, Parcel


def test_the_class_is_compiled_in_the_order_in_which_it_reads() -> None:
    graph = graph_of("parcels.parcel")
    assert [state.key for state in graph.states] == [
        "ordered", "packed", "inspected", "sent", "lost", "arrived", "cancelled",
    ]  # fmt: skip
    assert graph.state("ordered") == StateNode("ordered", "Ordered", "initial", "info")
    assert [entry.key for entry in graph.transitions] == [
        "pack", "hand_over", "send_off", "inspect", "restamp", "lose", "give_up", "arrive", "burn", "cancel",
        "look_over.broken",
    ]  # fmt: skip
    assert (graph.title, graph.description, graph.initial) == ("parcel", "A parcel from order to arrival.", "ordered")


def test_each_rule_keeps_what_was_said() -> None:
    graph = graph_of(Parcel)
    send_off, lose, cancel = (graph.transition(name) for name in ("send_off", "lose", "cancel"))
    place = "tests.workflow.app"
    assert (send_off.title, send_off.sources, send_off.target) == ("Send off", ("packed", "inspected"), "sent")
    assert send_off.by == (ActorRule("staff", "parcels.send_parcel"),)
    assert send_off.guards == (GuardUse(f"{place}.is_light"), GuardUse(f"{place}.is_fresh"))
    assert (lose.kind, lose.after, lose.by) == ("timer", Wait(timedelta(days=7)), (ActorRule("system"),))
    assert (cancel.form, cancel.confirm, cancel.destructive) == (f"{place}.CancelReason", "Really?", True)
    assert graph.transition("pack").completes == "wrap"
    task = graph.task("look_over")
    assert task.outcomes == (Outcome("sound", "Sound"), Outcome("broken", "Broken", "cancelled"))
    assert (task.assign, task.due) == (ActorRule("role", "parcels.inspector"), Wait(timedelta(hours=4)))


def test_a_graph_survives_json_and_keeps_its_hash() -> None:
    graph = ParcelFlow.flow.graph
    back = WorkflowGraph.from_data(json.loads(graph.to_json()))
    assert back == graph
    assert back.hash == graph.hash
    assert len(graph.hash) == 16


def test_the_hash_does_not_depend_on_the_reader_s_language() -> None:
    def graph() -> WorkflowGraph:
        state = StateNode("a", gettext_lazy("Pending"), "initial")
        return WorkflowGraph("k", 1, "k", "k", "", (state,), ())

    with translation.override("es"):
        spanish = graph().hash
    assert graph().hash == spanish


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 7"):
        WorkflowGraph.from_data({"format": 7})


def test_flows_are_found_by_key_type_model_and_record() -> None:
    flow = ParcelFlow.flow
    assert {flow_of("parcels.parcel"), flow_of(Parcel), flow_of(Parcel())} == {flow}
    assert find_flow("nothing.here") is None
    assert find_flow(Knot) is None
    with pytest.raises(LookupError, match=r"nothing\.here"):
        flow_of("nothing.here")
    with pytest.raises(LookupError, match="no state “nowhere”"):
        graph_of(Parcel).state("nowhere")


def test_a_record_type_has_one_workflow() -> None:
    with pytest.raises(AlreadyRegistered):

        class Second(Workflow[Parcel]):
            key = "parcels.second"
            states, initial, final = ParcelFlow.states, "ordered", {"arrived"}

    assert find_flow("parcels.second") is None


def test_a_flow_without_a_model_or_with_a_taken_name_is_refused() -> None:
    class Word(TextChoices):
        A = "a", "A"

    with pytest.raises(TypeError, match="names no model"):

        class Nobody(Workflow):  # type: ignore[type-arg]
            key, states, initial, final = "x.y", Word, Word.A, {Word.A}

    with pytest.raises(ValueError, match="taken"):

        class Starting(Workflow[Knot]):
            key, states, initial, final = "x.y", Word, Word.A, {Word.A}
            start = transition(Word.A, to=Word.A, by=SYSTEM)


def test_an_inherited_flow_adds_to_its_base() -> None:
    class Word(TextChoices):
        A = "a", "A"
        B = "b", "B"

    class Base(Workflow[WorkflowRecord]):
        states, initial, final = Word, Word.A, {Word.B}
        end = transition(Word.A, to=Word.B, by=SYSTEM)

    class Child(Base, Workflow[Knot]):
        key = "knots.child"
        hurry = automatic(Word.A, to=Word.B)

    try:
        assert [entry.key for entry in graph_of(Knot).transitions] == ["end", "hurry"]
    finally:
        flows.unregister(Child.flow)
