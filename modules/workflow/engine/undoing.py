"""Taking back a record's single last step, as long as nothing of it has left the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import F
from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.core.outbox import cancel_pending, is_all_here
from modules.workflow.choices import UNDO, TaskStatus
from modules.workflow.clocks import slas, timers
from modules.workflow.engine.compensation import key_for, make_up
from modules.workflow.engine.history import FireResult
from modules.workflow.engine.lateness import told
from modules.workflow.engine.run import Run
from modules.workflow.engine.running import running
from modules.workflow.errors import (
    AlreadyDone,
    LeftTheHouse,
    NothingToUndo,
    Overtaken,
    RecordGone,
    TransitionNotAllowed,
)
from modules.workflow.flows import Version, flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Footprint, HistoryEntry, Task
from modules.workflow.offers import Allowed
from modules.workflow.people.rights import fits
from modules.workflow.titles import step_title


@dataclass(frozen=True)
class _Last:
    """A record's newest entry, and what it takes to take its step back."""

    newest: HistoryEntry
    footprint: Footprint | None
    entries: Sequence[HistoryEntry]
    """The step and the automatic ones that followed it, first one first; empty where it cannot be taken back."""


def can_undo(record: Any, actor: Actor, at: datetime) -> Allowed | None:
    """Whether the actor may take the record's last step back, with the reason why not any more.

    None where that step is none to take back, or not theirs. `step` of the answer is for `undo_last`.
    """
    version = flow_of(record).version_of(record)
    last = _last_step(version, record.pk)
    if last is None or last.footprint is None or not last.entries:
        return None
    first = last.entries[0]
    if not _is_theirs(version.graph, record, first, actor):
        return None
    words = step_title(version.graph, first.transition)
    gone = not is_all_here(last.footprint.outbox)
    reasons = (str(LeftTheHouse(step=words)),) if gone else ()
    return Allowed(UNDO, _("Take back “{step}”").format(step=words), not gone, reasons, "", step=first.pk)


def undo_last(record: Any, *, actor: Actor, at: datetime, reason: str = "", step: int | None = None) -> FireResult:
    """Take the record's last step back, with the automatic ones that followed it, and say so in the history.

    `step` is the `history_id` that the actor saw; without it the state of the given record counts as seen. Refuses with
    Overtaken or AlreadyDone (somebody was faster), NothingToUndo, TransitionNotAllowed, LeftTheHouse.
    """
    seen = str(record.state)
    with running(record, actor=actor, at=at) as run:
        run.lock()
        last = _last_step(run.version, run.record_id)
        if last is None:
            raise NothingToUndo(_("There is no step to take back."))
        _refuse_late(run, last, seen=seen, step=step)
        if last.footprint is None or not last.entries:
            raise NothingToUndo(**told(run, last.newest))
        if not _is_theirs(run.graph, run.record, last.entries[0], actor):
            raise TransitionNotAllowed
        if not cancel_pending(last.footprint.outbox):
            raise LeftTheHouse(step=step_title(run.graph, last.entries[0].transition))
        result = _take_back(run, last.footprint, last.entries, reason)
    run.show_in(record)
    return result


def _last_step(version: Version, record_id: int) -> _Last | None:
    graph = version.graph
    row = {"record_type": graph.record_type, "record_id": record_id}
    newest = HistoryEntry.objects.filter(**row).order_by("-pk").first()
    if newest is None:
        return None
    footprint = Footprint.objects.filter(**row, entry=newest).first()
    entries: list[HistoryEntry] = []
    if footprint is not None:
        entries = list(HistoryEntry.objects.filter(pk__in=footprint.entries).order_by("pk"))
        if entries[0].transition not in version.plan.undoing or not graph.has_state(entries[0].source):
            entries = []  # the workflow of today does not know how
    return _Last(newest, footprint, entries)


def _is_theirs(graph: WorkflowGraph, record: Any, entry: HistoryEntry, actor: Actor) -> bool:
    """Whether the actor did the step, or may do it."""
    if entry.actor_id is not None and entry.actor_id == actor.user_id:
        return True
    if graph.has_transition(entry.transition):
        rules = graph.transition(entry.transition).by
    else:
        rules = (graph.task(entry.transition.partition(".")[0]).assign,)
    return actor.is_system or fits(rules, record, actor, graph)


def _refuse_late(run: Run, last: _Last, *, seen: str, step: int | None) -> None:
    """Refuse when another step happened since the actor looked."""
    known = [entry.pk for entry in last.entries] or [last.newest.pk]
    if (run.record.state == seen) if step is None else (step in known):
        return
    state = run.graph.state(run.record.state).title if run.graph.has_state(run.record.state) else run.record.state
    facts = told(run, last.newest) | {"state": state}
    raise AlreadyDone(**facts) if last.newest.transition == UNDO else Overtaken(**facts)


def _take_back(run: Run, footprint: Footprint, entries: Sequence[HistoryEntry], reason: str) -> FireResult:
    left = run.record.state
    _restore_state(run, entries[0].source, footprint.state_since)
    data = {"step": entries[0].transition, "undone": [entry.pk for entry in entries]}
    result = run.note(UNDO, data=data, reason=reason, source=left)
    for entry in reversed(entries):
        _compensate(run, entry, result, reason)
    _restore_tasks(run, footprint)
    timers.restore(run, footprint.timers)
    if run.graph.slas:
        slas.taken_back(run, entries[0].at)
    footprint.delete()
    run.rest()
    return result


def _restore_state(run: Run, state: str, since: datetime | None) -> None:
    model = cast(Any, type(run.record))
    moved = model._base_manager.filter(pk=run.record_id, state=run.record.state).update(
        state=state,
        state_since=since,
        workflow_version=run.graph.version,
        revision=F("revision") + 1,
        updated_at=run.at,
    )
    if not moved:
        raise RecordGone
    run.lock()


def _compensate(run: Run, entry: HistoryEntry, result: FireResult, reason: str) -> None:
    """Run what undoes the effects of one entry, last effect first; it is told what the step was told."""
    effects = run.plan.undoing.get(entry.transition, ())
    if effects:
        make_up(run, entry, effects, key=key_for(run, result.history_id, entry.pk), reason=reason)


def _restore_tasks(run: Run, footprint: Footprint) -> None:
    """Cancel what the step opened; open what it closed again, for whom it was."""
    Task.objects.filter(pk__in=footprint.opened_tasks, status=TaskStatus.OPEN).update(
        status=TaskStatus.CANCELLED, closed_at=run.at, closed_by=run.actor.user, closed_by_label=str(run.actor)[:254]
    )
    known = [node.key for node in run.plan.tasks[run.record.state]]
    Task.objects.filter(pk__in=footprint.closed_tasks, key__in=known).update(
        status=TaskStatus.OPEN, outcome="", reason="", closed_at=None, closed_by=None, closed_by_label=""
    )
