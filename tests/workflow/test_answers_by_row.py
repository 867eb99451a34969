"""One answer for each row, while the rows change."""

from datetime import datetime

import pytest
from django.db.models import TextChoices

from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import Workflow, advance, complete, each, go, role, start, task
from modules.workflow.models import Task
from tests.workflow.app.voyages import Stage, Voyage
from tests.workflow.conftest import as_actor
from tests.workflow.flows_for import only_here, state_of, steps_of  # noqa: F401 - a fixture
from tests.workflow.offices import ROLE, staff

pytestmark = pytest.mark.django_db


class S(TextChoices):
    OPEN = "open", "Open"
    GOOD = "good", "Good"
    BAD = "bad", "Bad"


@pytest.fixture
def voyage(only_here: None, at: datetime) -> Voyage:  # noqa: F811
    class VoyageFlow(Workflow[Voyage]):
        """Each stage is looked at."""

        key, states, initial, final = "voyages.stages", S, S.OPEN, {S.GOOD, S.BAD}
        look = task(S.OPEN, to_do="Look at the stage", assign=role(ROLE), decide=each("stages"),
                    outcomes={"good": go(S.GOOD), "bad": go(S.BAD)})  # fmt: skip

    voyage = Voyage.objects.create()
    for number in range(3):
        Stage.objects.create(voyage=voyage, name=f"Stage {number}")
    start(voyage, actor=SYSTEM, at=at)
    return voyage


@pytest.fixture
def clerk(db: None) -> Actor:
    return as_actor(staff("Clerk", ROLE))


def seat_of(stage: Stage | None) -> Task:
    return Task.objects.get(about_id=None if stage is None else stage.pk)


def stages(voyage: Voyage) -> list[Stage]:
    return list(voyage.stages.order_by("pk"))


def opened() -> list[int | None]:
    return list(Task.objects.filter(status="open").order_by("pk").values_list("about_id", flat=True))


def test_a_new_row_is_asked_for_and_waited_for(voyage: Voyage, clerk: Actor, at: datetime) -> None:
    first, second, third = stages(voyage)
    new = Stage.objects.create(voyage=voyage, name="New")
    advance(voyage, at=at)
    assert opened() == [first.pk, second.pk, third.pk, new.pk]
    for stage in (first, second, third):
        complete(seat_of(stage), "good", actor=clerk, at=at)
    assert state_of(voyage) == "open"
    complete(seat_of(new), "good", actor=clerk, at=at)
    assert state_of(voyage) == "good"


def test_a_row_that_comes_before_the_last_answer_is_noticed_by_it(voyage: Voyage, clerk: Actor, at: datetime) -> None:
    first, second, third = stages(voyage)
    for stage in (first, second):
        complete(seat_of(stage), "good", actor=clerk, at=at)
    new = Stage.objects.create(voyage=voyage, name="New")
    complete(seat_of(third), "good", actor=clerk, at=at)
    assert (state_of(voyage), opened()) == ("open", [new.pk])


def test_the_last_row_that_goes_lets_the_others_decide(voyage: Voyage, clerk: Actor, at: datetime) -> None:
    first, second, third = stages(voyage)
    for stage in (first, second):
        complete(seat_of(stage), "good", actor=clerk, at=at)
    lost = third.pk
    third.delete()
    (result,) = advance(voyage, at=at)
    assert (result.transition, result.actor_label, voyage.state) == ("look.good", "system", "good")
    assert (Task.objects.get(about_id=lost).status, opened()) == ("cancelled", [])
    assert steps_of(voyage) == ["start", "look.vote", "look.vote", "look.good"]


def test_an_answer_about_a_row_that_is_gone_does_not_count(voyage: Voyage, clerk: Actor, at: datetime) -> None:
    first, second, third = stages(voyage)
    seat = seat_of(first)
    first.delete()
    complete(seat, "bad", actor=clerk, at=at)
    assert (state_of(voyage), opened()) == ("open", [second.pk, third.pk])
    complete(seat_of(second), "good", actor=clerk, at=at)
    complete(seat_of(third), "good", actor=clerk, at=at)
    assert state_of(voyage) == "good"


def test_when_every_row_has_gone_somebody_answers_for_the_record(voyage: Voyage, clerk: Actor, at: datetime) -> None:
    voyage.stages.all().delete()
    assert advance(voyage, at=at) == []
    assert opened() == [None]
    complete(seat_of(None), "bad", actor=clerk, at=at)
    assert state_of(voyage) == "bad"


def test_nothing_is_asked_twice_and_nothing_decided_where_nothing_changed(
    voyage: Voyage, clerk: Actor, at: datetime
) -> None:
    complete(seat_of(stages(voyage)[0]), "good", actor=clerk, at=at)
    for _time in range(2):
        assert advance(voyage, at=at) == []
    assert (len(opened()), Task.objects.count(), state_of(voyage)) == (2, 3, "open")
