"""Soundness: each fault is found, at its place, with its mend; sound graphs have no finding."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command

from modules.workflow.api import flows
from modules.workflow.checks import check_workflows
from modules.workflow.drift import drift
from modules.workflow.flows import Flow, _by_record_type
from modules.workflow.graph import ActorRule, GuardUse, StateNode, TaskNode, Transition, WorkflowGraph
from modules.workflow.models import Definition, Task, Timer
from modules.workflow.publishing import publish_permissions, store_definitions
from modules.workflow.soundness import findings
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Knot, Parcel

SYSTEM_RULE = (ActorRule("system"),)
GUARD = (GuardUse("tests.workflow.app.is_light"),)


def way(key: str, source: str, target: str, **rest: Any) -> Transition:
    return Transition(key, key, tuple(source.split()), target, **{"by": SYSTEM_RULE, **rest})


def graph(*ways: Transition, states: str = "a b c", final: str = "c", **rest: Any) -> WorkflowGraph:
    names = states.split()
    nodes = tuple(
        StateNode(name, name, "initial" if name == names[0] else "final" if name in final.split() else "normal")
        for name in names
    )
    return WorkflowGraph("knots.knot", 1, "parcels.knot", "Knot", "", nodes, ways, **rest)


SOUND = graph(way("go", "a", "b"), way("end", "b", "c"))
SECOND = timedelta(seconds=1)
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
        graph(way("go", "a", "b", kind="timer", after=timedelta()), way("end", "b", "c")), "timer_without_time",
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
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_at_its_place_with_its_mend(name: str) -> None:
    broken, code, place = FAULTS[name]
    found = [finding for finding in findings(broken, Knot) if (finding.code, finding.place) == (code, place)]
    assert len(found) == 1, findings(broken, Knot)
    assert found[0].mend.endswith(".")
    assert set(found[0].as_data()) == {"code", "workflow", "place", "problem", "mend", "severity"}


def test_sound_graphs_have_no_finding() -> None:
    assert findings(SOUND, Knot) == []
    guarded_loop = graph(
        way("go", "a", "b", kind="automatic", guards=GUARD),
        way("back", "b", "a", kind="automatic", guards=GUARD),
        way("end", "a b", "c"),
    )
    assert findings(guarded_loop, Knot) == []
    assert findings(ParcelFlow.flow.graph, Parcel) == []


def test_two_hundred_states_and_a_thousand_transitions_within_a_second() -> None:
    names = [f"s{number}" for number in range(200)]
    ways = [
        way(f"t{number}", names[number % 199], names[(number * 7 + 1) % 200] if number >= 199 else names[number + 1])
        for number in range(1000)
    ]
    large = graph(*ways, states=" ".join(names), final="s199")
    begin = time.perf_counter()
    assert findings(large, Knot) == []
    assert time.perf_counter() - begin < 1


def test_manage_check_shows_each_finding_with_its_hint() -> None:
    assert check_workflows(None) == []
    flow = Flow(graph(way("go", "a", "b", by=()), way("end", "b", "c")), Knot)
    flows.register(flow.graph.key, flow)
    try:
        messages = check_workflows(None)
    finally:
        flows.unregister(flow.graph.key)
    assert [(message.id, message.msg, message.hint) for message in messages] == [
        ("workflow.nobody_may_fire", "knots.knot transition:go is allowed to nobody.", "Say who, with `by=`.")
    ]


@pytest.mark.django_db
def test_workflow_check_prints_and_fails_only_on_errors() -> None:
    out = StringIO()
    call_command("workflow_check", "parcels.parcel", stdout=out)
    assert out.getvalue() == "1 workflows, 0 findings\n"
    with pytest.raises(CommandError, match=r"no workflow no\.such"):
        call_command("workflow_check", "no.such")


@pytest.mark.django_db
def test_f28_a_state_that_vanished_under_records_is_an_error(
    make_parcel: Callable[..., Parcel], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_parcel()
    store_definitions()
    full = ParcelFlow.flow
    rest = replace(
        full.graph,
        states=tuple(state for state in full.graph.states if state.key not in ("ordered", "lost")),
        transitions=(),
        tasks=(),
    )
    for registry in (flows, _by_record_type):
        monkeypatch.setitem(registry._entries, "parcels.parcel", Flow(rest, Parcel))
    found = {(finding.code, finding.place, finding.severity) for finding in drift()}
    assert ("vanished_state", "state:ordered", "error") in found
    assert ("state_of_the_past", "state:lost", "warning") in found
    out = StringIO()
    with pytest.raises(CommandError, match="not sound"):
        call_command("workflow_check", "parcels.parcel", "--format", "json", stdout=out)
    assert '"code": "vanished_state"' in out.getvalue()


@pytest.mark.django_db
def test_work_that_points_nowhere_is_found(parcel: Parcel, at: datetime) -> None:
    rest = {"record_type": "parcels.parcel", "record_id": parcel.pk, "state": "ordered"}
    Timer.objects.create(**rest, transition="gone", started_at=at, due_at=at, next_try_at=at)
    Task.objects.create(**rest, key="gone", opened_at=at)
    Task.objects.create(**{**rest, "record_type": "gone.thing"}, key="gone", opened_at=at)
    Parcel.objects.create()
    codes = {finding.code for finding in drift()}
    assert codes >= {"vanished_timer", "vanished_task", "unknown_workflow", "never_started"}


@pytest.mark.django_db
def test_permissions_and_definitions_follow_the_flows_after_migrate() -> None:
    publish_permissions()
    store_definitions()
    store_definitions()
    named = Permission.objects.filter(content_type__app_label="parcels", codename__endswith="_parcel")
    assert set(named.values_list("codename", flat=True)) >= {"pack_parcel", "send_parcel", "cancel_parcel"}
    assert named.get(codename="cancel_parcel").name == "parcel: Cancel the parcel"
    stored = Definition.objects.get(key="parcels.parcel", hash=ParcelFlow.flow.graph.hash)
    assert WorkflowGraph.from_data(stored.graph) == ParcelFlow.flow.graph
