"""What the engine must do, in small stories: each passes on the sane engine and fails on the one with its defect.

Only AssertionError counts as failing, so that a story cannot be broken by the breaking itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import (
    AlreadyDone,
    AutomaticLoop,
    GuardRefused,
    Outdated,
    Refused,
    SamePerson,
    TransitionNotAllowed,
    WrongState,
    can,
    fire,
    fire_many,
    history_of,
)
from modules.workflow.models import Timer
from tests.workflow.app.models import Knot, Parcel, Stamp

Make = Callable[..., Any]


@dataclass(frozen=True)
class World:
    """The people and things of the stories."""

    at: datetime
    parcel: Make
    slip: Make
    knot: Make
    clerk: Actor
    inspector: Actor
    stranger: Actor
    seen: list[str]
    """What the effects of knots have done beside the database."""


@contextmanager
def refusing(kind: type[Exception]) -> Iterator[None]:
    """AssertionError unless exactly this kind of refusal is raised."""
    try:
        yield
    except kind as error:
        if type(error) is kind:
            return
        raise AssertionError(f"{type(error).__name__} instead of {kind.__name__}") from error
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} instead of {kind.__name__}") from error
    raise AssertionError(f"no {kind.__name__}")


def steps(record: Any) -> list[str]:
    return list(history_of(record).order_by("pk").values_list("transition", flat=True))


def sent(world: World, **fields: Any) -> Parcel:
    """A parcel on its way."""
    parcel: Parcel = world.parcel(**fields)
    fire(parcel, "hand_over", actor=SYSTEM, at=world.at)
    Parcel.objects.filter(pk=parcel.pk).update(weight=500)
    fire(parcel, "send_off", actor=SYSTEM, at=world.at)
    return parcel


# Moving


def two_old_pages(world: World) -> None:
    """Two people saw the same state and press the same button: it is done once, the second reads that it is done."""
    parcel = world.parcel()
    pages = [Parcel.objects.get(pk=parcel.pk) for _ in range(2)]
    fire(pages[0], "hand_over", actor=SYSTEM, at=world.at)
    with refusing(AlreadyDone):
        fire(pages[1], "hand_over", actor=SYSTEM, at=world.at)
    assert steps(parcel) == ["start", "hand_over"]


def each_step_has_one_row(world: World) -> None:
    parcel = world.parcel(is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=world.at)
    assert steps(parcel) == ["start", "hand_over", "inspect"]
    assert parcel.state == "inspected"


def the_end_is_the_end(world: World) -> None:
    parcel = sent(world)
    fire(parcel, "arrive", actor=SYSTEM, at=world.at)
    with refusing(WrongState):
        fire(parcel, "restamp", actor=SYSTEM, at=world.at)
    assert (Parcel.objects.get(pk=parcel.pk).state, steps(parcel)[-1]) == ("arrived", "arrive")


def all_or_nothing(world: World) -> None:
    """An effect that breaks takes everything with it: the state, the row of the history, the effects before it."""
    parcel = sent(world)
    before = (steps(parcel), Stamp.objects.count(), Timer.objects.count())
    with refusing(ZeroDivisionError):
        fire(parcel, "burn", actor=SYSTEM, at=world.at)
    assert (steps(parcel), Stamp.objects.count(), Timer.objects.count()) == before
    assert (parcel.state, Parcel.objects.get(pk=parcel.pk).state) == ("sent", "sent")


def a_refused_step_does_nothing(world: World) -> None:
    """Not even what no transaction can take back."""
    knot = world.knot()
    with refusing(GuardRefused):
        fire(knot, "boast", actor=SYSTEM, at=world.at)
    assert world.seen == []


def an_old_page_of_a_changed_record(world: World) -> None:
    parcel = world.parcel()
    fire(parcel, "hand_over", actor=SYSTEM, at=world.at)
    revision = parcel.revision
    fire(parcel, "restamp", actor=SYSTEM, at=world.at)
    with refusing(Outdated):
        fire(parcel, "restamp", actor=SYSTEM, at=world.at, expected=revision)


def a_key_works_once(world: World) -> None:
    parcel = world.parcel()
    fire(parcel, "hand_over", actor=SYSTEM, at=world.at)
    first = fire(parcel, "restamp", actor=SYSTEM, at=world.at, key="once")
    second = fire(parcel, "restamp", actor=SYSTEM, at=world.at, key="once")
    assert (first, steps(parcel).count("restamp"), Stamp.objects.count()) == (second, 1, 2)


def automatic_steps_end(world: World) -> None:
    """A chase of sixty automatic steps is a mistake, not work."""
    knot = world.knot()
    with refusing(AutomaticLoop):
        fire(knot, "spin", actor=SYSTEM, at=world.at)
    assert Knot.objects.get(pk=knot.pk).state == "s0"


def bulk_does_each(world: World) -> None:
    parcels = [world.parcel() for _ in range(3)]
    found = fire_many(parcels, "hand_over", actor=SYSTEM, at=world.at)
    assert [outcome.record_id for outcome in found] == [parcel.pk for parcel in parcels]
    assert set(Parcel.objects.values_list("state", flat=True)) == {"packed"}


def bulk_goes_on_after_a_refusal(world: World) -> None:
    heavy, light = world.parcel(weight=2500), world.parcel()
    for parcel in (heavy, light):
        fire(parcel, "hand_over", actor=SYSTEM, at=world.at)
    try:
        found = fire_many([heavy, light], "send_off", actor=SYSTEM, at=world.at)
    except Refused as refusal:
        raise AssertionError(f"one refusal stopped all: {refusal}") from refusal
    assert [outcome.done for outcome in found] == [False, True]


# Who may


def strangers_are_refused(world: World) -> None:
    parcel = world.parcel()
    with refusing(TransitionNotAllowed):
        fire(parcel, "cancel", actor=world.stranger, at=world.at, data={"reason": "not mine"})
    assert steps(parcel) == ["start"]


def strangers_are_offered_nothing(world: World) -> None:
    parcel = world.parcel()
    assert can([parcel], world.stranger, world.at)[parcel.pk] == []


def guards_decide(world: World) -> None:
    heavy, light = world.parcel(weight=2500), world.parcel()
    for parcel in (heavy, light):
        fire(parcel, "hand_over", actor=SYSTEM, at=world.at)
    with refusing(GuardRefused):
        fire(heavy, "send_off", actor=SYSTEM, at=world.at)
    try:
        fire(light, "send_off", actor=SYSTEM, at=world.at)
    except GuardRefused as refusal:
        raise AssertionError(str(refusal)) from refusal


def four_eyes(world: World) -> None:
    slip = world.slip()
    fire(slip, "ask", actor=world.clerk, at=world.at)
    with refusing(SamePerson):
        fire(slip, "approve", actor=world.clerk, at=world.at)


# Races: real connections


def a_crowd_at_one_button(world: World, parallel: Callable[..., list[Any]]) -> None:
    """Everybody but one is told who was first; nobody is told that the record is gone."""
    parcel = world.parcel()
    owner = Actor.of(parcel.customer)

    def press(number: int) -> Any:
        page = Parcel.objects.get(pk=parcel.pk)
        return fire(page, "cancel", actor=owner, at=world.at, data={"reason": f"number {number}"})

    answers = parallel(press, 20)
    assert [type(answer).__name__ for answer in answers].count("AlreadyDone") == 19, answers
    assert steps(parcel) == ["start", "cancel"]
