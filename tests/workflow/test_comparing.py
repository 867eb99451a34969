"""Two versions of a workflow side by side: every difference is named, and where records would go is proposed."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from modules.workflow.comparing import Change, compare, propose_mapping
from modules.workflow.comparing.aspects import ASPECTS
from modules.workflow.graph import (
    ActorRule,
    Ask,
    Brought,
    Decision,
    EffectUse,
    Escalation,
    GuardUse,
    Outcome,
    Repeat,
    Sla,
    StateNode,
    TaskNode,
    Transition,
    Wait,
    WorkflowGraph,
)
from tests.workflow.graphs import STATES, graphs

CLERK, BOSS, OWNER = ActorRule("role", "repairs.clerk"), ActorRule("role", "repairs.manager"), ActorRule("owner")
PARTS = {"states": StateNode, "transitions": Transition, "tasks": TaskNode, "repeats": Repeat, "slas": Sla}
HOUR = timedelta(hours=1)
STATE_SETS: list[Any] = [("s0",), ("s1", "s2"), ("s2", "s1")]
EFFECTS: list[Any] = [
    (),
    (EffectUse("x.a"),),
    (EffectUse("x.a", (("limit", 1),)),),
    (EffectUse("x.b"), EffectUse("x.a")),
]
WAITS: list[Any] = [
    Wait(HOUR),
    Wait(2 * HOUR),
    Wait(days=1),
    Wait(days=-1, field="due_on"),
    Wait(HOUR, calendar="shop"),
]
ESCALATIONS: list[Any] = [(), (Escalation(Wait(HOUR), BOSS),), (Escalation(Wait(HOUR), BOSS, (EffectUse("x.a"),)),)]
EYES: list[Any] = [(), ("t0",), ("t0", "work"), ("work", "t0")]
GUARDS: list[Any] = [
    (),
    (GuardUse("x.is_light"),),
    (GuardUse("x.is_light", True),),
    (GuardUse(expression="record.a > 1"),),
]
VALUES: dict[str, list[Any]] = {
    "title": ["One", "Two"], "tone": ["info", "danger"], "icon": ["", "clock"], "states": STATE_SETS,
    "sources": STATE_SETS, "target": [*STATES, "nowhere"], "by": [(), (CLERK,), (CLERK, BOSS), (BOSS, CLERK)],
    "guards": GUARDS, "effects": EFFECTS, "form": ["", "x.Form"], "after": [None, *WAITS], "completes": ["", "work"],
    "confirm": ["", "Really?"], "destructive": [False, True], "not_same_as": EYES, "undo": [None, *EFFECTS],
    "hold": [None, HOUR], "asks": [(), (Ask("cost"),), (Ask("cost", False),)], "compensation": EFFECTS,
    "compensates": [False, True], "many": [False, True], "event": ["", "payment.settled"], "match": ["", "number"],
    "brings": [(), (Brought("a"),), (Brought("a", "int"),), (Brought("a", required=False), Brought("b", "day"))],
    "assign": [CLERK, BOSS, ActorRule("person", "helper")], "also": [(), (BOSS,), (OWNER, BOSS)],
    "outcomes": [(), (Outcome("a", "A"),), (Outcome("a", "A", "s1"),), (Outcome("a", "A", "s1", ()),)],
    "due": [None, *WAITS], "remind": [(), (WAITS[0],), (WAITS[1], WAITS[0]), (WAITS[0], WAITS[1])],
    "decide": [None, Decision("all"), Decision("quorum", 2), Decision("quorum", 3), Decision("all", otherwise="a")],
    "escalate": ESCALATIONS, "wait": WAITS, "every": [None, *WAITS], "times": [0, 1, 3], "within": WAITS,
    "warn": [None, *WAITS], "paused_in": [(), *STATE_SETS], "on_warning": EFFECTS, "on_breach": EFFECTS,
}  # fmt: skip
KINDS: dict[Any, list[Any]] = {
    StateNode: ["initial", "normal", "final"], Transition: ["manual", "automatic", "timer", "task", "event"],
}  # fmt: skip


def values_of(node: Any, name: str) -> list[Any]:
    return KINDS[type(node)] if name == "kind" else VALUES[name]


@st.composite
def full_graphs(draw: st.DrawFn) -> WorkflowGraph:
    """A random graph that has something of everything."""
    repeat = Repeat("nag", "Nag", ("s1",), Wait(HOUR), Wait(HOUR), 3)
    return replace(draw(graphs()), repeats=(repeat,), slas=(Sla("speed", "Speed", ("s1", "s2"), Wait(HOUR)),))


@st.composite
def mutations(draw: st.DrawFn) -> tuple[WorkflowGraph, WorkflowGraph, str]:
    """A graph, the same with one field of one part different, and the place."""
    graph = draw(full_graphs())
    part = draw(st.sampled_from(list(PARTS)))
    nodes = getattr(graph, part)
    number = draw(st.integers(0, len(nodes) - 1))
    node = nodes[number]
    name = draw(st.sampled_from([entry.name for entry in fields(node) if entry.name != "key"]))
    value = draw(st.sampled_from([value for value in values_of(node, name) if value != getattr(node, name)]))
    changed = (*nodes[:number], replace(node, **{name: value}), *nodes[number + 1 :])
    return graph, replace(graph, **{part: changed}), f"{part}.{node.key}.{name}"


@given(mutations())
def test_whatever_field_changes_is_named_once_with_its_place(case: tuple[WorkflowGraph, WorkflowGraph, str]) -> None:
    old, new, place = case
    found = compare(old, new)
    assert {change.place for change in found} == {place}
    assert {change.kind for change in found} == {"changed"}
    for change in found:
        assert change.old != change.new
        assert change.sentence.strip()
        assert "{" not in change.sentence.replace("{}", "").partition(" [")[0]


@given(full_graphs())
def test_equal_graphs_differ_in_nothing(graph: WorkflowGraph) -> None:
    assert compare(graph, WorkflowGraph.from_data(graph.to_data())) == []


@given(full_graphs(), full_graphs())
def test_graphs_without_a_difference_behave_the_same(one: WorkflowGraph, other: WorkflowGraph) -> None:
    assert bool(compare(one, other)) is (one.hash != other.hash)


@given(full_graphs(), st.data())
def test_a_part_that_is_gone_or_stands_elsewhere_is_named(graph: WorkflowGraph, data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(list(PARTS)))
    nodes = getattr(graph, part)
    number = data.draw(st.integers(0, len(nodes) - 1))
    less = replace(graph, **{part: (*nodes[:number], *nodes[number + 1 :])})
    key = nodes[number].key
    assert ("removed", f"{part}.{key}") in {(change.kind, change.place) for change in compare(graph, less)}
    assert ("added", f"{part}.{key}") in {(change.kind, change.place) for change in compare(less, graph)}
    turned = replace(graph, **{part: tuple(reversed(nodes))})
    assert [change.place for change in compare(graph, turned)] == ([f"{part}.order"] if len(nodes) > 1 else [])


@pytest.mark.parametrize(("part", "kind"), PARTS.items())
def test_every_field_of_the_graph_has_a_sentence_of_its_own(part: str, kind: Any) -> None:
    assert set(ASPECTS[part]) == {entry.name for entry in fields(kind)} - {"key"}


def test_every_field_of_the_whole_has_a_sentence_of_its_own() -> None:
    apart = {"version", *PARTS}
    assert set(ASPECTS["workflow"]) == {entry.name for entry in fields(WorkflowGraph)} - apart
    old = repairs()
    for name in ASPECTS["workflow"]:
        [change] = compare(old, replace(old, **{name: "something.else"}))
        assert change.place == f"workflow.{name}"
    assert compare(old, replace(old, version=7)) == []


def repairs(**changes: Any) -> WorkflowGraph:
    """Repair requests as they were."""
    parts: dict[str, Any] = {
        "states": (
            StateNode("submitted", "Submitted", "initial"), StateNode("in_review", "In review"),
            StateNode("approved", "Approved", "final"), StateNode("rejected", "Rejected", "final"),
        ),
        "transitions": (
            Transition("hand_in", "Hand in", ("submitted",), "in_review", by=(OWNER,)),
            Transition("approve", "Approve", ("in_review",), "approved", by=(CLERK,)),
            Transition("reject", "Reject", ("in_review",), "rejected", by=(CLERK,)),
        ),
        "tasks": (TaskNode("look", "Look at it", ("in_review",), CLERK),),
        "repeats": (Repeat("remind", "Reminder", ("in_review",), Wait(days=2)),),
    }  # fmt: skip
    return WorkflowGraph("repairs.request", 1, "repairs.request", "Repair", "", **(parts | changes))


def changed_repairs() -> WorkflowGraph:
    """The review is called triage, the dear ones need the manager, the reminder comes after a day."""
    old = repairs()
    hand_in, approve, reject = old.transitions
    cheap = GuardUse(expression="record.cost <= 500", words="Above 500 the manager approves too.")
    return repairs(
        states=(old.states[0], StateNode("triage", "Triage"), StateNode("second", "With the manager"), *old.states[2:]),
        transitions=(
            replace(hand_in, target="triage"),
            replace(approve, sources=("triage",), guards=(cheap,)),
            Transition("pass_on", "Pass on", ("triage",), "second", by=(CLERK,)),
            Transition("approve_too", "Approve too", ("second",), "approved", by=(BOSS,)),
            replace(reject, sources=("triage", "second")),
        ),
        tasks=(replace(old.tasks[0], states=("triage",)),),
        repeats=(replace(old.repeats[0], states=("triage",), wait=Wait(days=1)),),
    )


def test_a_renamed_state_is_one_difference() -> None:
    found = compare(repairs(), changed_repairs())
    assert [(change.kind, change.place) for change in found] == [
        ("added", "states.second"),
        ("added", "transitions.pass_on"),
        ("added", "transitions.approve_too"),
        ("renamed", "states.triage.key"),
        ("changed", "transitions.approve.guards"),
        ("changed", "transitions.reject.sources"),
        ("changed", "repeats.remind.wait"),
    ]


def test_the_sentences_can_be_read_without_the_code() -> None:
    said = {change.place: change.sentence for change in compare(repairs(), changed_repairs())}
    assert said["states.triage.key"] == "State “In review” is now “Triage” (in_review → triage)."
    assert said["transitions.approve.guards"] == (
        "Step “Approve” is now possible only if “cost” is at most 500 "
        "(otherwise “Above 500 the manager approves too.”)."
    )
    assert said["transitions.reject.sources"] == "Step “Reject” is now possible from “With the manager” too."
    assert said["repeats.remind.wait"] == (
        "Repetition “Reminder” now happens first 1 day after entering the state; "
        "before: 2 days after entering the state."
    )
    assert said["transitions.approve_too"] == (
        "New step “Approve too”. While it is “With the manager”, somebody with the role “manager” "
        "may choose “Approve too”; it becomes “Approved”."
    )


def test_what_is_gone_is_called_as_it_was_called() -> None:
    said = {change.place: change.sentence for change in compare(changed_repairs(), repairs())}
    assert said["states.second"] == "State “With the manager” is gone."
    assert said["transitions.reject.sources"] == "Step “Reject” is no longer possible from “With the manager”."


def test_records_of_a_renamed_state_go_where_it_went() -> None:
    proposed = propose_mapping(repairs(), changed_repairs())
    assert {state: target for state, (target, _why) in proposed.items()} == {
        "submitted": "submitted", "in_review": "triage", "approved": "approved", "rejected": "rejected",
    }  # fmt: skip
    assert all(why for _target, why in proposed.values())
    assert "“Triage” stands where “In review” stood" in proposed["in_review"][1]


def test_a_state_that_was_merged_goes_where_its_ways_lead_now() -> None:
    merged = repairs(
        states=(StateNode("submitted", "Submitted", "initial"), *repairs().states[2:]),
        transitions=(Transition("hand_in", "Hand in", ("submitted",), "approved", by=(OWNER,)),),
        tasks=(), repeats=(),
    )  # fmt: skip
    assert propose_mapping(repairs(), merged)["in_review"][0] == "approved"


def test_what_resembles_nothing_is_left_to_a_person() -> None:
    other = WorkflowGraph(
        "repairs.request", 2, "repairs.request", "Repair", "",
        (StateNode("alpha", "Alpha", "initial"), StateNode("omega", "Omega", "final")),
        (Transition("zap", "Zap", ("alpha",), "omega", "automatic"),),
    )  # fmt: skip
    target, why = propose_mapping(repairs(), other)["in_review"]
    assert target == ""
    assert "“In review”" in why


def test_a_difference_as_data_is_plain_json() -> None:
    change = next(change for change in compare(repairs(), changed_repairs()) if change.place == "repeats.remind.wait")
    assert change == Change("changed", "repeats", "remind", change.sentence, "wait", {"days": 2}, {"days": 1})
    assert change.as_data() == {
        "kind": "changed", "part": "repeats", "key": "remind", "aspect": "wait", "old": {"days": 2}, "new": {"days": 1},
        "was": "", "sentence": change.sentence, "place": "repeats.remind.wait",
    }  # fmt: skip


def test_lengths_are_said_in_the_reader_s_language() -> None:
    with translation.override("es"):
        said = {change.place: change.sentence for change in compare(repairs(), changed_repairs())}
    assert "2 días" in said["repeats.remind.wait"]


def test_twenty_states_renamed_at_once_find_their_new_names() -> None:
    """A chain in which every state and no step changed its name."""

    def chain(letter: str) -> WorkflowGraph:
        states = tuple(
            StateNode(f"{letter}{n}", f"{letter.upper()}{n}", "initial" if not n else "normal" if n < 19 else "final")
            for n in range(20)
        )
        ways = tuple(Transition(f"go{n}", f"Go {n}", (f"{letter}{n}",), f"{letter}{n + 1}") for n in range(19))
        return WorkflowGraph("k.k", 1, "k.k", "K", "", states, ways)

    assert {old: new for old, (new, _why) in propose_mapping(chain("a"), chain("b")).items()} == {
        f"a{n}": f"b{n}" for n in range(20)
    }
