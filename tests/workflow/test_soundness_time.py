"""Soundness of what time does: timers, repeats, promises, reminders."""

from dataclasses import replace
from typing import Any

import pytest

from modules.workflow.graph import Escalation, Repeat, Sla, Wait, WorkflowGraph
from modules.workflow.soundness import findings
from modules.workflow.soundness.timing import is_sure_to_be_longer
from tests.workflow.app.models import Parcel
from tests.workflow.sound import DAY, GUARD, HOUR, OPPOSITE, OTHER, SOUND, STAMP, graph, voting, way


def repeating(**rest: Any) -> WorkflowGraph:
    return replace(SOUND, repeats=(Repeat("nag", "Nag", ("a",), **{"wait": Wait(DAY), "effects": STAMP, **rest}),))


def promising(*, after: Any = None, **rest: Any) -> WorkflowGraph:
    """A promise about the first state, and perhaps a timer that leaves it."""
    promise = Sla("answer", "Answer", ("a",), **{"within": Wait(DAY), "on_breach": STAMP, **rest})
    ways = [way("give_up", "a", "c", kind="timer", after=after)] if after else []
    return replace(SOUND, transitions=(*SOUND.transitions, *ways), slas=(promise,))


FAULTS: dict[str, tuple[WorkflowGraph, str, str, str]] = {
    "again and again without end": (repeating(times=0, every=Wait()), "repeat_without_pace", "repeat:nag", "error"),
    "thrice without a pause": (repeating(times=3), "repeat_without_pace", "repeat:nag", "error"),
    "always at the same date": (
        repeating(times=0, every=Wait(DAY, field="packed_at")), "repeat_without_pace", "repeat:nag", "error",
    ),
    "a repeat that does nothing": (repeating(effects=()), "does_nothing", "repeat:nag", "warning"),
    "a promise of no time": (promising(within=Wait()), "timer_without_time", "sla:answer", "error"),
    "a pause while it runs": (promising(paused_in=("a",)), "pause_while_running", "sla:answer", "error"),
    "a warning after the breach": (promising(warn=Wait(2 * DAY)), "warning_too_late", "sla:answer", "warning"),
    "a warning at the breach": (promising(warn=Wait(DAY)), "warning_too_late", "sla:answer", "warning"),
    "a warning without a time": (promising(on_warning=STAMP), "does_nothing", "sla:answer", "warning"),
    "an escalation before the breach": (
        promising(escalate=(Escalation(Wait(-HOUR)),)), "escalated_too_early", "sla:answer", "warning",
    ),
    "a timer longer than the promise": (
        promising(after=Wait(2 * DAY)), "timer_after_promise", "transition:give_up", "warning",
    ),
    "a reminder without a due time": (
        voting(remind=(Wait(-HOUR, field="due_at"),)), "no_due_time", "task:look", "error",
    ),
    "an escalation before the task is due": (
        voting(due=Wait(DAY), escalate=(Escalation(Wait(HOUR)),)), "escalated_too_early", "task:look", "warning",
    ),
    "an escalation before its due time": (
        voting(due=Wait(DAY), escalate=(Escalation(Wait(-HOUR, field="due_at")),)), "escalated_too_early", "task:look",
        "warning",
    ),
    "two timers of which one may be refused": (
        graph(way("go", "a", "b", kind="timer", after=DAY, guards=GUARD),
              way("other", "a", "c", kind="timer", after=DAY, guards=OTHER), way("end", "b", "c")),
        "timers_race", "transition:other", "warning",
    ),
    "a timer behind one that always goes earlier": (
        graph(way("go", "a", "b", kind="timer", after=HOUR), way("other", "a", "c", kind="timer", after=DAY),
              way("end", "b", "c")),
        "never_possible", "transition:other", "warning",
    ),
    "a timer that a shorter one begins anew for ever": (
        graph(way("nag", "a", "a", kind="timer", after=HOUR, effects=STAMP), way("go", "a", "b"),
              way("end", "b", "c"), way("lapse", "a", "c", kind="timer", after=2 * DAY)),
        "never_possible", "transition:lapse", "warning",
    ),
    "a due date that is no field": (
        voting(due=Wait(DAY, field="nowhere")), "unknown_field", "task:look", "error",
    ),
    "a timer that waits for a flag": (
        graph(way("go", "a", "b", kind="timer", after=Wait(DAY, field="is_fragile")), way("end", "b", "c")),
        "no_moment", "transition:go", "error",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_at_its_place(name: str) -> None:
    broken, code, place, severity = FAULTS[name]
    found = [(finding.code, finding.place, finding.severity) for finding in findings(broken, Parcel)]
    assert found.count((code, place, severity)) == 1, findings(broken, Parcel)


def test_what_keeps_its_time_has_no_finding() -> None:
    assert findings(repeating(times=0, every=Wait(HOUR)), Parcel) == []
    assert findings(repeating(wait=Wait(-DAY, field="packed_at")), Parcel) == []
    assert findings(promising(warn=Wait(HOUR), after=Wait(HOUR), on_warning=STAMP, paused_in=("b",)), Parcel) == []
    assert findings(voting(due=Wait(DAY), escalate=(Escalation(Wait(2 * DAY)),)), Parcel) == []


def test_timers_whose_guards_exclude_each_other_do_not_race() -> None:
    apart = graph(
        way("go", "a", "b", kind="timer", after=DAY, guards=GUARD),
        way("other", "a", "c", kind="timer", after=DAY, guards=OPPOSITE),
        way("end", "b", "c"),
    )
    assert findings(apart, Parcel) == []


@pytest.mark.parametrize(
    ("one", "other", "sure"),
    [
        (Wait(2 * DAY), Wait(DAY), True),
        (Wait(DAY), Wait(DAY), False),
        (Wait(days=2), Wait(DAY), True),
        (Wait(days=1), Wait(24 * HOUR), False),  # a day without its hour of summer time is shorter
        (Wait(months=1), Wait(days=26), True),
        (Wait(months=1), Wait(days=28), False),  # February
        (Wait(9 * HOUR, calendar="business"), Wait(8 * HOUR), True),  # open time takes at least as long
        (Wait(DAY), Wait(8 * HOUR, calendar="business"), False),  # nobody knows how long the shop is closed
        (Wait(9 * HOUR, calendar="business"), Wait(8 * HOUR, calendar="business"), True),
        (Wait(2 * DAY, field="packed_at"), Wait(DAY), False),
    ],
)
def test_waits_are_compared_only_where_the_answer_is_sure(one: Wait, other: Wait, sure: bool) -> None:
    assert is_sure_to_be_longer(one, other) is sure


@pytest.mark.parametrize(
    "first", [Wait(HOUR, calendar="business"), Wait(HOUR, field="packed_at"), Wait(DAY, days=1)], ids=str
)
def test_a_timer_whose_turn_may_come_first_is_no_finding(first: Wait) -> None:
    """Open hours may last for days, a date may be far away."""
    two = graph(way("go", "a", "b", kind="timer", after=first), way("end", "b", "c"),
                way("other", "a", "c", kind="timer", after=Wait(DAY + HOUR)))  # fmt: skip
    assert [found.place for found in findings(two, Parcel)] == (["transition:go"] if first.days else [])


def test_a_timer_behind_one_that_a_guard_may_refuse_is_no_finding() -> None:
    two = graph(way("go", "a", "b", kind="timer", after=HOUR, guards=GUARD), way("end", "b", "c"),
                way("other", "a", "c", kind="timer", after=DAY))  # fmt: skip
    assert findings(two, Parcel) == []


def test_a_timer_of_a_date_with_one_of_a_pause_may_lead_back() -> None:
    """It rests an hour each time: slow, and what was meant."""
    rounds = graph(way("go", "a", "b", kind="timer", after=Wait(field="packed_at")), way("end", "b", "c"),
                   way("back", "b", "a", kind="timer", after=HOUR))  # fmt: skip
    assert findings(rounds, Parcel) == []
