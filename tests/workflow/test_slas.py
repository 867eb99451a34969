"""Promises: clocks that run, stand still and end; a warning, a breach and a chain of escalations, each once."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from modules.core.actors import SYSTEM
from modules.workflow.api import advance, fire, history_of, undo_last
from modules.workflow.clocks import slas
from modules.workflow.clocks.calendars import make_default
from modules.workflow.clocks.sla_states import SlaState, sla_state
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.engine.running import running
from modules.workflow.graph import ActorRule, Escalation, Sla, Transition, Wait
from modules.workflow.models import SlaClock
from tests.workflow.app.models import Slip
from tests.workflow.clocks import STAMP, Made, due, go, local, stamps, steps

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def promise(**changes: Any) -> Sla:
    parts = {
        "states": ("open", "asked"), "within": 8 * HOUR, "warn": 6 * HOUR, "paused_in": ("aside",),
        "on_warning": (STAMP,), "on_breach": (STAMP,), **changes,
    }  # fmt: skip
    return Sla("answer", "Answer", **parts)


def clock(slip: Slip) -> SlaClock:
    return SlaClock.objects.get(record_type="parcels.slip", record_id=slip.pk)


def state(slip: Slip, at: datetime) -> SlaState:
    slip.refresh_from_db()
    (found,) = sla_state([slip], at)[slip.pk]
    return found


def test_a_promise_that_is_kept_says_so(slip_by: Made, at: datetime) -> None:
    slip = slip_by(slas=[promise()])
    assert due(slip) == {"answer#warn": at + 6 * HOUR, "answer#breach": at + 8 * HOUR}
    now = state(slip, at + HOUR)
    assert (now.status, now.remaining, now.due_at, now.is_broken) == ("running", 7 * HOUR, at + 8 * HOUR, False)
    go(slip, "done", at + 2 * HOUR)
    assert due(slip) == {}
    assert state(slip, at + 9 * HOUR).status == "met"
    assert clock(slip).spent == 2 * HOUR
    assert sweep_timers(at + 9 * HOUR) == 0


def test_it_runs_on_over_moves_between_its_states(slip_by: Made, at: datetime) -> None:
    slip = slip_by(slas=[promise()])
    go(slip, "asked", at + HOUR)
    go(slip, "asked", at + 2 * HOUR)
    assert due(slip) == {"answer#warn": at + 6 * HOUR, "answer#breach": at + 8 * HOUR}
    assert clock(slip).started_at == at


def test_a_pause_costs_nothing(slip_by: Made, at: datetime) -> None:
    slip = slip_by(slas=[promise()])
    go(slip, "aside", at + 5 * HOUR)
    assert due(slip) == {}
    now = state(slip, at + 40 * HOUR)
    assert (now.status, now.remaining, now.due_at) == ("paused", 3 * HOUR, None)
    assert sweep_timers(at + 40 * HOUR) == 0
    go(slip, "open", at + 50 * HOUR)
    assert due(slip) == {"answer#warn": at + 51 * HOUR, "answer#breach": at + 53 * HOUR}
    go(slip, "aside", at + 52 * HOUR)
    go(slip, "asked", at + 60 * HOUR)
    assert due(slip)["answer#breach"] == at + 61 * HOUR
    assert clock(slip).started_at == at


def test_f22_warning_and_breach_come_once_each_whatever_the_clock_does(slip_by: Made, at: datetime) -> None:
    slip = slip_by(slas=[promise()])
    assert [sweep_timers(at + hours * HOUR) for hours in (5, 6, 6, 7)] == [0, 1, 0, 0]
    assert sweep_timers(at + 32 * HOUR) == 1  # a day forward
    assert [sweep_timers(at + 6 * HOUR), sweep_timers(at + 8 * HOUR), sweep_timers(at + 33 * HOUR)] == [0, 0, 0]
    assert stamps(slip) == ["answer#warn", "answer#breach"]
    assert steps(slip) == ["start", "open", "answer#warn", "answer#breach"]
    assert (clock(slip).warned_at, clock(slip).breached_at) == (at + 6 * HOUR, at + 8 * HOUR)
    entry = history_of(slip).latest("pk")
    assert (entry.source, entry.target, entry.actor_label) == ("open", "open", "system")
    now = state(slip, at + 10 * HOUR)
    assert (now.status, now.remaining, now.is_broken, now.is_warned) == ("running", -2 * HOUR, True, True)
    go(slip, "aside", at + 10 * HOUR)
    go(slip, "open", at + 11 * HOUR)
    assert due(slip) == {}  # paused and resumed after the breach: nothing comes twice
    go(slip, "done", at + 12 * HOUR)
    assert state(slip, at + 12 * HOUR).status == "broken"


def test_f03_after_a_downtime_warning_and_breach_come_in_order(slip_by: Made, at: datetime) -> None:
    slips = [slip_by(slas=[promise()], when=at + minutes * timedelta(minutes=1)) for minutes in (30, 0)]
    sweep_timers(at + 100 * HOUR)
    assert stamps(slips[0]) == stamps(slips[1]) == ["answer#warn", "answer#breach"]
    order = history_of(slips[0]).model.objects.filter(transition__contains="#").order_by("pk")
    assert list(order.values_list("record_id", flat=True)) == [slips[1].pk, slips[0].pk] * 2


def test_a_warning_that_was_given_is_not_set_again_after_a_pause(slip_by: Made, at: datetime) -> None:
    slip = slip_by(slas=[promise()])
    sweep_timers(at + 6 * HOUR)
    go(slip, "aside", at + 7 * HOUR)
    go(slip, "open", at + 9 * HOUR)
    assert due(slip) == {"answer#breach": at + 10 * HOUR}


def test_leaving_too_late_before_the_sweep_came_is_a_breach_too(slip_by: Made, at: datetime) -> None:
    slip = slip_by(slas=[promise()])
    go(slip, "done", at + 9 * HOUR)
    assert steps(slip) == ["start", "open", "done", "answer#breach"]
    assert (clock(slip).breached_at, clock(slip).ended_at) == (at + 8 * HOUR, at + 9 * HOUR)
    assert (state(slip, at + 9 * HOUR).status, due(slip)) == ("broken", {})
    other = slip_by(slas=[promise()])
    go(other, "aside", at + 9 * HOUR)
    assert state(other, at + 10 * HOUR).is_broken
    assert stamps(other) == ["answer#breach"]


def test_leaving_for_good_and_coming_back_begins_a_new_clock(slip_by: Made, at: datetime) -> None:
    slip = slip_by(slas=[promise()])
    slip_by(slas=[promise()], ways=[way_back("open", "new")])
    fire(slip, "step", actor=SYSTEM, at=at + HOUR)
    assert due(slip) == {}
    go(slip, "aside", at + HOUR)
    assert SlaClock.objects.filter(record_id=slip.pk).count() == 1  # paused before it began: it has not begun
    go(slip, "open", at + 2 * HOUR)
    assert due(slip)["answer#breach"] == at + 10 * HOUR
    assert SlaClock.objects.filter(record_id=slip.pk, ended_at__isnull=True).count() == 1


def test_open_time_of_a_business_is_kept_over_a_pause(slip_by: Made, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    make_default()
    sixteen = Wait(16 * HOUR, calendar="business")
    slip = slip_by(
        slas=[promise(within=sixteen, warn=Wait(12 * HOUR, calendar="business"))], when=local(2026, 11, 20, 9)
    )
    assert due(slip) == {"answer#warn": local(2026, 11, 23, 13), "answer#breach": local(2026, 11, 23, 17)}
    go(slip, "aside", local(2026, 11, 20, 20))  # eight hours of the sixteen are used
    assert state(slip, local(2026, 11, 22)).remaining == 8 * HOUR
    go(slip, "open", local(2026, 11, 24, 16))
    assert due(slip) == {"answer#warn": local(2026, 11, 25, 12), "answer#breach": local(2026, 11, 25, 16)}
    now = state(slip, local(2026, 11, 25, 8))
    assert (now.remaining, now.in_business_time) == (7 * HOUR, True)
    assert state(slip, local(2026, 11, 26, 10)).remaining == -2 * HOUR


def test_the_chain_of_escalations_goes_on_one_by_one_and_waits_while_paused(slip_by: Made, at: datetime) -> None:
    chain = tuple(Escalation(Wait(hours * HOUR), effects=(STAMP,)) for hours in (1, 4))
    slip = slip_by(slas=[promise(warn=None, escalate=chain)])
    sweep_timers(at + 8 * HOUR)
    assert due(slip) == {"answer#escalate0": at + 9 * HOUR}
    sweep_timers(at + 9 * HOUR)
    assert due(slip) == {"answer#escalate1": at + 12 * HOUR}
    go(slip, "aside", at + 10 * HOUR)
    assert (due(slip), sweep_timers(at + 20 * HOUR)) == ({}, 0)
    go(slip, "open", at + 30 * HOUR)
    assert due(slip) == {"answer#escalate1": at + 32 * HOUR}
    sweep_timers(at + 32 * HOUR)
    assert stamps(slip) == ["answer#breach", "answer#escalate0", "answer#escalate1"]
    assert due(slip) == {}


def test_a_promise_up_to_a_date_follows_the_date(slip_by: Made, at: datetime, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    slip = slip_by(slas=[promise(within=Wait(field="promised_on"), warn=Wait(days=-1, field="promised_on"))])
    assert (due(slip), state(slip, at).remaining) == ({}, None)
    tick = timedelta(microseconds=1)
    for day in (25, 27):
        Slip.objects.filter(pk=slip.pk).update(promised_on=date(2026, 11, day))
        advance(slip, at=at)
        assert due(slip) == {
            "answer#warn": local(2026, 11, day) - tick,
            "answer#breach": local(2026, 11, day + 1) - tick,
        }
    Slip.objects.filter(pk=slip.pk).update(promised_on=date(2026, 11, 29))  # and nobody says so
    assert sweep_timers(local(2026, 11, 28)) == 0
    assert due(slip)["answer#breach"] == local(2026, 11, 30) - tick


@pytest.mark.parametrize("target", ["done", "aside", "asked"])
def test_a_step_that_is_taken_back_leaves_the_clock_as_it_was(slip_by: Made, at: datetime, target: str) -> None:
    slip = slip_by(slas=[promise()], ways=[way_back("open", target)])
    timers = due(slip)
    fire(slip, "step", actor=SYSTEM, at=at + HOUR)
    undo_last(slip, actor=SYSTEM, at=at + 2 * HOUR)
    now = clock(slip)
    assert due(slip) == timers
    assert (now.ended_at, now.started_at, now.spent + (at + 2 * HOUR - now.running_since)) == (None, at, 2 * HOUR)


def test_a_clock_that_a_step_started_goes_when_the_step_is_taken_back(slip_by: Made, at: datetime) -> None:
    slip = slip_by("new", slas=[promise()], ways=[way_back("new", "open")])
    fire(slip, "step", actor=SYSTEM, at=at + HOUR)
    assert clock(slip).running_since == at + HOUR
    undo_last(slip, actor=SYSTEM, at=at + 2 * HOUR)
    assert (due(slip), SlaClock.objects.exists()) == ({}, False)


def test_a_pause_goes_on_when_the_step_out_of_it_is_taken_back(slip_by: Made, at: datetime) -> None:
    slip = slip_by(slas=[promise()], ways=[way_back("aside", "open")])
    go(slip, "aside", at + HOUR)
    fire(slip, "step", actor=SYSTEM, at=at + 2 * HOUR)
    undo_last(slip, actor=SYSTEM, at=at + 3 * HOUR)
    now = state(slip, at + 5 * HOUR)
    assert (now.status, now.remaining, due(slip)) == ("paused", 7 * HOUR, {})


def way_back(source: str, target: str) -> Transition:
    """A step that can be taken back."""
    return Transition("step", "Step", (source,), target, by=(ActorRule("system"),), undo=())


def test_another_version_of_the_promise_counts_anew_from_the_same_start(slip_by: Made, at: datetime) -> None:
    slip = slip_by(slas=[promise()])
    for changes, expected in (
        ({"within": 10 * HOUR}, {"answer#warn": at + 6 * HOUR, "answer#breach": at + 10 * HOUR}),
        ({"states": ("done",), "paused_in": ("open",)}, {}),
    ):
        slip_by("new", slas=[promise(**changes)])
        with running(slip, actor=SYSTEM, at=at + 2 * HOUR) as run:
            run.lock()
            slas.settle(run)
        assert due(slip) == expected
    assert clock(slip).spent == 2 * HOUR
    slip_by("new", slas=[replace(promise(), key="other")])
    with running(slip, actor=SYSTEM, at=at + 3 * HOUR) as run:
        run.lock()
        slas.settle(run)
    assert list(SlaClock.objects.filter(record_id=slip.pk, ended_at=None).values_list("sla", flat=True)) == ["other"]


def test_a_list_costs_as_many_queries_as_one_record(
    slip_by: Made, at: datetime, django_assert_num_queries: Any
) -> None:
    make_default()
    sla = promise(within=Wait(8 * HOUR, calendar="business"), warn=None)
    slips = [slip_by(slas=[sla]) for _ in range(5)]
    go(slips[1], "aside", at + HOUR)
    for count in (1, 5):
        with django_assert_num_queries(3):
            found = sla_state(slips[:count], at + HOUR)
        assert [len(found[slip.pk]) for slip in slips[:count]] == [1] * count
