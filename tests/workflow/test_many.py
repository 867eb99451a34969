"""One transition for many records: each for itself, asked once for all."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import TransitionNotAllowed, fire, fire_many, history_of
from modules.workflow.models import HistoryEntry
from tests.workflow.app.models import Letter, Parcel, Slip, Stamp
from tests.workflow.app.slips import SlipFlow
from tests.workflow.conftest import as_actor

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


def test_each_record_gets_its_own_answer(make_parcel: Make, clerk: User, at: datetime) -> None:
    light, heavy, gone, wrong = make_parcel(), make_parcel(weight=2500), make_parcel(), make_parcel()
    parcels = [wrong, gone, heavy, light]
    for parcel in (light, heavy, gone):
        fire(parcel, "hand_over", actor=SYSTEM, at=at)
    Parcel.objects.filter(pk=gone.pk).delete()
    found = fire_many(parcels, "send_off", actor=as_actor(clerk), at=at, key="job 1")
    assert [(outcome.record_id, outcome.done, outcome.code) for outcome in found] == [
        (light.pk, True, ""),
        (heavy.pk, False, "guard_refused"),
        (gone.pk or found[2].record_id, False, "record_gone"),
        (wrong.pk, False, "wrong_state"),
    ]
    assert found[1].message == "Too heavy by 500 g"
    assert (light.state, heavy.state, wrong.state) == ("sent", "packed", "ordered")
    assert Parcel.objects.get(pk=light.pk).state == "sent"
    assert history_of(light).latest("pk").key == "job 1"


def test_the_same_key_is_done_once(make_parcel: Make, at: datetime) -> None:
    parcels = [make_parcel() for _ in range(3)]
    assert all(outcome.done for outcome in fire_many(parcels[:2], "hand_over", actor=SYSTEM, at=at, key=7))
    again = fire_many(list(Parcel.objects.all()), "hand_over", actor=SYSTEM, at=at, key=7)
    assert [(outcome.done, outcome.message) for outcome in again] == [
        (True, "Done before."),
        (True, "Done before."),
        (True, ""),
    ]
    assert HistoryEntry.objects.filter(transition="hand_over").count() == 3
    assert Stamp.objects.count() == 3


def test_a_fault_of_one_leaves_the_others_as_they_are(
    make_parcel: Make, at: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    parcels = [make_parcel() for _ in range(3)]
    real = Stamp.objects.create

    def create(**fields: Any) -> Stamp:
        if fields["record_id"] == parcels[1].pk:
            raise OSError("the stamp is broken")
        return real(**fields)

    monkeypatch.setattr(Stamp.objects, "create", create)
    with caplog.at_level(logging.ERROR):
        found = fire_many(parcels, "hand_over", actor=SYSTEM, at=at, key="k")
    assert [(outcome.done, outcome.code) for outcome in found] == [(True, ""), (False, "failed"), (True, "")]
    assert list(Parcel.objects.order_by("pk").values_list("state", flat=True)) == ["packed", "ordered", "packed"]
    assert "the stamp is broken" in caplog.text


def test_facts_that_an_effect_has_changed_are_read_again(make_parcel: Make, clerk: User, at: datetime) -> None:
    """The stamps of the first parcel would make the second one's guard refuse, were facts shared between parcels."""
    parcels = [make_parcel() for _ in range(2)]
    for parcel in parcels:
        fire(parcel, "hand_over", actor=SYSTEM, at=at)
    with CaptureQueriesContext(connection) as captured:
        fire_many(parcels, "send_off", actor=as_actor(clerk), at=at, key="k")
    asked = [query for query in captured if "COUNT" in query["sql"] and "parcels_stamp" in query["sql"]]
    assert len(asked) == 2  # once for all, and once more after the first one's effect


def test_what_can_be_asked_once_is_asked_once(at: datetime, customer: User) -> None:
    """Each further record costs the statements of its own step: savepoint, move, history, timers; no reading."""
    letters = [Letter.objects.create(weight=10, customer=customer) for _ in range(20)]

    def reads(group: list[Letter]) -> int:
        with CaptureQueriesContext(connection) as captured:
            fire_many(group, "weigh", actor=SYSTEM, at=at, key="k")
        return sum(query["sql"].lstrip().upper().startswith("SELECT") for query in captured)

    assert (reads(letters[:1]), reads(letters[1:])) == (2, 2)  # the lock, the key


def test_four_eyes_are_asked_once_for_all(make_slip: Make, clerk: User, inspector: User, at: datetime) -> None:
    slips = [make_slip() for _ in range(4)]
    fire_many(slips[:2], "ask", actor=as_actor(clerk), at=at, key="a")
    for slip in slips[2:]:
        fire(slip, "ask", actor=SYSTEM, at=at)
    with CaptureQueriesContext(connection) as captured:
        found = fire_many(slips, "approve", actor=as_actor(clerk), at=at, key="b")
    assert [outcome.code for outcome in found] == ["same_person", "same_person", "", ""]
    assert sum("data" in query["sql"] and "undone" in query["sql"] for query in captured) == 1


def test_four_eyes_are_those_of_each_records_own_version(
    make_slip: Make, clerk: User, inspector: User, at: datetime
) -> None:
    """The present version does not ask for them any more; a slip that runs on the one before still does."""
    old = make_slip()
    fire(old, "ask", actor=as_actor(clerk), at=at)
    flow = SlipFlow.flow
    ways = tuple(replace(way, not_same_as=()) if way.key == "approve" else way for way in flow.graph.transitions)
    flow.use(replace(flow.graph, version=2, transitions=ways))
    try:
        new = make_slip()
        fire(new, "ask", actor=as_actor(clerk), at=at)
        found = fire_many([new, old], "approve", actor=as_actor(clerk), at=at, key="both")
    finally:
        flow.forget()
    assert [(outcome.record_id, outcome.code) for outcome in found] == [(old.pk, "same_person"), (new.pk, "")]


def test_a_step_that_one_version_lacks_is_refused_for_its_records_alone(make_slip: Make, at: datetime) -> None:
    old = make_slip()
    flow = SlipFlow.flow
    ways = tuple(replace(way, key="request") if way.key == "ask" else way for way in flow.graph.transitions)
    flow.use(replace(flow.graph, version=2, transitions=ways))
    try:
        new = make_slip()
        found = fire_many([old, new], "request", actor=SYSTEM, at=at, key="k")
    finally:
        flow.forget()
    assert [(outcome.record_id, outcome.code) for outcome in found] == [(old.pk, "superseded"), (new.pk, "")]


def test_what_nobody_presses_is_refused_as_a_whole(make_parcel: Make, at: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        fire_many([make_parcel()], "inspect", actor=SYSTEM, at=at, key="k")
    assert fire_many([], "inspect", actor=SYSTEM, at=at, key="k") == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f24_two_bulk_runs_in_opposite_order_do_each_record_once(
    make_slip: Make, clerk: User, at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    """Locks are taken in the order of keys, whatever the order of the rows: no deadlock, each slip asked once."""
    slips = [make_slip() for _ in range(30)]

    def run(number: int) -> Any:
        rows = sorted(Slip.objects.all(), key=lambda slip: -slip.pk if number % 2 else slip.pk)
        return [outcome.done for outcome in fire_many(rows, "ask", actor=as_actor(clerk), at=at, key=f"job {number}")]

    answers = parallel(run, 4)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert sum(sum(answer) for answer in answers) == len(slips)
    assert HistoryEntry.objects.filter(transition="ask").count() == len(slips)
