"""Events that come before their record waits for them: kept, taken in order, looked at again, given up."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.core.sweeps import run_sweeps
from modules.workflow.api import (
    EventTooLate,
    Workflow,
    automatic,
    can_undo,
    complete,
    deliver,
    discard,
    event,
    fire,
    go,
    history_of,
    open_tasks_of,
    role,
    start,
    task,
    transition,
    waiting_events,
)
from modules.workflow.events import listening
from modules.workflow.models import EarlyEvent, Task
from tests.workflow.app.models import Stamp
from tests.workflow.app.voyages import Voyage
from tests.workflow.conftest import as_actor
from tests.workflow.flows_for import only_here, state_of, steps_of  # noqa: F401 - a fixture
from tests.workflow.paying import S, break_down, call_back, flow_here, has_count, stamp, voyage_here  # noqa: F401

pytestmark = pytest.mark.django_db


def test_an_early_event_is_kept_and_taken_when_the_record_comes(voyage: Voyage, at: datetime) -> None:
    assert deliver("payment", "V-7", data={"amount": 5}, at=at) is None
    assert state_of(voyage) == "draft"
    later = at + timedelta(hours=1)
    fire(voyage, "ask", actor=SYSTEM, at=later)
    assert steps_of(voyage) == ["start", "ask", "pay"]
    entry = history_of(voyage).get(transition="pay")
    assert (entry.data["amount"], entry.data["received_at"], entry.at) == (5, "2026-11-21T12:00:00Z", later)
    assert voyage.state == "paid"
    assert not waiting_events()


def test_events_that_came_in_order_are_taken_in_order(voyage: Voyage, at: datetime) -> None:
    deliver("shipment", "V-7", at=at)
    deliver("payment", "V-7", data={"amount": 5}, at=at)
    deliver("payment", "V-7", data={"amount": 6}, at=at)
    fire(voyage, "ask", actor=SYSTEM, at=at)
    assert steps_of(voyage) == ["start", "ask", "pay", "send"]
    assert history_of(voyage).get(transition="pay").data["amount"] == 5
    assert [row.data for row in waiting_events()] == [{"amount": 6}]


def test_an_event_before_its_record_exists_waits_for_it(flow: Any, at: datetime) -> None:
    assert deliver("payment", "V-8", data={"amount": 5}, at=at, key="k") is None
    made = Voyage.objects.create(number="V-8")
    start(made, actor=SYSTEM, at=at)
    fire(made, "ask", actor=SYSTEM, at=at)
    assert steps_of(made) == ["start", "ask", "pay"]
    again = deliver("payment", "V-8", data={"amount": 5}, at=at, key="k")
    assert again is not None
    assert (again.replayed, again.transition) == (True, "pay")


def test_an_early_event_with_a_key_is_kept_once(voyage: Voyage, at: datetime) -> None:
    assert [deliver("payment", "V-7", data={"amount": 5}, at=at, key="k") for _ in range(3)] == [None] * 3
    assert EarlyEvent.objects.count() == 1


def test_early_data_that_the_form_refuses_stop_neither_the_record_nor_what_came_after(
    voyage: Voyage, at: datetime
) -> None:
    deliver("payment", "V-7", data={"amount": -3}, at=at)
    deliver("payment", "V-7", data={"amount": 3}, at=at)
    fire(voyage, "ask", actor=SYSTEM, at=at)
    assert history_of(voyage).get(transition="pay").data["amount"] == 3
    left = waiting_events().get()
    assert (left.data["amount"], left.error) == (-3, "Look at the marked fields.")
    assert left.next_look_at > at


def test_events_that_nothing_listens_to_are_kept_until_they_are_too_old(
    voyage: Voyage, at: datetime, caplog: Any
) -> None:
    deliver("unheard", "V-7", at=at)
    run_sweeps(at=at + timedelta(days=29))
    assert EarlyEvent.objects.count() == 1
    with caplog.at_level(logging.WARNING):
        run_sweeps(at=at + timedelta(days=30))
    assert not EarlyEvent.objects.exists()
    assert "unheard" in caplog.text


def test_the_sweep_finds_a_record_that_came_to_the_value_later(voyage: Voyage, at: datetime) -> None:
    fire(voyage, "ask", actor=SYSTEM, at=at)
    deliver("payment", "V-other", data={"amount": 5}, at=at, key="k")
    Voyage.objects.filter(pk=voyage.pk).update(number="V-other")
    run_sweeps(at=at + timedelta(seconds=4))
    assert state_of(voyage) == "unpaid", "not yet looked at again"
    run_sweeps(at=at + timedelta(seconds=5))
    assert state_of(voyage) == "paid"
    assert EarlyEvent.objects.get().entry_id == history_of(voyage).get(transition="pay").pk


def test_the_sweep_looks_ever_more_rarely(voyage: Voyage, at: datetime) -> None:
    deliver("payment", "V-7", data={"amount": 5}, at=at)
    pauses = []
    for _look in range(12):
        row = EarlyEvent.objects.get()
        run_sweeps(at=row.next_look_at)
        pauses.append((EarlyEvent.objects.get().next_look_at - row.next_look_at).total_seconds())
    assert pauses[:4] == [5, 10, 20, 40]
    assert pauses[-1] == 3600


def test_a_discarded_event_is_taken_by_nobody_and_its_key_stays_used(voyage: Voyage, at: datetime) -> None:
    deliver("payment", "V-7", data={"amount": 5}, at=at, key="k")
    assert discard(EarlyEvent.objects.get(), at=at)
    fire(voyage, "ask", actor=SYSTEM, at=at)
    assert state_of(voyage) == "unpaid"
    assert deliver("payment", "V-7", data={"amount": 5}, at=at, key="k") is None
    assert state_of(voyage) == "unpaid"
    assert not discard(EarlyEvent.objects.get(), at=at)


def test_more_early_events_than_a_chain_may_have_are_left_for_the_sweep(at: datetime) -> None:
    class VoyageFlow(Workflow[Voyage]):
        """Goes round with every tick."""

        key, states, initial, final = "voyages.ticks", S, S.DRAFT, {S.SENT}
        begin = transition(S.DRAFT, to=S.UNPAID, by=SYSTEM)
        tick = event(S.UNPAID, to=S.UNPAID, on="tick", match="number", do=[stamp])
        end = transition(S.UNPAID, to=S.SENT, by=SYSTEM)

    made = Voyage.objects.create(number="V-1")
    start(made, actor=SYSTEM, at=at)
    for number in range(40):
        deliver("tick", "V-1", at=at, key=number)
    fire(made, "begin", actor=SYSTEM, at=at)
    assert steps_of(made).count("tick") == 25
    run_sweeps(at=at + timedelta(minutes=1))
    assert steps_of(made).count("tick") == 40
    assert list(EarlyEvent.objects.order_by("entry_id").values_list("key", flat=True)) == [str(n) for n in range(40)]


def test_an_early_event_whose_effect_breaks_does_not_stop_the_record(at: datetime, caplog: Any) -> None:
    class VoyageFlow(Workflow[Voyage]):
        """One of its effects breaks."""

        key, states, initial, final = "voyages.broken", S, S.DRAFT, {S.SENT}
        begin = transition(S.DRAFT, to=S.UNPAID, by=SYSTEM)
        pay = event(S.UNPAID, to=S.PAID, on="payment", match="number", do=[break_down])
        go_on = automatic(S.PAID, to=S.SENT)

    made = Voyage.objects.create(number="V-1")
    start(made, actor=SYSTEM, at=at)
    deliver("payment", "V-1", at=at)
    fire(made, "begin", actor=SYSTEM, at=at)
    assert (steps_of(made), made.state, Stamp.objects.count()) == (["start", "begin"], "unpaid", 0)
    assert waiting_events().get().error == "ZeroDivisionError: always"


def test_what_the_world_has_said_is_not_taken_back_with_the_step_before_it(at: datetime) -> None:
    class VoyageFlow(Workflow[Voyage]):
        """Its step can be taken back as long as no event has followed."""

        key, states, initial, final = "voyages.undone", S, S.DRAFT, {S.PAID}
        begin = transition(S.DRAFT, to=S.UNPAID, by=SYSTEM, undo=())
        pay = event(S.UNPAID, to=S.PAID, on="payment", match="number")

    alone, followed = Voyage.objects.create(number="1"), Voyage.objects.create(number="2")
    deliver("payment", "2", at=at)
    for made in (alone, followed):
        start(made, actor=SYSTEM, at=at)
        fire(made, "begin", actor=SYSTEM, at=at)
    assert can_undo(alone, SYSTEM, at) is not None
    assert can_undo(followed, SYSTEM, at) is None


def test_an_event_from_an_effect_of_the_record_itself_is_kept_and_taken_when_it_rests(at: datetime) -> None:
    class VoyageFlow(Workflow[Voyage]):
        """Hears its own call."""

        key, states, initial, final = "voyages.echo", S, S.DRAFT, {S.PAID}
        begin = transition(S.DRAFT, to=S.UNPAID, by=SYSTEM, do=[call_back])
        pay = event(S.UNPAID, to=S.PAID, on="payment", match="number")

    made = Voyage.objects.create(number="V-1")
    start(made, actor=SYSTEM, at=at)
    fire(made, "begin", actor=SYSTEM, at=at)
    assert steps_of(made) == ["start", "begin", "pay"]


def test_a_task_that_opened_again_ends_when_an_early_event_moves_the_record_on(clerk: User, at: datetime) -> None:
    """Done in the first state, open anew in the second one, which the event leaves in the same call."""

    class PackedFlow(Workflow[Voyage]):
        """A voyage that is packed for until it is paid."""

        key, states, initial, final = "voyages.packed", S, S.DRAFT, {S.SENT, S.LAPSED}
        pack = task(S.DRAFT, S.UNPAID, to_do="Pack", assign=role("parcels.clerk"), outcomes={"done": go(S.UNPAID)})
        pay = event(S.UNPAID, to=S.PAID, on="payment", match="number")
        drop = transition(S.PAID, to=S.LAPSED, by=SYSTEM)

    voyage = Voyage.objects.create(number="V-9")
    start(voyage, actor=SYSTEM, at=at)
    assert deliver("payment", "V-9", at=at) is None
    complete(open_tasks_of(voyage).get(), actor=as_actor(clerk), at=at)
    assert state_of(voyage) == "paid"
    assert list(Task.objects.order_by("pk").values_list("status", flat=True)) == ["done", "cancelled"]


def test_an_event_finds_the_record_that_waits_behind_many_that_are_past_it(flow: Any, at: datetime) -> None:
    for number in range(25):
        past = Voyage.objects.create(number="V-7")
        start(past, actor=SYSTEM, at=at)
        fire(past, "ask", actor=SYSTEM, at=at)
        fire(past, "drop", actor=SYSTEM, at=at, key=number)
    with pytest.raises(EventTooLate):
        deliver("payment", "V-7", data={"amount": 5}, at=at)
    waiting = Voyage.objects.create(number="V-7")
    start(waiting, actor=SYSTEM, at=at)
    fire(waiting, "ask", actor=SYSTEM, at=at)
    result = deliver("payment", "V-7", data={"amount": 5}, at=at)
    assert result is not None
    assert (result.record_id, result.transition) == (waiting.pk, "pay")


def test_who_listens_is_found_in_one_query_however_many_workflows_there_are(
    flow: Any, django_assert_num_queries: Any
) -> None:
    listening("payment")
    with django_assert_num_queries(1):
        assert listening("payment")
