"""A task that asks for nothing is finished in three statements; whatever does not fit goes the long way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import TaskClosed, TaskTaken, assign, claim, complete, complete_task, history_of
from modules.workflow.errors import TaskNotYours
from modules.workflow.models import HistoryEntry
from modules.workflow.services import ask, delegate
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Slip
from tests.workflow.app.slips import SlipFlow
from tests.workflow.clocks import go
from tests.workflow.conftest import as_actor
from tests.workflow.offices import OUTCOMES, Office, review, role, seats, staff

SOON = timedelta(minutes=5)


def statements(action: Callable[[], object]) -> list[str]:
    """What went to the database, without the brackets of the transaction."""
    with CaptureQueriesContext(connection) as captured:
        action()
    said = [query["sql"].partition(" ")[0] for query in captured.captured_queries]
    return [word for word in said if word not in ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")]


def test_three_statements_by_name_and_by_task(slip_for: Office, voters: list[User], at: datetime) -> None:
    first, second = slip_for(review(role())), slip_for(review(role()))
    actor = as_actor(voters[0])
    by_name = statements(lambda: complete_task(first, "review", "yes", actor=actor, at=at))
    (task,) = seats(second)
    by_task = statements(lambda: complete(task, "yes", actor=actor, at=at))
    assert [word for word in by_name if word != "SELECT"] == ["UPDATE", "UPDATE", "INSERT"]
    assert by_task == ["UPDATE", "UPDATE", "INSERT"]
    assert first.state == "done"
    assert seats(first) == []
    (done,) = seats(first, "done")
    assert (done.outcome, done.closed_by, done.closed_at) == ("yes", voters[0], at)
    entry = history_of(first).get(transition="review.yes")
    assert (entry.source, entry.target, entry.actor, entry.data) == ("open", "done", voters[0], {})


def test_the_reason_stands_with_the_task_and_in_the_history(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    complete_task(slip, "review", "yes", actor=as_actor(voters[0]), at=at, data={"reason": "all there"})
    (task,) = seats(slip, "done")
    assert (task.reason, history_of(slip).get(transition="review.yes").reason) == ("all there", "all there")


def test_questions_about_it_are_cancelled(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    (task,) = seats(slip)
    ana = as_actor(voters[0])
    claim(task, actor=ana, at=at)
    ask(task, "Who wrote it?", person=voters[1], actor=ana, at=at)
    complete_task(slip, "review", "yes", actor=ana, at=at + SOON)
    assert [(row.question, row.status, row.outcome) for row in seats(slip, "cancelled")] == [
        ("Who wrote it?", "cancelled", "")
    ]


def test_a_task_of_somebody_else_is_refused_and_nothing_has_moved(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(role()))
    (task,) = seats(slip)
    claim(task, actor=as_actor(voters[0]), at=at)
    for stranger, refusal in ((voters[1], TaskTaken), (staff("Other"), TaskNotYours)):
        with pytest.raises(refusal):
            complete_task(slip, "review", "yes", actor=as_actor(stranger), at=at)
        with pytest.raises(refusal):
            complete(task, "yes", actor=as_actor(stranger), at=at)
    slip.refresh_from_db()
    assert (slip.state, [row.person for row in seats(slip)]) == ("open", [voters[0]])
    assert not HistoryEntry.objects.filter(record_id=slip.pk, transition__startswith="review.yes").exists()


def test_what_was_delegated_comes_back_as_a_proposal(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    (task,) = seats(slip)
    claim(task, actor=as_actor(voters[0]), at=at)
    delegate(task, person=voters[1], actor=as_actor(voters[0]), at=at)
    complete_task(slip, "review", "yes", actor=as_actor(voters[1]), at=at)
    (task,) = seats(slip)
    assert (slip.state, task.person, task.proposal) == ("open", voters[0], "yes")


def test_an_outcome_that_stays_goes_the_long_way(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    complete_task(slip, "review", "perhaps", actor=as_actor(voters[0]), at=at)
    assert (slip.state, seats(slip, "done")[0].outcome) == ("open", "perhaps")


def test_a_record_on_an_older_version_goes_by_its_own(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    (task,) = seats(slip)
    graph = SlipFlow.flow.graph
    elsewhere = tuple(replace(way, target="aside") if way.key == "review.yes" else way for way in graph.transitions)
    SlipFlow.flow.use(replace(graph, version=graph.version + 1, transitions=elsewhere))
    complete(task, "yes", actor=as_actor(voters[0]), at=at)
    slip.refresh_from_db()
    assert (slip.state, slip.workflow_version) == ("done", graph.version)


def test_done_twice_is_done_once(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    (task,) = seats(slip)
    complete(task, "yes", actor=as_actor(voters[0]), at=at)
    with pytest.raises(TaskClosed):
        complete(task, "yes", actor=as_actor(voters[1]), at=at)
    with pytest.raises(TaskClosed):
        complete_task(Slip.objects.get(pk=slip.pk), "review", "yes", actor=as_actor(voters[1]), at=at)
    assert history_of(slip).filter(transition="review.yes").count() == 1


def test_an_old_row_does_not_end_the_one_that_is_open_now(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()))
    (old,) = seats(slip)
    complete(old, "no", actor=as_actor(voters[0]), at=at)
    slip.refresh_from_db()
    go(slip, "open", at + SOON)
    with pytest.raises(TaskClosed):
        complete(old, "yes", actor=as_actor(voters[0]), at=at + SOON)
    slip.refresh_from_db()
    assert (slip.state, len(seats(slip))) == ("open", 1)


def test_the_actors_own_task_is_meant_where_several_have_one(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(role("members")))
    complete_task(slip, "review", "yes", actor=as_actor(voters[1]), at=at)
    done = [task for status in ("done", "open", "cancelled") for task in seats(slip, status) if task.outcome == "yes"]
    assert [task.person for task in done] == [voters[1]]


def test_a_task_that_the_workflow_does_not_know(slip_for: Office, voters: list[User], at: datetime) -> None:
    with pytest.raises(LookupError):
        complete_task(slip_for(review(role())), "revue", "yes", actor=as_actor(voters[0]), at=at)


def test_a_task_that_was_given_away(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role()), customer=UserFactory.create())
    (task,) = seats(slip)
    assign(task, person=voters[2], actor=SYSTEM, at=at)
    assert complete_task(slip, "review", "yes", actor=as_actor(voters[2]), at=at).target == "done"


def test_a_task_is_not_finished_straight_where_the_outcome_can_be_taken_back(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    node = review(role(), outcomes=(OUTCOMES[0]._replace(undo=()), *OUTCOMES[1:]))
    slip = slip_for(node)
    assert "review.yes" not in SlipFlow.flow.plan.straight
    assert complete_task(slip, "review", "yes", actor=as_actor(voters[0]), at=at).target == "done"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_who_finish_one_task_one_does(
    slip_for: Office, voters: list[User], at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    for _ in range(5):
        slip = slip_for(review(role()))
        answers = parallel(
            lambda number, pk=slip.pk: complete_task(
                Slip.objects.get(pk=pk), "review", ("yes", "no")[number % 2], actor=as_actor(voters[number % 3]), at=at
            ),
            9,
        )
        done = [answer for answer in answers if not isinstance(answer, Exception)]
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert len(done) == 1, answers
        assert {type(answer) for answer in refused} <= {TaskClosed, TaskTaken}, answers
