"""Steps that ask for fields of the record, and actions of data, where they run: one transaction, words when refused."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.models import OutboxMessage
from modules.workflow.api import InvalidData, WorkflowGraph, fire, form_for, history_of
from modules.workflow.expressions import ExpressionError
from modules.workflow.graph import Ask, EffectUse
from tests.workflow.app.models import Slip
from tests.workflow.app.slips import SlipFlow
from tests.workflow.conftest import as_actor

pytestmark = pytest.mark.django_db
Make = Callable[..., Slip]
ASKS = (Ask("amount", title="How much"), Ask("promised_on", required=False))


@pytest.fixture
def change() -> Iterator[Callable[..., None]]:
    """Another version of the slip's flow: the step `ask` with other values."""

    def make(**values: Any) -> None:
        graph = SlipFlow.flow.declared
        ways = tuple(replace(way, **values) if way.key == "ask" else way for way in graph.transitions)
        stored = replace(graph, version=2, transitions=ways).to_data()
        SlipFlow.flow.use(WorkflowGraph.from_data(stored))

    yield make
    SlipFlow.flow.forget()


def test_what_a_step_asks_for_is_written_with_it(
    change: Callable[..., None], make_slip: Make, clerk: User, at: datetime
) -> None:
    change(asks=ASKS, effects=())
    slip = make_slip(amount=1)
    assert form_for(slip, "ask")["amount"].label == "How much"
    fire(slip, "ask", actor=as_actor(clerk), at=at, data={"amount": "700", "state": "paid", "customer": "1"})
    again = Slip.objects.get(pk=slip.pk)
    assert (again.state, again.amount, again.customer_id) == ("asked", 700, slip.customer_id)
    assert history_of(slip).get(transition="ask").data["amount"] == 700


def test_what_is_missing_is_said_and_nothing_happens(
    change: Callable[..., None], make_slip: Make, clerk: User, at: datetime
) -> None:
    change(asks=ASKS, effects=())
    slip = make_slip(amount=1)
    with pytest.raises(InvalidData) as caught:
        fire(slip, "ask", actor=as_actor(clerk), at=at, data={"promised_on": "soon"})
    assert set(caught.value.errors) == {"amount", "promised_on"}
    assert (slip.state, Slip.objects.get(pk=slip.pk).amount) == ("draft", 1)


def test_actions_of_data_run_in_order_on_what_was_asked(
    change: Callable[..., None], make_slip: Make, clerk: User, at: datetime
) -> None:
    double = EffectUse("workflow.set_field", (("field", "amount"), ("value", "=record.amount * 2")))
    tell = EffectUse("workflow.notify", (("body", "{{ record.amount }}"), ("title", "News"), ("to", "owner")))
    change(asks=ASKS, effects=(double, tell))
    slip = make_slip(amount=1)
    fire(slip, "ask", actor=as_actor(clerk), at=at, data={"amount": "700"})
    assert Slip.objects.get(pk=slip.pk).amount == 1400
    (told,) = OutboxMessage.objects.filter(effect="notifications.tell", payload__message="workflow.told")
    assert told.payload["facts"]["bodies"]["en"] == "1400"


def test_an_action_without_an_answer_refuses_in_words_and_undoes_everything(
    change: Callable[..., None], make_slip: Make, clerk: User, at: datetime
) -> None:
    broken = EffectUse("workflow.set_field", (("field", "amount"), ("value", "=record.amount / (record.amount - 700)")))
    change(asks=ASKS, effects=(broken,))
    slip = make_slip(amount=1)
    with pytest.raises(ExpressionError, match=r"^It divides by zero\.$") as caught:
        fire(slip, "ask", actor=as_actor(clerk), at=at, data={"amount": "700"})
    assert caught.value.code == "expression_no_answer"
    again = Slip.objects.get(pk=slip.pk)
    assert (again.state, again.amount, slip.state) == ("draft", 1, "draft")
