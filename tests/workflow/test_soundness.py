"""Soundness: each fault is found, at its place, with its mend; sound graphs have no finding."""

from dataclasses import replace

import pytest
from django.utils import translation

from modules.workflow.events import given_up
from modules.workflow.graph import (
    ActorRule,
    Decision,
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
from modules.workflow.soundness import findings
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Knot, Parcel
from tests.workflow.app.slips import SlipFlow
from tests.workflow.sound import (
    DAY,
    GUARD,
    HOUR,
    OPPOSITE,
    OTHER,
    SECOND,
    SOUND,
    STAMP,
    graph,
    starting,
    voting,
    way,
)

LONG = "b" * 61
FAULTS: dict[str, tuple[WorkflowGraph, str, str]] = {
    "a source that is no state": (graph(way("go", "x", "c")), "unknown_state", "transition:go"),
    "a target that is no state": (graph(way("go", "a", "x")), "unknown_state", "transition:go"),
    "a task of no state": (
        replace(SOUND, tasks=(TaskNode("look", "Look", ("x",), ActorRule("role", "a.b")),)),
        "unknown_state", "task:look",
    ),
    "no source": (graph(way("go", "", "c")), "no_source", "transition:go"),
    "no final state": (graph(way("go", "a", "b"), states="a b", final=""), "no_final_state", ""),
    "two initial states": (
        replace(SOUND, states=(*SOUND.states, StateNode("d", "d", "initial"))), "no_initial_state", "",
    ),
    "an unreachable state": (graph(way("end", "a b", "c")), "unreachable", "state:b"),
    "a dead end": (graph(way("go", "a", "b"), way("end", "a", "c")), "dead_end", "state:b"),
    "a trap of two states": (
        graph(way("go", "a", "b"), way("on", "b", "d"), way("back", "d", "b"), way("end", "a", "c"), states="a b c d"),
        "no_way_to_end", "state:b",
    ),
    "a final state with a way out": (replace(SOUND, transitions=(*SOUND.transitions, way("out", "c", "b"))),
        "final_with_way_out", "state:c"),
    "nobody may fire": (graph(way("go", "a", "b", by=()), way("end", "b", "c")), "nobody_may_fire", "transition:go"),
    "a permission without a module": (
        graph(way("go", "a", "b", by=(ActorRule("staff", "ship"),)), way("end", "b", "c")), "bad_permission",
        "transition:go",
    ),
    "an owner whom nothing names": (
        graph(way("go", "a", "b", by=(ActorRule("owner"),)), way("end", "b", "c")), "no_owner", "transition:go",
    ),
    "a timer without time": (
        graph(way("go", "a", "b", kind="timer", after=0 * DAY), way("end", "b", "c")), "timer_without_time",
        "transition:go",
    ),
    "two timers due at once": (
        graph(way("go", "a", "b", kind="timer", after=SECOND), way("other", "a", "c", kind="timer", after=SECOND),
              way("end", "b", "c")),
        "timers_race", "transition:other",
    ),
    "automatic steps in a circle": (
        graph(way("go", "a", "b", kind="automatic"), way("back", "b", "a", kind="automatic"), way("end", "b", "c")),
        "automatic_loop", "state:a",
    ),
    "an automatic step to itself": (
        graph(way("go", "a", "a", kind="automatic"), way("end", "a", "c"), states="a c"),
        "automatic_loop", "state:a",
    ),
    "a step behind one that always goes": (
        graph(way("go", "a", "b", kind="automatic"), way("press", "a", "c"), way("end", "b", "c")), "never_possible",
        "transition:press",
    ),
    "a second automatic step behind a sure one": (
        graph(way("go", "a", "b", kind="automatic"), way("too", "a", "c", kind="automatic", guards=GUARD),
              way("end", "b", "c")),
        "never_possible", "transition:too",
    ),
    "an unknown guard": (
        graph(way("go", "a", "b", guards=(GuardUse("x.gone"),)), way("end", "b", "c")),
        "unknown_guard", "transition:go",
    ),
    "an unknown effect": (
        graph(way("go", "a", "b", effects=("x.gone",)), way("end", "b", "c")),
        "unknown_effect", "transition:go",
    ),
    "an unknown form": (
        graph(way("go", "a", "b", form="x.Gone"), way("end", "b", "c")), "unknown_form", "transition:go",
    ),
    "an unknown selector": (replace(SOUND, facts="x.gone"), "unknown_facts_selector", ""),
    "an icon that nobody has drawn": (
        replace(SOUND, states=(replace(SOUND.states[0], icon="no-such-icon"), *SOUND.states[1:])), "unknown_icon",
        "state:a",
    ),
    "an unknown task": (
        graph(way("go", "a", "b", completes="look"), way("end", "b", "c")), "unknown_task", "transition:go",
    ),
    "a task for a permission": (
        replace(SOUND, tasks=(TaskNode("look", "Look", ("a",), ActorRule("staff", "a.b")),)),
        "bad_assignee", "task:look",
    ),
    "a task for an owner whom nothing names": (
        replace(SOUND, tasks=(TaskNode("look", "Look", ("a",), ActorRule("owner")),)), "bad_assignee", "task:look",
    ),
    "one key twice": (graph(way("go", "a", "b"), way("go", "b", "c")), "key_twice", "transition:go"),
    "an owner that is no field": (replace(SOUND, owner="customer__boss"), "unknown_field", ""),
    "a person that is no field": (
        graph(way("go", "a", "b", by=(ActorRule("person", "boss"),)), way("end", "b", "c")), "unknown_field",
        "transition:go",
    ),
    "a task of no state at all": (voting(states=()), "no_source", "task:look"),
    "an outcome that leads nowhere": (voting(outcomes=(Outcome("yes", "yes", "x"),)), "unknown_state", "task:look"),
    "a key too long for its column": (
        graph(way("go", "a", LONG), way("end", LONG, "c"), states=f"a {LONG} c"), "bad_key", f"state:{LONG}",
    ),
    "an outcome too long for the history": (voting(LONG, "no"), "bad_key", "task:look"),
    "a promise too long for its column": (
        replace(SOUND, slas=(Sla(LONG, "Long", ("a",), Wait(DAY), on_breach=STAMP),)), "bad_key", f"sla:{LONG}",
    ),
    "a name of the engine's own": (graph(way("undo", "a", "b"), way("end", "b", "c")), "name_taken", "transition:undo"),
    "an outcome called like a deed": (voting("claim", "no"), "name_taken", "task:look"),
    "an outcome twice": (voting("yes", "yes"), "key_twice", "task:look"),
    "a repeat called like a timer": (
        replace(SOUND, repeats=(Repeat("go", "Go", ("a",), Wait(DAY), effects=STAMP),)), "key_twice", "repeat:go",
    ),
    "work in a final state": (voting(states=("a", "c")), "work_after_the_end", "task:look"),
    "a thing and its opposite": (starting(guards=GUARD + OPPOSITE), "never_possible", "transition:go"),
    "an automatic step behind one that asks less": (
        graph(way("go", "a", "b", kind="automatic", guards=GUARD),
              way("too", "a", "c", kind="automatic", guards=GUARD + OTHER), way("end", "a b", "c")),
        "never_possible", "transition:too",
    ),
    "an event behind one of the same name": (
        graph(way("go", "a", "b", kind="event", event="paid", match="pk"),
              way("too", "a", "c", kind="event", event="paid", match="pk"), way("end", "b", "c")),
        "never_possible", "transition:too",
    ),
    "an expression that is never true": (
        starting(guards=(GuardUse(expression="1 > 2"),)), "never_possible", "transition:go",
    ),
    "two expressions that exclude each other": (
        starting(guards=(GuardUse(expression="record.revision > 500"), GuardUse(expression="record.revision < 300"))),
        "never_possible", "transition:go",
    ),
    "a repeat that asks for what is never so": (
        replace(SOUND, repeats=(
            Repeat("nag", "Nag", ("a",), Wait(DAY), Wait(DAY), 3, (GuardUse(expression="false"),), STAMP),
        )),
        "never_possible", "repeat:nag",
    ),
    "a dead letter that nothing sends": (
        starting(kind="event", event=given_up("x.gone"), match="pk"), "unknown_effect", "transition:go",
    ),
    "timers of a date that lead back": (
        graph(way("go", "a", "b", kind="timer", after=Wait(field="state_since")), way("end", "b", "c"),
              way("back", "b", "a", kind="timer", after=Wait(HOUR, field="state_since"))),
        "automatic_livelock", "state:a",
    ),
    "a timer of a date to an automatic step back": (
        graph(way("go", "a", "b", kind="timer", after=Wait(field="state_since")),
              way("back", "b", "a", kind="automatic", guards=GUARD), way("end", "b", "c")),
        "automatic_livelock", "state:a",
    ),
    "an event without a record": (
        starting(kind="event", event="paid"), "uncorrelated_event", "transition:go",
    ),
    "a role that nobody declares": (starting(by=(ActorRule("role", "films.pirate"),)), "unknown_role", "transition:go"),
    "a role of a module that is not here": (
        voting(assign=ActorRule("members", "boats.crew")), "unknown_role", "task:look",
    ),
    "a permission that no role gives": (
        starting(by=(ActorRule("staff", "core.fly"),)), "nobody_holds", "transition:go",
    ),
    "for who has a task where there is none": (
        starting(by=(ActorRule("assignee"),)), "nobody_may_fire", "transition:go",
    ),
    "a second assignee who is nobody": (voting(also=(ActorRule("staff", "a.b"),)), "bad_assignee", "task:look"),
    "eyes that see no step": (starting(not_same_as=("gone",)), "unknown_step", "transition:go"),
    "an outcome without its transition": (
        voting(outcomes=(Outcome("yes", "yes", "b"),)), "no_way_for_outcome", "task:look",
    ),
    "a task that is never open there": (
        replace(voting(states=("b",)), transitions=(way("go", "a", "b", completes="look"), way("end", "b", "c"))),
        "unknown_task", "transition:go",
    ),
    "more votes than voters": (
        voting(also=(ActorRule("person", "packer"),), decide=Decision("quorum", 3)), "no_decision", "task:look",
    ),
    "a quorum of none": (voting(decide=Decision("quorum")), "no_decision", "task:look"),
    "a vote with one outcome": (voting("done", decide=Decision("majority")), "no_decision", "task:look"),
    "a decision that ends with what is no outcome": (
        voting(decide=Decision("all", otherwise="maybe")), "no_decision", "task:look",
    ),
    "each of nothing": (voting(decide=Decision("each")), "no_decision", "task:look"),
    "a compensation that nobody calls": (starting(compensation=STAMP), "never_compensated", "transition:go"),
    "a step that a later one does not make up for": (
        graph(way("go", "a", "b", effects=STAMP), way("end", "b", "c"), way("off", "b", "c", compensates=True)),
        "no_compensation", "transition:go",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_at_its_place_with_its_mend(name: str) -> None:
    broken, code, place = FAULTS[name]
    found = [finding for finding in findings(broken, Knot) if (finding.code, finding.place) == (code, place)]
    assert len(found) == 1, findings(broken, Knot)
    assert str(found[0].mend).endswith(".")
    assert str(found[0].problem).endswith(".")
    assert set(found[0].as_data()) == {"code", "workflow", "place", "problem", "mend", "severity"}


def test_sound_graphs_have_no_finding() -> None:
    assert findings(SOUND, Knot) == []
    assert findings(ParcelFlow.flow.graph, Parcel) == []
    assert findings(voting(also=(ActorRule("members", "parcels.clerk"),), decide=Decision("quorum", 5)), Knot) == []
    assert findings(starting(by=(ActorRule("staff", "films.cancel_order"),)), Knot) == []


def turning(one: tuple[GuardUse, ...], other: tuple[GuardUse, ...], **rest: object) -> list[tuple[str, str]]:
    """What is found about two automatic transitions that lead to and fro."""
    circle = graph(
        way("go", "a", "b", kind="automatic", guards=one, **rest),
        way("back", "b", "a", kind="automatic", guards=other),
        way("end", "a b", "c"),
    )
    return [(finding.code, finding.severity) for finding in findings(circle, Knot)]


def test_a_circle_of_automatic_steps_that_a_guard_may_let_turn_is_a_warning() -> None:
    assert turning(GUARD, GUARD) == [("automatic_livelock", "warning")]
    assert turning(GUARD, OTHER) == [("automatic_livelock", "warning")]


def test_a_circle_that_needs_a_thing_and_its_opposite_never_turns() -> None:
    assert turning(GUARD, OPPOSITE) == []
    assert turning(GUARD + OTHER, OPPOSITE) == []


def test_effects_may_turn_the_answer_round_so_that_nothing_is_proven() -> None:
    assert turning(GUARD, OPPOSITE, effects=STAMP) == [("automatic_livelock", "warning")]


def test_a_larger_circle_is_looked_at_as_a_whole() -> None:
    """Out of the three ways round, one asks for nothing opposite."""
    ways: list[Transition] = [
        way("one", "a", "b", kind="automatic", guards=GUARD),
        way("two", "b", "d", kind="automatic", guards=OPPOSITE),
        way("three", "d", "a", kind="automatic", guards=OTHER),
    ]
    ending = way("end", "a b d", "c")
    assert findings(graph(*ways, ending, states="a b d c"), Knot) == []
    short = way("short", "b", "a", kind="automatic", guards=OTHER)
    found = findings(graph(*ways, short, ending, states="a b d c"), Knot)
    assert [finding.code for finding in found] == ["automatic_livelock"]
    assert "one, short, three, two" in str(found[0].problem)


def test_findings_are_words_for_people_too() -> None:
    broken = graph(way("end", "a b", "c"))
    found = findings(broken)[0]
    assert found.sentence(broken) == "State “b” cannot be reached from the initial state."
    assert replace(found, place="").sentence(broken) == "Workflow “Knot” cannot be reached from the initial state."
    assert str(found) == (
        "knots.knot state:b: cannot be reached from the initial state. Add a transition to it, or take it away."
    )


def test_a_finding_waits_for_its_reader_s_language() -> None:
    """Made while one language is active, read in another: the words are put together when they are read."""
    with translation.override("es"):
        found = findings(graph(way("go", "a", "x")))[0]
    assert found.as_data()["problem"] == "names the state “x”."
    assert findings(SlipFlow.flow.graph) == []
