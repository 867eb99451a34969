"""Moving a record by hand: with the right, a reason and a line in the history, past guards that the page names."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.core.models import OutboxMessage
from modules.workflow.api import Overtaken, TransitionNotAllowed, fire, history_of, open_tasks_of, timers_of
from modules.workflow.engine.moving import move_by_hand, places
from modules.workflow.errors import NoReason, UnknownState
from tests.factories.accounts import UserFactory
from tests.workflow import portal_urls
from tests.workflow.app.models import Parcel, Stamp
from tests.workflow.conftest import as_actor, in_state
from tests.workflow.test_panels import slot

pytestmark = [pytest.mark.django_db, pytest.mark.urls(portal_urls.__name__)]
Make = Callable[..., Parcel]


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with clock.frozen(at):
        yield


@pytest.fixture
def mover(db: None) -> User:
    """Somebody of the staff who may move parcels by hand."""
    user = UserFactory(is_staff=True)
    names = ["view_parcel", "change_parcel", "move_record"]
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return User.objects.get(pk=user.pk)


def test_a_move_ends_the_old_state_s_work_starts_the_new_one_s_and_says_so(
    parcel: Parcel, mover: User, at: datetime
) -> None:
    assert [task.key for task in open_tasks_of(parcel)] == ["wrap"]
    result = move_by_hand(parcel, "sent", actor=as_actor(mover), at=at, reason="The carrier took it yesterday")
    assert (parcel.state, result.transition, result.source, result.target) == ("sent", "move", "ordered", "sent")
    assert [task.key for task in open_tasks_of(parcel)] == []
    assert [timer.transition for timer in timers_of(parcel)] == ["lose"]
    entry = history_of(parcel).last()
    assert (entry.actor, entry.reason) == (mover, "The carrier took it yesterday")
    assert (Stamp.objects.count(), OutboxMessage.objects.filter(effect="parcels.tell").count()) == (0, 0)


def test_automatic_steps_of_the_new_state_are_taken(make_parcel: Make, mover: User, at: datetime) -> None:
    fragile = make_parcel(is_fragile=True)
    move_by_hand(fragile, "packed", actor=as_actor(mover), at=at, reason="Packed at the counter")
    assert fragile.state == "inspected"
    assert [task.key for task in open_tasks_of(fragile)] == ["look_over"]


def test_the_history_keeps_what_guards_would_have_refused(make_parcel: Make, mover: User, at: datetime) -> None:
    heavy = in_state(make_parcel, "packed", weight=2500)
    offered = {place.state.key: place for place in places(heavy, at)}
    assert offered["sent"].reasons == ("Too heavy by 500 g",)
    assert (offered["arrived"].steps, offered["sent"].steps) == ((), ("Send off",))
    move_by_hand(heavy, "sent", actor=as_actor(mover), at=at, reason="Sent by another carrier")
    assert history_of(heavy).last().data == {"against": ["Too heavy by 500 g"]}


def test_a_reason_the_right_and_a_state_are_needed(parcel: Parcel, mover: User, clerk: User, at: datetime) -> None:
    with pytest.raises(NoReason):
        move_by_hand(parcel, "sent", actor=as_actor(mover), at=at, reason="  ")
    with pytest.raises(TransitionNotAllowed):
        move_by_hand(parcel, "sent", actor=as_actor(clerk), at=at, reason="Because")
    for state in ("ordered", "nowhere"):
        with pytest.raises(UnknownState):
            move_by_hand(parcel, state, actor=as_actor(mover), at=at, reason="Because")
    assert [entry.transition for entry in history_of(parcel)] == ["start"]


def test_who_looked_at_an_old_page_is_told_what_happened(parcel: Parcel, mover: User, at: datetime) -> None:
    stale = Parcel.objects.get(pk=parcel.pk)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    with pytest.raises(Overtaken, match="Hand over"):
        move_by_hand(stale, "sent", actor=as_actor(mover), at=at + timedelta(minutes=1), reason="Because")


def test_a_record_can_be_taken_out_of_its_end(parcel: Parcel, mover: User, at: datetime) -> None:
    fire(parcel, "cancel", actor=SYSTEM, at=at, data={"reason": "A mistake"})
    move_by_hand(parcel, "ordered", actor=as_actor(mover), at=at, reason="It was a mistake")
    assert parcel.state == "ordered"
    assert [task.key for task in open_tasks_of(parcel)] == ["wrap"]


def test_the_page_shows_what_speaks_against_it_and_asks_why(
    make_parcel: Make, mover: User, client_of: Callable[[User], Client]
) -> None:
    heavy, client = in_state(make_parcel, "packed", weight=2500), client_of(mover)
    assert "Move by hand" in slot("console.record.side", heavy, as_actor(mover), clock.now())
    address = f"/console/workflow/parcels.parcel/{heavy.pk}/move/"
    page = client.get(address).content.decode()
    assert "Too heavy by 500 g" in page
    assert "no step of the workflow leads there" in page
    assert client.post(address, {"to": "sent", "reason": ""}).status_code == 422
    old: dict[str, Any] = {"to": "sent", "reason": "Because", "_expected": "ordered"}
    assert client.post(address, old).status_code == 409
    assert client.post(address, {**old, "_expected": "packed"}).status_code == 303
    heavy.refresh_from_db()
    assert heavy.state == "sent"


def test_f37_who_may_not_move_sees_no_way_to_and_gets_403(
    parcel: Parcel, clerk: User, client_of: Callable[[User], Client]
) -> None:
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["view_parcel", "change_parcel"]))
    allowed = User.objects.get(pk=clerk.pk)
    client = client_of(allowed)
    assert "Move by hand" not in slot("console.record.side", parcel, as_actor(allowed), clock.now())
    answer = client.post(f"/console/workflow/parcels.parcel/{parcel.pk}/move/", {"to": "sent", "reason": "x"})
    assert (answer.status_code, Parcel.objects.get(pk=parcel.pk).state) == (403, "ordered")
