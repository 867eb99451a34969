"""What the time of a task brings: reminders to whoever has it, and at last somebody else."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.models import OutboxMessage
from modules.workflow.api import claim, complete, undo_last
from modules.workflow.clocks import reminders
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.engine.running import running
from modules.workflow.graph import Decision, Escalation, Outcome, Wait
from modules.workflow.messages import TaskEscalated, TaskReminder
from modules.workflow.models import TaskLink, Timer
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Slip
from tests.workflow.clocks import STAMP, due, go, stamps
from tests.workflow.conftest import as_actor
from tests.workflow.offices import OUTCOMES, Office, held, messages_of, review, role, seats, staff, told

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REMIND = (Wait(HOUR), Wait(-HOUR, field="due_at"))
MEMBERS = role("members")


def test_timers_open_with_the_task_and_end_with_it(slip_for: Office, voters: list[User], at: datetime) -> None:
    node = review(role(), remind=REMIND, due=Wait(DAY), escalate=(Escalation(Wait(2 * DAY), role("members")),))
    slip = slip_for(node)
    assert due(slip) == {
        "review#remind0": at + HOUR, "review#remind1": at + 23 * HOUR, "review#escalate0": at + 2 * DAY,
    }  # fmt: skip
    go(slip, "open", at)
    assert len(due(slip)) == 3
    complete(seats(slip)[0], "perhaps", actor=as_actor(voters[0]), at=at)
    assert due(slip) == {}


def test_leaving_the_state_ends_them_and_coming_back_sets_them_anew(slip_for: Office, at: datetime) -> None:
    slip = slip_for(review(role(), remind=REMIND[:1]))
    go(slip, "aside", at)
    assert due(slip) == {}
    go(slip, "open", at + DAY)
    assert due(slip) == {"review#remind0": at + DAY + HOUR}


def test_a_task_that_is_due_never_is_not_reminded_of_before_that(slip_for: Office, at: datetime) -> None:
    assert due(slip_for(review(role(), remind=REMIND[1:]))) == {}


def test_whoever_has_it_is_reminded_once(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(role(), remind=REMIND[:1]))
    (task,) = seats(slip)
    assert [sweep_timers(at + HOUR - DAY), sweep_timers(at + HOUR), sweep_timers(at + HOUR)] == [0, 1, 0]
    assert messages_of(task) == ["workflow.task_reminder"]
    assert told(slip)[-1][0] == "review#remind0"
    assert {reader.user_id for reader in TaskReminder.to(task)} == {voter.pk for voter in voters}
    claim(task, actor=as_actor(voters[1]), at=at + HOUR)
    assert [reader.user_id for reader in TaskReminder.to(task)] == [voters[1].pk]
    complete(task, "yes", actor=as_actor(voters[1]), at=at + HOUR)
    task.refresh_from_db()
    assert TaskReminder.to(task) == []


def test_everybody_who_has_not_answered_is_reminded(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(MEMBERS, decide=Decision("all"), remind=REMIND[:1]))
    tasks = seats(slip)
    complete(tasks[0], "yes", actor=as_actor(voters[0]), at=at)
    sweep_timers(at + HOUR)
    assert [len(messages_of(task)) for task in tasks] == [0, 1, 1]


def test_in_a_sequence_the_time_of_each_begins_when_they_are_asked(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(MEMBERS, decide=Decision("sequence"), remind=REMIND[:1]))
    complete(seats(slip)[0], "yes", actor=as_actor(voters[0]), at=at + HOUR / 2)
    assert due(slip) == {"review#remind0": at + HOUR / 2 + HOUR}


def test_a_late_task_goes_to_somebody_else_and_effects_run(slip_for: Office, voters: list[User], at: datetime) -> None:
    boss = staff("Boss", "parcels.boss")
    step = Escalation(Wait(HOUR), role("least_loaded", "parcels.boss"), (STAMP,))
    slip = slip_for(review(role(), escalate=(step,)))
    (task,) = seats(slip)
    claim(task, actor=as_actor(voters[0]), at=at)
    assert sweep_timers(at + HOUR) == 1
    assert held(slip) == [boss.pk]
    assert (messages_of(task)[-1], stamps(slip)) == ("workflow.task_escalated", ["review#escalate0"])
    assert [entry[0] for entry in told(slip)[-2:]] == ["review.escalate", "review#escalate0"]
    task.refresh_from_db()
    assert [reader.user_id for reader in TaskEscalated.to(task)] == [boss.pk]
    assert (task.role, task.claimed_at) == ("parcels.boss", None)


def test_several_steps_up_the_chain(slip_for: Office, voters: list[User], at: datetime) -> None:
    boss, owner = staff("Boss"), UserFactory.create(is_staff=True)
    chain = (Escalation(Wait(HOUR), role("role", "parcels.boss")), Escalation(Wait(2 * HOUR), role("owner", "")))
    slip = slip_for(review(role(), escalate=chain), customer=owner)
    sweep_timers(at + HOUR)
    assert [(task.role, task.person_id) for task in seats(slip)] == [("parcels.boss", None)]
    sweep_timers(at + 2 * HOUR)
    assert (held(slip), boss.pk != owner.pk) == ([owner.pk], True)


def test_nobody_there_to_hand_it_up_to_leaves_it_where_it_is(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(role(), escalate=(Escalation(Wait(HOUR), role("owner", ""), (STAMP,)),)))
    claim(seats(slip)[0], actor=as_actor(voters[0]), at=at)
    sweep_timers(at + HOUR)
    assert (held(slip), stamps(slip)) == ([voters[0].pk], ["review#escalate0"])


def test_of_several_seats_a_person_gets_one_and_a_role_all(slip_for: Office, voters: list[User], at: datetime) -> None:
    boss = staff("Boss")
    node = review(MEMBERS, decide=Decision("all"))
    for rule, after in (
        (role("owner", ""), [boss.pk, voters[1].pk, voters[2].pk]),
        (role("role", "parcels.boss"), [None] * 3),
    ):
        slip = slip_for(node, customer=boss)
        with running(slip, actor=as_actor(boss), at=at) as run:
            run.lock()
            reminders.hand_up(run, "", rule)
        assert held(slip) == after


def test_somebody_outside_is_reminded_by_mail(slip_for: Office, at: datetime) -> None:
    node = review(role("link", "customer__email"), remind=(Wait(HOUR), Wait(20 * DAY)))
    slip_for(node, customer=UserFactory.create())
    sweep_timers(at + HOUR)
    keys = OutboxMessage.objects.filter(payload__message="workflow.work_reminder").count()
    assert (keys, TaskLink.objects.count()) == (1, 1)
    sweep_timers(at + 20 * DAY)
    assert TaskLink.objects.filter(revoked_at__isnull=True).get().expires_at == at + 34 * DAY


def test_an_outcome_taken_back_brings_the_reminder_back(slip_for: Office, voters: list[User], at: datetime) -> None:
    ends: Any = (Outcome("yes", "Yes", "done", undo=()), *OUTCOMES[1:])
    slip = slip_for(review(role(), outcomes=ends, remind=REMIND[:1]))
    complete(seats(slip)[0], "yes", actor=as_actor(voters[0]), at=at)
    assert not Timer.objects.exists()
    slip = Slip.objects.get(pk=slip.pk)
    undo_last(slip, actor=as_actor(voters[0]), at=at)
    assert due(slip) == {"review#remind0": at + HOUR}


@pytest.mark.parametrize("key", ["review#remind0", "review#escalate0"])
def test_a_timer_of_a_task_that_is_gone_does_nothing(
    slip_for: Office, voters: list[User], at: datetime, key: str
) -> None:
    node = review(role(), remind=REMIND[:1], escalate=(Escalation(Wait(HOUR), role("owner", "")),))
    slip = slip_for(node)
    row = Timer.objects.filter(transition=key).get()
    complete(seats(slip)[0], "perhaps", actor=as_actor(voters[0]), at=at)
    row.save(force_insert=True)
    before = len(told(slip))
    sweep_timers(at + HOUR)
    assert len(told(slip)) == before
