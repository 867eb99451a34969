"""Another record's state as something to wait for, on every version that records still run on."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.core.actors import SYSTEM
from modules.core.models import OutboxMessage
from modules.core.outbox import drain
from modules.workflow.api import Workflow, automatic, fire, flow_of, milestone, start, transition
from modules.workflow.publishing import take_over
from modules.workflow.publishing.code import store
from tests.workflow.app.voyages import Ticket, Voyage
from tests.workflow.flows_for import only_here, state_of  # noqa: F401 - a fixture
from tests.workflow.sailing import T, V

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=1)


def declare() -> None:
    class VoyageFlow(Workflow[Voyage]):
        """Moved by hand."""

        key, states, initial, final = "voyages.voyage", V, V.PLANNED, {V.READY, V.OFF}
        plan = transition(V.PLANNED, to=V.BOOKING, by=SYSTEM)
        end = transition(V.BOOKING, to=V.READY, by=SYSTEM)

    class TicketFlow(Workflow[Ticket]):
        """Waits for its voyage, without being its child."""

        key, states, initial, final = "tickets.ticket", T, T.ASKED, {T.BOOKED, T.REFUSED}
        hold = automatic(T.ASKED, to=T.HELD, when=milestone("voyage", V.BOOKING, V.READY))
        refuse = transition(T.ASKED, T.HELD, to=T.REFUSED, by=SYSTEM)
        book = transition(T.HELD, to=T.BOOKED, by=SYSTEM)


def next_version(**changes: Any) -> None:
    """New tickets start on a version that asks for nothing."""
    flow = flow_of("tickets.ticket")
    ways = tuple(way for way in flow.graph.transitions if way.key != "hold")
    flow.use(replace(flow.graph, version=2, transitions=ways, **changes))
    take_over()


def ticket_on(voyage: Voyage, at: datetime) -> Ticket:
    ticket = Ticket.objects.create(voyage=voyage)
    start(ticket, actor=SYSTEM, at=at)
    return ticket


@pytest.fixture
def voyage(at: datetime) -> Voyage:
    declare()
    store(flow_of("tickets.ticket").graph)
    voyage = Voyage.objects.create()
    start(voyage, actor=SYSTEM, at=at)
    return voyage


def test_who_waits_on_an_earlier_version_looks_again(voyage: Voyage, at: datetime) -> None:
    early = ticket_on(voyage, at)
    next_version()
    late = ticket_on(voyage, at)
    assert (early.workflow_version, late.workflow_version) == (1, 2)
    fire(voyage, "plan", actor=SYSTEM, at=at)
    drain(at=at + SOON)
    assert (state_of(early), state_of(late)) == ("held", "asked")


def test_a_state_that_ends_the_present_version_does_not_end_the_earlier_one(voyage: Voyage, at: datetime) -> None:
    early = ticket_on(voyage, at)
    states = flow_of("tickets.ticket").graph.states
    next_version(states=tuple(replace(state, kind="final") if state.key == T.ASKED else state for state in states))
    fire(voyage, "plan", actor=SYSTEM, at=at)
    drain(at=at + SOON)
    assert state_of(early) == "held"


def test_nobody_is_told_of_records_for_which_no_version_waits(voyage: Voyage, at: datetime) -> None:
    ticket = ticket_on(voyage, at)
    fire(ticket, "refuse", actor=SYSTEM, at=at)
    looks = OutboxMessage.objects.filter(effect="workflow.look_again")
    assert {row.payload["record_type"] for row in looks} == {"parcels.voyage"}
