"""Events from outside: in time, late, twice, with the wrong value or data; several ways out, the first wins."""

from datetime import datetime
from typing import Any

import pytest

from modules.core.actors import SYSTEM
from modules.workflow.api import (
    EventTooLate,
    GuardRefused,
    InvalidData,
    Workflow,
    deliver,
    event,
    fire,
    history_of,
    start,
    timers_of,
    transition,
)
from modules.workflow.models import EarlyEvent, Task
from tests.workflow.app.models import Stamp
from tests.workflow.app.voyages import Ticket, Voyage
from tests.workflow.flows_for import only_here, state_of, steps_of  # noqa: F401 - a fixture
from tests.workflow.paying import S, break_down, call_back, flow_here, has_count, stamp, voyage_here  # noqa: F401

pytestmark = pytest.mark.django_db


def test_an_event_moves_the_record_that_waits_and_the_others_are_withdrawn(voyage: Voyage, at: datetime) -> None:
    """A deferred choice: the message, the button and the timer leave one state; the first takes the others away."""
    fire(voyage, "ask", actor=SYSTEM, at=at)
    result = deliver("payment", "V-7", data={"amount": "12"}, at=at, key="p1")
    assert result is not None
    assert (result.transition, result.target, result.replayed) == ("pay", "paid", False)
    assert history_of(voyage).get(transition="pay").data == {"amount": 12}
    assert not timers_of(voyage)
    assert Task.objects.get(record_id=voyage.pk).status == "cancelled"
    assert Stamp.objects.get().word == "pay"


def test_the_same_key_has_one_effect(voyage: Voyage, at: datetime) -> None:
    fire(voyage, "ask", actor=SYSTEM, at=at)
    first = deliver("payment", "V-7", data={"amount": 5}, at=at, key="k")
    assert deliver("payment", "V-7", data={"amount": 5}, at=at, key="k") == first
    assert deliver("shipment", "V-7", at=at, key="k") is not None, "another event has keys of its own"
    assert Stamp.objects.count() == 1


def test_an_event_for_a_record_that_has_passed_is_told_so_and_not_kept(voyage: Voyage, at: datetime) -> None:
    fire(voyage, "ask", actor=SYSTEM, at=at)
    fire(voyage, "drop", actor=SYSTEM, at=at)
    with pytest.raises(EventTooLate, match="“payment” comes too late: the state is now “Lapsed”"):
        deliver("payment", "V-7", data={"amount": 5}, at=at)
    assert not EarlyEvent.objects.exists()


def test_of_two_records_with_the_value_the_one_that_can_still_come_counts(voyage: Voyage, at: datetime) -> None:
    fire(voyage, "ask", actor=SYSTEM, at=at)
    fire(voyage, "drop", actor=SYSTEM, at=at)
    second = Voyage.objects.create(number="V-7")
    start(second, actor=SYSTEM, at=at)
    fire(second, "ask", actor=SYSTEM, at=at)
    deliver("payment", "V-7", data={"amount": 5}, at=at)
    assert (state_of(second), state_of(voyage)) == ("paid", "lapsed")


def test_data_that_the_form_refuses_are_refused_to_the_sender(voyage: Voyage, at: datetime) -> None:
    fire(voyage, "ask", actor=SYSTEM, at=at)
    with pytest.raises(InvalidData) as refused:
        deliver("payment", "V-7", data={"amount": 0}, at=at, key="k")
    assert "amount" in refused.value.errors
    assert not EarlyEvent.objects.exists(), "the key is free: it may come again, mended"
    assert deliver("payment", "V-7", data={"amount": 1}, at=at, key="k") is not None


def test_a_guard_chooses_among_the_ways_of_one_event(at: datetime) -> None:
    class VoyageFlow(Workflow[Voyage]):
        """Two ways for one message."""

        key, states, initial, final = "voyages.guarded", S, S.UNPAID, {S.PAID, S.LAPSED}
        pay = event(S.UNPAID, to=S.PAID, on="payment", match="number", when=has_count)
        lapse = event(S.UNPAID, to=S.LAPSED, on="cancelled", match="number", when=~has_count)

    poor, rich = (Voyage.objects.create(number=str(count), count=count) for count in (0, 1))
    for made in (poor, rich):
        start(made, actor=SYSTEM, at=at)
    assert deliver("payment", 1, at=at) is not None, "a number names what a text field holds"
    with pytest.raises(GuardRefused, match="No customer count"):
        deliver("payment", "0", at=at)
    assert deliver("cancelled", "0", at=at) is not None
    assert (state_of(poor), state_of(rich)) == ("lapsed", "paid")


def test_a_match_may_follow_a_relation(at: datetime) -> None:
    class TicketFlow(Workflow[Ticket]):
        """A ticket that its voyage's number names."""

        key, states, initial, final = "tickets.events", S, S.UNPAID, {S.PAID}
        pay = event(S.UNPAID, to=S.PAID, on="payment", match="voyage__number")
        wait = transition(S.DRAFT, to=S.UNPAID, by=SYSTEM)

    voyage = Voyage.objects.create(number="V-9")
    ticket = Ticket.objects.create(voyage=voyage)
    deliver("payment", "V-9", at=at, key="early")
    start(ticket, actor=SYSTEM, at=at)
    assert steps_of(ticket) == ["start", "pay"], "taken on entering the first state"
    other = Ticket.objects.create(voyage=voyage)
    start(other, actor=SYSTEM, at=at)
    assert deliver("payment", "V-9", at=at) is not None
    assert state_of(other) == "paid"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_with_one_key_have_one_effect(voyage: Voyage, at: datetime, parallel: Any) -> None:
    fire(voyage, "ask", actor=SYSTEM, at=at)
    answers = parallel(lambda number: deliver("payment", "V-7", data={"amount": 5}, at=at, key="k"), 20)
    assert len({answer.history_id for answer in answers}) == 1, answers
    assert (Stamp.objects.count(), steps_of(voyage).count("pay"), EarlyEvent.objects.count()) == (1, 1, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_early_ones_with_one_key_are_kept_once(voyage: Voyage, at: datetime, parallel: Any) -> None:
    answers = parallel(lambda number: deliver("payment", "V-7", data={"amount": 5}, at=at, key="k"), 20)
    assert answers == [None] * 20
    assert EarlyEvent.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_event_and_its_record_that_meet_on_the_way_find_each_other(flow: Any, at: datetime, parallel: Any) -> None:
    """Whichever comes first: in the end the record is paid, without the sweep."""
    for number in range(15):
        made = Voyage.objects.create(number=f"V{number}")
        start(made, actor=SYSTEM, at=at)

        def act(side: int, made: Voyage = made) -> Any:
            if side:
                return fire(Voyage.objects.get(pk=made.pk), "ask", actor=SYSTEM, at=at)
            return deliver("payment", made.number, data={"amount": 5}, at=at, key="k")

        answers = parallel(act, 2)
        assert not [answer for answer in answers if isinstance(answer, Exception)], answers
        assert state_of(made) == "paid", number
    assert Stamp.objects.count() == 15
