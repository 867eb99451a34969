"""What was made up for is not done afterwards: not late, not by trying a dead letter again."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.core.outbox import Later, drain, handlers, requeue
from modules.workflow.api import fire
from modules.workflow.errors import SteppedOff
from modules.workflow.incidents import mend, retry, skip, sweep_incidents
from modules.workflow.models import Incident
from tests.workflow.flows_for import only_here, state_of  # noqa: F401 - a fixture
from tests.workflow.test_compensation import World, booked, trip_flow, world  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
SOON, LATER = timedelta(minutes=30), timedelta(hours=2)


@pytest.fixture
def letter(world: World, at: datetime) -> OutboxMessage:  # noqa: F811
    """The car was refused, so the trip is off; somebody mends what was wrong with the cars."""
    trip_flow()
    trip = booked("flight", "hotel", at=at)
    drain(at=at + timedelta(minutes=5))
    world.refuses = "car"
    fire(trip, "car", actor=SYSTEM, at=at + timedelta(minutes=6))
    drain(at=at + timedelta(minutes=7))
    assert state_of(trip) == "off"
    world.refuses = ""
    return OutboxMessage.objects.get(state=OutboxState.DEAD)


def test_a_dead_letter_is_not_tried_again(letter: OutboxMessage, world: World, at: datetime) -> None:  # noqa: F811
    assert requeue([letter], at=at + SOON) == 0
    drain(at=at + LATER)
    letter.refresh_from_db()
    assert (letter.state, "car" in world.heard) == (OutboxState.DEAD, False)


def test_the_incident_says_why_and_is_left_undone(letter: OutboxMessage, at: datetime) -> None:
    boss = Actor.of(User.objects.create_superuser("boss@example.test", "secret"))
    sweep_incidents(at + SOON)
    incident = Incident.objects.get()
    with pytest.raises(SteppedOff, match="“No car” has called this off"):
        retry(incident, actor=boss, at=at + SOON)
    with pytest.raises(SteppedOff):
        mend(incident, {"what": "bus"}, actor=boss, at=at + SOON)
    letter.refresh_from_db()
    assert letter.payload == {"what": "car"}
    assert skip(incident, actor=boss, at=at + SOON, reason="trip is off").status == "skipped"


def test_the_page_of_what_is_stuck_offers_and_does_nothing(letter: OutboxMessage, client: Client) -> None:
    client.force_login(User.objects.create_superuser("boss@example.test", "secret"))
    told = "“No car” has called this off meanwhile, so it is not done any more."
    text = client.get("/console/workflow/stuck/").content.decode()
    assert told in text
    assert f'name="letter" value="{letter.pk}"' not in text
    for sent in ({"letter": letter.pk}, {}):
        answer = client.post("/console/workflow/stuck/requeue/", sent, follow=True)
        assert answer.content.decode().count(told) >= 1
    letter.refresh_from_db()
    assert letter.state == OutboxState.DEAD


def test_what_waits_for_its_next_attempt_does_not_come_after_what_makes_up_for_it(
    world: World,  # noqa: F811
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trip_flow()
    trip = booked("flight", at=at)

    def busy(delivery: object) -> None:
        raise Later(3600, "the airline is busy")

    with monkeypatch.context() as patch:
        patch.setitem(handlers._entries, "trips.book", busy)
        drain(at=at + timedelta(minutes=5))
    fire(trip, "cancel", actor=SYSTEM, at=at + SOON)
    drain(at=at + SOON)
    drain(at=at + LATER)
    assert world.heard == ["not flight"]
    row = OutboxMessage.objects.get(effect="trips.book")
    assert (row.state, row.error) == (
        "done",
        "“Cancel” has called this off meanwhile, so it is not done any more.",
    )
    assert sweep_incidents(at + LATER) == 0


def test_what_makes_up_for_a_step_is_done_even_if_it_is_called_off_once_more(
    world: World,  # noqa: F811
    at: datetime,
) -> None:
    trip_flow()
    trip = booked("flight", "cancel", "again", "flight", at=at)
    fire(trip, "cancel", actor=SYSTEM, at=at + SOON)
    drain(at=at + LATER)
    assert world.heard == ["not flight", "not flight"]
