"""Tasks: opened, claimed, released, finished; and who sees them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import (
    TaskClosed,
    TaskNotYours,
    TaskTaken,
    claim,
    complete,
    fire,
    history_of,
    open_tasks_for,
    open_tasks_of,
    release,
)
from modules.workflow.models import Task
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Parcel
from tests.workflow.conftest import as_actor, role_group

pytestmark = pytest.mark.django_db
Make = Callable[..., Parcel]


@pytest.fixture
def inspected(make_parcel: Make, at: datetime) -> Parcel:
    """A parcel that an inspector has to look over."""
    parcel = make_parcel(is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    return parcel


@pytest.fixture
def colleague() -> User:
    user = UserFactory.create(is_staff=True)
    user.groups.add(role_group("parcels.inspector"))
    return user


def test_a_task_of_a_role_is_seen_by_the_role_alone(inspected: Parcel, clerk: User, customer: User) -> None:
    task = open_tasks_of(inspected).get()
    assert list(open_tasks_for(as_actor(clerk))) == [task]
    assert not open_tasks_for(as_actor(customer)).exists()
    assert not open_tasks_for(Actor.guest()).exists()


def test_claiming_takes_it_from_the_others_and_releasing_gives_it_back(
    inspected: Parcel, clerk: User, colleague: User, at: datetime
) -> None:
    task = claim(open_tasks_of(inspected).get(), actor=as_actor(clerk), at=at)
    assert (task.person, task.claimed_at) == (clerk, at)
    assert claim(task, actor=as_actor(clerk), at=at).person == clerk
    assert list(open_tasks_for(as_actor(clerk))) == [task]
    assert not open_tasks_for(as_actor(colleague)).exists()
    with pytest.raises(TaskTaken) as refused:
        claim(task, actor=as_actor(colleague), at=at)
    assert str(refused.value) == f"This task has been taken by {clerk}."
    with pytest.raises(TaskTaken):
        complete(task, "sound", actor=as_actor(colleague), at=at)
    with pytest.raises(TaskNotYours):
        release(task, actor=as_actor(colleague), at=at)
    release(task, actor=as_actor(clerk), at=at)
    assert claim(task, actor=as_actor(colleague), at=at).person == colleague


def test_a_stale_copy_of_a_task_cannot_be_claimed(
    inspected: Parcel, clerk: User, colleague: User, at: datetime
) -> None:
    stale = open_tasks_of(inspected).get()
    claim(open_tasks_of(inspected).get(), actor=as_actor(clerk), at=at)
    with pytest.raises(TaskTaken):
        claim(stale, actor=as_actor(colleague), at=at)


def test_an_outcome_that_stays_ends_the_task_and_leaves_the_record(
    inspected: Parcel, clerk: User, at: datetime
) -> None:
    task = open_tasks_of(inspected).get()
    later = at + timedelta(hours=1)
    result = complete(task, "sound", actor=as_actor(clerk), at=later, reason="not a scratch")
    inspected.refresh_from_db()
    assert (inspected.state, inspected.state_since) == ("inspected", at)
    assert (result.transition, result.source, result.target) == ("look_over.sound", "inspected", "inspected")
    entry = history_of(inspected).latest("pk")
    assert (entry.transition, entry.reason, entry.actor) == ("look_over.sound", "not a scratch", clerk)
    task.refresh_from_db()
    assert (task.status, task.outcome, task.closed_by, task.closed_at) == ("done", "sound", clerk, later)
    assert not open_tasks_of(inspected).exists()
    with pytest.raises(TaskClosed) as refused:
        complete(task, "sound", actor=as_actor(clerk), at=later)
    assert str(refused.value) == "This task is not open any more: Done."


def test_an_outcome_that_goes_moves_the_record(inspected: Parcel, clerk: User, at: datetime) -> None:
    complete(open_tasks_of(inspected).get(), "broken", actor=as_actor(clerk), at=at)
    inspected.refresh_from_db()
    assert inspected.state == "cancelled"
    task = Task.objects.get(key="look_over")
    assert (task.status, task.outcome) == ("done", "broken")
    assert history_of(inspected).latest("pk").transition == "look_over.broken"


def test_a_task_of_a_left_state_cannot_be_finished(inspected: Parcel, clerk: User, at: datetime) -> None:
    task = open_tasks_of(inspected).get()
    fire(inspected, "send_off", actor=SYSTEM, at=at)
    with pytest.raises(TaskClosed):
        complete(task, "broken", actor=as_actor(clerk), at=at)
    with pytest.raises(TaskClosed):
        claim(task, actor=as_actor(clerk), at=at)
    inspected.refresh_from_db()
    assert inspected.state == "sent"


def test_f37_a_stranger_neither_claims_nor_finishes(inspected: Parcel, customer: User, at: datetime) -> None:
    task = open_tasks_of(inspected).get()
    for stranger in (as_actor(customer), Actor.guest()):
        with pytest.raises(TaskNotYours):
            claim(task, actor=stranger, at=at)
        with pytest.raises(TaskNotYours):
            complete(task, "broken", actor=stranger, at=at)


def test_a_task_of_a_person_is_finished_by_that_person(
    make_parcel: Make, clerk: User, customer: User, at: datetime
) -> None:
    parcel = make_parcel(packer=clerk)
    task = open_tasks_of(parcel).get()
    with pytest.raises(TaskNotYours):
        complete(task, actor=as_actor(customer), at=at)
    with pytest.raises(LookupError, match="there are: done"):
        complete(task, "fly", actor=as_actor(clerk), at=at)
    assert complete(task, actor=as_actor(clerk), at=at).transition == "wrap.done"
    with pytest.raises(TaskNotYours):
        release(task, actor=as_actor(clerk), at=at)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f24_ten_inspectors_claim_one_task_and_one_gets_it(
    inspected: Parcel, at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    people = [UserFactory.create(is_staff=True) for _ in range(10)]
    for user in people:
        user.groups.add(role_group("parcels.inspector"))
    task = open_tasks_of(inspected).get()
    answers = parallel(
        lambda number: claim(Task.objects.get(pk=task.pk), actor=as_actor(people[number]), at=at).person_id, 10
    )
    winners = [answer for answer in answers if isinstance(answer, int)]
    assert len(winners) == 1
    assert all(isinstance(answer, TaskTaken) for answer in answers if answer not in winners), answers
