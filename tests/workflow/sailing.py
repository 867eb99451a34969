"""A voyage that waits for its tickets: the workflows of the tests about records below records."""

from datetime import datetime
from typing import Any

from django.db.models import TextChoices

from modules.core.actors import SYSTEM
from modules.workflow.api import (
    ALL,
    Workflow,
    automatic,
    children_are,
    fire,
    start,
    transition,
    use,
)
from tests.workflow.app.voyages import Stage, Ticket, Voyage
from tests.workflow.flows_for import only_here, state_of, steps_of  # noqa: F401 - a fixture


class V(TextChoices):
    PLANNED = "planned", "Planned"
    BOOKING = "booking", "Being booked"
    READY = "ready", "Ready"
    OFF = "off", "Called off"


class T(TextChoices):
    ASKED = "asked", "Asked for"
    HELD = "held", "Held"
    BOOKED = "booked", "Booked"
    REFUSED = "refused", "Refused"


def ticket_flow() -> Any:
    class TicketFlow(Workflow[Ticket]):
        """A ticket below a voyage."""

        key, states, initial, final, parent = "tickets.ticket", T, T.ASKED, {T.BOOKED, T.REFUSED}, "voyage"
        hold = transition(T.ASKED, to=T.HELD, by=SYSTEM)
        book = transition(T.ASKED, T.HELD, to=T.BOOKED, by=SYSTEM, undo=())
        refuse = transition(T.ASKED, T.HELD, to=T.REFUSED, by=SYSTEM)

    return TicketFlow


def voyage_flow(how: Any = ALL, **more: Any) -> Any:
    wanted = children_are("tickets", T.BOOKED, how=how, **more)

    class VoyageFlow(Workflow[Voyage]):
        """A voyage that waits for its tickets."""

        key, states, initial, final = "voyages.voyage", V, V.PLANNED, {V.READY, V.OFF}
        plan = transition(
            V.PLANNED, to=V.BOOKING, by=SYSTEM,
            do=[use("workflow.start_each", flow="tickets.ticket", relation="stages", link="stage",
                    fields={"number": "=record.number", "count": 3})],
        )  # fmt: skip
        be_ready = automatic(V.BOOKING, to=V.READY, when=wanted)
        go_off = automatic(V.BOOKING, to=V.OFF, when=children_are("tickets", T.HELD, how=9),
                           do=[use("workflow.cancel_children", relation="tickets", transition="refuse")])  # fmt: skip
        push = transition(V.PLANNED, V.BOOKING, to=V.READY, by=SYSTEM, when=wanted)
        cancel = transition(V.BOOKING, to=V.OFF, by=SYSTEM,
                            do=[use("workflow.cancel_children", relation="tickets", transition="refuse")])  # fmt: skip

    return VoyageFlow


def voyage_of(stages: int, at: datetime, number: str = "V-1") -> Voyage:
    made = Voyage.objects.create(number=number)
    for stage in range(stages):
        Stage.objects.create(voyage=made, name=f"Stage {stage}")
    start(made, actor=SYSTEM, at=at)
    fire(made, "plan", actor=SYSTEM, at=at)
    return made
