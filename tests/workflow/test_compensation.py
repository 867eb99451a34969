"""Making up for what was done: a trip of flight, hotel and car, called off or refused on the way."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import TextChoices

from modules.core.actors import SYSTEM
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.core.outbox import Delivery, Hopeless, drain, effect, handlers, requeue, send
from modules.workflow.api import (
    Firing,
    NothingToUndo,
    Workflow,
    can_undo,
    event,
    fire,
    fire_many,
    given_up,
    history_of,
    start,
    transition,
    undo_last,
)
from tests.workflow.app.models import Stamp
from tests.workflow.app.voyages import Voyage
from tests.workflow.flows_for import only_here, state_of, steps_of  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


class S(TextChoices):
    NEW = "new", "New"
    FLIGHT = "flight", "Flight"
    HOTEL = "hotel", "Hotel"
    CAR = "car", "Car"
    BOOKED = "booked", "Booked"
    OFF = "off", "Called off"


def book(record: Any, firing: Firing) -> None:
    """Ask the airline, the hotel or the car's firm."""
    send("trips.book", {"what": firing.transition}, key=firing.key, at=firing.at, record=record)


def unbook(record: Any, firing: Firing) -> None:
    send("trips.unbook", {"what": firing.transition}, key=firing.key, at=firing.at, record=record)
    Stamp.objects.create(record_id=record.pk, key=firing.key, word=f"{firing.transition} {firing.data.get('price')}")


def fail_to_unbook(record: Any, firing: Firing) -> None:
    raise ConnectionError("nobody there")


def note_end(record: Any, firing: Firing) -> None:
    Stamp.objects.create(record_id=record.pk, key=firing.key, word=f"end: {firing.reason}")


