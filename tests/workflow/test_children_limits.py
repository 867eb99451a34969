"""Records that move one another: circles are stopped before the stack is full, and nobody is locked out."""

from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from modules.core.actors import SYSTEM
from modules.workflow.api import (
    AutomaticLoop,
    Firing,
    Outdated,
    Refused,
    Workflow,
    automatic,
    children_are,
    deliver,
    event,
    fire,
    flow_of,
    start,
    transition,
    use,
)
from modules.workflow.engine.running import run_on
from modules.workflow.related import children
from tests.workflow.app.voyages import Branch, Ticket, Voyage
from tests.workflow.flows_for import only_here, state_of, steps_of  # noqa: F401 - a fixture
from tests.workflow.sailing import T, V, ticket_flow, voyage_flow, voyage_of

pytestmark = pytest.mark.django_db


def ping(record: Any, firing: Firing) -> None:
    deliver("ping", "x", at=firing.at)


def pong(record: Any, firing: Firing) -> None:
    deliver("pong", "x", at=firing.at)


# Cycles


def test_a_parent_that_starts_children_that_send_it_on_for_ever_is_stopped(at: datetime) -> None:
    class TicketFlow(Workflow[Ticket]):
        """Booked at once."""

        key, states, initial, final, parent = "tickets.ticket", T, T.ASKED, {T.BOOKED}, "voyage"
        book = automatic(T.ASKED, to=T.BOOKED)

    class VoyageFlow(Workflow[Voyage]):
        """Every booked ticket asks for another."""

        key, states, initial, final = "voyages.voyage", V, V.PLANNED, {V.OFF}
        begin = transition(V.PLANNED, to=V.BOOKING, by=SYSTEM)
        more = automatic(
            V.BOOKING, to=V.READY, when=children_are("tickets", T.BOOKED, or_none=True),
            do=[use("workflow.start_child", flow="tickets.ticket")],
        )  # fmt: skip
        again = automatic(V.READY, to=V.BOOKING, when=children_are("tickets", T.BOOKED))

    voyage = Voyage.objects.create()
    start(voyage, actor=SYSTEM, at=at)
    with pytest.raises(AutomaticLoop, match="more than 25"):
        fire(voyage, "begin", actor=SYSTEM, at=at)
    assert (state_of(voyage), Ticket.objects.count()) == ("planned", 0)


def test_children_that_start_children_for_ever_are_stopped_before_the_stack_is_full(at: datetime) -> None:
    class BranchFlow(Workflow[Branch]):
        """Grows without an end."""

        key, states, initial, final, parent = "branches.branch", T, T.ASKED, {T.BOOKED}, "above"
        grow = automatic(T.ASKED, to=T.BOOKED, do=[use("workflow.start_child", flow="branches.branch")])

    root = Branch.objects.create()
    with pytest.raises(AutomaticLoop, match="more than 25 records that move one another"):
        start(root, actor=SYSTEM, at=at)
    assert Branch.objects.count() == 1


def test_events_that_answer_one_another_for_ever_are_stopped(at: datetime) -> None:
    """Two records call each other back with every step: each takes so many in one call, the sweep the next."""

    class VoyageFlow(Workflow[Voyage]):
        """Pings."""

        key, states, initial, final = "voyages.voyage", V, V.PLANNED, {V.OFF}
        begin = transition(V.PLANNED, to=V.PLANNED, by=SYSTEM, do=[ping])
        hear = event(V.PLANNED, to=V.PLANNED, on="pong", match="number", do=[ping])

    class TicketFlow(Workflow[Ticket]):
        """Pongs."""

        key, states, initial, final = "tickets.ticket", T, T.ASKED, {T.BOOKED}
        hear = event(T.ASKED, to=T.ASKED, on="ping", match="number", do=[pong])

    voyage, ticket = Voyage.objects.create(number="x"), Ticket.objects.create(number="x")
    for record in (voyage, ticket):
        start(record, actor=SYSTEM, at=at)
    fire(voyage, "begin", actor=SYSTEM, at=at)
    assert 1 <= steps_of(voyage).count("hear") <= 26
    assert 1 <= steps_of(ticket).count("hear") <= 26


# Locks


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_children_that_end_while_the_parent_is_called_off_lock_nobody_out(at: datetime, parallel: Any) -> None:
    """Many siblings at once, a new one being made, and the parent cancelled: no deadlock, one legal story."""
    ticket_flow(), voyage_flow()
    for round_number in range(4):
        voyage = voyage_of(12, at, f"V{round_number}")
        tickets = list(voyage.tickets.order_by("pk"))

        def act(number: int, voyage: Voyage = voyage, tickets: list[Ticket] = tickets) -> Any:
            if number == 5:
                return fire(Voyage.objects.get(pk=voyage.pk), "cancel", actor=SYSTEM, at=at)
            if number in (12, 13):
                with transaction.atomic():
                    late = Ticket.objects.create(voyage=voyage)
                    return start(late, actor=SYSTEM, at=at)
            return fire(Ticket.objects.get(pk=tickets[number].pk), "book", actor=SYSTEM, at=at)

        answers = parallel(act, 14)
        wrong = [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, Refused)]
        assert not wrong, wrong
        assert state_of(voyage) == "off"
        kept = Ticket.objects.filter(voyage=voyage, pk__in=[ticket.pk for ticket in tickets])
        assert set(kept.values_list("state", flat=True)) <= {"booked", "refused"}
        for ticket in kept:
            assert len(steps_of(ticket)) == 2, "each went one way, once"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_children_that_are_made_at_once_start_at_once(at: datetime, parallel: Any) -> None:
    """Both rows are there before either locks the parent: neither waits for the other."""
    ticket_flow(), voyage_flow()
    voyage, together = voyage_of(0, at), Barrier(2)

    def make(number: int) -> Any:
        with transaction.atomic():
            ticket = Ticket.objects.create(voyage=voyage)
            together.wait(timeout=20)
            return start(ticket, actor=SYSTEM, at=at)

    answers = parallel(make, 2)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_thirty_siblings_that_end_at_once_send_the_parent_on_once(at: datetime, parallel: Any) -> None:
    ticket_flow(), voyage_flow()
    voyage = voyage_of(30, at)
    ids = list(voyage.tickets.values_list("pk", flat=True))
    answers = parallel(lambda n: fire(Ticket.objects.get(pk=ids[n]), "book", actor=SYSTEM, at=at), 30)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert steps_of(voyage) == ["start", "plan", "be_ready"]


def test_a_form_locks_the_record_above_before_the_one_below(at: datetime) -> None:
    """As every step does: who edits a ticket by hand and who books it never wait for each other."""
    ticket_flow(), voyage_flow()
    ticket = voyage_of(1, at).tickets.get()
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        Ticket.lock_row(ticket.pk)
    locks = [query["sql"] for query in queries if '"state"' in query["sql"]]
    assert ["parcels_voyage" in sql.partition("FROM")[2] for sql in locks] == [True, False]
    assert all("FOR NO KEY UPDATE" in sql for sql in locks) or connection.vendor != "postgresql"


def test_a_child_that_was_put_below_another_parent_while_it_was_locked_is_refused(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyage, other = voyage_of(1, at), voyage_of(0, at, "V-2")
    ticket = voyage.tickets.get()
    with run_on(flow_of(ticket), ticket.pk, actor=SYSTEM, at=at) as run:
        above = children.lock_parent(run)
        assert above == voyage.pk
        Ticket.objects.filter(pk=ticket.pk).update(voyage=other)
        run.hold(run.statements.lock(ticket.pk))
        with pytest.raises(Outdated):
            children.refuse_moved(run, above)
