"""What follows a step by itself: automatic transitions, timers, tasks, history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import (
    WrongState,
    advance,
    fire,
    fire_first,
    history_of,
    open_tasks_of,
    timers_of,
)
from modules.workflow.models import HistoryEntry, Task
from tests.workflow.app.models import Parcel
from tests.workflow.conftest import as_actor, in_state

pytestmark = pytest.mark.django_db
Make = Callable[..., Parcel]


def test_an_automatic_transition_follows_before_timers_and_tasks_open(make_parcel: Make, at: datetime) -> None:
    parcel = make_parcel(is_fragile=True)
    result = fire(parcel, "hand_over", actor=SYSTEM, at=at)
    assert (result.target, parcel.state) == ("packed", "inspected")
    steps = history_of(parcel).values_list("transition", "source", "target", "actor_label")
    assert list(steps)[1:] == [
        ("hand_over", "ordered", "packed", "system"),
        ("inspect", "packed", "inspected", "system"),
    ]
    task = open_tasks_of(parcel).get()
    assert (task.key, task.role, task.due_at) == ("look_over", "parcels.inspector", at + timedelta(hours=4))


def test_advance_looks_at_automatic_transitions_when_something_has_changed(parcel: Parcel, at: datetime) -> None:
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    assert advance(parcel, at=at) == []
    Parcel.objects.filter(pk=parcel.pk).update(is_fragile=True)
    assert [result.transition for result in advance(parcel, at=at)] == ["inspect"]
    assert (parcel.state, parcel.is_fragile) == ("inspected", True)
    assert open_tasks_of(parcel).count() == 1


def test_fire_first_takes_the_first_that_is_possible(make_parcel: Make, at: datetime) -> None:
    parcel = in_state(make_parcel, "packed")
    result = fire_first(parcel, ["arrive", "send_off", "restamp"], actor=SYSTEM, at=at, key="event-1")
    assert result is not None
    assert (result.transition, parcel.state) == ("send_off", "sent")
    again = fire_first(parcel, ["arrive", "send_off", "restamp"], actor=SYSTEM, at=at, key="event-1")
    assert (again, parcel.state) == (result, "sent")


def test_fire_first_does_something_else_where_nothing_is_possible(parcel: Parcel, at: datetime) -> None:
    seen: list[Any] = []
    result = fire_first(
        parcel,
        ["arrive", "restamp"],
        actor=SYSTEM,
        at=at,
        key="event-1",
        otherwise=lambda record, firing: seen.append((record, firing.source, firing.key, record is parcel)),
    )
    assert (result, seen) == (None, [(parcel, "ordered", "event-1", False)])
    with pytest.raises(WrongState):
        fire_first(parcel, ["arrive", "restamp"], actor=SYSTEM, at=at)


def test_timers_and_tasks_of_a_left_state_are_gone(make_parcel: Make, clerk: User, at: datetime) -> None:
    parcel = in_state(make_parcel, "sent", is_fragile=True)
    timer = timers_of(parcel).get()
    assert (timer.transition, timer.state, timer.due_at) == ("lose", "sent", at + timedelta(days=7))
    task = Task.objects.get(key="look_over")
    assert (task.status, task.closed_at, task.outcome) == ("cancelled", at, "")
    fire(parcel, "arrive", actor=SYSTEM, at=at)
    assert not timers_of(parcel).exists()


def test_a_transition_completes_its_task_and_cancels_the_others(make_parcel: Make, clerk: User, at: datetime) -> None:
    parcel = make_parcel(packer=clerk)
    fire(parcel, "pack", actor=as_actor(clerk), at=at, data={"weight": 3})
    done = Task.objects.get(record_id=parcel.pk)
    assert (done.key, done.status, done.outcome, done.closed_by) == ("wrap", "done", "pack", clerk)


def test_entering_a_state_again_starts_its_timers_anew(make_parcel: Make, at: datetime) -> None:
    parcel = in_state(make_parcel, "packed")
    later = at + timedelta(hours=3)
    fire(parcel, "restamp", actor=SYSTEM, at=later)
    assert parcel.state_since == later


def test_history_is_append_only_in_the_database_itself(parcel: Parcel) -> None:
    for change in (
        lambda: HistoryEntry.objects.update(transition="forged"),
        lambda: HistoryEntry.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    assert HistoryEntry.objects.update(actor_label="pseudonym", reason="", data={}) == 1
