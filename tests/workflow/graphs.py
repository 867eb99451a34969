"""Random graphs that always can be run: some states, some ways, tasks and timers, drawn by Hypothesis."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from modules.workflow import names
from modules.workflow.effects import Firing
from modules.workflow.graph import ActorRule, GuardUse, Outcome, StateNode, TaskNode, Transition, WorkflowGraph
from modules.workflow.guards import guard
from tests.workflow.app.flows import stamp, tell_world

STATES = ("s0", "s1", "s2", "s3", "s4")
PLACE = "tests.workflow.graphs"


@guard("The revision is even")
def is_odd(record: Any, facts: Any) -> bool:
    return bool(record.revision % 2)


@guard("Divisible by three")
def is_not_third(record: Any, facts: Any) -> bool:
    return bool(record.revision % 3)


def fail_sometimes(record: Any, firing: Firing) -> None:
    """An effect that breaks now and then: everything of its transition must be undone."""
    if record.revision % 5 == 0:
        raise OSError("this effect breaks now and then")


for effect in (stamp, tell_world, fail_sometimes):
    names.effects.register(names.stable_name(effect), effect)

GUARDS = (is_odd, ~is_odd, is_not_third)
EFFECTS = (names.stable_name(stamp), names.stable_name(tell_world), names.stable_name(fail_sometimes))
RULES = (ActorRule("system"), ActorRule("role", "parcels.clerk"), ActorRule("owner"))


def guard_uses(minimum: int = 0) -> st.SearchStrategy[tuple[GuardUse, ...]]:
    drawn = st.lists(st.sampled_from(GUARDS), min_size=minimum, max_size=2, unique_by=id)
    return drawn.map(lambda guards: tuple(GuardUse(entry.name, entry.negated) for entry in guards))


effect_names = st.lists(st.sampled_from(EFFECTS), max_size=3, unique=True).map(tuple)


@st.composite
def transitions(draw: st.DrawFn, key: str) -> Transition:
    """Any way between non-final and any states; an automatic one always has a guard, as soundness demands."""
    kind = draw(st.sampled_from(["manual", "manual", "manual", "automatic", "timer"]))
    sources = draw(st.lists(st.sampled_from(STATES[:-1]), min_size=1, max_size=3, unique=True))
    return Transition(
        key=key,
        title=key,
        sources=tuple(sources),
        target=draw(st.sampled_from(STATES)),
        kind=kind,
        by=tuple(draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=2, unique=True))),
        guards=draw(guard_uses(1 if kind == "automatic" else 0)),
        effects=draw(effect_names),
        after=timedelta(hours=draw(st.integers(1, 48))) if kind == "timer" else None,
        completes=draw(st.sampled_from(["", "", "work"])) if kind == "manual" else "",
    )


@st.composite
def tasks(draw: st.DrawFn, key: str) -> tuple[TaskNode, list[Transition]]:
    """A task with an outcome that stays and one that goes."""
    states = tuple(draw(st.lists(st.sampled_from(STATES[:-1]), min_size=1, max_size=3, unique=True)))
    target, rule = draw(st.sampled_from(STATES)), ActorRule("role", "parcels.clerk")
    node = TaskNode(key, key, states, rule, (Outcome("stays", "Stays"), Outcome("goes", "Goes", target)))
    return node, [Transition(f"{key}.goes", "Goes", states, target, "task", (rule,), completes=key)]


@st.composite
def graphs(draw: st.DrawFn) -> WorkflowGraph:
    """Five states, the first initial and the last final, with three to nine ways and up to two tasks."""
    ways = [draw(transitions(f"t{number}")) for number in range(draw(st.integers(3, 9)))]
    nodes = []
    for key in ["work", "other"][: draw(st.integers(1, 2))]:
        node, outcomes = draw(tasks(key))
        nodes.append(node)
        ways += outcomes
    kinds: dict[str, Any] = {STATES[0]: "initial", STATES[-1]: "final"}
    return WorkflowGraph(
        "knots.random", 1, "parcels.knot", "Knot", "",
        tuple(StateNode(key, key, kinds.get(key, "normal")) for key in STATES), tuple(ways), tuple(nodes),
    )  # fmt: skip
