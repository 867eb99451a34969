"""The figures on the diagram: what stands below its states and arrows, and where each of them leads."""

from django.utils.translation import ngettext

from modules.workflow.mining.design import Discovery, besides_note
from modules.workflow.mining.figures import Figures, Passage, Waits
from modules.workflow.mining.shown import Addresses, number, times
from modules.workflow.mining.spans import short_span
from modules.workflow.mining.standing import Standing


def state_notes(view: str, figures: Figures, now: dict[str, Standing]) -> dict[str, str]:
    """What stands below each state in the picture."""
    if view == "now":
        return {key: _standing(here) for key, here in now.items()}
    if view == "often":
        return {key: times(state.count) for key, state in figures.states.items()}
    return {key: _both(state.waits) for key, state in figures.states.items() if state.waits is not None}


def arrow_notes(view: str, figures: Figures, found: Discovery) -> dict[str, str]:
    """What stands below each arrow, by its key in the picture; by `<state> <key>` what is so of one state it leaves."""
    besides = set(found.besides)
    ways = [(source, way) for way in found.graph.transitions for source in way.sources]
    notes = {f"{source} {way.key}": "" for source, way in ways}
    for move, key in found.keys.items():
        is_besides = move in besides
        notes[key] = _noted(view, figures.moves[move] if is_besides else figures.arrows[move[1:]], is_besides)
        notes[f"{move[0]} {key}"] = _noted(view, figures.moves[move], is_besides)
    return notes


def _noted(view: str, passage: Passage, is_besides: bool) -> str:
    figure = times(passage.count) if view == "often" else _both(passage.waits) if view == "long" else ""
    return ", ".join(part for part in (figure, besides_note() if is_besides else "") if part)


def arrow_links(found: Discovery, to: Addresses) -> dict[str, str]:
    """Where each arrow leads, as `arrow_notes` names them."""
    besides = set(found.besides)
    links = {key: to.move(move) if move in besides else to.arrow(move) for move, key in found.keys.items()}
    return links | {f"{move[0]} {key}": to.move(move) for move, key in found.keys.items()}


def _standing(here: Standing) -> str:
    text = ngettext("{count} record", "{count} records", here.count).format(count=number(here.count))
    return f"{text} · {short_span(here.median)}" if here.median is not None else text


def _both(waits: Waits | None) -> str:
    return "" if waits is None else f"{short_span(waits.median)} · {short_span(waits.high)}"
