"""Automatic transitions: chases without an end, and what stands behind one that always goes first."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from modules.workflow.finding import Finding, said
from modules.workflow.graph import Transition, WorkflowGraph
from modules.workflow.soundness.guarding import Condition, asked, exclude, includes
from modules.workflow.soundness.ways import circles

TRIED = 8
"""So many conditions are tried to prove that a circle cannot be gone round: the proof stays linear."""


def never_possible(graph: WorkflowGraph) -> Iterator[Finding]:
    """Steps that ask a thing and its opposite, and those behind an automatic one that goes whenever they could."""
    for way in graph.transitions:
        if exclude(way.guards, way.guards):
            yield Finding(
                "never_possible", graph.key, f"transition:{way.key}", _("asks for something and for its opposite."),
                _("Take one of the two guards away."),
            )  # fmt: skip
    for state in graph.states:
        leaving = graph.leaving(state.key)
        before: list[Transition] = []
        for way in leaving:
            if way.kind != "automatic":
                continue
            first = _covering(before, way)
            if first is not None:
                yield _shadowed(graph, way.key, state.key, first.key)
            else:
                before.append(way)
        sure = next((way for way in before if not way.guards), None)
        for way in leaving if sure is not None else ():
            if way.kind != "automatic":
                yield _shadowed(graph, way.key, state.key, sure.key)  # type: ignore[union-attr]


def _covering(before: Sequence[Transition], way: Transition) -> Transition | None:
    """An earlier one that goes whenever this one could; only so many are compared."""
    return next((first for first in before[:TRIED] if includes(first.guards, way.guards)), None)


def _shadowed(graph: WorkflowGraph, key: str, state: str, first: str) -> Finding:
    return Finding(
        "never_possible", graph.key, f"transition:{key}",
        said(_("can never start in “{state}”, because “{first}” always goes first."), state=state, first=first),
        said(_("Give “{first}” another guard."), first=first),
    )  # fmt: skip


def loops(graph: WorkflowGraph) -> Iterator[Finding]:
    """Circles of automatic transitions: an error where nothing can stop it, a warning where nothing must. Timers of a
    date that has passed are as good as automatic."""
    ways = [way for way in graph.transitions if way.kind == "automatic" or _is_due_again(way)]
    places = {state.key: number for number, state in enumerate(graph.states)}
    sure = list(circles(_sure(graph)))
    for circle in sure:
        yield Finding(
            "automatic_loop", graph.key, f"state:{min(circle, key=places.__getitem__)}",
            _("is left by automatic transitions that lead back."), _("Give one of them a guard that ends the loop."),
        )  # fmt: skip
    unstoppable = {state for circle in sure for state in circle}
    leaving = _leaving(ways)
    for circle in circles({source: [way.target for way in found] for source, found in leaving.items()}):
        inside = {way.key: way for state in circle for way in leaving.get(state, ()) if way.target in circle}
        if not circle & unstoppable and not _ends_by_itself(inside.values()):
            yield _livelock(graph, min(circle, key=places.__getitem__), inside.values())


def _is_due_again(way: Transition) -> bool:
    """Whether a timer counts from the record and not from entering the state: it is due at once when it comes again."""
    return way.kind == "timer" and way.after is not None and bool(way.after.field)


def _livelock(graph: WorkflowGraph, state: str, inside: Collection[Transition]) -> Finding:
    keys = ", ".join(sorted(way.key for way in inside))
    if any(way.kind == "timer" for way in inside):
        problem = _("can be left by timers of a date that lead back: {ways}. Once it has passed they never rest.")
    elif any(way.effects for way in inside):
        problem = _("can be left by automatic transitions that lead back: {ways}. Only their effects could end it.")
    else:
        problem = _("can be left by automatic transitions that lead back: {ways}. Nothing on the way would end it.")
    return Finding(
        "automatic_livelock", graph.key, f"state:{state}", said(problem, ways=keys),
        _("Let one of them ask for the opposite of what another asks, or let a person decide."), "warning",
    )  # fmt: skip


def _sure(graph: WorkflowGraph) -> dict[str, list[str]]:
    """From each state, where a record goes when no guard of an automatic transition says yes."""
    ways: dict[str, list[str]] = {}
    for state in graph.states:
        first = next((way for way in graph.leaving(state.key, "automatic") if not way.guards), None)
        if first is not None:
            ways[state.key] = [first.target]
    return ways


def _leaving(ways: Sequence[Transition]) -> dict[str, list[Transition]]:
    found: dict[str, list[Transition]] = {}
    for way in ways:
        for source in way.sources:
            found.setdefault(source, []).append(way)
    return found


def _ends_by_itself(inside: Collection[Transition]) -> bool:
    """Whether going round needs a thing and its opposite, while nothing on the way changes anything.

    True where a condition is found such that the circle falls apart without the ways that ask for it, and also without
    those that ask for its opposite: then whatever the answer is, there is no way round.
    """
    if any(way.effects for way in inside):
        return False
    asks = {way.key: asked(way.guards) for way in inside}
    counted: dict[Condition, set[bool]] = {}
    for found in asks.values():
        for what, negated in found:
            counted.setdefault(what, set()).add(negated)
    both = [what for what, found in counted.items() if len(found) == 2][:TRIED]
    return any(all(_falls_apart(inside, asks, (what, negated)) for negated in (True, False)) for what in both)


def _falls_apart(
    inside: Collection[Transition],
    asks: Mapping[str, frozenset[tuple[Condition, bool]]],
    without: tuple[Condition, bool],
) -> bool:
    ways: dict[str, list[str]] = {}
    for way in inside:
        if without not in asks[way.key]:
            for source in way.sources:
                ways.setdefault(source, []).append(way.target)
    return next(circles(ways), None) is None
