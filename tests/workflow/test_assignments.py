"""Whom a task is for when it opens, and what happens when nobody fits."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.films.models import Order
from modules.workflow.api import claim, complete, fire, flow_of, start
from modules.workflow.errors import TaskNotYours
from modules.workflow.graph import ActorRule, Decision, Outcome, TaskNode
from modules.workflow.models import Absence, Task, TaskLink
from modules.workflow.selectors import people_for
from modules.workflow.worklists.stuck import stuck_for
from tests.factories.accounts import UserFactory
from tests.factories.shop import Shop
from tests.workflow.app.models import Slip
from tests.workflow.clocks import go
from tests.workflow.conftest import as_actor
from tests.workflow.offices import ROLE, Office, held, review, role, seats, staff

DAY = timedelta(days=1)


def away(person: User, substitute: User, at: datetime) -> Absence:
    return Absence.objects.create(person=person, substitute=substitute, starts_at=at - DAY, ends_at=at + DAY)


def test_in_turn_each_gets_the_next_one(slip_for: Office, voters: list[User]) -> None:
    given = [held(slip_for(review(role("round_robin"))))[0] for _ in range(7)]
    ids = [voter.pk for voter in voters]
    assert given == [*ids, *ids, ids[0]]


def test_the_turn_goes_on_where_it_was_when_people_come_and_go(slip_for: Office, voters: list[User]) -> None:
    node, (first, second, third) = review(role("round_robin")), voters
    assert held(slip_for(node)) == [first.pk]
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert held(slip_for(node)) == [third.pk]
    fourth = staff("Fourth", ROLE)
    assert held(slip_for(node)) == [fourth.pk]
    assert held(slip_for(node)) == [first.pk]


def test_a_task_that_stays_open_takes_no_turn(slip_for: Office, voters: list[User], at: datetime) -> None:
    node = review(role("round_robin"))
    slip = slip_for(node)
    go(slip, "open", at)
    assert held(slip) == [voters[0].pk]
    assert held(slip_for(node)) == [voters[1].pk]


def test_who_is_away_is_passed_over_and_with_nobody_here_it_stays_with_the_role(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    for rule in ("round_robin", "least_loaded"):
        for kept in (Absence, Task):
            kept.objects.all().delete()
        away(voters[0], voters[1], at)
        assert held(slip_for(review(role(rule)))) == [voters[1].pk]
        away(voters[1], voters[2], at)
        away(voters[2], voters[0], at)
        (task,) = seats(slip_for(review(role(rule))))
        assert (task.person_id, task.role) == (None, ROLE)


def test_the_least_loaded_gets_it_and_of_equals_the_oldest_account(slip_for: Office, voters: list[User]) -> None:
    node = review(role("least_loaded"))
    given = [held(slip_for(node))[0] for _ in range(4)]
    assert given == [voters[0].pk, voters[1].pk, voters[2].pk, voters[0].pk]
    Task.objects.filter(person=voters[2]).update(person=voters[1])
    assert held(slip_for(node)) == [voters[2].pk]


@pytest.mark.parametrize("rule", ["round_robin", "least_loaded"])
def test_four_eyes_keep_it_from_who_did_the_step_before(
    slip_for: Office, voters: list[User], at: datetime, rule: str
) -> None:
    node = review(role(rule), not_same_as=("aside",))
    slip = slip_for(node, customer=voters[0])
    slip = Slip.objects.get(pk=slip.pk)
    flow = flow_of("parcels.slip")
    ways = tuple(
        replace(way, by=(*way.by, ActorRule("owner"))) if way.key == "aside" else way for way in flow.graph.transitions
    )
    flow.use(replace(flow.graph, transitions=ways))
    Task.objects.all().delete()
    fire(slip, "aside", actor=as_actor(voters[0]), at=at)
    for _ in range(4):
        go(slip, "open", at)
        assert held(slip)[0] in {voters[1].pk, voters[2].pk}
        Task.objects.filter(record_id=slip.pk).update(status="cancelled", closed_at=at)


def test_a_manager_gets_it(slip_for: Office, at: datetime) -> None:
    boss = staff("Boss")
    clerk = UserFactory.create(manager=boss)
    assert held(slip_for(review(role("manager", "customer")), customer=clerk)) == [boss.pk]
    (task,) = seats(slip_for(review(role("manager", "customer")), customer=boss))
    assert (task.person_id, task.role) == (None, "")


def test_a_substitute_gets_what_is_for_who_is_away(slip_for: Office, voters: list[User], at: datetime) -> None:
    boss, deputy, second = staff("Boss"), staff("Deputy"), staff("Second")
    away(boss, deputy, at)
    node = review(role("person", "customer"))
    (task,) = seats(slip_for(node, customer=boss))
    assert (task.person_id, task.stands_in_for_id) == (deputy.pk, boss.pk)
    away(deputy, second, at)
    (task,) = seats(slip_for(node, customer=boss))
    assert (task.person_id, task.stands_in_for_id) == (second.pk, boss.pk)
    away(second, boss, at)
    (task,) = seats(slip_for(node, customer=boss))
    assert (task.person_id, task.role, task.email) == (None, "", "")


def test_before_and_after_the_absence_it_is_theirs(slip_for: Office, at: datetime) -> None:
    boss, deputy = staff("Boss"), staff("Deputy")
    Absence.objects.create(person=boss, substitute=deputy, starts_at=at, ends_at=at + DAY)
    node = review(role("person", "customer"))
    for when, holder in ((at - timedelta(seconds=1), boss), (at, deputy), (at + DAY, boss)):
        assert held(slip_for(node, customer=boss, when=when)) == [holder.pk]


def test_nobodys_task_is_shown_as_stuck_and_who_may_change_the_record_sees_to_it(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(role("person", "customer")))
    (task,) = seats(slip)
    owner = staff("Owner", is_superuser=True)
    assert list(stuck_for(as_actor(owner), at).tasks) == [task]
    with pytest.raises(TaskNotYours):
        complete(task, "yes", actor=as_actor(voters[0]), at=at)
    claim(task, actor=as_actor(owner), at=at)
    assert not stuck_for(as_actor(owner), at).tasks.exists()
    assert complete(task, "yes", actor=as_actor(owner), at=at).target == "done"


def test_a_role_without_people_keeps_the_task(slip_for: Office, db: None) -> None:
    for kind in ("members", "round_robin", "least_loaded"):
        (task,) = seats(slip_for(review(role(kind, "parcels.nobody"))))
        assert (task.person_id, task.role) == (None, "parcels.nobody")


def test_members_each_have_a_seat_and_nobody_two(slip_for: Office, voters: list[User], at: datetime) -> None:
    away(voters[0], voters[1], at)  # who has a seat already: nobody answers twice
    deputy = staff("Deputy")
    away(voters[2], deputy, at)
    slip = slip_for(review(role("members"), role("members"), decide=Decision("all")))
    assert held(slip) == [voters[0].pk, voters[1].pk, deputy.pk]
    assert [task.stands_in_for_id for task in seats(slip)] == [None, None, voters[2].pk]


def test_the_same_person_named_twice_leaves_a_seat_for_somebody_else(slip_for: Office, voters: list[User]) -> None:
    rules = (role("owner", ""), role("person", "customer"))
    slip = slip_for(review(*rules, decide=Decision("quorum", 2)), customer=voters[0])
    assert held(slip) == [voters[0].pk, None]


def test_an_expression_names_people_and_roles(slip_for: Office, voters: list[User]) -> None:
    ana = staff("Ana", email="ana@example.test")
    dear = 'record.amount > 400 ? "person:ana@example.test" : "role:parcels.voter"'
    assert held(slip_for(review(role("expression", dear)))) == [ana.pk]
    cheap = dear.replace("400", "600")
    (task,) = seats(slip_for(review(role("expression", cheap))))
    assert (task.person_id, task.role) == (None, ROLE)
    (task,) = seats(slip_for(review(role("expression", '"person:gone@example.test"'))))
    assert (task.person_id, task.role, task.email) == (None, "", "")


def test_somebody_outside_gets_a_link(slip_for: Office, at: datetime) -> None:
    customer = UserFactory.create(email="eva@example.test")
    (task,) = seats(slip_for(review(role("link", "customer__email")), customer=customer))
    assert (task.email, task.person_id) == ("eva@example.test", None)
    link = TaskLink.objects.get()
    assert (link.task, link.email, link.expires_at) == (task, "eva@example.test", at + timedelta(days=14))
    (task,) = seats(slip_for(review(role("link", "customer__email"))))
    assert (task.email, task.role, TaskLink.objects.count()) == ("", "", 1)


def test_a_task_without_a_role_is_for_the_staff(slip_for: Office, voters: list[User]) -> None:
    (task,) = seats(slip_for(review(role("person", "customer"))))
    assert set(voters) <= set(people_for(task))


@pytest.mark.django_db
def test_each_row_of_the_record_is_somebodys(shop: Shop, at: datetime) -> None:
    flow = flow_of(Order)
    node = TaskNode(
        "inspect", "Inspect", ("paid", "delivered"), ActorRule("role", "films.clerk"),
        (Outcome("good", "Good"), Outcome("bad", "Bad")), decide=Decision("each", 2, "lines"),
    )  # fmt: skip
    flow.use(replace(flow.graph, tasks=(*flow.graph.tasks, node)))
    try:
        order = shop.buy(shop.edition(), shop.edition(), shop.edition())
        lines = list(order.lines.order_by("pk"))
        tasks = list(Task.objects.filter(record_id=order.pk, key="inspect").order_by("position"))
        assert [(task.about_type, task.about_id) for task in tasks] == [("films.orderline", line.pk) for line in lines]
        clerk = as_actor(staff("Clerk", "films.clerk"))
        assert complete(tasks[0], "bad", actor=clerk, at=at).transition == "inspect.vote"
        assert complete(tasks[1], "good", actor=clerk, at=at).transition == "inspect.vote"
        assert complete(tasks[2], "good", actor=clerk, at=at).transition == "inspect.good"
    finally:
        flow.forget()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rule", ["round_robin", "least_loaded"])
def test_parallel_openings_are_fair(
    slip_for: Office, at: datetime, parallel: Callable[..., list[Any]], rule: str
) -> None:
    people = [staff(f"Fair {number}", ROLE) for number in range(3)]
    slip_for(review(role(rule)))
    slips = [Slip.objects.create(amount=1, state="new") for _ in range(14)]

    def enter(number: int) -> None:
        slip = Slip.objects.get(pk=slips[number].pk)
        start(slip, actor=SYSTEM, at=at)
        go(slip, "open", at)

    assert parallel(enter, 14) == [None] * 14
    assert Counter(Task.objects.values_list("person", flat=True)) == {person.pk: 5 for person in people}
