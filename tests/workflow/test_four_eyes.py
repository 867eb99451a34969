"""Four eyes: who did a step may not do the one that checks it, by whatever way; not even a superuser."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import (
    SamePerson,
    assign,
    can,
    claim,
    complete,
    fire,
    fire_many,
    history_of,
    open_tasks_of,
    task_reasons,
    undo_last,
)
from modules.workflow.flows import flow_of
from modules.workflow.people.four_eyes import deeds_of
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Parcel, Slip
from tests.workflow.conftest import as_actor

pytestmark = pytest.mark.django_db
Make = Callable[..., Slip]
VERDICT = {"checked_amount": 500}


@pytest.fixture
def asked(make_slip: Make, clerk: User, at: datetime) -> Slip:
    """A slip that the clerk has asked for; the clerk is inspector too."""
    clerk.name = "Ana"
    clerk.save()
    slip = make_slip()
    fire(slip, "ask", actor=as_actor(clerk), at=at)
    return slip


def test_who_asked_may_not_approve_and_reads_why(asked: Slip, clerk: User, inspector: User, at: datetime) -> None:
    offer = next(o for o in can([asked], as_actor(clerk), at)[asked.pk] if o.transition == "approve")
    assert (offer.allowed, offer.reasons) == (False, ("Ana did “Ask for a refund”; somebody else must do this.",))
    with pytest.raises(SamePerson) as refused:
        fire(asked, "approve", actor=as_actor(clerk), at=at)
    assert (refused.value.code, str(refused.value)) == ("same_person", offer.reasons[0])
    asked.refresh_from_db()
    assert asked.state == "asked"
    assert fire(asked, "approve", actor=as_actor(inspector), at=at).target == "approved"


def test_a_superuser_is_bound_and_the_system_is_not(make_slip: Make, at: datetime) -> None:
    boss = as_actor(UserFactory.create(is_staff=True, is_superuser=True))
    slip = make_slip()
    fire(slip, "ask", actor=boss, at=at)
    with pytest.raises(SamePerson):
        fire(slip, "approve", actor=boss, at=at)
    with pytest.raises(SamePerson):
        claim(open_tasks_of(slip).get(), actor=boss, at=at)
    assert complete(open_tasks_of(slip).get(), "good", actor=SYSTEM, at=at, data=VERDICT).target == "approved"


def test_the_task_can_neither_be_taken_nor_given_nor_finished_nor_completed_by_a_button(
    asked: Slip, clerk: User, inspector: User, at: datetime
) -> None:
    task, ana = open_tasks_of(asked).get(), as_actor(clerk)
    with pytest.raises(SamePerson):
        claim(task, actor=ana, at=at)
    with pytest.raises(SamePerson) as refused:
        assign(task, person=clerk, actor=as_actor(inspector), at=at)
    assert "Ana did" in str(refused.value)
    with pytest.raises(SamePerson):
        complete(task, "good", actor=ana, at=at, data=VERDICT)
    with pytest.raises(SamePerson):
        fire(asked, "decline", actor=ana, at=at)  # it completes the task
    assert task_reasons([task], ana) == {task.pk: "Ana did “Ask for a refund”; somebody else must do this."}
    assert task_reasons([task], as_actor(inspector)) == {}
    assert [entry.transition for entry in history_of(asked)] == ["start", "ask"]


def test_a_task_counts_by_whatever_ended_it(asked: Slip, clerk: User, inspector: User, at: datetime) -> None:
    complete(open_tasks_of(asked).get(), "good", actor=as_actor(inspector), at=at, data=VERDICT)
    inspector.groups.add(*clerk.groups.all())
    with pytest.raises(SamePerson) as refused:
        fire(asked, "close", actor=as_actor(inspector), at=at)
    assert "Good" in str(refused.value)
    assert fire(asked, "close", actor=as_actor(clerk), at=at).target == "paid"


def test_only_the_last_doer_is_bound_and_a_step_taken_back_does_not_count(
    asked: Slip, clerk: User, at: datetime
) -> None:
    ben = UserFactory.create(is_staff=True, name="Ben")
    ben.groups.add(*clerk.groups.all())
    undo_last(asked, actor=as_actor(clerk), at=at)
    fire(asked, "ask", actor=as_actor(ben), at=at)
    with pytest.raises(SamePerson):
        fire(asked, "approve", actor=as_actor(ben), at=at)
    assert fire(asked, "approve", actor=as_actor(clerk), at=at).target == "approved"


def test_a_guest_is_known_by_the_label(make_slip: Make, at: datetime) -> None:
    slip = make_slip()
    guest = Actor.guest("g@example.test", frozenset({f"parcels.slip:{slip.pk}"}))
    fire(slip, "ask", actor=guest, at=at)
    flow = flow_of(slip)
    deeds = deeds_of(flow.graph, [slip.pk], [flow.plan.step("approve").eyes])[slip.pk]
    assert deeds[0].is_by(guest)
    assert not deeds[0].is_by(Actor.guest("other@example.test"))


def test_fifty_records_cost_as_many_queries_as_one(make_slip: Make, clerk: User, at: datetime) -> None:
    slips = [make_slip() for _ in range(50)]
    fire_many(slips, "ask", actor=as_actor(clerk), at=at, key="k")

    def queries(group: list[Slip]) -> int:
        actor = as_actor(clerk)
        with CaptureQueriesContext(connection) as captured:
            found = can(group, actor, at)
        assert all(not offer.allowed for offers in found.values() for offer in offers if offer.transition == "approve")
        return len(captured)

    assert (queries(slips[:1]), queries(slips)) == (2, 2)  # roles, history


def test_a_flow_without_the_rule_pays_nothing(parcel: Parcel, clerk: User, at: datetime) -> None:
    actor = as_actor(clerk)
    with CaptureQueriesContext(connection) as captured:
        can([parcel], actor, at)
        fire(parcel, "hand_over", actor=SYSTEM, at=at)
    assert not [query for query in captured if "SELECT" in query["sql"] and "historyentry" in query["sql"]]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_asking_and_approving_at_once_never_comes_from_one_person(
    make_slip: Make, clerk: User, at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    """One person with ten hands: whatever the order, the slip ends asked and not approved."""
    for _ in range(5):
        slip = make_slip()

        def act(number: int, slip: Slip = slip) -> Any:
            name = "approve" if number % 2 else "ask"
            return fire(Slip.objects.get(pk=slip.pk), name, actor=as_actor(clerk), at=at)

        answers = parallel(act, 10)
        slip.refresh_from_db()
        assert slip.state == "asked", answers
        assert not history_of(slip).filter(transition="approve").exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f24_two_managers_approve_at_once_and_one_reads_who_did_it(
    asked: Slip, at: datetime, parallel: Callable[..., list[Any]], inspector: User
) -> None:
    other = UserFactory.create(is_staff=True, name="Eva")
    other.groups.add(*inspector.groups.all())
    people = [inspector, other]
    answers = parallel(
        lambda number: fire(Slip.objects.get(pk=asked.pk), "approve", actor=as_actor(people[number]), at=at), 2
    )
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) <= 1
    assert history_of(asked).filter(transition="approve").count() == 1
