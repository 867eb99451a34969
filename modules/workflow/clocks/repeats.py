"""What time does again and again while a record stays in a state.

The moments of a repeat are counted from its first one, so that the 31st stays the last day of every month and half past
two comes back after the night without it. After a downtime it runs once, and goes on in its rhythm. A run that guards
refuse is skipped and counts; so many as were missed count once.
"""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from modules.workflow.clocks import calendars, duties, timers
from modules.workflow.clocks.waits import due_at
from modules.workflow.graph import Repeat, Wait

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run
    from modules.workflow.models import Timer

MOST = 1 << 40
"""Beyond so many times the rhythm there is no moment: it does not move forward."""


def open_here(run: "Run") -> None:
    """Set the first timer of each repeat of the state that was reached."""
    for repeat in run.plan.repeats[run.path[-1]]:
        due = due_at(repeat.wait, run.record, run.at)
        if due is not None:
            timers.open_timer(run, repeat.key, due)


def perform(run: "Run", timer: "Timer", repeat: Repeat) -> bool:
    """One run: the next timer is set, then the effects run unless a guard refuses; whether they ran."""
    if run.record.state != timer.state:
        return False
    if not timer.runs and timers.comes_later(run, timer, repeat.wait):
        return False
    following = _following(run, timer, repeat)
    if following is not None:
        timers.open_timer(run, repeat.key, following, started_at=timer.started_at, runs=timer.runs + 1)
    guards = run.plan.guards(repeat.guards)
    if any(guard.why_not(run.record, run.facts()) is not None for guard in guards):
        return False
    duties.act(run, repeat.key, repeat.effects, {"due_at": timer.due_at})
    run.rest()
    return True


def _following(run: "Run", timer: "Timer", repeat: Repeat) -> datetime | None:
    """The next moment of the rhythm that is still to come; None when the repeat is over."""
    if repeat.every is None or (repeat.times and timer.runs + 1 >= repeat.times):
        return None
    first = due_at(repeat.wait, run.record, timer.started_at)
    return None if first is None else next_moment(repeat.every, run.record, first, run.at)


def next_moment(every: Wait, record: Any, first: datetime, now: datetime) -> datetime | None:
    """The first moment of a rhythm after now, found by doubling and halving: years of minutes are no loop."""

    hours_of = cache(calendars.hours_of)

    def moment(number: int) -> datetime | None:
        try:
            return due_at(_times(every, number), record, first, hours_of)
        except OverflowError:
            return None

    reach = 1
    while (found := moment(reach)) is not None and found <= now:
        reach *= 2
        if reach > MOST:
            return None
    before, after = reach // 2, reach
    while after - before > 1:
        middle = (before + after) // 2
        found = moment(middle)
        if found is not None and found <= now:
            before = middle
        else:
            after = middle
    return moment(after)


def _times(every: Wait, number: int) -> Wait:
    return replace(
        every, amount=every.amount * number, days=every.days * number, months=every.months * number, field=""
    )
