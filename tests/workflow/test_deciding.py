"""Several people and one outcome: the rule alone, and on records."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import claim, complete, fire, history_of, undo_last
from modules.workflow.errors import AlreadyAnswered, SamePerson, TaskClosed, TaskNotYours
from modules.workflow.graph import Decision, Outcome
from modules.workflow.models import Task
from modules.workflow.people.deciding import decided
from modules.workflow.selectors import finished_tasks, task_reasons
from modules.workflow.services import add_seat
from tests.workflow.app.models import Slip
from tests.workflow.clocks import go
from tests.workflow.conftest import as_actor
from tests.workflow.offices import OUTCOMES, Office, held, review, role, seats, staff, told

Y, P, N = "yes", "perhaps", "no"
ALL, MAJORITY, SEQUENCE = Decision("all"), Decision("majority"), Decision("sequence")
MEMBERS = role("members")


def two(otherwise: str = "") -> Decision:
    return Decision("quorum", 2, otherwise=otherwise)


@pytest.mark.parametrize(
    ("rule", "answers", "waiting", "outcome"),
    [
        (None, [P], 2, P),
        (Decision("any"), [N], 2, N),
        (ALL, [], 3, None),
        (ALL, [Y, Y], 1, None),
        (ALL, [Y, Y, Y], 0, Y),
        (ALL, [Y, P], 1, P),
        (Decision("all", otherwise=N), [Y, P], 1, N),
        (SEQUENCE, [Y], 1, None),
        (SEQUENCE, [Y, N], 1, N),
        (two(), [Y, N], 1, None),
        (two(), [Y, N, Y], 0, Y),
        (two(), [Y, N, P], 0, N),
        (two(P), [Y, N, P], 0, P),
        (two(), [Y], 0, N),
        (Decision("quorum", 3), [Y, N], 1, N),
        (MAJORITY, [Y], 2, None),
        (MAJORITY, [Y, Y], 1, Y),
        (MAJORITY, [Y, N], 0, N),
        (MAJORITY, [Y, Y, P, P], 1, None),
        (Decision("each", over="lines"), [Y, Y], 0, Y),
        (Decision("each", over="lines"), [N], 2, N),
        (Decision("each", 2, "lines"), [N, Y], 1, None),
        (Decision("each", 2, "lines"), [N, Y, Y], 5, Y),
        (Decision("each", 2, "lines"), [N, N], 1, N),
    ],
)  # fmt: skip
def test_answers_come_to_an_outcome(
    rule: Decision | None, answers: list[str], waiting: int, outcome: str | None
) -> None:
    assert decided(review(MEMBERS, decide=rule), answers, waiting) == outcome


def answer(slip: Slip, user: User, outcome: str, at: datetime) -> Any:
    task = next(task for task in seats(slip) if task.person_id == user.pk)
    return complete(task, outcome, actor=as_actor(user), at=at)


def test_the_answer_that_decides_moves_the_record_and_ends_the_other_seats(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(MEMBERS, decide=two()))
    assert held(slip) == [voter.pk for voter in voters]
    assert len({(task.opening, task.state) for task in seats(slip)}) == 1
    assert answer(slip, voters[0], Y, at).transition == "review.vote"
    assert Slip.objects.get(pk=slip.pk).state == "open"
    result = answer(slip, voters[2], Y, at)
    assert (result.transition, result.source, result.target) == ("review.yes", "open", "done")
    assert told(slip) == [("review.vote", {"outcome": Y}), ("review.vote", {"outcome": Y}), ("review.yes", {})]
    rows = Task.objects.filter(record_id=slip.pk).order_by("position")
    assert [(row.status, row.outcome) for row in rows] == [("done", Y), ("cancelled", ""), ("done", Y)]
    with pytest.raises(TaskClosed):
        complete(rows[1], Y, actor=as_actor(voters[1]), at=at)


def test_an_outcome_that_stays_ends_the_decision_too(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(MEMBERS, decide=ALL))
    assert answer(slip, voters[0], P, at).transition == "review.perhaps"
    assert (held(slip), Slip.objects.get(pk=slip.pk).state) == ([], "open")


def test_the_task_is_done_when_it_is_decided(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(MEMBERS, decide=two()))
    for voter, done in ((voters[0], set()), (voters[1], {slip.pk})):
        answer(slip, voter, Y, at)
        assert finished_tasks("parcels.slip", [slip.pk], "review") == done


def test_leaving_the_state_cancels_every_seat_and_coming_back_asks_anew(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(MEMBERS, decide=ALL))
    answer(slip, voters[0], Y, at)
    go(slip, "aside", at)
    assert held(slip) == []
    go(slip, "open", at)
    answer(slip, voters[0], Y, at)
    assert held(slip) == [voters[1].pk, voters[2].pk]


def test_staying_in_the_state_asks_nobody_twice(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(MEMBERS, decide=ALL))
    answer(slip, voters[0], Y, at)
    slip.refresh_from_db()
    fire(slip, "open", actor=SYSTEM, at=at)
    assert held(slip) == [voters[1].pk, voters[2].pk]


def test_a_person_answers_once_whatever_seats_are_free(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip, ana = slip_for(review(role(), role(), decide=ALL)), as_actor(voters[0])
    first, second = seats(slip)
    complete(first, Y, actor=ana, at=at)
    assert task_reasons([second], ana)[second.pk].startswith("Voter 0 answers once")
    for deed in (claim, complete):
        with pytest.raises(AlreadyAnswered):
            deed(second, **({"outcome": Y} if deed is complete else {}), actor=ana, at=at)
    assert not task_reasons([second], as_actor(voters[1]))
    claim(second, actor=as_actor(voters[1]), at=at)
    assert complete(second, Y, actor=as_actor(voters[1]), at=at).target == "done"


def test_who_takes_one_seat_may_not_take_the_other(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip, ana = slip_for(review(role(), role(), decide=ALL)), as_actor(voters[0])
    first, second = seats(slip)
    claim(first, actor=ana, at=at)
    with pytest.raises(AlreadyAnswered):
        claim(second, actor=ana, at=at)


def test_one_after_the_other(slip_for: Office, voters: list[User], at: datetime) -> None:
    boss = staff("Boss")
    rules = (MEMBERS, role("person", "customer"))
    slip = slip_for(review(*rules, decide=SEQUENCE, remind=()), customer=boss)
    for number, voter in enumerate([*voters, boss]):
        assert held(slip) == [voter.pk]
        result = answer(slip, voter, Y, at + timedelta(minutes=number))
    assert (result.transition, Slip.objects.get(pk=slip.pk).state) == ("review.yes", "done")
    assert [task.position for task in seats(slip, "done")] == [0, 1, 2, 3]


def test_another_answer_ends_a_sequence_before_the_others_are_asked(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    slip = slip_for(review(MEMBERS, decide=SEQUENCE))
    answer(slip, voters[0], N, at)
    assert Slip.objects.get(pk=slip.pk).state == "aside"
    assert Task.objects.filter(record_id=slip.pk).count() == 1


def test_one_more_is_asked_while_it_is_open(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip, expert = slip_for(review(MEMBERS, decide=ALL)), staff("Expert")
    task = seats(slip)[0]
    with pytest.raises(TaskNotYours):
        add_seat(task, person=expert, actor=as_actor(expert), at=at)
    with pytest.raises(AlreadyAnswered):
        add_seat(task, person=voters[1], actor=as_actor(voters[0]), at=at)
    add_seat(task, person=expert, actor=as_actor(voters[0]), at=at)
    assert told(slip)[-1] == ("review.add", {"person": "Expert"})
    for voter in voters:
        answer(slip, voter, Y, at)
    assert Slip.objects.get(pk=slip.pk).state == "open"
    assert answer(slip, expert, Y, at).target == "done"


def test_an_outcome_taken_back_asks_again_who_had_not_answered(
    slip_for: Office, voters: list[User], at: datetime
) -> None:
    ends = (Outcome("yes", "Yes", "done", undo=()), *OUTCOMES[1:])
    slip = slip_for(review(MEMBERS, decide=two(), outcomes=ends))
    answer(slip, voters[0], Y, at)
    answer(slip, voters[1], Y, at)
    slip.refresh_from_db()
    undo_last(slip, actor=as_actor(voters[1]), at=at)
    assert (slip.state, held(slip)) == ("open", [voters[1].pk, voters[2].pk])
    assert answer(slip, voters[2], Y, at).target == "done"


def test_four_eyes_see_everybody_who_answered(slip_for: Office, voters: list[User], at: datetime) -> None:
    slip = slip_for(review(MEMBERS, decide=two(), not_same_as=("review",)))
    answer(slip, voters[0], Y, at)
    answer(slip, voters[1], Y, at)
    slip.refresh_from_db()
    slip = Slip.objects.get(pk=slip.pk)
    assert slip.state == "done"
    Slip.objects.filter(pk=slip.pk).update(state="new")
    go(Slip.objects.get(pk=slip.pk), "open", at)
    (task,) = seats(slip)
    assert task.person == voters[2]
    for voter in voters[:2]:
        Task.objects.filter(pk=task.pk).update(person=voter)
        with pytest.raises(SamePerson):
            answer(slip, voter, Y, at)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("needed", [2, 5])
def test_simultaneous_answers_come_to_exactly_one_outcome(
    slip_for: Office, at: datetime, parallel: Callable[..., list[Any]], needed: int
) -> None:
    crowd = [staff(f"Crowd {number}", "parcels.voter") for number in range(8)]
    slip = slip_for(review(MEMBERS, decide=Decision("quorum", needed)))
    tasks = seats(slip)
    answers = parallel(lambda number: complete(tasks[number], Y, actor=as_actor(crowd[number]), at=at), len(crowd))
    kinds = Counter(type(one).__name__ for one in answers)
    assert kinds == {"FireResult": needed, "TaskClosed": len(crowd) - needed}, answers
    steps = Counter(history_of(slip).values_list("transition", flat=True))
    assert (steps["review.vote"], steps["review.yes"]) == (needed, 1)
    assert Counter(Task.objects.values_list("status", flat=True)) == {"done": needed, "cancelled": 8 - needed}
