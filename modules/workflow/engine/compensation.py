"""Making up for what was done when a later step calls it off: newest first, each told what its step was told."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from modules.workflow.choices import COMPENSATE, START, UNDO
from modules.workflow.models import HistoryEntry
from modules.workflow.vocabulary.effects import Firing

if TYPE_CHECKING:
    from modules.workflow.engine.history import FireResult
    from modules.workflow.engine.run import Run
    from modules.workflow.vocabulary.names import Effect


def compensate(run: "Run", result: "FireResult") -> None:
    """Run the compensation of every step since the start that stands, and say so in the history, a row for each.

    A step that was taken back or made up for before does not stand. What fails undoes the whole step that compensates.
    """
    reason = HistoryEntry.objects.values_list("reason", flat=True).get(pk=result.history_id)
    for entry in reversed(_standing(run, result)):
        effects = _effects_of(run, entry)
        if effects:
            row = run.note(COMPENSATE, data={"step": entry.transition, "entry": entry.pk}, reason=reason)
            make_up(run, entry, effects, key=key_for(run, row.history_id, entry.pk), reason=reason)


def make_up(run: "Run", entry: HistoryEntry, effects: Sequence["Effect"], *, key: str, reason: str) -> None:
    """Run what makes up for the effects of one entry, last effect first; it is told what the step was told."""
    firing = Firing(entry.transition, entry.source, entry.target, run.actor, run.at, key, reason, entry.data, run.facts)
    for effect in reversed(effects):
        effect(run.record, firing)


def key_for(run: "Run", row: int, entry: int) -> str:
    """The key of making up for a step, derived from the row that says so."""
    return f"{run.graph.record_type}:{run.record_id}:{row}:{entry}"


def _standing(run: "Run", result: "FireResult") -> list[HistoryEntry]:
    """The steps of the record before this one that nothing has undone, in order."""
    rows = HistoryEntry.objects.filter(
        record_type=run.graph.record_type, record_id=run.record_id, pk__lt=result.history_id
    )
    entries = list(rows.order_by("pk"))
    undone = set(_undone(entries))
    return [entry for entry in entries if entry.pk not in undone and entry.transition not in (START, UNDO, COMPENSATE)]


def _undone(entries: Iterable[HistoryEntry]) -> Iterable[int]:
    for entry in entries:
        if entry.transition == UNDO:
            yield from entry.data.get("undone", ())
        elif entry.transition == COMPENSATE:
            yield entry.data["entry"]


def _effects_of(run: "Run", entry: HistoryEntry) -> Sequence["Effect"]:
    """What makes up for a step, as the version said on which it was taken; as today's does where that is not kept."""
    version = run.flow.version(entry.workflow_version) or run.version
    if not version.graph.has_transition(entry.transition):
        return ()
    return version.plan.effects(version.graph.transition(entry.transition).compensation)
