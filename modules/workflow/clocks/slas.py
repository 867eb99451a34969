"""Promises: how much time a record may spend in some states.

A clock starts on entering one of the promise's states, runs on over moves between them, stands still in `paused_in`,
and ends everywhere else. Time is counted in the promise's own unit, open time of its calendar or elapsed time, so that
a pause costs nothing. Warning, breach and escalations are duties (`duties.py`); each happens once a clock.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from modules.workflow.choices import TimerScope
from modules.workflow.clocks import duties, timers
from modules.workflow.clocks.waits import counted, due_at
from modules.workflow.graph import Sla, Wait
from modules.workflow.models import SlaClock, Timer

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


def follow(run: "Run") -> None:
    """Start, pause, resume or end the record's clocks after a move."""
    clocks = _open_clocks(run)
    for sla in run.graph.slas:
        clock = clocks.get(sla.key)
        if clock is not None and not set(run.path[1:]) <= {*sla.states, *sla.paused_in}:
            _end(run, sla, clock)
            clock = None
        _settle(run, sla, clock)


def settle(run: "Run") -> None:
    """Bring the clocks in line with the state that the record is in, and with the promises of its workflow, however it
    came there: clocks that run are counted anew, those of promises that are no more end."""
    clocks = _open_clocks(run)
    for sla in run.graph.slas:
        clock = clocks.pop(sla.key, None)
        if clock is not None and run.record.state not in {*sla.states, *sla.paused_in}:
            _end(run, sla, clock)
            clock = None
        _settle(run, sla, clock)
        if clock is not None and clock.running_since is not None:
            set_clock(run, sla, clock)  # the promise may grant another time now
    for clock in clocks.values():
        clock.running_since, clock.ended_at = None, run.at
        clock.save(update_fields=["running_since", "ended_at"])
    gone = Timer.objects.filter(record_type=run.graph.record_type, record_id=run.record_id, scope=TimerScope.SLA)
    gone.exclude(transition__in=[name for sla in run.graph.slas for name in _names(sla)]).delete()


def taken_back(run: "Run", since: datetime) -> None:
    """Undo what a step at that moment did to the clocks: those it started are gone, those it ended run on."""
    ours = SlaClock.objects.filter(record_type=run.graph.record_type, record_id=run.record_id)
    touched = list(ours.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=since)).order_by("pk"))
    for sla in run.graph.slas:
        is_inside = run.record.state in {*sla.states, *sla.paused_in}
        found = [clock for clock in touched if clock.sla == sla.key]
        theirs = found[1:] if is_inside else [clock for clock in found if clock.ended_at is None]
        ours.filter(pk__in=[clock.pk for clock in theirs]).delete()
        if not (found and is_inside):
            _unset(run, sla)
            continue
        first = found[0]
        first.ended_at = None
        first.running_since = (first.running_since or since) if run.record.state in sla.states else None
        set_clock(run, sla, first)


def retime(run: "Run") -> None:
    """Count again where a promise counts from, or until, a date of the record."""
    dated = [sla for sla in run.graph.slas if sla.within.field or (sla.warn and sla.warn.field)]
    if not dated:
        return
    clocks = _open_clocks(run)
    for sla in dated:
        clock = clocks.get(sla.key)
        if clock is not None and clock.running_since is not None:
            set_clock(run, sla, clock)


# The clock


def _settle(run: "Run", sla: Sla, clock: SlaClock | None) -> None:
    if run.record.state in sla.states:
        if clock is None:
            _start(run, sla)
        elif clock.running_since is None:
            clock.running_since = run.at
            set_clock(run, sla, clock)
    elif clock is not None and clock.running_since is not None:
        _stop(run, sla, clock)
        clock.due_at = None
        clock.save(update_fields=["spent", "running_since", "due_at"])


def _open_clocks(run: "Run") -> dict[str, SlaClock]:
    ours = SlaClock.objects.filter(record_type=run.graph.record_type, record_id=run.record_id, ended_at__isnull=True)
    return {clock.sla: clock for clock in ours}


def _start(run: "Run", sla: Sla) -> None:
    clock = SlaClock(
        record_type=run.graph.record_type, record_id=run.record_id, sla=sla.key, started_at=run.at, spent=timedelta(),
        running_since=run.at,
    )  # fmt: skip
    set_clock(run, sla, clock)


def _stop(run: "Run", sla: Sla, clock: SlaClock) -> None:
    """Add up what the clock has run; a breach that the sweep has not come to yet happens now."""
    if clock.running_since is None:
        return
    if clock.due_at is not None and clock.due_at <= run.at and clock.breached_at is None:
        _breach(run, sla, clock)
    clock.spent += max(counted(sla.within.calendar, clock.running_since, run.at), timedelta())
    clock.running_since = None
    _unset(run, sla)


