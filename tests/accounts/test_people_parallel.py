"""Two who change each other at once, with real connections: one comes after the other, and nobody is in a deadlock."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from modules.accounts.models import Role, User
from modules.accounts.roles import OWNER_ROLE
from modules.accounts.services import deactivate_user, edit_user, pseudonymise_user, reactivate_user
from modules.core.actors import Actor
from modules.core.errors import Refusal
from modules.core.models import AuditEntry
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Parallel = Callable[..., list[Any]]
ROUNDS = 5


@pytest.fixture
def owners(transactional_db: None) -> list[User]:
    """Four who may do everything, so that no step is the last one's."""
    group = Role.objects.get(key=OWNER_ROLE).group
    people = [UserFactory.create(is_staff=True, is_superuser=True) for _number in range(4)]
    for person in people:
        person.groups.add(group)
    return people


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def no_deadlock(answers: list[Any]) -> None:
    assert not [answer for answer in answers if isinstance(answer, OperationalError)], answers
    assert all(isinstance(answer, User | Refusal) for answer in answers), answers


@pytest.mark.parametrize("field", ["name", "email"])
def test_two_administrators_edit_each_other(owners: list[User], at: Any, parallel: Parallel, field: str) -> None:
    """Each row of the trail points at who did it, and so at the very account that the other one has locked."""
    for turn in range(ROUNDS):

        def edit(number: int, turn: int = turn) -> User:
            value = f"p{number}.{turn}@example.test" if field == "email" else f"{number} in turn {turn}"
            return edit_user(owners[1 - number], changes={field: value}, actor=Actor.of(fresh(owners[number])), at=at)

        answers = parallel(edit, 2)
        no_deadlock(answers)
        assert [getattr(fresh(owners[1 - n]), field) for n in (0, 1)] == [getattr(answers[n], field) for n in (0, 1)]
    assert AuditEntry.objects.filter(action="changed").count() == 2 * ROUNDS


def test_who_takes_the_console_from_somebody_and_who_closes_their_account(
    owners: list[User], at: Any, parallel: Parallel
) -> None:
    """Both ask whether an owner stays, and change the same person."""
    for _turn in range(ROUNDS):

        def press(number: int) -> User:
            actor = Actor.of(fresh(owners[number]))
            if number:
                return deactivate_user(owners[2], actor=actor, at=at)
            return edit_user(owners[2], changes={"is_staff": False}, actor=actor, at=at)

        no_deadlock(parallel(press, 2))
        reactivate_user(owners[2], actor=Actor.of(owners[0]), at=at)
        edit_user(owners[2], changes={"is_staff": True}, actor=Actor.of(owners[0]), at=at)


def test_two_owners_remove_each_other_and_one_of_them_stays(owners: list[User], at: Any, parallel: Parallel) -> None:
    def remove(number: int) -> User:
        return pseudonymise_user(owners[1 - number], actor=Actor.of(fresh(owners[number])), at=at)

    answers = parallel(remove, 2)
    no_deadlock(answers)
    assert sorted(isinstance(answer, Refusal) for answer in answers) == [False, True]
    assert sorted(fresh(person).is_active for person in owners[:2]) == [False, True]
