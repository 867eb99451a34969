"""What was delegated and does not simply come back: it is forwarded, people go away or leave, a transition ends it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import translation

from modules.accounts.models import User
from modules.core.outbox import drain
from modules.notifications.models import Notification
from modules.workflow.api import assign, claim, complete, fire, undo_last
from modules.workflow.errors import Unsuitable
from modules.workflow.graph import Decision, Transition
from modules.workflow.models import Task, TaskLink
from modules.workflow.panels.story import entries_of, staff_story
from modules.workflow.people.absences import hand_over_due, plan_absence
from modules.workflow.services import ask, delegate, recall
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Slip
from tests.workflow.app.slips import SlipFlow
from tests.workflow.clocks import go
from tests.workflow.conftest import as_actor
from tests.workflow.offices import ROLE, Office, held, messages_of, review, role, seats, staff, told

SOON = timedelta(minutes=5)


@pytest.fixture
def lent(slip_for: Office, voters: list[User], at: datetime) -> Task:
    """A task that the first voter has delegated to the second."""
    (task,) = seats(slip_for(review(role()), customer=UserFactory.create()))
    claim(task, actor=as_actor(voters[0]), at=at)
    return delegate(task, person=voters[1], actor=as_actor(voters[0]), at=at)


def slip_of(task: Task) -> Slip:
    return Slip.objects.get(pk=task.record_id)


def test_forwarded_to_whom_it_belongs_to_it_is_no_proposal(lent: Task, voters: list[User], at: datetime) -> None:
    assign(lent, person=voters[0], actor=as_actor(voters[1]), at=at)
    assert lent.delegated_by is None
    assert complete(lent, "yes", actor=as_actor(voters[0]), at=at).transition == "review.yes"


def test_who_delegated_it_and_stands_in_has_nothing_to_confirm(lent: Task, voters: list[User], at: datetime) -> None:
    plan_absence(voters[1], voters[0], at, at + timedelta(days=2), actor=as_actor(voters[1]), at=at)
    hand_over_due(at)
    lent.refresh_from_db()
    assert (lent.person, lent.delegated_by, lent.stands_in_for) == (voters[0], None, None)
    assert complete(lent, "yes", actor=as_actor(voters[0]), at=at).transition == "review.yes"


def test_a_proposal_goes_to_who_stands_in_for_the_one_who_delegated(
    lent: Task, voters: list[User], at: datetime
) -> None:
    plan_absence(voters[0], voters[2], at, at + timedelta(days=2), actor=as_actor(voters[0]), at=at)
    hand_over_due(at)
    complete(lent, "yes", actor=as_actor(voters[1]), at=at + SOON)
    lent.refresh_from_db()
    assert (lent.person, lent.stands_in_for, lent.proposal) == (voters[2], voters[0], "yes")


def test_a_proposal_for_somebody_who_has_left_is_the_role_s(lent: Task, voters: list[User], at: datetime) -> None:
    User.objects.filter(pk=voters[0].pk).update(is_active=False)
    complete(lent, "yes", actor=as_actor(voters[1]), at=at)
    lent.refresh_from_db()
    assert (lent.person, lent.role, lent.proposal, lent.claimed_at) == (None, ROLE, "yes", None)


def test_a_substitute_with_a_seat_of_their_own_does_not_get_a_second_voice(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip, expert = slip_for(review(role("members"), decide=Decision("all"))), staff("Expert")
    task = seats(slip)[0]
    delegate(task, person=expert, actor=as_actor(voters[0]), at=at)
    plan_absence(voters[0], voters[2], at, at + timedelta(days=2), actor=as_actor(voters[0]), at=at)
    complete(task, "yes", actor=as_actor(expert), at=at)
    task.refresh_from_db()
    assert (task.person, task.stands_in_for) == (voters[0], None)


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_is_told_once_and_in_their_language(lent: Task, voters: list[User], at: datetime, language: str) -> None:
    """Whatever language the colleague works in who proposes."""
    User.objects.filter(pk=voters[0].pk).update(language="es")
    with translation.override(language):
        complete(lent, "yes", actor=as_actor(voters[1]), at=at)
        drain(at=at + SOON)
        drain(at=at + SOON)
    news = Notification.objects.get(message="workflow.task_returned")
    with translation.override("es"):
        assert (news.user, news.language, news.why) == (voters[0], "es", translation.gettext("delegated the task"))
    assert "Yes" in news.text


# What a transition completes


@pytest.fixture
def to_fire(slip_for: Office, voters: list[User], at: datetime) -> Task:
    """A task that only the transition `settle` completes, taken by the first voter."""
    (task,) = seats(slip_for(review(role()), customer=UserFactory.create()))
    settle = Transition("settle", "Settle", ("open",), "done", by=(role(),), completes="review", undo=())
    flow = SlipFlow.flow
    flow.use(replace(flow.graph, transitions=(*flow.graph.transitions, settle)))
    return claim(task, actor=as_actor(voters[0]), at=at)


def test_a_transition_of_the_colleague_is_done_for_whoever_delegated(
    to_fire: Task, voters: list[User], at: datetime
) -> None:
    ana, ben = as_actor(voters[0]), as_actor(voters[1])
    delegate(to_fire, person=voters[1], actor=ana, at=at)
    slip = slip_of(to_fire)
    fire(slip, "settle", actor=ben, at=at)
    to_fire.refresh_from_db()
    assert (slip.state, to_fire.status, to_fire.outcome, to_fire.closed_by) == ("done", "done", "settle", voters[1])
    assert told(slip)[2:] == [("settle", {}), ("review.done_for", {"person": "Voter 0"})]
    line = staff_story(SlipFlow.flow.graph, entries_of(slip), ana)[0]
    assert line.sentence == "Voter 1 did “Review” for Voter 0."
    assert messages_of(to_fire) == ["workflow.task_delegated", "workflow.task_done_for_you"]
    drain(at=at + SOON)
    news = Notification.objects.get(message="workflow.task_done_for_you")
    assert (news.user, news.text) == (voters[0], "Voter 1 has done it for you. There is nothing left to do.")


def test_it_is_taken_back_as_any_other_and_is_the_colleague_s_again(
    to_fire: Task, voters: list[User], at: datetime
) -> None:
    delegate(to_fire, person=voters[1], actor=as_actor(voters[0]), at=at)
    slip = slip_of(to_fire)
    fire(slip, "settle", actor=as_actor(voters[1]), at=at)
    undo_last(slip, actor=as_actor(voters[1]), at=at + SOON)
    to_fire.refresh_from_db()
    assert (slip.state, to_fire.status, to_fire.person, to_fire.delegated_by) == (
        "open",
        "open",
        voters[1],
        voters[0],
    )
    drain(at=at + SOON)
    assert not Notification.objects.filter(message="workflow.task_done_for_you").exists()


@pytest.mark.parametrize("who", [0, 2])
def test_who_fires_it_past_the_colleague_does_it_for_nobody(
    to_fire: Task, voters: list[User], at: datetime, who: int
) -> None:
    delegate(to_fire, person=voters[1], actor=as_actor(voters[0]), at=at)
    slip = slip_of(to_fire)
    fire(slip, "settle", actor=as_actor(voters[who]), at=at)
    assert told(slip)[-1] == ("settle", {})


def test_it_is_delegated_to_nobody_who_may_not_fire_it(to_fire: Task, voters: list[User], at: datetime) -> None:
    with pytest.raises(Unsuitable):
        delegate(to_fire, person=staff("Expert"), actor=as_actor(voters[0]), at=at)


# Given to somebody who is away


@pytest.fixture
def away(voters: list[User], at: datetime) -> User:
    """The second voter is away; the third one stands in."""
    plan_absence(voters[1], voters[2], at - SOON, at + timedelta(days=2), actor=as_actor(voters[1]), at=at)
    hand_over_due(at)
    return voters[1]


@pytest.fixture
def taken(slip_for: Office, voters: list[User], at: datetime) -> Task:
    (task,) = seats(slip_for(review(role()), customer=UserFactory.create()))
    return claim(task, actor=as_actor(voters[0]), at=at)


def test_what_is_given_to_somebody_away_goes_to_the_substitute_and_back(
    taken: Task, away: User, voters: list[User], at: datetime
) -> None:
    assign(taken, person=away, actor=as_actor(voters[0]), at=at)
    assert (taken.person, taken.stands_in_for) == (voters[2], away)
    drain(at=at + SOON)
    assert [news.user for news in Notification.objects.filter(message="workflow.task_given")] == [voters[2]]
    hand_over_due(at + timedelta(days=3))
    taken.refresh_from_db()
    assert (taken.person, taken.stands_in_for) == (away, None)


def test_what_is_delegated_to_somebody_away_is_the_substitute_s_to_do(
    taken: Task, away: User, voters: list[User], at: datetime
) -> None:
    delegate(taken, person=away, actor=as_actor(voters[0]), at=at)
    assert (taken.person, taken.delegated_by) == (voters[2], voters[0])
    assert complete(taken, "yes", actor=as_actor(voters[2]), at=at).transition == "review.return"


def test_who_may_not_have_it_does_not_stand_in(taken: Task, away: User, voters: list[User], at: datetime) -> None:
    voters[2].groups.clear()
    assign(taken, person=away, actor=as_actor(voters[0]), at=at)
    assert (taken.person, taken.stands_in_for) == (away, None)


def test_who_gives_it_away_does_not_get_it_back_as_a_substitute(
    taken: Task, away: User, voters: list[User], at: datetime
) -> None:
    assign(taken, person=voters[2], actor=as_actor(voters[0]), at=at)
    assign(taken, person=away, actor=as_actor(voters[2]), at=at)
    assert taken.person == away


def test_a_question_to_somebody_away_is_asked_of_the_substitute(
    taken: Task, away: User, voters: list[User], at: datetime
) -> None:
    question = ask(taken, "How old is it?", person=away, actor=as_actor(voters[0]), at=at)
    assert (question.person, question.stands_in_for) == (voters[2], away)


def test_an_answer_is_told_to_who_asked_and_to_who_has_the_task_now(
    taken: Task, voters: list[User], at: datetime
) -> None:
    expert = staff("Expert")
    question = ask(taken, "How old is it?", person=expert, actor=as_actor(voters[0]), at=at)
    assign(taken, person=voters[2], actor=as_actor(voters[0]), at=at)
    complete(question, actor=as_actor(expert), at=at, reason="Ten years")
    drain(at=at + SOON)
    news = {one.user: one.text for one in Notification.objects.filter(message="workflow.task_answered")}
    assert news.keys() == {voters[0], voters[2]}
    assert news[voters[0]].startswith("You asked: How old is it?")
    assert news[voters[2]].startswith("The question was: How old is it?")


def test_nobody_stands_in_twice_in_one_vote(slip_for: Office, voters: list[User], at: datetime) -> None:
    """Who can answer once only would leave the other seats waiting."""
    slip, substitute = slip_for(review(role("members"), decide=Decision("all"))), staff("Substitute")
    for person in voters[:2]:
        plan_absence(person, substitute, at, at + timedelta(days=2), actor=as_actor(person), at=at)
    hand_over_due(at + SOON)
    assert held(slip) == [substitute.pk, voters[1].pk, voters[2].pk]


def test_who_may_not_do_it_by_four_eyes_does_not_stand_in_either(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(role(), not_same_as=("review",)))
    complete(seats(slip)[0], "no", actor=as_actor(voters[1]), at=at)
    slip.refresh_from_db()
    go(slip, "open", at)
    claim(seats(slip)[0], actor=as_actor(voters[0]), at=at)
    plan_absence(voters[0], voters[1], at, at + timedelta(days=2), actor=as_actor(voters[0]), at=at)
    hand_over_due(at + SOON)
    assert held(slip) == [voters[0].pk]


def test_what_was_somebody_s_outside_is_theirs_again_when_it_is_recalled(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(role("link", "customer__email")), customer=UserFactory.create(email="eva@example.test"))
    boss = as_actor(User.objects.create_superuser("boss@example.test", "secret"))
    (task,) = seats(slip)
    assign(task, person=voters[0], actor=boss, at=at)
    recall(task, actor=boss, at=at + SOON)
    assert (task.person, task.email) == (None, "eva@example.test")
    old, new = TaskLink.objects.order_by("pk")
    assert (old.revoked_at, new.revoked_at, new.email) == (at, None, "eva@example.test")