def _end(run: "Run", sla: Sla, clock: SlaClock) -> None:
    _stop(run, sla, clock)
    clock.ended_at = run.at
    clock.save(update_fields=["spent", "running_since", "ended_at"])


def set_clock(run: "Run", sla: Sla, clock: SlaClock) -> None:
    """Save a clock with the moment at which its time is up, and set the timers of what is still to come."""
    clock.due_at = up_at(sla, sla.within, clock, run.record)
    clock.save()
    _unset(run, sla)
    if clock.running_since is None:
        return
    if clock.breached_at is not None:
        _set_escalation(run, sla, clock)
        return
    if clock.due_at is not None:
        timers.open_timer(run, f"{sla.key}#breach", clock.due_at, scope=TimerScope.SLA)
    warning = None if sla.warn is None or clock.warned_at else up_at(sla, sla.warn, clock, run.record)
    if warning is not None:
        timers.open_timer(run, f"{sla.key}#warn", warning, scope=TimerScope.SLA)


def _set_escalation(run: "Run", sla: Sla, clock: SlaClock) -> None:
    """The chain goes on one by one; each counts from the moment the time was up."""
    if clock.escalated < len(sla.escalate) and clock.due_at is not None:
        due = due_at(sla.escalate[clock.escalated].wait, run.record, clock.due_at)
        if due is not None:
            timers.open_timer(run, f"{sla.key}#escalate{clock.escalated}", due, scope=TimerScope.SLA)


def _unset(run: "Run", sla: Sla) -> None:
    Timer.objects.filter(
        record_type=run.graph.record_type, record_id=run.record_id, transition__in=list(_names(sla))
    ).delete()


def _names(sla: Sla) -> Iterable[str]:
    yield from (f"{sla.key}#warn", f"{sla.key}#breach")
    yield from (f"{sla.key}#escalate{number}" for number in range(len(sla.escalate)))


# Counting


def budget(sla: Sla, wait: Wait, clock: SlaClock, record: Any) -> timedelta | None:
    """How much time a wait of the promise grants in all, as the promise counts it; None where there is no end."""
    end = due_at(wait, record, clock.started_at)
    return None if end is None else counted(sla.within.calendar, clock.started_at, end)


def up_at(sla: Sla, wait: Wait, clock: SlaClock, record: Any) -> datetime | None:
    """When a wait of the promise ends; None while the clock stands still, and where there is no end."""
    granted = budget(sla, wait, clock, record)
    if granted is None or clock.running_since is None:
        return None
    return due_at(Wait(granted - clock.spent, calendar=sla.within.calendar), record, clock.running_since)


# Duties


def perform(run: "Run", timer: Timer, sla: Sla, deed: str, number: int) -> bool:
    """Warn, break or escalate, if the record's clock still runs and has not done it."""
    clock = _open_clocks(run).get(sla.key)
    if clock is None or clock.running_since is None:
        return False
    if deed == "escalate":
        done = _escalate(run, sla, clock, number)
    else:
        wait = sla.within if deed == "breach" else sla.warn
        moment = None if wait is None else up_at(sla, wait, clock, run.record)
        if moment is None or moment > run.at:  # a date of the record has moved meanwhile
            set_clock(run, sla, clock)
            return False
        done = _breach(run, sla, clock) if deed == "breach" else _warn(run, sla, clock)
    run.rest()
    return done


def _warn(run: "Run", sla: Sla, clock: SlaClock) -> bool:
    if clock.warned_at is not None or clock.breached_at is not None:
        return False
    clock.warned_at = run.at
    clock.save(update_fields=["warned_at"])
    duties.act(run, f"{sla.key}#warn", sla.on_warning, {"due_at": clock.due_at})
    return True


def _breach(run: "Run", sla: Sla, clock: SlaClock) -> bool:
    if clock.breached_at is not None:
        return False
    clock.breached_at = clock.due_at
    clock.save(update_fields=["breached_at"])
    _set_escalation(run, sla, clock)
    duties.act(run, f"{sla.key}#breach", sla.on_breach, {"due_at": clock.due_at})
    return True


def _escalate(run: "Run", sla: Sla, clock: SlaClock, number: int) -> bool:
    if number != clock.escalated:
        return False
    rule = sla.escalate[number]
    clock.escalated += 1
    clock.save(update_fields=["escalated"])
    _set_escalation(run, sla, clock)
    if rule.to is not None:
        from modules.workflow.clocks import reminders

        reminders.hand_up(run, "", rule.to)
    duties.act(run, f"{sla.key}#escalate{number}", rule.effects, {"due_at": clock.due_at})
    return True
