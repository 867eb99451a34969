"""Whose account is closed leaves tasks behind: each goes on to somebody, and no decision is made by a leaving."""

from datetime import datetime, timedelta

from modules.accounts.models import User
from modules.accounts.services import deactivate_user, pseudonymise_user, reactivate_user
from modules.core.actors import SYSTEM
from modules.core.outbox import drain
from modules.workflow.api import claim, complete
from modules.workflow.graph import Decision
from modules.workflow.models import Task
from modules.workflow.panels.story import entries_of, staff_story
from modules.workflow.people.absences import plan_absence
from modules.workflow.services import ask, delegate
from modules.workflow.worklists.stuck import stuck_for
from tests.workflow.app.slips import SlipFlow
from tests.workflow.conftest import as_actor
from tests.workflow.offices import ROLE, Office, held, messages_of, review, role, seats, staff, told

SOON = timedelta(minutes=5)


def leave(person: User, at: datetime) -> None:
    deactivate_user(person, actor=SYSTEM, at=at)
    drain(at=at + SOON)


def test_a_taken_task_is_its_role_s_again(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    claim(seats(slip)[0], actor=as_actor(voters[0]), at=at)
    leave(voters[0], at)
    (task,) = seats(slip)
    assert (task.person, task.role, task.claimed_at) == (None, ROLE, None)
    assert told(slip)[-1] == ("review.pass_on", {"person": "Voter 0"})
    line = staff_story(SlipFlow.flow.graph, entries_of(slip), SYSTEM)[0]
    assert line.sentence == "The task “Review” was passed on, because Voter 0 has left."
    assert complete(task, "yes", actor=as_actor(voters[1]), at=at).target == "done"


def test_a_vote_waits_for_somebody_else_and_decides_nothing(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role("members"), decide=Decision("quorum", 2)))
    one, two, three = seats(slip)
    complete(one, "yes", actor=as_actor(voters[0]), at=at)
    complete(two, "no", actor=as_actor(voters[1]), at=at)
    leave(voters[2], at)
    slip.refresh_from_db()
    assert (slip.state, held(slip), list(stuck_for(SYSTEM, at).tasks)) == ("open", [None], [three])
    boss = User.objects.create_superuser("boss@example.test", "secret")
    assert complete(three, "yes", actor=as_actor(boss), at=at).transition == "review.yes"


def test_what_was_delegated_to_them_is_back_with_the_colleague(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(role()))
    task = claim(seats(slip)[0], actor=as_actor(voters[0]), at=at)
    delegate(task, person=voters[1], actor=as_actor(voters[0]), at=at)
    leave(voters[1], at)
    task.refresh_from_db()
    assert (task.person, task.delegated_by, task.proposal) == (voters[0], None, "")
    assert messages_of(task)[-1] == "workflow.task_given"


def test_who_stands_in_for_them_gets_it(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    claim(seats(slip)[0], actor=as_actor(voters[0]), at=at)
    plan_absence(voters[0], voters[2], at, at + timedelta(days=9), actor=SYSTEM, at=at)
    leave(voters[0], at)
    (task,) = seats(slip)
    assert (task.person, task.stands_in_for) == (voters[2], voters[0])


def test_a_question_to_them_is_withdrawn_so_that_another_can_be_asked(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip, expert = slip_for(review(role())), staff("Expert")
    task = claim(seats(slip)[0], actor=as_actor(voters[0]), at=at)
    question = ask(task, "How old is it?", person=expert, actor=as_actor(voters[0]), at=at)
    leave(expert, at)
    question.refresh_from_db()
    assert (question.status, held(slip)) == ("cancelled", [voters[0].pk])
    ask(task, "How old is it?", person=voters[1], actor=as_actor(voters[0]), at=at)


def test_who_comes_back_before_that_keeps_it(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    claim(seats(slip)[0], actor=as_actor(voters[0]), at=at)
    deactivate_user(voters[0], actor=SYSTEM, at=at)
    reactivate_user(voters[0], actor=SYSTEM, at=at)
    drain(at=at + SOON)
    assert held(slip) == [voters[0].pk]


def test_who_is_forgotten_leaves_nothing_behind_either(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    claim(seats(slip)[0], actor=as_actor(voters[0]), at=at)
    pseudonymise_user(voters[0], actor=SYSTEM, at=at)
    drain(at=at + SOON)
    assert (held(slip), Task.objects.filter(person=voters[0]).count()) == ([None], 0)
