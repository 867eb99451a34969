"""Many people at one approval, with real connections: one decides, the others read who it was (F24)."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import AlreadyDone, Overtaken, Refused, fire, history_of, open_tasks_of
from modules.workflow.models import Task
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Slip
from tests.workflow.conftest import as_actor, role_group

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Make = Callable[..., Slip]
Parallel = Callable[..., list[Any]]
CROWD = 12


@pytest.fixture
def approvers(db: None) -> list[Actor]:
    """Fifty people who may approve, and decline as well."""
    roles = [role_group("parcels.inspector"), role_group("parcels.clerk")]
    people: list[User] = [UserFactory.create(is_staff=True, name=f"Approver {number}") for number in range(50)]
    for person in people:
        person.groups.add(*roles)
    return [as_actor(person) for person in people]


def test_f24_of_fifty_approvers_one_decides_and_forty_nine_read_who(
    make_slip: Make, approvers: list[Actor], at: datetime, parallel: Parallel
) -> None:
    slip = make_slip()
    fire(slip, "ask", actor=SYSTEM, at=at)
    answers = parallel(
        lambda number: fire(Slip.objects.get(pk=slip.pk), "approve", actor=approvers[number], at=at, expected="asked"),
        50,
    )
    assert Counter(type(answer) for answer in answers)[AlreadyDone] == 49, answers
    entry = history_of(slip).get(transition="approve")
    assert {str(answer) for answer in answers if isinstance(answer, AlreadyDone)} == {
        f"Already done by {entry.actor_label} at 12:00."
    }
    assert entry.actor_id in {actor.user_id for actor in approvers}
    slip.refresh_from_db()
    assert (slip.state, slip.revision, open_tasks_of(slip).count()) == ("approved", entry_count(slip) + 1, 0)
    assert not Task.objects.filter(record_id=slip.pk, status="open").exists()


def test_f24_approving_against_declining_makes_one_of_two_stories(
    make_slip: Make, approvers: list[Actor], at: datetime, parallel: Parallel
) -> None:
    """Half of them press the other button: one is done, the others are told which."""
    told: Counter[type] = Counter()
    for _ in range(3):
        slip = make_slip()
        fire(slip, "ask", actor=SYSTEM, at=at)

        def press(number: int, slip: Slip = slip) -> Any:
            name = "decline" if number % 2 else "approve"
            page = Slip.objects.get(pk=slip.pk)
            return fire(page, name, actor=approvers[number], at=at, expected="asked", data={"checked_amount": 1})

        answers = parallel(press, CROWD)
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert len(refused) == CROWD - 1, answers
        assert all(isinstance(answer, Refused) for answer in refused), answers
        told.update(type(answer) for answer in refused)
        steps = list(history_of(slip).values_list("transition", flat=True))[2:]
        slip.refresh_from_db()
        assert (steps, slip.state) in ((["approve"], "approved"), (["decline"], "declined"))
    assert set(told) == {AlreadyDone, Overtaken}


def entry_count(slip: Slip) -> int:
    return history_of(slip).count()
