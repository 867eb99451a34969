"""A workflow in words, state by state: what the picture says, for readers without room or eyes for it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from modules.core.looks import Look
from modules.workflow.diagram.duties import duties_in
from modules.workflow.diagram.sketch import KIND_ICONS, icon_of
from modules.workflow.diagram.svg import Trail
from modules.workflow.diagram.wording import step_in_words
from modules.workflow.graph import StateNode, WorkflowGraph


@dataclass(frozen=True)
class Way:
    """One arrow: `Cancel → Cancelled (customer, staff)`."""

    title: str
    target: str
    how: str
    icon: str
    is_taken: bool = False
    note: str = ""
    link: str = ""

    def __str__(self) -> str:
        return f"{self.title} → {self.target}" + (f" ({self.how})" if self.how else "")


@dataclass(frozen=True)
class StateWays:
    """A state, and every arrow that leaves it."""

    key: str
    look: Look
    ways: tuple[Way, ...]
    is_final: bool
    is_here: bool
    note: str = ""
    link: str = ""
    duties: tuple[str, ...] = ()
    """Promises, repetitions and decisions while a record is there."""

    @property
    def heading(self) -> str:
        return _("From {state}").format(state=self.look.title)


def ways_of(
    graph: WorkflowGraph,
    trail: Trail | None = None,
    *,
    notes: dict[str, str] | None = None,
    links: dict[str, str] | None = None,
    arrows: dict[str, str] | None = None,
    arrow_links: dict[str, str] | None = None,
) -> list[StateWays]:
    """Every state with its ways out, in order of declaration. A note or link of `<state> <transition>` comes first."""
    return [
        StateWays(
            state.key,
            look_of_state(state),
            _ways(graph, state, trail, arrows or {}, arrow_links or {}),
            state.kind == "final",
            trail is not None and trail.state == state.key,
            (notes or {}).get(state.key, ""),
            (links or {}).get(state.key, ""),
            duties_in(graph, state.key),
        )
        for state in graph.states
    ]


def look_of_state(state: StateNode) -> Look:
    """The word, tone and icon of a state, as badges show them."""
    return Look(state.title, state.tone, icon_of(state))


def _ways(
    graph: WorkflowGraph, state: StateNode, trail: Trail | None, notes: dict[str, str], links: dict[str, str]
) -> tuple[Way, ...]:
    return tuple(
        Way(
            str(transition.title),
            str(graph.state(transition.target).title),
            step_in_words(graph, transition),
            KIND_ICONS.get(transition.kind, ""),
            trail is not None and (state.key, transition.key) in trail.steps,
            notes.get(f"{state.key} {transition.key}", notes.get(transition.key, "")),
            links.get(f"{state.key} {transition.key}", links.get(transition.key, "")),
        )
        for transition in graph.leaving(state.key)
        if graph.has_state(transition.target)
    )
