"""Promises of a record that moves to another version: its clocks go on, begin anew, or count as if the new version had
always been there; and what their warnings and breaches would bring at once.

`keep` leaves the moment at which a promise is up where it was, whatever the new version grants. What has been warned,
broken or escalated stays so, whatever is chosen.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from modules.workflow.choices import TimerScope, TransferOverdue, TransferTimers
from modules.workflow.clocks import slas
from modules.workflow.clocks.waits import counted, due_at
from modules.workflow.comparing.matching import Matches
from modules.workflow.graph import Sla, WorkflowGraph
from modules.workflow.models import SlaClock, Timer
from modules.workflow.transferring.outcome import Fate, TimerFate
from modules.workflow.transferring.snapshots import about
from modules.workflow.transferring.timing import Turning, new_name, title_of

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


def carry_promises(old: WorkflowGraph, matches: Matches, turning: Turning) -> list[TimerFate]:
    """Bring the clocks in line with the new version, and say what becomes of each warning, breach and escalation."""
    run = turning.run
    if not (old.slas or run.graph.slas):
        return []
    before = {new_name(row.transition, matches): row for row in _timers(run)}
    known = set(_rename(run, matches))
    for clock in _clocks(run):
        _recount(turning, old, matches, clock)
    slas.settle(run)
    due: set[str] = set()
    for clock in _clocks(run):
        sla = next(sla for sla in run.graph.slas if sla.key == clock.sla)
        if clock.pk not in known and turning.choices.timers == TransferTimers.RECOMPUTE:
            _count_from_entering(run, sla, clock)
        if clock.running_since is not None:
            due |= _meet_what_is_due(turning, sla, clock, before)
    return _fates(run, old, before, due)


def _timers(run: "Run") -> Any:
    return Timer.objects.filter(**about(run), scope=TimerScope.SLA).order_by("due_at", "pk")


def _clocks(run: "Run") -> list[SlaClock]:
    return list(SlaClock.objects.filter(**about(run), ended_at__isnull=True).order_by("pk"))


def _rename(run: "Run", matches: Matches) -> list[int]:
    """Give the open clocks the names of the new version; their keys."""
    known = []
    for clock in _clocks(run):
        known.append(clock.pk)
        new = matches.slas.get(clock.sla, clock.sla)
        if new != clock.sla:
            SlaClock.objects.filter(pk=clock.pk).update(sla=new)
    return known


# What was chosen


def _recount(turning: Turning, old: WorkflowGraph, matches: Matches, clock: SlaClock) -> None:
    """Let a clock that goes on keep what is left of it, or begin anew; counted by the new promise it is otherwise."""
    new = next((sla for sla in turning.run.graph.slas if sla.key == clock.sla), None)
    was = next((sla for sla in old.slas if matches.slas.get(sla.key) == clock.sla), None)
    if new is None or was is None:
        return
    match turning.choices.timers:
        case TransferTimers.KEEP if was.within != new.within:
            _keep(turning.run, was, new, clock)
        case TransferTimers.RESTART if clock.breached_at is None:
            clock.started_at, clock.spent = turning.run.at, timedelta()
            clock.running_since = None if clock.running_since is None else turning.run.at
        case _:
            return
    clock.save(update_fields=["started_at", "spent", "running_since"])


def _keep(run: "Run", was: Sla, new: Sla, clock: SlaClock) -> None:
    """Credit or debit the clock by what the new promise grants more or less, so that it is up when it was."""
    granted = slas.budget(new, new.within, clock, run.record)
    if granted is None:
        return
    if clock.running_since is not None:
        if clock.due_at is not None:
            clock.spent = granted - counted(new.within.calendar, clock.running_since, clock.due_at)
        return
    before = slas.budget(was, was.within, clock, run.record)
    if before is not None:
        clock.spent += granted - before


def _count_from_entering(run: "Run", sla: Sla, clock: SlaClock) -> None:
    """A promise that is new counts as if it had been there when the record came into its state."""
    clock.started_at = clock.running_since = run.record.state_since
    slas.set_clock(run, sla, clock)


# What is due at once


def _meet_what_is_due(turning: Turning, sla: Sla, clock: SlaClock, before: dict[str, Timer]) -> set[str]:
    """Send, spread or skip what the promise would bring now and would not have brought without the move."""
    run = turning.run
    rows = {row.transition: row.pk for row in _timers(run) if row.due_at <= run.at}
    due = {name for name in rows if name.startswith(f"{sla.key}#") and _is_new(before.get(name), run.at)}
    if f"{sla.key}#breach" in due:  # who is told of the breach needs no warning
        Timer.objects.filter(**about(run), transition=f"{sla.key}#warn").delete()
        due.discard(f"{sla.key}#warn")
    match turning.choices.overdue:
        case TransferOverdue.SPREAD:
            ours = Timer.objects.filter(pk__in=[rows[name] for name in due])
            ours.update(due_at=turning.turn, next_try_at=turning.turn)
        case TransferOverdue.SKIP if due:
            _skip(run, sla, clock, {name.partition("#")[2] for name in due})
    return due


def _is_new(was: Timer | None, at: datetime) -> bool:
    return was is None or was.due_at > at


def _skip(run: "Run", sla: Sla, clock: SlaClock, deeds: set[str]) -> None:
    """It stands written down as warned or broken; nobody is told. Links of the chain that are to come do come."""
    if "warn" in deeds:
        clock.warned_at = run.at
    if "breach" in deeds:
        clock.breached_at = clock.due_at
    while clock.breached_at is not None and _link_is_due(run, sla, clock):
        clock.escalated += 1
    slas.set_clock(run, sla, clock)


def _link_is_due(run: "Run", sla: Sla, clock: SlaClock) -> bool:
    if clock.escalated >= len(sla.escalate) or clock.due_at is None:
        return False
    moment = due_at(sla.escalate[clock.escalated].wait, run.record, clock.due_at)
    return moment is not None and moment <= run.at


def _fates(run: "Run", old: WorkflowGraph, before: dict[str, Timer], due: set[str]) -> list[TimerFate]:
    now = {row.transition: row for row in _timers(run)}
    fates = [
        TimerFate(name, title_of(run.graph, name), _fate(row, before.get(name)), row.due_at, name in due)
        for name, row in now.items()
    ]
    skipped = [TimerFate(name, title_of(run.graph, name), "skipped", is_due=True) for name in sorted(due - {*now})]
    gone = [name for name in before if name not in now and name not in due]
    return fates + skipped + [TimerFate(name, title_of(old, before[name].transition), "dropped") for name in gone]


def _fate(row: Timer, was: Timer | None) -> Fate:
    return "set" if was is None else "kept" if was.due_at == row.due_at else "restarted"