class World:
    """What the firms outside have heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.refuses = ""

    def book(self, delivery: Delivery) -> None:
        what = delivery.payload["what"]
        if what == self.refuses:
            raise Hopeless(f"no {what} left")
        self.heard.append(what)

    def unbook(self, delivery: Delivery) -> None:
        self.heard.append(f"not {delivery.payload['what']}")


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    effect("trips.book")(made.book)
    effect("trips.unbook")(made.unbook)
    yield made
    handlers.unregister("trips.book")
    handlers.unregister("trips.unbook")


def trip_flow(last: Any = unbook) -> Any:
    class TripFlow(Workflow[Voyage]):
        """A flight, a hotel, a car: all of them or none."""

        key, states, initial, final = "voyages.trip", S, S.NEW, {S.BOOKED, S.OFF}
        flight = transition(S.NEW, to=S.FLIGHT, by=SYSTEM, do=[book], compensation=[last])
        look = transition(S.FLIGHT, to=S.FLIGHT, by=SYSTEM, undo=())
        hotel = transition(S.FLIGHT, to=S.HOTEL, by=SYSTEM, do=[book], compensation=[unbook], undo=())
        car = transition(S.HOTEL, to=S.CAR, by=SYSTEM, do=[book])
        end = transition(S.CAR, to=S.BOOKED, by=SYSTEM)
        cancel = transition(S.FLIGHT, S.HOTEL, S.CAR, to=S.OFF, by=SYSTEM, compensates=True, do=[note_end], undo=())
        withdraw = transition(S.FLIGHT, S.HOTEL, to=S.OFF, by=SYSTEM, compensates=True)
        again = transition(S.OFF, to=S.NEW, by=SYSTEM)
        no_car = event(S.CAR, to=S.OFF, on=given_up("trips.book"), match="id", compensates=True)

    return TripFlow


def booked(*names: str, at: datetime) -> Voyage:
    trip = Voyage.objects.create(number="T-1")
    start(trip, actor=SYSTEM, at=at)
    for number, name in enumerate(names, 1):
        fire(trip, name, actor=SYSTEM, at=at + timedelta(minutes=number), data={"price": number * 100})
    return trip


def words() -> list[str]:
    return list(Stamp.objects.order_by("pk").values_list("word", flat=True))


def test_a_saga_whose_third_step_the_world_refuses_makes_the_first_two_undone_in_reverse(
    world: World, at: datetime
) -> None:
    trip_flow()
    trip = booked("flight", "hotel", at=at)
    drain(at=at + timedelta(minutes=5))
    world.refuses = "car"
    fire(trip, "car", actor=SYSTEM, at=at + timedelta(minutes=6), data={"price": 300})
    drain(at=at + timedelta(minutes=7))
    assert world.heard == ["flight", "hotel", "not hotel", "not flight"]
    assert steps_of(trip) == ["start", "flight", "hotel", "car", "no_car", "compensate", "compensate"]
    assert state_of(trip) == "off"
    assert history_of(trip).get(transition="no_car").data["error"] == "no car left"
    assert OutboxMessage.objects.get(state=OutboxState.DEAD).payload == {"what": "car"}


def test_cancelling_makes_up_for_every_step_newest_first_each_told_its_own_data(world: World, at: datetime) -> None:
    trip_flow()
    trip = booked("flight", "look", "hotel", at=at)
    fire(trip, "cancel", actor=SYSTEM, at=at + timedelta(hours=1), reason="Ill")
    assert words() == ["hotel 300", "flight 100", "end: Ill"]
    rows = list(history_of(trip).filter(transition="compensate"))
    steps = {entry.pk: entry.transition for entry in history_of(trip)}
    assert [(row.data["step"], steps[row.data["entry"]], row.reason) for row in rows] == [
        ("hotel", "hotel", "Ill"), ("flight", "flight", "Ill"),
    ]  # fmt: skip
    assert {(row.source, row.target) for row in rows} == {("off", "off")}


def test_what_was_made_up_for_is_not_made_up_for_again(world: World, at: datetime) -> None:
    trip_flow()
    trip = booked("flight", "cancel", "again", "flight", "hotel", at=at)
    fire(trip, "cancel", actor=SYSTEM, at=at + timedelta(hours=1))
    assert words() == ["flight 100", "end: ", "hotel 500", "flight 400", "end: "]


def test_a_step_that_was_taken_back_is_not_made_up_for(world: World, at: datetime) -> None:
    trip_flow()
    trip = booked("flight", "hotel", at=at)
    undo_last(trip, actor=SYSTEM, at=at + timedelta(minutes=3))
    fire(trip, "cancel", actor=SYSTEM, at=at + timedelta(hours=1))
    assert words() == ["flight 100", "end: "]


def test_a_step_that_made_up_for_others_cannot_be_taken_back(world: World, at: datetime) -> None:
    trip_flow()
    trip = booked("flight", "cancel", at=at)
    assert can_undo(trip, SYSTEM, at) is None
    with pytest.raises(NothingToUndo):
        undo_last(trip, actor=SYSTEM, at=at + timedelta(hours=1))


def test_compensation_that_fails_undoes_the_whole_step(world: World, at: datetime) -> None:
    trip_flow(fail_to_unbook)
    trip = booked("flight", "hotel", at=at)
    before = OutboxMessage.objects.count()
    with pytest.raises(ConnectionError):
        fire(trip, "cancel", actor=SYSTEM, at=at + timedelta(hours=1))
    assert (state_of(trip), steps_of(trip), words()) == ("hotel", ["start", "flight", "hotel"], [])
    assert OutboxMessage.objects.count() == before


def test_a_dead_letter_that_no_step_waits_for_changes_nothing(world: World, at: datetime) -> None:
    trip_flow()
    world.refuses = "flight"
    trip = booked("flight", at=at)
    drain(at=at + timedelta(minutes=5))
    assert state_of(trip) == "flight"
    assert OutboxMessage.objects.get().state == OutboxState.DEAD


def test_a_dead_letter_that_comes_before_the_step_that_minds_is_kept_for_it(world: World, at: datetime) -> None:
    trip_flow()
    world.refuses = "flight"
    trip = booked("flight", at=at)
    drain(at=at + timedelta(minutes=5))
    fire(trip, "hotel", actor=SYSTEM, at=at + timedelta(minutes=6))
    fire(trip, "car", actor=SYSTEM, at=at + timedelta(minutes=7))
    assert state_of(trip) == "off"


def test_a_dead_letter_of_a_record_that_has_ended_is_only_a_dead_letter(world: World, at: datetime) -> None:
    trip_flow()
    world.refuses = "flight"
    trip = booked("flight", "hotel", "car", "end", at=at)
    drain(at=at + timedelta(minutes=9))
    assert state_of(trip) == "booked"
    dead = OutboxMessage.objects.filter(state=OutboxState.DEAD)
    world.refuses = ""
    assert requeue(dead, at=at + timedelta(hours=1)) == 1
    drain(at=at + timedelta(hours=2))
    assert not dead.all().exists(), "whoever mends it may send it again"
    assert world.heard == ["hotel", "car", "flight"]


def test_many_trips_are_called_off_at_once(world: World, at: datetime) -> None:
    trip_flow()
    trips = [booked("flight", "hotel", at=at) for _number in range(2)]
    answers = fire_many(trips, "withdraw", actor=SYSTEM, at=at + timedelta(hours=1))
    assert [(answer.done, answer.message) for answer in answers] == [(True, "")] * 2
    assert words() == ["hotel 200", "flight 100"] * 2
