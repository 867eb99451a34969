"""Promises of records that move to another version: kept, begun anew, counted as if the new one had always been there;
what would be told at once is sent, spread or skipped; nobody is told twice, also when it is taken back."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.models import OutboxMessage
from modules.core.outbox import drain
from modules.workflow.api import fire, history_of, start, timers_of
from modules.workflow.clocks.sla_states import sla_state
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.flows import flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition, SlaClock, Transfer
from modules.workflow.publishing import graph_from, publish, save_draft
from modules.workflow.transferring import Choices, prepare, preview, start_return, start_transfer
from tests.workflow.repairs.actions import REMIND, TELL
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, data_of, repairs_running, somebody

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PROMISE = {
    "key": "answer", "title": "Answer in time", "states": ["in_review"], "within": 4 * 86400, "warn": 3 * 86400,
    "on_warning": ["repairs.remind"], "on_breach": ["repairs.tell_customer"],
    "escalate": [{"wait": 86400, "effects": ["repairs.remind"]}, {"wait": 3 * 86400, "effects": ["repairs.remind"]}],
}  # fmt: skip
QUICK = PROMISE | {"within": 2 * 86400, "warn": 86400}
Made = Callable[[timedelta], RepairRequest]


@pytest.fixture
def clerk(at: datetime) -> Iterator[User]:
    with repairs_running(at):
        yield somebody("clerk", "Carla")


@pytest.fixture
def made(clerk: User, at: datetime) -> Made:
    """A request in review since a while, answered within four days; nothing reminds of it otherwise."""
    publish(version([PROMISE], at), actor=SYSTEM, at=at)

    def make(age: timedelta) -> RepairRequest:
        record = RepairRequest.objects.create(title="Roof", cost=900, customer=clerk)
        start(record, actor=SYSTEM, at=at - age)
        fire(record, "take_up", actor=Actor.of(clerk), at=at - age)
        return record

    return make


def version(slas: list[dict[str, Any]], at: datetime, **changes: Any) -> Definition:
    return save_draft(graph_from(data_of(1) | {"repeats": [], "slas": slas, **changes}), at=at)


def move(definition: Definition, at: datetime, **choices: Any) -> Transfer:
    transfer = prepare(definition, Choices(**choices), actor=SYSTEM, at=at)
    start_transfer(transfer, actor=SYSTEM, at=at)
    drain(at=at)
    transfer.refresh_from_db()
    return transfer


def back(transfer: Transfer, at: datetime) -> None:
    start_return(transfer, actor=SYSTEM, at=at)
    drain(at=at)


def due(record: RepairRequest, at: datetime) -> dict[str, timedelta]:
    return {timer.transition.partition("#")[2]: timer.due_at - at for timer in timers_of(record)}


def told() -> list[str]:
    return list(OutboxMessage.objects.filter(effect__in=(REMIND, TELL)).order_by("pk").values_list("effect", flat=True))


@pytest.mark.parametrize(
    ("timers", "expected"),
    [
        ("keep", {"warn": 2 * DAY, "breach": 3 * DAY}),
        ("restart", {"warn": DAY, "breach": 2 * DAY}),
        ("recompute", {"warn": timedelta(), "breach": DAY}),
    ],
)
def test_a_clock_is_kept_begun_anew_or_counted_by_the_new_promise(
    made: Made, at: datetime, timers: str, expected: dict[str, timedelta]
) -> None:
    record = made(DAY)
    transfer = move(version([QUICK], at), at, timers=timers, overdue="send")
    assert due(record, at) == expected
    (state,) = sla_state([RepairRequest.objects.get(pk=record.pk)], at)[record.pk]
    assert state.remaining == expected["breach"]
    back(transfer, at)
    assert due(record, at) == {"warn": 2 * DAY, "breach": 3 * DAY}
    assert list(SlaClock.objects.values_list("spent", "started_at")) == [(timedelta(), at - DAY)]


def test_a_clock_that_stands_still_keeps_what_is_left_of_it(made: Made, clerk: User, at: datetime) -> None:
    """The old promise had stood still while submitted; what was left of it then is left of it now."""
    paused = PROMISE | {"states": ["in_review"], "paused_in": ["submitted"]}
    back_step = {"key": "ask", "title": "Ask", "sources": ["in_review"], "target": "submitted",
                 "by": [{"kind": "role", "value": "repairs.clerk"}]}  # fmt: skip
    steps = [*data_of(1)["transitions"], back_step]
    publish(version([paused], at, transitions=steps), actor=SYSTEM, at=at)
    record = made(DAY)
    assert record.workflow_version == 3
    fire(record, "ask", actor=Actor.of(clerk), at=at)
    move(version([paused | {"within": 2 * 86400}], at, transitions=steps), at, timers="keep")
    record.refresh_from_db()
    (state,) = sla_state([record], at)[record.pk]
    assert (state.status, state.remaining) == ("paused", 3 * DAY)
    fire(record, "take_up", actor=Actor.of(clerk), at=at + DAY)
    assert due(record, at)["breach"] == 4 * DAY


@pytest.mark.parametrize(
    ("overdue", "expected", "sent"),
    [
        ("send", {"breach": -DAY}, [TELL, REMIND]),
        ("spread", {"breach": timedelta()}, [TELL, REMIND]),
        ("skip", {"escalate1": 2 * DAY}, []),
    ],
)
def test_a_promise_that_the_new_version_breaks_at_once(
    made: Made, at: datetime, overdue: str, expected: dict[str, timedelta], sent: list[str]
) -> None:
    record = made(3 * DAY - HOUR)
    target = version([QUICK | {"within": 2 * 86400 - 3600}], at)
    graph = WorkflowGraph.from_data({**target.graph, "version": 3})
    choices = Choices({2: {"in_review": "in_review"}}, "recompute", overdue)
    found = preview(flow_of(KEY), graph, [record.pk], choices, at=at)
    assert found.due_now == 1
    assert due(record, at) == {"warn": HOUR, "breach": DAY + HOUR}
    move(target, at, timers="recompute", overdue=overdue)
    assert due(record, at) == expected
    for hours in (1, 2):
        sweep_timers(at + hours * HOUR)
    assert told() == sent
    (state,) = sla_state([RepairRequest.objects.get(pk=record.pk)], at)[record.pk]
    assert state.is_broken


def test_warnings_are_spread_over_the_records_and_each_comes_once(made: Made, at: datetime) -> None:
    records = [made(DAY + HOUR) for _ in range(4)]
    move(version([QUICK], at), at, timers="recompute", overdue="spread", spread_hours=8)
    assert [due(record, at)["warn"] for record in records] == [timedelta(), 2 * HOUR, 4 * HOUR, 6 * HOUR]
    for hour in range(1, 10):
        sweep_timers(at + hour * HOUR)
    assert told() == [REMIND] * 4


def test_a_warning_that_is_skipped_does_not_come_and_the_breach_does(made: Made, at: datetime) -> None:
    record = made(DAY + HOUR)
    transfer = move(version([QUICK], at), at, timers="recompute", overdue="skip")
    assert due(record, at) == {"breach": DAY - HOUR}
    sweep_timers(at + DAY)
    assert told() == [TELL]
    assert transfer.items.get().status == "moved"


@pytest.mark.parametrize("timers", ["keep", "restart", "recompute"])
def test_who_was_warned_already_is_not_warned_again(made: Made, at: datetime, timers: str) -> None:
    record = made(3 * DAY + HOUR)
    assert sweep_timers(at) == 1
    move(version([QUICK | {"within": 5 * 86400}], at), at, timers=timers)
    assert "warn" not in due(record, at)
    sweep_timers(at + HOUR)
    assert told() == [REMIND]


def test_a_breach_that_came_after_the_move_does_not_come_again_when_it_is_taken_back(made: Made, at: datetime) -> None:
    record = made(2 * DAY + HOUR)
    transfer = move(version([QUICK], at), at, timers="recompute", overdue="send")
    sweep_timers(at + HOUR)
    assert told() == [TELL]
    back(transfer, at + 2 * HOUR)
    record.refresh_from_db()
    assert record.workflow_version == 2
    for day in range(1, 9):
        sweep_timers(at + day * DAY)
    assert told() == [TELL, REMIND, REMIND]  # the chain goes on, the breach does not come again
    assert history_of(record).filter(transition="answer#breach").count() == 1


@pytest.mark.parametrize(("timers", "expected"), [("keep", 2 * DAY), ("restart", 2 * DAY), ("recompute", DAY)])
def test_a_promise_that_is_new_counts_from_now_or_as_if_it_had_been_there(
    made: Made, at: datetime, timers: str, expected: timedelta
) -> None:
    record = made(DAY)
    new = QUICK | {"key": "look_at", "title": "First look", "states": ["in_review"]}
    move(version([PROMISE, new], at), at, timers=timers, overdue="send")
    assert timers_of(record).get(transition="look_at#breach").due_at == at + expected
    assert timers_of(record).get(transition="answer#breach").due_at == at + (
        4 * DAY if timers == "restart" else 3 * DAY
    )


def test_the_gate_names_each_of_them(made: Made, at: datetime) -> None:
    record = made(DAY + HOUR)
    graph = WorkflowGraph.from_data({**version([QUICK], at).graph, "version": 3})
    found = {}
    for timers, overdue in (("keep", "send"), ("recompute", "send"), ("recompute", "skip")):
        choices = Choices({2: {"in_review": "in_review"}}, timers, overdue)
        (row,) = preview(flow_of(KEY), graph, [record.pk], choices, at=at).rows
        found[timers, overdue] = {timer.title: (timer.words, timer.is_due) for timer in row.timers}
    warning, breach = (title for title in found["keep", "send"])
    assert found == {
        ("keep", "send"): {warning: ("kept", False), breach: ("kept", False)},
        ("recompute", "send"): {warning: ("counted anew", True), breach: ("counted anew", False)},
        ("recompute", "skip"): {breach: ("counted anew", False), warning: ("skipped", True)},
    }
    assert "Answer in time" in warning
