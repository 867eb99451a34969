"""What a record's page says of time: timers, repeats, promises, in words."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from modules.workflow.clocks.calendars import make_default
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.graph import Escalation, Repeat, Sla, Transition, Wait
from modules.workflow.panels.clockwork import promises_shown, span_in_words, timers_shown
from tests.workflow.app.models import Slip
from tests.workflow.clocks import STAMP, Made, go, local

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def promise(**changes: Any) -> Sla:
    return Sla("answer", "Answer", ("open",), paused_in=("aside",), **{"within": 8 * HOUR, "warn": 6 * HOUR, **changes})


def said(slip: Slip, at: datetime) -> list[tuple[str, str]]:
    slip.refresh_from_db()
    return [(line.words, line.tone) for line in promises_shown(slip, at)]


def test_timers_say_what_they_will_do(slip_by: Made, at: datetime) -> None:
    slip = slip_by(
        ways=[Transition("lapse", "Lapse", ("open",), "done", "timer", after=Wait(9 * HOUR))],
        repeats=[Repeat("nag", "Ask again", ("open",), Wait(HOUR), effects=(STAMP,))],
        slas=[promise(on_breach=(STAMP,))],
    )
    assert [(str(timer.title), str(timer.target), timer.due_at) for timer in timers_shown(slip)] == [
        ("Ask again", "", at + HOUR),
        ("Answer: too late", "", at + 8 * HOUR),  # the warning does nothing but note the time, so it is left out
        ("Lapse", "Done", at + 9 * HOUR),
    ]


def test_a_promise_says_how_it_stands(slip_by: Made, at: datetime) -> None:
    chain = (Escalation(Wait(HOUR), effects=(STAMP,)),)
    slip = slip_by(slas=[promise(escalate=chain)])
    assert said(slip, at + HOUR) == [("7 hours left", "info")]
    sweep_timers(at + 6 * HOUR)
    assert said(slip, at + 7 * HOUR) == [("60 minutes left", "warning")]
    assert said(slip, at + 10 * HOUR) == [("2 hours over", "danger")]
    go(slip, "aside", at + 7 * HOUR)
    assert said(slip, at + 70 * HOUR) == [("stands still, 60 minutes left", "neutral")]
    go(slip, "open", at + 80 * HOUR)
    go(slip, "done", at + 80 * HOUR)
    assert said(slip, at + 90 * HOUR) == [("kept", "success")]
    late = slip_by(slas=[promise()])
    go(late, "done", at + 9 * HOUR)
    assert said(late, at + 9 * HOUR) == [("not kept", "danger")]


def test_open_time_is_told_in_hours_and_never_in_days(slip_by: Made, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    make_default()
    slip = slip_by(slas=[promise(within=Wait(60 * HOUR, calendar="business"))], when=local(2026, 11, 16, 9))
    assert said(slip, local(2026, 11, 16, 12)) == [("57 hours of working time left", "info")]
    slip = slip_by(slas=[promise(within=Wait(8 * HOUR, calendar="business"))], when=local(2026, 11, 20, 9))
    assert said(slip, local(2026, 11, 21, 12)) == [("the time is up", "danger")]  # nobody is late by a closed Saturday
    assert said(slip, local(2026, 11, 23, 12)) == [("3 hours of working time over", "danger")]


def test_a_promise_without_a_date_says_so(slip_by: Made, at: datetime) -> None:
    slip = slip_by(slas=[promise(within=Wait(field="asked_at"), warn=None)])
    assert said(slip, at) == [("without a date so far", "info")]


@pytest.mark.any_database
def test_spans_are_told_in_the_reader_s_language() -> None:
    assert span_in_words(timedelta(days=3, hours=2)) == "3 days"
    with translation.override("es"):
        assert span_in_words(timedelta(hours=40)) == "40 horas"
