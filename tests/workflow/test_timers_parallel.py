"""What time does, from several sides at once, with real connections."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.core.actors import SYSTEM
from modules.workflow.api import Refused, fire
from modules.workflow.clocks.retiming import retime
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.graph import Repeat, Sla, Wait
from modules.workflow.models import HistoryEntry, SlaClock, Timer
from tests.workflow.app.models import Slip, Stamp
from tests.workflow.clocks import STAMP, Made, stamps

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
HOUR = timedelta(hours=1)
NAG = Repeat("nag", "Nag", ("open",), Wait(HOUR), Wait(HOUR), 0, effects=(STAMP,))
ANSWER = Sla(
    "answer", "Answer", ("open",), Wait(4 * HOUR), Wait(2 * HOUR), ("aside",), on_warning=(STAMP,), on_breach=(STAMP,)
)
Parallel = Callable[..., list[Any]]


def sane(answers: list[Any]) -> list[Any]:
    """The answers, where nothing but a refusal went wrong."""
    assert not [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, Refused)], (
        answers
    )
    return answers


def test_four_workers_run_every_repeat_once(
    slip_by: Made, at: datetime, parallel: Parallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modules.workflow.clocks.sweep.BATCH", 3)
    slips = [slip_by(repeats=[NAG]) for _ in range(12)]
    for round_ in (1, 2):
        answers = sane(parallel(lambda number, hours=round_: sweep_timers(at + hours * HOUR), 4))
        assert sum(answers) == 12, answers
    assert [stamps(slip) for slip in slips] == [["nag", "nag"]] * 12
    assert set(Timer.objects.values_list("due_at", flat=True)) == {at + 3 * HOUR}


def test_warning_and_breach_come_once_from_four_workers(slip_by: Made, at: datetime, parallel: Parallel) -> None:
    slips = [slip_by(slas=[ANSWER]) for _ in range(6)]
    for hours in (2, 4):
        assert sum(sane(parallel(lambda number, hours=hours: sweep_timers(at + hours * HOUR), 4))) == 6
    assert [stamps(slip) for slip in slips] == [["answer#warn", "answer#breach"]] * 6


def test_leaving_a_state_while_its_repeat_and_its_promise_fire(slip_by: Made, at: datetime, parallel: Parallel) -> None:
    slips = [slip_by(repeats=[NAG], slas=[ANSWER]) for _ in range(8)]

    def act(number: int) -> Any:
        if number % 2:
            return sweep_timers(at + 4 * HOUR)
        return [fire(slip, "done", actor=SYSTEM, at=at + 4 * HOUR, key="x") for slip in slips]

    sane(parallel(act, 4))
    assert not Timer.objects.exists()
    assert not SlaClock.objects.filter(ended_at__isnull=True).exists()
    for slip in slips:
        rows = list(HistoryEntry.objects.filter(record_id=slip.pk).order_by("pk").values_list("transition", "source"))
        before = [name for name, source in rows if source == "open" and name != "done"]
        assert set(before) <= {"nag", "answer#warn", "answer#breach"}
        assert len(before) == len(set(before))
        assert [name for name, _ in rows].count("done") == 1
        assert stamps(slip).count("answer#breach") == 1  # by the sweep, or by leaving too late
        after = rows[[name for name, _ in rows].index("done") + 1 :]
        assert after in ([], [("answer#breach", "done")])


def test_pausing_and_resuming_against_the_sweep_keeps_one_clock(
    slip_by: Made, at: datetime, parallel: Parallel
) -> None:
    slips = [slip_by(slas=[ANSWER]) for _ in range(6)]

    def act(number: int) -> Any:
        when = at + 2 * HOUR
        if number % 2:
            return [sweep_timers(when) for _ in range(4)]
        for slip in slips:
            for state in ("aside", "open"):
                try:
                    fire(Slip.objects.get(pk=slip.pk), state, actor=SYSTEM, at=when)
                except Refused:
                    continue
        return None

    sane(parallel(act, 4))
    for slip in slips:
        assert SlaClock.objects.filter(record_id=slip.pk).count() == 1
        assert stamps(slip).count("answer#warn") <= 1
        slip.refresh_from_db()
        names = set(Timer.objects.filter(record_id=slip.pk).values_list("transition", flat=True))
        assert ("answer#breach" in names) == (slip.state == "open")
    assert Stamp.objects.filter(word="answer#breach").count() == 0


def test_moving_a_date_while_the_sweep_fires_never_fires_for_the_new_date(
    slip_by: Made, at: datetime, parallel: Parallel
) -> None:
    dated = Repeat("nag", "Nag", ("open",), Wait(HOUR, field="asked_at"), effects=(STAMP,))
    slips = [slip_by(repeats=[dated], asked_at=at) for _ in range(8)]

    def act(number: int) -> Any:
        if number % 2:
            return sweep_timers(at + HOUR)
        for slip in slips:
            Slip.objects.filter(pk=slip.pk).update(asked_at=at + 10 * HOUR)
            retime(slip, at=at + HOUR)
        return None

    sane(parallel(act, 4))
    for slip in slips:
        assert stamps(slip).count("nag") <= 1
        assert list(Timer.objects.filter(record_id=slip.pk).values_list("due_at", flat=True)) == [at + 11 * HOUR]
