"""Random graphs that always can be run, drawn by Hypothesis: ways of every kind, tasks, repeats and promises."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from modules.workflow.graph import (
    ActorRule,
    Decision,
    EffectUse,
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
from modules.workflow.vocabulary import names
from modules.workflow.vocabulary.effects import Firing
from modules.workflow.vocabulary.guards import guard
from tests.workflow.app.flows import stamp, tell_world

STATES = ("s0", "s1", "s2", "s3", "s4")
HOUR = timedelta(hours=1)


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
STAMP, TELL, FAIL = (EffectUse(names.stable_name(effect)) for effect in (stamp, tell_world, fail_sometimes))
CLERK, EVERY_CLERK = ActorRule("role", "parcels.clerk"), ActorRule("members", "parcels.clerk")
RULES = (ActorRule("system"), CLERK, ActorRule("owner"))
DECISIONS = (None, None, Decision("any"), Decision("all"), Decision("quorum", 2), Decision("majority"))
waits = st.integers(1, 48).map(lambda hours: Wait(hours * HOUR))


def some_states(most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    """A few states that are not final."""
    return st.lists(st.sampled_from(STATES[:-1]), min_size=1, max_size=most, unique=True).map(tuple)


def guard_uses(minimum: int = 0) -> st.SearchStrategy[tuple[GuardUse, ...]]:
    drawn = st.lists(st.sampled_from(GUARDS), min_size=minimum, max_size=2, unique_by=id)
    return drawn.map(lambda guards: tuple(entry.use for entry in guards))


effect_uses = st.lists(st.sampled_from((STAMP, TELL, FAIL)), max_size=3, unique=True).map(tuple)


@st.composite
def transitions(draw: st.DrawFn, key: str) -> Transition:
    """Any way between non-final and any states; an automatic one always has a guard, as soundness demands."""
    kind = draw(st.sampled_from(["manual", "manual", "manual", "automatic", "timer", "event"]))
    is_event = kind == "event"
    return Transition(
        key=key,
        title=key,
        sources=draw(some_states()),
        target=draw(st.sampled_from(STATES)),
        kind=kind,
        by=tuple(draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=2, unique=True))),
        guards=draw(guard_uses(1 if kind == "automatic" else 0)),
        effects=draw(effect_uses),
        after=draw(waits) if kind == "timer" else None,
        completes=draw(st.sampled_from(["", "", "work"])) if kind == "manual" else "",
        undo=draw(st.sampled_from([None, None, ()])) if kind in ("manual", "automatic") else None,
        event=draw(st.sampled_from(["rang", "knocked"])) if is_event else "",
        match="pk" if is_event else "",
    )


@st.composite
def tasks(draw: st.DrawFn, key: str) -> tuple[TaskNode, list[Transition]]:
    """A task with an outcome that stays and one that goes, for one person or for all of a role who decide."""
    states, target = draw(some_states()), draw(st.sampled_from(STATES))
    decide = draw(st.sampled_from(DECISIONS))
    rule = CLERK if decide is None else EVERY_CLERK
    undo = draw(st.sampled_from([None, ()]))
    ends = (Outcome("stays", "Stays"), Outcome("goes", "Goes", target, undo))
    node = TaskNode(key, key, states, rule, ends, due=draw(st.none() | waits), decide=decide)
    return node, [Transition(f"{key}.goes", "Goes", states, target, "task", (rule,), completes=key, undo=undo)]


@st.composite
def repeats(draw: st.DrawFn) -> Repeat:
    """Something that time does a few times, or until the record leaves."""
    return Repeat(
        "again", "again", draw(some_states()), draw(waits), draw(waits), draw(st.sampled_from([0, 1, 3])),
        draw(guard_uses()), draw(effect_uses),
    )  # fmt: skip


@st.composite
def promises(draw: st.DrawFn) -> Sla:
    """A promise about some states, which stands still in another one."""
    states = draw(some_states(2))
    paused = tuple(state for state in draw(some_states(1)) if state not in states)
    within = draw(st.integers(2, 48))
    return Sla(
        "promise", "promise", states, Wait(within * HOUR), draw(st.none() | st.just(Wait(within * HOUR / 2))), paused,
        draw(effect_uses), draw(effect_uses),
    )  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn, version: int = 1) -> WorkflowGraph:
    """Five states, the first initial and the last final, with three to nine ways and up to two tasks."""
    ways = [draw(transitions(f"t{number}")) for number in range(draw(st.integers(3, 9)))]
    nodes = []
    for key in ["work", "other"][: draw(st.integers(1, 2))]:
        node, outcomes = draw(tasks(key))
        nodes.append(node)
        ways += outcomes
    kinds: dict[str, Any] = {STATES[0]: "initial", STATES[-1]: "final"}
    return WorkflowGraph(
        "knots.random", version, "parcels.knot", "Knot", "",
        tuple(StateNode(key, key, kinds.get(key, "normal")) for key in STATES), tuple(ways), tuple(nodes),
        repeats=tuple(draw(st.lists(repeats(), max_size=1))), slas=tuple(draw(st.lists(promises(), max_size=1))),
    )  # fmt: skip
