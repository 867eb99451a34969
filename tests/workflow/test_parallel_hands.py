"""Different hands at one task and one record at once, with real connections: claim, delegate, forward, finish, recall;
time against people, events against time. `PARALLEL_ROUNDS=50` goes on longer than the suite.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.core.outbox import Delivery
from modules.workflow.api import claim, complete, deliver, fire, history_of, release, start
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.engine.moving import move_by_hand
from modules.workflow.errors import Refused
from modules.workflow.graph import ActorRule, Decision, Transition, Wait
from modules.workflow.models import EarlyEvent, Task, Timer
from modules.workflow.people.leavers import pass_on
from modules.workflow.services import add_seat, assign, delegate, recall
from tests.workflow.app.models import Slip, Stamp
from tests.workflow.clocks import STAMP, Made
from tests.workflow.conftest import as_actor
from tests.workflow.offices import Office, review, role, seats, staff

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Parallel = Callable[..., list[Any]]
ROUNDS = int(os.environ.get("PARALLEL_ROUNDS", "4"))
HOUR = timedelta(hours=1)
ROBOT = (ActorRule("system"),)


def sane(answers: list[Any]) -> list[Any]:
    """Nobody met anything but a refusal in words: no deadlock, no broken constraint."""
    wrong = [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, Refused)]
    assert not wrong, wrong
    return [answer for answer in answers if not isinstance(answer, Exception)]


def told_once(slip: Slip) -> None:
    """The steps are a chain to where the record stands, and each effect has its own step."""
    steps = list(history_of(slip))
    slip.refresh_from_db()
    assert steps[-1].target == slip.state
    assert all(after.source == before.target for before, after in pairwise(steps))
    keys = list(Stamp.objects.filter(record_id=slip.pk).values_list("key", flat=True))
    assert len(keys) == len(set(keys))


def test_f24_claim_delegate_forward_and_finish_one_task_at_once(
    slip_for: Office, voters: list[User], at: datetime, parallel: Parallel
) -> None:
    """Whoever comes first has it; at the end it has one holder or one outcome, and each deed its step."""
    one, two, three = voters
    for _round in range(ROUNDS):
        slip = slip_for(review(role()))
        (task,) = seats(slip)
        claim(task, actor=as_actor(one), at=at)
        deeds = [
            lambda t: delegate(t, person=two, actor=as_actor(one), at=at),
            lambda t: assign(t, person=three, actor=as_actor(one), at=at),
            lambda t: release(t, actor=as_actor(one), at=at),
            lambda t: claim(t, actor=as_actor(two), at=at),
            lambda t: complete(t, "yes", actor=as_actor(one), at=at),
            lambda t: recall(t, actor=as_actor(one), at=at),
        ]
        seen = [Task.objects.get(pk=task.pk) for _deed in deeds]
        answers = parallel(lambda number, deeds=deeds, seen=seen: deeds[number](seen[number]), len(deeds))
        assert sane(answers)
        task.refresh_from_db()
        slip.refresh_from_db()
        assert (task.status, slip.state) in (("open", "open"), ("done", "done")), (task.status, slip.state)
        told = history_of(slip).filter(transition__startswith="review.").exclude(transition="review.claim")
        others = [answer for number, answer in enumerate(answers) if number != 3]  # one's own is claimed in silence
        assert told.count() == len(sane(others))
        told_once(slip)


def test_f24_seats_are_added_while_others_vote(
    slip_for: Office, voters: list[User], at: datetime, parallel: Parallel
) -> None:
    """The decision falls once, by those who had a seat when it fell; nobody is asked afterwards."""
    for _round in range(ROUNDS):
        node = review(role("members"), decide=Decision("majority"))
        slip = slip_for(node)
        tasks, more = seats(slip), [staff(f"More {number}", "parcels.voter") for number in range(2)]

        def act(number: int, tasks: list[Task] = tasks, more: list[User] = more) -> Any:
            if number < 3:
                task = tasks[number]
                return complete(task, "yes", actor=as_actor(User.objects.get(pk=task.person_id)), at=at)
            return add_seat(tasks[0], person=more[number - 3], actor=SYSTEM, at=at)

        sane(parallel(act, 5))
        slip.refresh_from_db()
        still = Task.objects.filter(record_id=slip.pk, status="open").count()
        assert (slip.state, still > 0) in (("done", False), ("open", True))
        assert history_of(slip).filter(transition="review.yes").count() == (slip.state == "done")
        told_once(slip)


def test_f24_time_against_people_moves_the_record_once(slip_by: Made, at: datetime, parallel: Parallel) -> None:
    """A due timer in two sweeps, a step by hand and a move by hand: each way is gone from where the record stood."""
    lapse = Transition("lapse", "Lapse", ("open",), "aside", "timer", ROBOT, after=Wait(HOUR), effects=(STAMP,))
    for _round in range(ROUNDS):
        slip = slip_by(ways=[lapse])
        seen = [Slip.objects.get(pk=slip.pk) for _page in range(4)]

        def act(number: int, seen: list[Slip] = seen) -> Any:
            if number < 2:
                return sweep_timers(at + HOUR)
            if number == 2:
                return fire(seen[2], "done", actor=SYSTEM, at=at + HOUR, expected="open")
            return move_by_hand(seen[3], "asked", actor=SYSTEM, at=at + HOUR, reason="stuck")

        sane(parallel(act, 4))
        assert history_of(slip).filter(transition="lapse").count() <= 1
        told_once(slip)
        assert Timer.objects.filter(record_id=slip.pk).count() == (slip.state == "open")


def test_f24_an_event_against_time_and_against_itself(slip_by: Made, at: datetime, parallel: Parallel) -> None:
    """Paid in the moment in which it lapses: one of the two, and a payment that came too late is kept or refused."""
    ways = [
        Transition("lapse", "Lapse", ("open",), "aside", "timer", ROBOT, after=Wait(HOUR), effects=(STAMP,)),
        Transition("pay", "Pay", ("open",), "done", "event", ROBOT, event="paid", match="pk", effects=(STAMP,)),
    ]
    for _round in range(ROUNDS):
        slip = slip_by(ways=ways)

        def act(number: int, slip: Slip = slip) -> Any:
            if number < 2:
                return sweep_timers(at + HOUR)
            return deliver("paid", slip.pk, at=at + HOUR, key=f"paid-{slip.pk}")

        sane(parallel(act, 4))
        told_once(slip)
        steps = list(history_of(slip).values_list("transition", flat=True))
        assert [steps.count("lapse"), steps.count("pay")] in ([1, 0], [0, 1]), steps
        assert slip.state == ("aside" if "lapse" in steps else "done")
        assert EarlyEvent.objects.filter(value=str(slip.pk), taken_at=None).count() <= ("lapse" in steps)


def test_f24_someone_leaves_while_their_task_is_finished_and_the_record_moves(
    slip_for: Office, voters: list[User], at: datetime, parallel: Parallel
) -> None:
    one, two, _three = voters
    for _round in range(ROUNDS):
        slip = slip_for(review(role("person", "customer")), customer=one)
        (task,) = seats(slip)
        User.objects.filter(pk=one.pk).update(is_active=False)

        def act(number: int, slip: Slip = slip, task: Task = task) -> Any:
            if number < 2:
                return pass_on(Delivery({"person": one.pk}, "leaver", at, 1))
            if number == 2:
                return assign(task, person=two, actor=SYSTEM, at=at)
            return fire(Slip.objects.get(pk=slip.pk), "aside", actor=SYSTEM, at=at)

        sane(parallel(act, 4))
        assert not Task.objects.filter(record_id=slip.pk, status="open").exists()
        told_once(slip)
        User.objects.filter(pk=one.pk).update(is_active=True)


def test_f24_two_starts_of_one_record_begin_it_once(slip_by: Made, at: datetime, parallel: Parallel) -> None:
    slip_by()
    for _round in range(ROUNDS):
        slip = Slip.objects.create(amount=1, state="new")
        done = sane(parallel(lambda number, slip=slip: start(Slip.objects.get(pk=slip.pk), actor=SYSTEM, at=at), 5))
        assert len(done) == 1
        assert list(history_of(slip).values_list("transition", flat=True)) == ["start"]
