"""What was meant beside what happened: the designed graph with what nobody used, and what happened besides."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from modules.workflow.diagram.svg import Trail
from modules.workflow.graph import StateNode, Transition, WorkflowGraph
from modules.workflow.mining.figures import Figures, Move
from modules.workflow.titles import step_title

MOST_DRAWN = 12
"""So many steps beside the design are drawn; all of them are listed."""


@dataclass(frozen=True)
class Discovery:
    """`graph` is the designed one with what happened besides drawn in; `keys` tells the arrow of a move in it."""

    graph: WorkflowGraph
    keys: dict[Move, str]
    trail: Trail
    unused: tuple[Transition, ...]
    """Designed transitions that no record ever took."""
    besides: tuple[Move, ...]
    """Moves that are not in the design, most frequent first."""


def discover(graph: WorkflowGraph, figures: Figures) -> Discovery:
    """Lay what happened over what was designed."""
    moves = sorted((move for move in figures.moves if move[0]), key=lambda move: -figures.moves[move].count)
    designed = {move for move in moves if is_designed(graph, move)}
    besides = tuple(move for move in moves if move not in designed)
    used = {transition for _source, transition, _target in designed}
    drawn = besides[:MOST_DRAWN]
    keys = {move: move[1] for move in designed} | {move: " ".join(move) for move in drawn}
    trail = Trail("", frozenset(figures.states), frozenset((move[0], key) for move, key in keys.items()))
    unused = tuple(transition for transition in graph.transitions if transition.key not in used)
    return Discovery(with_besides(graph, drawn), keys, trail, unused, besides)


def is_designed(graph: WorkflowGraph, move: Move) -> bool:
    """Whether the graph has a transition of this name between these states."""
    source, key, target = move
    if not graph.has_transition(key):
        return False
    return source in graph.transition(key).sources and graph.transition(key).target == target


def with_besides(graph: WorkflowGraph, moves: Collection[Move]) -> WorkflowGraph:
    """The graph with further arrows, and states that it does not know any more."""
    named = dict.fromkeys(state for source, _transition, target in moves for state in (source, target))
    lost = tuple(StateNode(key, key) for key in named if not graph.has_state(key))
    more = tuple(
        Transition(" ".join(move), step_title(graph, move[1]), (move[0],), move[2], kind="manual") for move in moves
    )
    return replace(graph, states=graph.states + lost, transitions=graph.transitions + more) if more else graph


def besides_note() -> str:
    """What an arrow says that the design does not have."""
    return _("not designed")
