"""A record edited in the console looks at what waits for its fields: automatic steps, and timers at a date."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from modules.core.actors import SYSTEM
from modules.core.events import RecordEdited, publish
from modules.workflow.api import start, timers_of
from modules.workflow.flows import Flow, flow_of, register, unregister
from modules.workflow.graph import ActorRule, GuardUse, StateNode, Transition, Wait, WorkflowGraph
from tests.workflow.app.models import Slip

pytestmark = pytest.mark.django_db
ROBOT = (ActorRule("system"),)


@pytest.fixture
def slip(monkeypatch: Any, at: datetime) -> Any:
    """A slip that lapses on its day, and is paid by itself as soon as it is small enough."""
    known = flow_of(Slip)
    unregister(known)
    graph = WorkflowGraph(
        "tests.edited", 1, known.graph.record_type, "Edited", "",
        (StateNode("draft", "Draft", "initial"), StateNode("paid", "P", "final"), StateNode("declined", "D", "final")),
        (
            Transition("lapse", "Lapse", ("draft",), "declined", "timer", ROBOT, after=Wait(field="promised_on")),
            Transition(
                "pay", "Pay", ("draft",), "paid", "automatic", ROBOT, (GuardUse(expression="record.amount < 100"),)
            ),
        ),
    )  # fmt: skip
    flow = register(Flow(graph, Slip))
    slip = Slip.objects.create(amount=500, promised_on=date(2026, 12, 1))
    start(slip, actor=SYSTEM, at=at)
    yield slip
    unregister(flow)
    register(known)


def edited(slip: Slip, at: datetime, **fields: Any) -> None:
    """What the console does after saving."""
    Slip.objects.filter(pk=slip.pk).update(**fields)
    publish(RecordEdited(record_type="parcels.slip", record_id=slip.pk, fields=tuple(fields), at=at))
    slip.refresh_from_db()


def test_a_timer_follows_a_date_that_is_brought_forward(slip: Slip, at: datetime) -> None:
    edited(slip, at, promised_on=date(2026, 11, 25))
    assert timers_of(slip).get().due_at == datetime(2026, 11, 25, 22, 59, 59, 999999, tzinfo=UTC)


def test_an_automatic_step_is_taken_once_its_guard_lets_pass(slip: Slip, at: datetime) -> None:
    edited(slip, at, amount=400)
    assert slip.state == "draft"
    edited(slip, at, amount=99)
    assert slip.state == "paid"


def test_a_record_that_has_not_started_stays_as_it_is(slip: Slip, at: datetime) -> None:
    other = Slip.objects.create(amount=1)
    edited(other, at, amount=2)
    assert (other.state, other.state_since) == ("draft", None)
