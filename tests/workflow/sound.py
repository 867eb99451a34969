"""Small graphs for the tests of soundness: one sound, and the same with one thing changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from modules.workflow.graph import (
    ActorRule,
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

SYSTEM_RULE = (ActorRule("system"),)
LIGHT = "tests.workflow.app.is_light"
GUARD = (GuardUse(LIGHT),)
OPPOSITE = (GuardUse(LIGHT, negated=True),)
OTHER = (GuardUse("tests.workflow.app.is_fresh"),)
STAMP = ("tests.workflow.app.stamp",)
INSPECTOR = ActorRule("role", "parcels.inspector")
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


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


def starting(**rest: Any) -> WorkflowGraph:
    """The sound one, its first transition made otherwise."""
    return graph(way("go", "a", "b", **rest), way("end", "b", "c"))


def voting(*outcomes: str, **rest: Any) -> WorkflowGraph:
    """The sound one with a task in its first state."""
    ends = tuple(Outcome(name, name) for name in outcomes or ("yes", "no"))
    return replace(
        SOUND, tasks=(TaskNode("look", "Look", **{"states": ("a",), "assign": INSPECTOR, "outcomes": ends, **rest}),)
    )


KINDS = ("manual", "automatic", "timer", "manual", "event")
GUARDS = (GUARD, OTHER, OPPOSITE, GUARD + OTHER)


def large(states: int) -> WorkflowGraph:
    """Five ways a state, of every kind, to and fro; every tenth state has work, a repeat and a promise."""
    names = [f"s{number}" for number in range(states)]
    ways = []
    for number in range(5 * states):
        source, kind = number % (states - 1), KINDS[number // states]
        target = source + 1 if number < states else (number * 7 + 1) % states
        extra: dict[str, Any] = {"guards": GUARDS[number % 4]} if kind in ("automatic", "timer") else {}
        extra |= {"after": timedelta(hours=1 + number % 9)} if kind == "timer" else {}
        extra |= {"event": "paid", "match": "pk"} if kind == "event" else {}
        ways.append(way(f"t{number}", names[source], names[target], kind=kind, effects=STAMP, **extra))
    some = names[:-1:10]
    return graph(
        *ways,
        states=" ".join(names),
        final=names[-1],
        tasks=tuple(TaskNode(f"work_{name}", name, (name,), INSPECTOR) for name in some),
        repeats=tuple(Repeat(f"again_{name}", name, (name,), Wait(days=1), effects=STAMP) for name in some),
        slas=tuple(Sla(f"promise_{name}", name, (name,), Wait(days=9)) for name in some),
    )
