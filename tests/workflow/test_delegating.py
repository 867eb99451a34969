"""A task from hand to hand: for good, for a proposal, with a question; and taken back."""

from datetime import datetime, timedelta

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import assign, claim, complete, release
from modules.workflow.errors import (
    AlreadyAsking,
    Delegated,
    NobodyToAsk,
    NoDecision,
    NothingSaid,
    NothingToRecall,
    SamePerson,
    TaskClosed,
    TaskNotYours,
    TaskTaken,
    Unsuitable,
)
from modules.workflow.models import Task, TaskLink
from modules.workflow.services import add_seat, ask, delegate, recall, waiting_for
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Slip
from tests.workflow.clocks import go
from tests.workflow.conftest import as_actor
from tests.workflow.offices import Office, held, messages_of, review, role, seats, staff, told

SOON = timedelta(minutes=5)


@pytest.fixture
def taken(slip_for: Office, voters: list[User], at: datetime) -> Task:
    """A task that the first of the voters has taken."""
    (task,) = seats(slip_for(review(role()), customer=UserFactory.create()))
    return claim(task, actor=as_actor(voters[0]), at=at)


def slip_of(task: Task) -> Slip:
    return Slip.objects.get(pk=task.record_id)


def test_a_delegated_task_comes_back_with_a_proposal(taken: Task, voters: list[User], at: datetime) -> None:
    ana, expert = as_actor(voters[0]), staff("Expert")
    delegate(taken, person=expert, actor=ana, at=at)
    assert (taken.person, taken.delegated_by) == (expert, voters[0])
    with pytest.raises(TaskTaken):
        complete(taken, "yes", actor=ana, at=at)
    result = complete(taken, "yes", actor=as_actor(expert), at=at + SOON, reason="looks right")
    taken.refresh_from_db()
    assert (result.transition, taken.status, taken.person, taken.proposal) == (
        "review.return",
        "open",
        voters[0],
        "yes",
    )
    assert (slip_of(taken).state, taken.delegated_by) == ("open", None)
    assert told(slip_of(taken))[1:] == [
        ("review.delegate", {"person": "Expert"}),
        ("review.return", {"outcome": "yes"}),
    ]
    assert messages_of(taken) == ["workflow.task_delegated", "workflow.task_returned"]
    assert complete(taken, "no", actor=ana, at=at + SOON).target == "aside"


def test_who_may_delegate_and_to_whom(taken: Task, voters: list[User], at: datetime) -> None:
    ana, expert = as_actor(voters[0]), staff("Expert")
    with pytest.raises(TaskTaken):
        delegate(taken, person=expert, actor=as_actor(voters[1]), at=at)
    for nobody in (UserFactory.create(), voters[0]):
        with pytest.raises(Unsuitable):
            delegate(taken, person=nobody, actor=ana, at=at)
    delegate(taken, person=expert, actor=ana, at=at)
    with pytest.raises(Delegated):
        delegate(taken, person=voters[2], actor=as_actor(expert), at=at)


def test_four_eyes_hold_for_whom_it_is_delegated_to(slip_for: Office, voters: list[User], at: datetime) -> None:
    node = review(role(), not_same_as=("review",))
    (task,) = seats(slip_for(node))
    slip = slip_of(task)
    complete(task, "no", actor=as_actor(voters[1]), at=at)
    slip.refresh_from_db()
    go(slip, "open", at)
    (again,) = seats(slip)
    claim(again, actor=as_actor(voters[0]), at=at)
    with pytest.raises(SamePerson):
        delegate(again, person=voters[1], actor=as_actor(voters[0]), at=at)


def test_what_was_given_away_is_taken_back_by_who_gave_it(taken: Task, voters: list[User], at: datetime) -> None:
    ana, ben = as_actor(voters[0]), as_actor(voters[1])
    with pytest.raises(NothingToRecall):
        recall(taken, actor=ana, at=at)
    assign(taken, person=voters[1], actor=ana, at=at)
    with pytest.raises(NothingToRecall):
        recall(taken, actor=ben, at=at)
    assert recall(taken, actor=ana, at=at).person == voters[0]
    delegate(taken, person=voters[2], actor=ana, at=at)
    assert (recall(taken, actor=ana, at=at).person, taken.delegated_by) == (voters[0], None)
    assign(taken, person=voters[1], actor=ana, at=at)
    assign(taken, person=voters[2], actor=ben, at=at)
    with pytest.raises(NothingToRecall):
        recall(taken, actor=ana, at=at)
    assert recall(taken, actor=ben, at=at).person == voters[1]
    complete(taken, "yes", actor=ben, at=at)
    with pytest.raises(TaskClosed):
        recall(taken, actor=ben, at=at)


