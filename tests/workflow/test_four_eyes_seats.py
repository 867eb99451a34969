"""Whom four eyes keep from a task gets no seat in it, so that nobody is waited for who may not answer."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from modules.accounts.models import User
from modules.workflow.api import complete, fire, flow_of
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.graph import ActorRule, Decision, Escalation
from modules.workflow.models import Task
from modules.workflow.people.absences import plan_absence
from modules.workflow.worklists.stuck import stuck_for
from tests.workflow.app.models import Slip
from tests.workflow.clocks import go
from tests.workflow.conftest import as_actor
from tests.workflow.offices import ROLE, Office, held, review, role, seats


def put_aside(slip: Slip, by: User, at: datetime) -> Slip:
    """The step that somebody else than the reviewer must have done; then the review begins anew."""
    flow, anybody = flow_of("parcels.slip"), (ActorRule("role", ROLE),)
    ways = tuple(replace(way, by=(*way.by, *anybody)) if way.key == "aside" else way for way in flow.graph.transitions)
    flow.use(replace(flow.graph, transitions=ways))
    Task.objects.all().delete()
    slip.refresh_from_db()
    fire(slip, "aside", actor=as_actor(by), at=at)
    go(slip, "open", at)
    return slip


@pytest.mark.parametrize("kind", ["all", "sequence"])
def test_a_vote_of_members_does_not_wait_for_who_may_not_answer(
    slip_for: Office, voters: list[User], at: datetime, kind: str
) -> None:
    node = review(role("members"), decide=Decision(kind), not_same_as=("aside",))  # type: ignore[arg-type]
    slip = put_aside(slip_for(node), voters[1], at)
    while seats(slip):
        task = seats(slip)[0]
        assert task.person in (voters[0], voters[2])
        complete(task, "yes", actor=as_actor(task.person), at=at)
    slip.refresh_from_db()
    assert slip.state == "done"


def test_nobody_stands_in_who_may_not_answer(slip_for: Office, voters: list[User], at: datetime) -> None:
    voters[1].groups.clear()
    node = review(role("members"), decide=Decision("all"), not_same_as=("aside",))
    slip = slip_for(node)
    voters[1].groups.add(*voters[0].groups.all())
    slip = put_aside(slip, voters[1], at)
    plan_absence(voters[0], voters[1], at, at + timedelta(days=2), actor=as_actor(voters[0]), at=at)
    go(slip, "aside", at)
    slip = put_aside(slip, voters[1], at)
    assert held(slip) == [voters[0].pk, voters[2].pk]


def test_the_person_in_a_field_who_may_not_is_not_given_it(slip_for: Office, voters: list[User], at: datetime) -> None:
    node = review(role("person", "customer"), not_same_as=("aside",))
    slip = put_aside(slip_for(node, customer=voters[0]), voters[0], at)
    assert held(slip) == [None]
    assert list(stuck_for(as_actor(User.objects.create_superuser("boss@example.test", "x")), at).tasks) == seats(slip)


def test_it_is_not_handed_up_to_who_may_not(slip_for: Office, voters: list[User], at: datetime) -> None:
    late = Escalation(timedelta(hours=1), role("person", "customer"))
    node = review(role(), not_same_as=("aside",), escalate=(late,))
    slip = put_aside(slip_for(node, customer=voters[0]), voters[0], at)
    sweep_timers(at + timedelta(hours=2))
    (task,) = seats(slip)
    assert (task.person, task.role) == (None, ROLE)
