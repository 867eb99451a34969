"""An event for many records: each that waits gets it once, in its own transaction; one that fails stops no other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import TextChoices

from modules.core.actors import SYSTEM
from modules.core.models import OutboxMessage
from modules.core.outbox import drain
from modules.workflow.api import (
    Firing,
    Workflow,
    deliver,
    event,
    fire,
    flow_of,
    guard,
    history_of,
    start,
    transition,
)
from modules.workflow.exports.bpmn import bpmn
from modules.workflow.incidents import sweep_incidents
from modules.workflow.models import EarlyEvent, Incident
from modules.workflow.publishing.code import store
from modules.workflow.soundness import findings
from modules.workflow.words.document import describe
from tests.workflow.app.voyages import Ticket, Voyage
from tests.workflow.conftest import as_actor
from tests.workflow.flows_for import only_here, state_of, steps_of  # noqa: F401 - a fixture
from tests.workflow.offices import staff

pytestmark = pytest.mark.django_db
SOON, LATER = timedelta(seconds=5), timedelta(hours=9)


class S(TextChoices):
    DRAFT = "draft", "Draft"
    WAITING = "waiting", "Waiting"
    SAILING = "sailing", "Sailing"
    HOME = "home", "Home"


@guard("Nobody wants it")
def is_wanted(voyage: Voyage, facts: None) -> bool:
    return voyage.count < 100


def raise_anchor(voyage: Voyage, firing: Firing) -> None:
    """Raise the anchor."""
    if voyage.count == 13:
        raise OSError("the anchor is stuck")


@pytest.fixture(name="flow")
def flow_here(only_here: None) -> Any:  # noqa: F811
    class VoyageFlow(Workflow[Voyage]):
        """Voyages that wait for the tide."""

        key, states, initial, final = "voyages.tides", S, S.DRAFT, {S.HOME}
        wait = transition(S.DRAFT, to=S.WAITING, by=SYSTEM)
        sail = event(S.WAITING, to=S.SAILING, on="tide", match="number", when=is_wanted, do=[raise_anchor], many=True)
        back = transition(S.SAILING, to=S.WAITING, by=SYSTEM)
        end = transition(S.SAILING, to=S.HOME, by=SYSTEM)

    return VoyageFlow


Make = Callable[..., Voyage]


@pytest.fixture
def waiting(flow: Any, at: datetime) -> Make:
    def make(count: int = 0, *, number: str = "Porto", at: datetime = at) -> Voyage:
        voyage = Voyage.objects.create(number=number, count=count)
        start(voyage, actor=SYSTEM, at=at)
        fire(voyage, "wait", actor=SYSTEM, at=at)
        return voyage

    return make


def states(*voyages: Voyage) -> list[str]:
    return [state_of(voyage) for voyage in voyages]


def test_every_record_that_waits_moves_and_nothing_is_kept(waiting: Make, at: datetime) -> None:
    ships, other = [waiting() for _ship in range(3)], waiting(number="Lisboa")
    draft = Voyage.objects.create(number="Porto")
    start(draft, actor=SYSTEM, at=at)
    assert deliver("tide", "Porto", data={"height": 3}, at=at + SOON) is None
    assert states(*ships) == ["waiting"] * 3
    drain(at=at + SOON)
    assert states(*ships, other, draft) == ["sailing"] * 3 + ["waiting", "draft"]
    entry = history_of(ships[0]).get(transition="sail")
    assert (entry.data["height"], entry.actor_label) == (3, "system")
    fire(draft, "wait", actor=SYSTEM, at=at + SOON)
    drain(at=at + LATER)
    assert (state_of(draft), EarlyEvent.objects.count()) == ("waiting", 0)


def test_the_same_key_has_one_effect_for_each(waiting: Make, at: datetime) -> None:
    ship = waiting()
    for _time in range(2):
        deliver("tide", "Porto", at=at + SOON, key="Monday")
        drain(at=at + SOON)
    late = waiting(at=at + SOON)
    fire(ship, "back", actor=SYSTEM, at=at + SOON)
    deliver("tide", "Porto", at=at + LATER, key="Monday")
    drain(at=at + LATER)
    assert states(ship, late) == ["waiting", "waiting"]
    deliver("tide", "Porto", at=at + LATER, key="Tuesday")
    drain(at=at + LATER)
    assert (states(ship, late), steps_of(ship).count("sail")) == (["sailing", "sailing"], 2)


def test_one_that_fails_or_is_refused_stops_no_other(waiting: Make, at: datetime) -> None:
    first, stuck, unwanted, last = waiting(), waiting(13), waiting(100), waiting()
    deliver("tide", "Porto", at=at + SOON)
    for hour in range(1, 12):
        drain(at=at + timedelta(hours=hour))
    assert states(first, stuck, unwanted, last) == ["sailing", "waiting", "waiting", "sailing"]
    sweep_incidents(at + timedelta(days=1))
    incident = Incident.objects.get()
    assert (incident.record_id, "the anchor is stuck" in incident.message) == (stuck.pk, True)


def test_it_is_for_those_who_waited_when_it_came(waiting: Make, at: datetime) -> None:
    """Whoever comes back to the state, or comes to it, while the background work lags waits for the next one."""
    gone, returned = waiting(), waiting()
    deliver("tide", "Porto", at=at + SOON)
    drain(at=at + SOON)
    for ship in (gone, returned):
        ship.refresh_from_db()
    fire(returned, "back", actor=SYSTEM, at=at + SOON)
    deliver("tide", "Porto", at=at + timedelta(minutes=1), key="second")
    fire(gone, "end", actor=SYSTEM, at=at + timedelta(minutes=2))
    late = waiting(at=at + timedelta(minutes=2))
    drain(at=at + LATER)
    assert states(gone, returned, late) == ["home", "sailing", "waiting"]


def test_a_worker_killed_in_between_brings_it_to_none_twice(waiting: Make, at: datetime) -> None:
    ships = [waiting() for _ship in range(2)]
    deliver("tide", "Porto", at=at + SOON)
    drain(at=at + SOON)
    fire(ships[0], "back", actor=SYSTEM, at=at + SOON)
    OutboxMessage.objects.filter(effect__startswith="workflow.").update(
        state="pending", attempts=0, leased_until=None, finished_at=None
    )
    drain(at=at + LATER)
    assert states(*ships) == ["waiting", "sailing"]
    assert [steps_of(ship).count("sail") for ship in ships] == [1, 1]


def test_records_of_an_earlier_version_hear_it_too(waiting: Make, at: datetime) -> None:
    flow = flow_of("voyages.tides")
    store(flow.graph)
    ship = waiting()
    flow.use(replace(flow.graph, version=2, transitions=tuple(w for w in flow.graph.transitions if w.key != "sail")))
    deliver("tide", "Porto", at=at + SOON)
    drain(at=at + SOON)
    assert state_of(ship) == "sailing"


def test_it_says_who_brought_it(waiting: Make, at: datetime) -> None:
    ship, harbour = waiting(), as_actor(staff("Harbour"))
    deliver("tide", "Porto", at=at + SOON, actor=harbour)
    drain(at=at + SOON)
    assert history_of(ship).get(transition="sail").actor_id == harbour.user_id


def test_one_event_may_be_for_many_of_one_kind_and_one_of_another(waiting: Make, at: datetime) -> None:
    class TicketFlow(Workflow[Ticket]):
        """The first ticket that waits."""

        key, states, initial, final = "tickets.tides", S, S.DRAFT, {S.HOME}
        sail = event(S.DRAFT, to=S.HOME, on="tide", match="number")

    tickets, ships = [Ticket.objects.create(number="Porto") for _ticket in range(2)], [waiting(), waiting()]
    for ticket in tickets:
        start(ticket, actor=SYSTEM, at=at)
    for _time in range(3):
        deliver("tide", "Porto", at=at + SOON)
        drain(at=at + SOON)
    assert [state_of(ticket) for ticket in tickets] == ["home", "home"]
    assert states(*ships) == ["sailing", "sailing"]


def test_as_a_picture_it_is_a_signal_and_on_anything_else_it_is_found(flow: Any) -> None:
    graph = flow.flow.graph
    drawn = "".join(bpmn(graph))
    assert '<bpmn:signal id="Signal-tide" name="tide"/>' in drawn
    assert 'signalRef="Signal-tide"' in drawn
    ways = tuple(replace(way, many=way.key != "sail") for way in graph.transitions)
    found = {(f.code, f.place) for f in findings(replace(graph, transitions=ways), Voyage)}
    assert ("many_of_nothing", "transition:wait") in found


def test_in_words(flow: Any) -> None:
    told = str(describe(flow.flow.graph))
    assert "The report is for every record whose “number” it names and that waits for it then." in told