def test_what_nobody_had_is_free_again_when_it_is_recalled(slip_for: Office, voters: list[User], at: datetime) -> None:
    (task,) = seats(slip_for(review(role())))
    assign(task, person=voters[1], actor=as_actor(voters[0]), at=at)
    assert recall(task, actor=as_actor(voters[0]), at=at).person is None
    assert (task.role, task.claimed_at) == ("parcels.voter", None)


def test_a_delegated_task_given_back_to_the_role_is_nobodys_proposal(
    taken: Task, voters: list[User], at: datetime
) -> None:
    delegate(taken, person=voters[1], actor=as_actor(voters[0]), at=at)
    assert release(taken, actor=as_actor(voters[1]), at=at).delegated_by is None


def test_nobody_else_is_asked_where_one_person_does_it(taken: Task, voters: list[User], at: datetime) -> None:
    with pytest.raises(NoDecision):
        add_seat(taken, person=voters[1], actor=as_actor(voters[0]), at=at)


def test_a_question_waits_for_its_answer(taken: Task, voters: list[User], at: datetime) -> None:
    ana, expert = as_actor(voters[0]), staff("Expert")
    question = ask(taken, "  How old is it? ", person=expert, actor=ana, at=at)
    assert (question.person, question.question, question.asked_by) == (expert, "How old is it?", voters[0])
    assert messages_of(question) == ["workflow.task_asked"]
    assert {pk: row.pk for pk, row in waiting_for([taken]).items()} == {taken.pk: question.pk}
    with pytest.raises(AlreadyAsking):
        ask(taken, "And how big?", person=expert, actor=ana, at=at)
    with pytest.raises(TaskNotYours):
        complete(question, actor=ana, at=at, reason="Ten years")
    with pytest.raises(NothingSaid):
        complete(question, actor=as_actor(expert), at=at, reason=" ")
    result = complete(question, actor=as_actor(expert), at=at + SOON, reason="Ten years")
    assert result.transition == "review.answer"
    assert told(slip_of(taken))[-1] == ("review.answer", {"question": "How old is it?", "answer": "Ten years"})
    assert messages_of(question) == ["workflow.task_asked", "workflow.task_answered"]
    assert (waiting_for([taken]), slip_of(taken).state) == ({}, "open")
    ask(taken, "And how big?", person=expert, actor=ana, at=at)
    complete(taken, "perhaps", actor=ana, at=at + SOON)
    assert seats(slip_of(taken)) == []


def test_an_owner_without_the_console_is_asked_by_link(taken: Task, voters: list[User], at: datetime) -> None:
    ana = as_actor(voters[0])
    with pytest.raises(NothingSaid):
        ask(taken, " ", actor=ana, at=at)
    with pytest.raises(Unsuitable):
        ask(taken, "Me?", person=voters[0], actor=ana, at=at)
    question = ask(taken, "Why?", actor=ana, at=at)
    owner = slip_of(taken).customer
    assert owner is not None
    assert (question.person, question.email) == (owner, owner.email)
    assert TaskLink.objects.get().task == question
    go(slip_of(taken), "aside", at)
    assert held(slip_of(taken)) == []
    question.refresh_from_db()
    assert (question.status, question.outcome) == ("cancelled", "")


def test_there_may_be_nobody_to_ask(slip_for: Office, voters: list[User], at: datetime) -> None:
    (task,) = seats(slip_for(review(role())))
    with pytest.raises(NobodyToAsk):
        ask(task, "Why?", actor=as_actor(voters[0]), at=at)
    with pytest.raises(TaskNotYours):
        ask(task, "Why?", person=voters[0], actor=SYSTEM, at=at)
