"""Records below records: a parent that waits for all, any or so many; children made, called off; nobody locked out."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.core.actors import SYSTEM
from modules.core.models import OutboxMessage
from modules.core.outbox import drain
from modules.workflow.api import (
    ANY,
    GuardRefused,
    Refused,
    Workflow,
    WorkflowGraph,
    automatic,
    can,
    fire,
    fire_many,
    history_of,
    milestone,
    start,
    transition,
    undo_last,
    use,
    work_done,
)
from modules.workflow.graph import GuardUse
from modules.workflow.soundness import findings
from tests.workflow.app.voyages import Ticket, Voyage
from tests.workflow.flows_for import only_here, state_of, steps_of  # noqa: F401 - a fixture
from tests.workflow.sailing import T, V, ticket_flow, voyage_flow, voyage_of

pytestmark = pytest.mark.django_db


def test_one_child_is_started_for_each_row_with_its_values(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyage = voyage_of(3, at, "V-42")
    tickets = list(voyage.tickets.order_by("pk"))
    assert [(t.stage.name, t.number, t.count, t.state) for t in tickets if t.stage] == [
        (f"Stage {n}", "V-42", 3, "asked") for n in range(3)
    ]
    assert all(steps_of(ticket) == ["start"] for ticket in tickets)


def test_a_parent_goes_on_when_all_children_have_come(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyage = voyage_of(3, at)
    for ticket in voyage.tickets.order_by("pk"):
        assert state_of(voyage) == "booking"
        fire(ticket, "book", actor=SYSTEM, at=at)
    assert steps_of(voyage) == ["start", "plan", "be_ready"]


def test_a_parent_goes_on_with_the_first_or_with_so_many(at: datetime) -> None:
    ticket_flow(), voyage_flow(2)
    voyage = voyage_of(3, at)
    first, second, third = voyage.tickets.order_by("pk")
    fire(first, "book", actor=SYSTEM, at=at)
    assert state_of(voyage) == "booking"
    fire(second, "book", actor=SYSTEM, at=at)
    assert state_of(voyage) == "ready"
    fire(third, "book", actor=SYSTEM, at=at)
    assert steps_of(voyage).count("be_ready") == 1


def test_any_child_is_one(at: datetime) -> None:
    ticket_flow(), voyage_flow(ANY)
    voyage = voyage_of(3, at)
    fire(voyage.tickets.order_by("pk")[1], "book", actor=SYSTEM, at=at)
    assert state_of(voyage) == "ready"


def test_no_children_are_not_all_of_them_unless_the_guard_says_so(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyage = voyage_of(0, at)
    assert state_of(voyage) == "booking"
    with pytest.raises(GuardRefused, match="There is nothing yet of what this waits for"):
        fire(voyage, "push", actor=SYSTEM, at=at)


def test_no_children_will_do_where_the_guard_says_so(at: datetime) -> None:
    ticket_flow(), voyage_flow(or_none=True)
    assert voyage_of(0, at).state == "ready"


def test_the_reason_says_how_many_are_missing(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyage = voyage_of(3, at)
    fire(voyage.tickets.all()[0], "book", actor=SYSTEM, at=at)
    offered = {offer.transition: offer for offer in can([voyage], SYSTEM, at)[voyage.pk]}
    assert offered["push"].reasons == ("tickets: 1 of 3 is in “Booked”.",)
    assert offered["cancel"].allowed


@pytest.mark.any_database
def test_fifty_parents_cost_as_many_queries_as_one(db: None, at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyages = [voyage_of(1, at, str(n)) for n in range(50)]

    def cost(records: list[Voyage]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            can(records, SYSTEM, at)
        return len(queries)

    assert cost(voyages) == cost(voyages[:1]) == 1


def test_calling_off_fires_every_open_child_and_no_ended_one(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyage = voyage_of(3, at)
    first, second, third = voyage.tickets.order_by("pk")
    fire(first, "book", actor=SYSTEM, at=at)
    fire(second, "hold", actor=SYSTEM, at=at)
    fire(voyage, "cancel", actor=SYSTEM, at=at, reason="Rain")
    assert [state_of(ticket) for ticket in (first, second, third)] == ["booked", "refused", "refused"]
    assert history_of(third).get(transition="refuse").reason == "Rain"
    assert steps_of(voyage) == ["start", "plan", "cancel"], "a parent that is on its way is not told"


def test_a_child_that_makes_its_parent_call_everything_off_is_called_off_too(at: datetime) -> None:
    """The ticket that tips it over is still open: it goes when its own step is over."""
    ticket_flow(), voyage_flow()
    voyage = voyage_of(9, at)
    tickets = list(voyage.tickets.order_by("pk"))
    for ticket in tickets:
        fire(ticket, "hold", actor=SYSTEM, at=at)
    assert state_of(voyage) == "off"
    assert {state_of(ticket) for ticket in tickets} == {"refused"}
    assert steps_of(tickets[-1]) == ["start", "hold", "refuse"]
    assert tickets[-1].state == "refused", "the caller sees where it is in the end"


def test_a_child_that_cannot_be_called_off_refuses_the_parent_s_step(at: datetime) -> None:
    class TicketFlow(Workflow[Ticket]):
        """Once held, it stays."""

        key, states, initial, final, parent = "tickets.ticket", T, T.ASKED, {T.BOOKED, T.REFUSED}, "voyage"
        hold = transition(T.ASKED, to=T.HELD, by=SYSTEM)
        book = transition(T.HELD, to=T.BOOKED, by=SYSTEM)
        refuse = transition(T.ASKED, to=T.REFUSED, by=SYSTEM)

    voyage_flow()
    voyage = voyage_of(2, at)
    first, second = voyage.tickets.order_by("pk")
    fire(second, "hold", actor=SYSTEM, at=at)
    with pytest.raises(Refused):
        fire(voyage, "cancel", actor=SYSTEM, at=at)
    assert (state_of(voyage), state_of(first)) == ("booking", "asked")


def test_many_children_fired_at_once_tell_their_parents(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyages = [voyage_of(3, at, str(n)) for n in range(2)]
    fire_many(list(Ticket.objects.all()), "book", actor=SYSTEM, at=at)
    assert [state_of(voyage) for voyage in voyages] == ["ready", "ready"]


def test_a_child_that_its_parent_called_off_in_the_same_call_is_not_moved_again(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyage = voyage_of(11, at)
    answers = fire_many(list(voyage.tickets.order_by("pk")), "hold", actor=SYSTEM, at=at)
    assert [answer.code for answer in answers] == [""] * 9 + ["overtaken"] * 2
    assert {state_of(ticket) for ticket in voyage.tickets.all()} == {"refused"}


def test_children_that_keep_one_another_out_do_so_in_one_call_too(at: datetime) -> None:
    class TicketFlow(Workflow[Ticket]):
        """Only one may be held."""

        key, states, initial, final, parent = "tickets.ticket", T, T.ASKED, {T.BOOKED, T.REFUSED}, "voyage"
        hold = transition(T.ASKED, to=T.HELD, by=SYSTEM, when=~milestone("voyage__tickets", T.HELD))
        book = transition(T.HELD, to=T.BOOKED, by=SYSTEM)
        refuse = transition(T.ASKED, T.HELD, to=T.REFUSED, by=SYSTEM)

    voyage_flow()
    voyage = voyage_of(3, at)
    answers = fire_many(list(voyage.tickets.order_by("pk")), "hold", actor=SYSTEM, at=at)
    assert [answer.code for answer in answers] == ["", "guard_refused", "guard_refused"]


def test_taking_back_a_child_s_step_leaves_the_parent_where_it_went(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyage = voyage_of(1, at)
    ticket = voyage.tickets.get()
    fire(ticket, "book", actor=SYSTEM, at=at)
    undo_last(ticket, actor=SYSTEM, at=at)
    assert (state_of(ticket), state_of(voyage)) == ("asked", "ready")


def test_a_child_without_a_parent_moves_alone(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    ticket = Ticket.objects.create()
    start(ticket, actor=SYSTEM, at=at)
    fire(ticket, "book", actor=SYSTEM, at=at)
    assert ticket.state == "booked"


@pytest.mark.any_database
def test_guards_and_actions_about_children_are_data() -> None:
    ticket_flow()
    graph = voyage_flow(2).flow.graph
    again = WorkflowGraph.from_data(graph.to_data())
    assert again.to_json() == graph.to_json()
    assert dict(again.transition("be_ready").guards[0].params) == {
        "relation": "tickets", "states": "booked", "count": 2
    }  # fmt: skip
    assert not [found for found in findings(again, Voyage) if found.level == "error"]


def wrong(graph: WorkflowGraph, step: str, **changes: Any) -> list[str]:
    """What is found wrong with a graph one of whose steps is changed."""
    ways = tuple(replace(way, **changes) if way.key == step else way for way in graph.transitions)
    found = findings(replace(graph, transitions=ways), Voyage)
    return [str(entry.problem) for entry in found if entry.code == "unknown_other"]


@pytest.mark.any_database
def test_other_records_that_are_not_there_are_found() -> None:
    ticket_flow()
    graph = voyage_flow().flow.graph
    assert wrong(graph, "plan") == []

    def asking(**params: str) -> dict[str, Any]:
        return {"guards": (GuardUse("workflow.children_in", params=tuple(sorted(params.items()))),)}

    assert "leads to none" in wrong(graph, "be_ready", **asking(relation="tikets", states="booked"))[0]
    assert "no workflow" in wrong(graph, "be_ready", **asking(relation="stages", states="booked"))[0]
    assert "“boked”" in wrong(graph, "be_ready", **asking(relation="tickets", states="held, boked"))[0]
    assert "“pack”" in wrong(graph, "push", guards=(work_done("pack").use,))[0]

    def doing(name: str, **params: str) -> dict[str, Any]:
        return {"effects": (use(f"workflow.{name}", **params),)}

    assert "there is not" in wrong(graph, "plan", **doing("start_child", flow="tickets.tiket"))[0]
    assert "do not stand below" in wrong(graph, "plan", **doing("start_child", flow="parcels.parcel"))[0]
    each = {"flow": "tickets.ticket", "link": "stage"}
    assert "“steps”" in wrong(graph, "plan", **doing("start_each", relation="steps", **each))[0]
    assert "none with a workflow" in wrong(graph, "cancel", **doing("cancel_children", relation="stages"))[0]
    off = doing("cancel_children", relation="tickets", transition="be_off")
    assert "“be_off”" in wrong(graph, "cancel", **off)[0]


def test_another_record_s_state_is_a_milestone(at: datetime) -> None:
    """A ticket waits until its voyage is being booked; it looks again when the voyage has moved."""

    class VoyageFlow(Workflow[Voyage]):
        """Moved by hand."""

        key, states, initial, final = "voyages.voyage", V, V.PLANNED, {V.READY, V.OFF}
        plan = transition(V.PLANNED, to=V.BOOKING, by=SYSTEM)
        end = transition(V.BOOKING, to=V.READY, by=SYSTEM)

    class TicketFlow(Workflow[Ticket]):
        """Waits for its voyage, without being its child."""

        key, states, initial, final = "tickets.ticket", T, T.ASKED, {T.BOOKED, T.REFUSED}
        hold = automatic(T.ASKED, to=T.HELD, when=milestone("voyage", V.BOOKING, V.READY))
        book = transition(T.HELD, to=T.BOOKED, by=SYSTEM, when=~milestone("voyage", V.READY))
        push = transition(T.ASKED, to=T.HELD, by=SYSTEM, when=milestone("voyage", V.BOOKING))

    voyage, other = Voyage.objects.create(), Voyage.objects.create()
    tickets = [Ticket.objects.create(voyage=voyage), Ticket.objects.create(voyage=voyage)]
    stranger = Ticket.objects.create(voyage=other)
    for record in (voyage, other, *tickets, stranger):
        start(record, actor=SYSTEM, at=at)
    with pytest.raises(GuardRefused, match="“voyage” is in the state “Planned”; Being booked is needed"):
        fire(tickets[0], "push", actor=SYSTEM, at=at)
    fire(voyage, "plan", actor=SYSTEM, at=at)
    assert state_of(tickets[0]) == "asked", "in a transaction of its own"
    drain(at=at)
    assert [state_of(ticket) for ticket in (*tickets, stranger)] == ["held", "held", "asked"]
    fire(voyage, "end", actor=SYSTEM, at=at)
    tickets[1].refresh_from_db()
    with pytest.raises(GuardRefused, match="has come that far already"):
        fire(tickets[1], "book", actor=SYSTEM, at=at)


def test_records_that_nobody_waits_for_send_nothing(at: datetime) -> None:
    ticket_flow(), voyage_flow()
    voyage = voyage_of(1, at)
    fire(voyage.tickets.get(), "book", actor=SYSTEM, at=at)
    assert not OutboxMessage.objects.exists()
