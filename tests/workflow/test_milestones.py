"""Those who wait for another record's state: one that fails stops no other, and a transfer tells them too."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from modules.core.actors import SYSTEM
from modules.core.outbox import drain
from modules.workflow.api import Firing, Workflow, automatic, fire, milestone, start, transition
from modules.workflow.publishing import save_draft, store
from modules.workflow.transferring import Choices, prepare, start_transfer
from tests.workflow.app.voyages import Ticket, Voyage
from tests.workflow.flows_for import only_here, state_of  # noqa: F401 - a fixture
from tests.workflow.sailing import T, V

pytestmark = pytest.mark.django_db


def fail_for_bad(ticket: Ticket, firing: Firing) -> None:
    if ticket.number == "bad":
        raise OSError("this ticket always fails")


def flows_here() -> Any:
    class VoyageFlow(Workflow[Voyage]):
        """Moved by hand."""

        key, states, initial, final = "voyages.voyage", V, V.PLANNED, {V.READY, V.OFF}
        plan = transition(V.PLANNED, to=V.BOOKING, by=SYSTEM)
        end = transition(V.BOOKING, to=V.READY, by=SYSTEM)
        drop = transition(V.PLANNED, to=V.OFF, by=SYSTEM)

    class TicketFlow(Workflow[Ticket]):
        """Waits for its voyage, without being its child."""

        key, states, initial, final = "tickets.ticket", T, T.ASKED, {T.BOOKED, T.REFUSED}
        hold = automatic(T.ASKED, to=T.HELD, when=milestone("voyage", V.READY), do=[fail_for_bad])
        book = transition(T.HELD, to=T.BOOKED, by=SYSTEM)
        refuse = transition(T.ASKED, to=T.REFUSED, by=SYSTEM)

    return VoyageFlow


def waiting(at: datetime, *numbers: str) -> tuple[Voyage, list[Ticket]]:
    """A voyage that is being booked, and tickets that wait for it to be ready."""
    voyage = Voyage.objects.create()
    tickets = [Ticket.objects.create(voyage=voyage, number=number) for number in numbers]
    for record in (voyage, *tickets):
        start(record, actor=SYSTEM, at=at)
    fire(voyage, "plan", actor=SYSTEM, at=at)
    return voyage, tickets


def test_one_that_cannot_go_on_leaves_the_others_their_look(at: datetime, caplog: pytest.LogCaptureFixture) -> None:
    flows_here()
    voyage, tickets = waiting(at, "bad", "good")
    fire(voyage, "end", actor=SYSTEM, at=at)
    drain(at=at)
    assert [state_of(ticket) for ticket in tickets] == ["asked", "held"]
    assert "could not look again" in caplog.text


def test_a_transfer_to_the_state_that_is_waited_for_lets_them_look(at: datetime) -> None:
    flow = flows_here().flow
    store(flow.declared)
    voyage, tickets = waiting(at, "good")
    drain(at=at)
    assert state_of(tickets[0]) == "asked"
    draft = save_draft(replace(flow.declared, title="Voyages by sea", version=2), at=at)
    transfer = prepare(draft, Choices({1: {"booking": "ready"}}), actor=SYSTEM, at=at)
    start_transfer(transfer, actor=SYSTEM, at=at)
    drain(at=at)
    assert [state_of(voyage), state_of(tickets[0])] == ["ready", "held"]
