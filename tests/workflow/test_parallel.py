"""Many actors at one button, with real connections (F24)."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.models import OutboxMessage
from modules.workflow.api import AlreadyDone, Overtaken, Refused, fire, history_of
from modules.workflow.models import HistoryEntry
from tests.workflow.app.models import Parcel, Stamp

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Make = Callable[..., Parcel]
Parallel = Callable[..., list[Any]]


@pytest.mark.parametrize("crowd", [2, 50])
def test_f24_one_wins_and_the_others_are_told_who(parcel: Parcel, at: datetime, parallel: Parallel, crowd: int) -> None:
    """The button without guards: compare-and-set alone decides."""
    answers = parallel(lambda number: fire(Parcel.objects.get(pk=parcel.pk), "hand_over", actor=SYSTEM, at=at), crowd)
    kinds = Counter(type(answer) for answer in answers)
    assert kinds[AlreadyDone] == crowd - 1, kinds
    assert {str(answer) for answer in answers if isinstance(answer, AlreadyDone)} == {
        "Already done by the system at 12:00."
    }
    assert history_of(parcel).filter(transition="hand_over").count() == 1
    assert (Stamp.objects.count(), OutboxMessage.objects.count()) == (1, 1)


@pytest.mark.parametrize("crowd", [2, 50])
def test_f24_one_wins_where_a_form_and_guards_ask_first(
    parcel: Parcel, customer: User, at: datetime, parallel: Parallel, crowd: int
) -> None:
    """The button with a form: the lock decides."""
    answers = parallel(
        lambda number: fire(
            Parcel.objects.get(pk=parcel.pk),
            "cancel",
            actor=Actor.of(customer),
            at=at,
            data={"reason": f"number {number}"},
        ),
        crowd,
    )
    assert Counter(type(answer) for answer in answers)[AlreadyDone] == crowd - 1, answers
    assert history_of(parcel).filter(transition="cancel").count() == 1


def test_the_same_key_from_fifty_sides_gives_fifty_equal_results(
    parcel: Parcel, at: datetime, parallel: Parallel
) -> None:
    answers = parallel(
        lambda number: fire(Parcel.objects.get(pk=parcel.pk), "hand_over", actor=SYSTEM, at=at, key="one"), 50
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert len({answer.history_id for answer in answers}) == 1
    assert Stamp.objects.count() == 1


def test_a_loop_pressed_by_twenty_is_gone_twenty_times_with_one_history_row_each(
    parcel: Parcel, at: datetime, parallel: Parallel
) -> None:
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    answers = parallel(
        lambda number: fire(Parcel.objects.get(pk=parcel.pk), "restamp", actor=SYSTEM, at=at, key=f"k{number // 2}"), 20
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert history_of(parcel).filter(transition="restamp").count() == 10


def test_f24_cancel_against_hand_over_makes_one_of_two_legal_stories(
    make_parcel: Make, customer: User, at: datetime, parallel: Parallel
) -> None:
    for _ in range(10):
        parcel = make_parcel()
        seen = [Parcel.objects.get(pk=parcel.pk) for _page in range(2)]  # both looked before either pressed

        def press(number: int, parcel: Parcel = parcel, seen: list[Parcel] = seen) -> Any:
            if number:
                return fire(seen[1], "cancel", actor=Actor.of(customer), at=at, data={"reason": "no more"})
            return fire(seen[0], "hand_over", actor=SYSTEM, at=at)

        answers = parallel(press, 2)
        steps = list(history_of(parcel).values_list("transition", flat=True))[1:]
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert all(isinstance(answer, Refused) for answer in refused), answers
        assert steps in (["cancel"], ["hand_over", "cancel"])
        assert len(steps) + len(refused) == 2
        assert not refused or isinstance(refused[0], Overtaken)
    assert HistoryEntry.objects.filter(transition="cancel").count() == 10
