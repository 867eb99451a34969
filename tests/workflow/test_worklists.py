"""Whose tasks are whose: taken, given, given back, finished with a form; and the lists and counts of the inbox."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import (
    InvalidData,
    TaskClosed,
    TaskNotYours,
    Unsuitable,
    assign,
    claim,
    complete,
    fire,
    form_for_task,
    history_of,
    inbox_tasks,
    open_tasks_of,
    people_for,
    release,
    task_counts,
)
from modules.workflow.models import Task
from modules.workflow.panels.story import staff_story
from modules.workflow.selectors import inbox_page
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Parcel, Slip
from tests.workflow.app.slips import SlipFlow
from tests.workflow.conftest import as_actor, role_group

pytestmark = pytest.mark.django_db
Make = Callable[..., Slip]


@pytest.fixture
def ben(db: None) -> User:
    """Another clerk."""
    user = UserFactory.create(is_staff=True, name="Ben")
    user.groups.add(role_group("parcels.clerk"))
    return user


def steps(record: Any) -> list[tuple[str, str, str]]:
    return list(history_of(record).values_list("transition", "source", "target"))[1:]


def test_every_hand_that_a_task_passes_through_is_in_the_history(
    make_slip: Make, clerk: User, ben: User, at: datetime
) -> None:
    slip = make_slip()
    task = open_tasks_of(slip).get()
    claim(task, actor=as_actor(clerk), at=at)
    claim(task, actor=as_actor(clerk), at=at)  # once more is harmless
    assign(task, person=ben, actor=as_actor(clerk), at=at)
    assign(task, person=ben, actor=as_actor(clerk), at=at)
    release(task, actor=as_actor(ben), at=at + timedelta(minutes=1))
    assert steps(slip) == [(f"prepare.{deed}", "draft", "draft") for deed in ("claim", "assign", "release")]
    lines = staff_story(SlipFlow.flow.graph, history_of(slip).order_by("-pk"), as_actor(ben))
    assert [line.title for line in lines[:3]] == [
        "Prepare the slip: Given back",
        "Prepare the slip: Given to somebody",
        "Prepare the slip: Taken",
    ]
    assert "Ben" in lines[1].sentence
    assert lines[1].facts == (), "what the sentence says is not said again"
    slip.refresh_from_db()
    assert (slip.state, slip.state_since) == ("draft", at)


def test_a_task_is_given_by_its_holder_its_role_or_who_may_change_the_record(
    make_slip: Make, clerk: User, ben: User, inspector: User, at: datetime
) -> None:
    task = open_tasks_of(make_slip()).get()
    for stranger in (as_actor(inspector), as_actor(UserFactory.create()), Actor.guest()):
        with pytest.raises(TaskNotYours):
            assign(task, person=ben, actor=stranger, at=at)
    assert assign(task, person=ben, actor=as_actor(clerk), at=at).person == ben
    boss = as_actor(UserFactory.create(is_staff=True, is_superuser=True))
    assert assign(task, person=clerk, actor=boss, at=at).person == clerk
    assert (task.claimed_at, task.status) == (at, "open")


def test_a_task_is_given_only_to_who_may_do_it(make_slip: Make, clerk: User, inspector: User, at: datetime) -> None:
    slip = make_slip()
    task = open_tasks_of(slip).get()
    with pytest.raises(Unsuitable):
        assign(task, person=inspector, actor=as_actor(clerk), at=at)
    assert list(people_for(task)) == [clerk]
    fire(slip, "ask", actor=SYSTEM, at=at)
    with pytest.raises(TaskClosed):
        assign(task, person=clerk, actor=as_actor(clerk), at=at)


def test_a_task_of_a_person_may_be_handed_to_a_colleague(
    make_parcel: Callable[..., Parcel], clerk: User, ben: User, customer: User, at: datetime
) -> None:
    parcel = make_parcel(packer=clerk)
    task = open_tasks_of(parcel).get()
    with pytest.raises(Unsuitable):
        assign(task, person=customer, actor=as_actor(clerk), at=at)
    assign(task, person=ben, actor=as_actor(clerk), at=at)
    assert complete(task, actor=as_actor(ben), at=at).actor_label == ben.email


def test_a_task_s_form_is_checked_and_kept(make_slip: Make, clerk: User, inspector: User, at: datetime) -> None:
    slip = make_slip()
    fire(slip, "ask", actor=as_actor(clerk), at=at)
    task, eva = open_tasks_of(slip).get(), as_actor(inspector)
    assert set(form_for_task(task, slip).fields) == {"checked_amount", "reason"}
    with pytest.raises(InvalidData) as refused:
        complete(task, "good", actor=eva, at=at, data={"checked_amount": "0"})
    assert "checked_amount" in refused.value.errors
    with pytest.raises(InvalidData):
        complete(task, "good", actor=eva, at=at)
    slip.refresh_from_db()
    assert (slip.state, open_tasks_of(slip).get().pk) == ("asked", task.pk)
    complete(task, "seen", actor=eva, at=at, data={"checked_amount": "7", "reason": "in order", "state": "paid"})
    entry = history_of(slip).latest("pk")
    assert (entry.data, entry.reason) == ({"checked_amount": 7, "reason": "in order"}, "in order")
    assert Task.objects.get(pk=task.pk).reason == "in order"
    assert SlipFlow.flow.graph.transition("decline").form == "tests.workflow.app.Verdict"  # the task's


def make_tasks(*rows: tuple[str, User | None, datetime | None], at: datetime) -> list[Task]:
    """Open tasks with a role, a person and a due time, of records that need not exist."""
    return Task.objects.bulk_create(
        Task(
            record_type="parcels.slip", record_id=1000 + number, key="prepare", state="draft", role=role, person=person,
            opened_at=at, due_at=due,
        )
        for number, (role, person, due) in enumerate(rows)
    )  # fmt: skip


def test_mine_the_team_s_and_free_ones_first_due_first(clerk: User, ben: User, at: datetime) -> None:
    hour = timedelta(hours=1)
    late, soon, never, held, mine, other = make_tasks(
        ("parcels.clerk", None, at - hour),
        ("parcels.clerk", None, at + hour),
        ("parcels.clerk", None, None),
        ("parcels.clerk", ben, at - 2 * hour),
        ("parcels.clerk", clerk, at),
        ("parcels.driver", None, at),
        at=at,
    )
    ana = as_actor(clerk)
    assert list(inbox_tasks(ana, "free")) == [late, soon, never]
    assert list(inbox_tasks(ana, "team")) == [held, late, soon, never]
    assert list(inbox_tasks(ana)) == [mine]
    counts = task_counts(ana, at)
    assert {kind: (count.total, count.overdue) for kind, count in counts.items()} == {
        "mine": (1, 0),
        "team": (4, 2),
        "free": (3, 1),
    }
    assert other not in inbox_tasks(ana, "team")
    assert not inbox_tasks(Actor.guest(), "team").exists()
    assert not inbox_tasks(as_actor(UserFactory.create()), "free").exists()
    assert task_counts(Actor.guest(), at)["mine"].total == 0


@pytest.mark.parametrize("whose", ["mine", "team", "free"])
@pytest.mark.parametrize("roles", [[], ["parcels.clerk"], ["parcels.clerk", "parcels.driver"]])
def test_a_page_is_the_same_piece_of_the_same_list(ben: User, at: datetime, whose: Any, roles: list[str]) -> None:
    reader = UserFactory.create()
    reader.groups.set([role_group(key) for key in roles])
    holders = (None, reader, ben)
    keys = ("parcels.clerk", "parcels.driver")
    make_tasks(*[(keys[number % 2], holders[number % 3], None if number % 5 else at) for number in range(24)], at=at)
    for person in (reader, ben):  # the statement is kept, the people are not
        actor = as_actor(person)
        assert inbox_page(actor, whose, 2, 7) == list(inbox_tasks(actor, whose)[2:7])
    assert inbox_page(Actor.guest(), whose, 0, 7) == []


@pytest.mark.parametrize("whose", ["mine", "team", "free"])
def test_f30_the_lists_read_by_index_in_their_order(clerk: User, ben: User, at: datetime, whose: Any) -> None:
    """Ten thousand open tasks: the first page is read from an index, and on no database is the whole table sorted."""
    holders = (None, clerk, ben)
    make_tasks(
        *[("parcels.clerk", holders[number % 3], at + timedelta(minutes=number)) for number in range(10_000)], at=at
    )
    clerk.groups.remove(role_group("parcels.inspector"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = inbox_tasks(as_actor(clerk), whose)[:50].explain()
    assert "workflow_task_open" in plan, plan
    assert "Seq Scan" not in plan
    assert "SCAN workflow_task\n" not in plan
    assert "Sort" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan


def test_the_lists_cost_one_query_and_the_counts_one(clerk: User, at: datetime) -> None:
    make_tasks(*[("parcels.clerk", None, at)] * 1, at=at)
    ana = as_actor(clerk)
    list(inbox_tasks(ana, "free"))  # the roles are known from here on
    with CaptureQueriesContext(connection) as captured:
        list(inbox_tasks(ana, "team"))
        task_counts(ana, at)
    assert len(captured) == 2
