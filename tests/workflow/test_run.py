"""What one call does on its way, shown on small workflows made for the case."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import TextChoices

from modules.workflow import flows
from modules.workflow.api import (
    SYSTEM,
    AutomaticLoop,
    Firing,
    Workflow,
    advance,
    automatic,
    fire,
    guard,
    history_of,
    hours,
    start,
    timer,
    timers_of,
    transition,
)
from modules.workflow.clocks.sweep import _attempt, _claim
from tests.workflow.app.models import Knot, Stamp

pytestmark = pytest.mark.django_db


class S(TextChoices):
    A = "a", "A"
    B = "b", "B"
    C = "c", "C"


def count_stamps(knots: Sequence[Knot], at: datetime) -> Mapping[int, int]:
    return {knot.pk: Stamp.objects.filter(record_id=knot.pk).count() for knot in knots}


@guard("Stamped")
def is_blank(knot: Knot, stamps: int) -> bool:
    return stamps == 0


@guard("Not stamped")
def is_stamped(knot: Knot, stamps: int) -> bool:
    return stamps > 0


@guard("Odd", negated="Even")
def is_even(knot: Knot, stamps: int) -> bool:
    return knot.revision % 2 == 0


def press_stamp(knot: Knot, firing: Firing) -> None:
    Stamp.objects.create(record_id=knot.pk, key=firing.key)


def advance_itself(knot: Knot, firing: Firing) -> None:
    assert advance(knot, at=firing.at) == []


def fire_itself(knot: Knot, firing: Firing) -> None:
    fire(knot, "again", actor=SYSTEM, at=firing.at)


seen: list[Any] = []


def look_at_facts(knot: Knot, firing: Firing) -> None:
    seen.append(firing.facts)


@pytest.fixture
def knot(at: datetime) -> Iterator[Knot]:
    """A knot in state A of a workflow of its own."""

    class KnotFlow(Workflow[Knot]):
        key = "knots.knot"
        states, initial, final = S, S.A, {S.C}
        facts = count_stamps

        press = transition(S.A, to=S.B, by=SYSTEM, when=is_blank, do=[press_stamp, look_at_facts])
        peep = transition(S.A, to=S.A, by=SYSTEM, do=[press_stamp, look_at_facts])
        again = transition(S.A, to=S.A, by=SYSTEM)
        nudge = transition(S.A, to=S.A, by=SYSTEM, do=[advance_itself])
        bite = transition(S.A, to=S.A, by=SYSTEM, do=[fire_itself])
        on = automatic(S.B, to=S.C, when=is_stamped)
        late = timer(S.A, to=S.C, after=hours(1))

    record = Knot.objects.create()
    start(record, actor=SYSTEM, at=at)
    seen.clear()
    yield record
    flows.unregister(KnotFlow.flow)


def test_facts_are_read_anew_for_each_step_and_once_within_it(knot: Knot, at: datetime) -> None:
    fire(knot, "press", actor=SYSTEM, at=at)
    assert knot.state == "c"  # the automatic step saw the stamp that the first one made
    assert seen == [0]  # and the effect what the guard had been told
    assert [entry.target for entry in history_of(knot)] == ["a", "b", "c"]


def test_facts_without_a_guard_are_read_where_an_effect_asks(knot: Knot, at: datetime) -> None:
    fire(knot, "peep", actor=SYSTEM, at=at)
    assert seen == [1]


def test_a_timer_that_was_claimed_before_the_state_was_entered_again_does_not_fire(knot: Knot, at: datetime) -> None:
    due = at + timedelta(hours=1)
    [claimed] = _claim(due)
    fire(knot, "again", actor=SYSTEM, at=due)
    assert _attempt(claimed, due) is False
    knot.refresh_from_db()
    assert (knot.state, timers_of(knot).get().due_at) == ("a", due + timedelta(hours=1))


def test_a_timer_of_another_state_than_the_record_s_does_not_fire(knot: Knot, at: datetime) -> None:
    Knot.objects.update(state="b")  # as only a hand in the database could
    [claimed] = _claim(at + timedelta(hours=1))
    assert _attempt(claimed, at + timedelta(hours=1)) is False
    assert (Knot.objects.get().state, timers_of(knot).exists()) == ("b", False)


def test_an_effect_may_advance_its_record_in_vain_but_not_fire_it(knot: Knot, at: datetime) -> None:
    fire(knot, "nudge", actor=SYSTEM, at=at)
    steps = history_of(knot).count()
    with pytest.raises(RuntimeError, match="declare an automatic transition"):
        fire(knot, "bite", actor=SYSTEM, at=at)
    assert history_of(knot).count() == steps


def test_automatic_steps_may_follow_one_another(at: datetime) -> None:
    class Chain(Workflow[Knot]):
        key = "knots.chain"
        states, initial, final = S, S.A, {S.C}
        first = automatic(S.A, to=S.B)
        second = automatic(S.B, to=S.C)

    try:
        knot = Knot.objects.create()
        start(knot, actor=SYSTEM, at=at)
        assert [entry.transition for entry in history_of(knot)] == ["start", "first", "second"]
        assert knot.state == "c"
    finally:
        flows.unregister(Chain.flow)


def test_automatic_steps_that_chase_each_other_are_an_error_that_undoes_all(at: datetime) -> None:
    class Chase(Workflow[Knot]):
        key = "knots.chase"
        states, initial, final = S, S.A, {S.C}
        go = transition(S.A, to=S.B, by=SYSTEM)
        forth = automatic(S.B, to=S.A, when=~is_even)
        even = automatic(S.B, to=S.A, when=is_even)
        back = automatic(S.A, to=S.B, when=is_even)
        odd = automatic(S.A, to=S.B, when=~is_even)

    try:
        knot = Knot.objects.create(state="a", state_since=at)
        with pytest.raises(AutomaticLoop, match=r"knots\.chase"):
            fire(knot, "go", actor=SYSTEM, at=at)
        assert (knot.state, Knot.objects.get().state, history_of(knot).count()) == ("a", "a", 0)
    finally:
        flows.unregister(Chase.flow)
