"""`start`, `fire`, `fire_first` and `advance`: each step and each refusal."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.errors import Conflict, NotAllowed, Refusal
from modules.core.models import OutboxMessage
from modules.core.money import Money
from modules.workflow.api import (
    AlreadyDone,
    AlreadyStarted,
    GuardRefused,
    InvalidData,
    Outdated,
    Overtaken,
    RecordGone,
    TransitionNotAllowed,
    WrongState,
    fire,
    graph_of,
    history_of,
    open_tasks_of,
    start,
)
from modules.workflow.models import HistoryEntry, Task, Timer
from tests.workflow.app.models import Parcel, Stamp
from tests.workflow.conftest import as_actor, in_state

pytestmark = pytest.mark.django_db
Make = Callable[..., Parcel]


def picture(parcel: Parcel) -> Any:
    """Everything in the database that a refusal must leave as it was."""
    return (
        Parcel.objects.filter(pk=parcel.pk).values().get(),
        list(HistoryEntry.objects.order_by("pk").values()),
        list(Timer.objects.order_by("pk").values()),
        list(Task.objects.order_by("pk").values()),
        list(OutboxMessage.objects.order_by("pk").values()),
        list(Stamp.objects.order_by("pk").values()),
    )


def test_a_new_record_starts_in_the_initial_state_and_opens_its_work(customer: User, at: datetime) -> None:
    parcel = Parcel.objects.create(customer=customer, packer=customer)
    assert (parcel.state, parcel.state_since) == ("ordered", None)
    result = start(parcel, actor=Actor.of(customer), at=at)
    assert (result.transition, result.source, result.target) == ("start", "", "ordered")
    assert (parcel.state_since, parcel.workflow_version, parcel.revision) == (at, 3, 2)
    entry = history_of(parcel).get()
    assert (entry.actor, entry.at, entry.workflow, entry.workflow_version) == (customer, at, "parcels.parcel", 3)
    assert entry.definition_hash == graph_of(parcel).hash
    task = open_tasks_of(parcel).get()
    assert (task.key, task.role, task.person, task.opened_at) == ("wrap", "", customer, at)


def test_a_second_start_is_refused(parcel: Parcel, at: datetime) -> None:
    before = picture(parcel)
    with pytest.raises(AlreadyStarted):
        start(parcel, actor=SYSTEM, at=at)
    assert picture(parcel) == before


def test_fire_moves_writes_history_runs_effects_and_asks_the_outbox(parcel: Parcel, at: datetime) -> None:
    later = at + timedelta(minutes=5)
    result = fire(parcel, "hand_over", actor=SYSTEM, at=later, reason="by hand")
    assert (parcel.state, parcel.state_since, parcel.updated_at, parcel.revision) == ("packed", later, later, 3)
    fresh = Parcel.objects.get(pk=parcel.pk)
    assert fresh.__dict__.keys() <= parcel.__dict__.keys()
    assert {name: getattr(parcel, name) for name in fresh.__dict__ if name != "_state"} == {
        name: value for name, value in fresh.__dict__.items() if name != "_state"
    } | {"price": fresh.price}
    entry = history_of(parcel).last()
    assert entry is not None
    assert (entry.pk, entry.transition, entry.source, entry.target) == (
        result.history_id,
        "hand_over",
        "ordered",
        "packed",
    )
    assert (entry.actor, entry.actor_label, entry.reason, entry.at) == (None, "system", "by hand", later)
    stamp = Stamp.objects.get()
    assert (stamp.word, stamp.key) == ("hand_over", f"parcels.parcel:{parcel.pk}:{entry.pk}")
    message = OutboxMessage.objects.get()
    assert (message.effect, message.key, message.record_id) == ("parcels.tell", stamp.key, parcel.pk)


def test_form_data_are_cleaned_kept_and_given_to_effects(make_parcel: Make, clerk: User, at: datetime) -> None:
    parcel = make_parcel(packer=clerk)
    fire(parcel, "pack", actor=as_actor(clerk), at=at, data={"weight": "700", "noise": "x"})
    assert (parcel.state, parcel.weight, parcel.price, parcel.packed_at) == ("packed", 700, Money(1400, "EUR"), at)
    entry = history_of(parcel).last()
    assert entry is not None
    assert entry.data == {"weight": 700}


def test_a_reason_in_the_form_is_the_reason_of_the_step(parcel: Parcel, customer: User, at: datetime) -> None:
    fire(parcel, "cancel", actor=Actor.of(customer), at=at, data={"reason": "too late"})
    assert history_of(parcel).latest("pk").reason == "too late"


def test_form_errors_refuse_with_the_bound_form(parcel: Parcel, customer: User, at: datetime) -> None:
    before, memory = picture(parcel), dict(parcel.__dict__)
    with pytest.raises(InvalidData) as refused:
        fire(parcel, "cancel", actor=Actor.of(customer), at=at, data={"reason": "x"})
    assert set(refused.value.errors) == {"reason"}
    assert refused.value.form.is_bound
    assert picture(parcel) == before
    assert parcel.__dict__ == memory


def test_guards_refuse_with_every_reason_and_their_facts(make_parcel: Make, clerk: User, at: datetime) -> None:
    parcel = in_state(make_parcel, "packed", weight=2300)
    for number in range(3):
        Stamp.objects.create(record_id=parcel.pk, key=str(number))
    before = picture(parcel)
    with pytest.raises(GuardRefused) as refused:
        fire(parcel, "send_off", actor=as_actor(clerk), at=at)
    assert refused.value.reasons == ("Too heavy by 300 g", "Stamped too often")
    assert str(refused.value) == "Too heavy by 300 g Stamped too often"
    assert picture(parcel) == before


def test_guards_look_at_the_row_as_it_is_now(make_parcel: Make, at: datetime) -> None:
    parcel = in_state(make_parcel, "packed")
    Parcel.objects.filter(pk=parcel.pk).update(weight=9000)
    with pytest.raises(GuardRefused):
        fire(parcel, "send_off", actor=SYSTEM, at=at)
    assert (parcel.weight, parcel.state) == (500, "packed")


@pytest.mark.parametrize("name", ["hand_over", "restamp", "pack"])
def test_f37_a_customer_may_not_fire_what_is_for_others(
    parcel: Parcel, customer: User, at: datetime, name: str
) -> None:
    before = picture(parcel)
    with pytest.raises(NotAllowed):
        fire(parcel, name, actor=Actor.of(customer), at=at)
    assert picture(parcel) == before


@pytest.mark.parametrize("name", ["lose", "inspect", "look_over.broken"])
def test_f37_timers_automatics_and_outcomes_are_nobodys_button(parcel: Parcel, at: datetime, name: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        fire(parcel, name, actor=SYSTEM, at=at)


def test_f37_a_stranger_is_not_the_owner_but_a_guest_with_the_link_is(make_parcel: Make, at: datetime) -> None:
    parcel = make_parcel(customer=None)
    reason = {"reason": "changed my mind"}
    for stranger in (Actor.guest(), Actor.guest(grants=frozenset({f"parcels.parcel:{parcel.pk + 1}"}))):
        with pytest.raises(TransitionNotAllowed):
            fire(parcel, "cancel", actor=stranger, at=at, data=reason)
    guest = Actor.guest("guest@example.test", frozenset({f"parcels.parcel:{parcel.pk}"}))
    fire(parcel, "cancel", actor=guest, at=at, data=reason)
    assert parcel.state == "cancelled"
    assert history_of(parcel).latest("pk").actor_label == "guest@example.test"


def test_a_transition_that_does_not_start_here_is_refused_in_words(parcel: Parcel, at: datetime) -> None:
    with pytest.raises(WrongState) as refused:
        fire(parcel, "arrive", actor=SYSTEM, at=at)
    assert str(refused.value) == "“Arrive” is not possible in the state “Ordered”."


def test_f24_the_second_of_two_is_told_who_was_first(parcel: Parcel, clerk: User, customer: User, at: datetime) -> None:
    stale = Parcel.objects.get(pk=parcel.pk)
    reason = {"reason": "no need"}
    fire(parcel, "cancel", actor=as_actor(clerk), at=at, data=reason)
    with pytest.raises(AlreadyDone) as refused:
        fire(stale, "cancel", actor=SYSTEM, at=at + timedelta(minutes=1), data=reason)
    assert str(refused.value) == "Already done by somebody else at 12:00."
    colleague = Actor.of(User.objects.create(email="boss@example.test", is_staff=True, is_superuser=True))
    with pytest.raises(AlreadyDone) as refused:
        fire(stale, "cancel", actor=colleague, at=at + timedelta(minutes=1), data=reason)
    assert str(refused.value) == f"Already done by {clerk.email} at 12:00."
    with pytest.raises(AlreadyDone) as refused:
        fire(stale, "cancel", actor=as_actor(clerk), at=at + timedelta(days=1), data=reason)
    assert str(refused.value) == "Already done by you at 11/21/2026, 12:00."
    assert stale.state == "ordered"
    assert history_of(parcel).filter(transition="cancel").count() == 1


def test_who_comes_after_another_step_is_told_what_happened(parcel: Parcel, customer: User, at: datetime) -> None:
    stale = Parcel.objects.get(pk=parcel.pk)
    fire(parcel, "cancel", actor=Actor.of(customer), at=at, data={"reason": "no need"})
    with pytest.raises(Overtaken) as refused:
        fire(stale, "hand_over", actor=SYSTEM, at=at)
    assert isinstance(refused.value, Conflict)
    assert str(refused.value) == (
        "Meanwhile somebody else did “Cancel the parcel” (12:00). The state is now “Cancelled”."
    )


def test_a_stale_page_is_refused_even_where_the_transition_is_still_possible(
    parcel: Parcel, customer: User, at: datetime
) -> None:
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    with pytest.raises(Overtaken):
        fire(parcel, "cancel", actor=Actor.of(customer), at=at, data={"reason": "old page"}, expected="ordered")
    with pytest.raises(Outdated):
        fire(parcel, "restamp", actor=SYSTEM, at=at, expected=parcel.revision - 1)
    fire(parcel, "restamp", actor=SYSTEM, at=at, expected=parcel.revision)
    fire(parcel, "cancel", actor=Actor.of(customer), at=at, data={"reason": "new page"}, expected="packed")
    assert parcel.state == "cancelled"


def test_a_stale_record_moves_on_from_where_the_row_is(parcel: Parcel, customer: User, at: datetime) -> None:
    stale = Parcel.objects.get(pk=parcel.pk)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    fire(stale, "cancel", actor=Actor.of(customer), at=at, data={"reason": "still fine"})
    assert history_of(parcel).latest("pk").source == "packed"


def test_a_deleted_record_is_refused(parcel: Parcel, at: datetime) -> None:
    stale = Parcel.objects.get(pk=parcel.pk)
    parcel.delete()
    with pytest.raises(RecordGone):
        fire(stale, "hand_over", actor=SYSTEM, at=at)


def test_a_name_that_the_flow_does_not_have_is_a_mistake_of_code(parcel: Parcel, at: datetime) -> None:
    with pytest.raises(LookupError, match=r"parcels\.parcel.*“fly”"):
        fire(parcel, "fly", actor=SYSTEM, at=at)


def test_the_same_key_gives_the_same_result(parcel: Parcel, at: datetime) -> None:
    stale = Parcel.objects.get(pk=parcel.pk)
    first = fire(parcel, "hand_over", actor=SYSTEM, at=at, key="form-1")
    after = picture(parcel)
    second = fire(stale, "hand_over", actor=SYSTEM, at=at + timedelta(hours=1), key="form-1")
    assert (first, second, first.replayed, second.replayed) == (first, first, False, True)
    assert stale.state == "packed"
    assert picture(parcel) == after


def test_the_same_key_counts_even_where_the_step_would_be_possible_again(parcel: Parcel, at: datetime) -> None:
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    first = fire(parcel, "restamp", actor=SYSTEM, at=at, key="k")
    assert fire(parcel, "restamp", actor=SYSTEM, at=at, key="k") == first
    assert Stamp.objects.filter(word="restamp").count() == 1
    assert fire(parcel, "restamp", actor=SYSTEM, at=at, key="other") != first


def test_the_same_key_counts_where_guards_would_refuse_by_now(make_parcel: Make, at: datetime) -> None:
    parcel = in_state(make_parcel, "packed")
    first = fire(parcel, "send_off", actor=SYSTEM, at=at, key="k")
    fire(parcel, "arrive", actor=SYSTEM, at=at)
    assert fire(parcel, "send_off", actor=SYSTEM, at=at, key="k") == first
    assert parcel.state == "arrived"


def test_a_failing_effect_undoes_everything(make_parcel: Make, at: datetime) -> None:
    parcel = in_state(make_parcel, "sent")
    before, memory = picture(parcel), dict(parcel.__dict__)
    with pytest.raises(ZeroDivisionError):
        fire(parcel, "burn", actor=SYSTEM, at=at)
    assert picture(parcel) == before
    assert parcel.__dict__ == memory


def test_a_callers_rollback_takes_the_transition_with_it(parcel: Parcel, at: datetime) -> None:
    before = picture(parcel)
    with pytest.raises(RuntimeError, match="caller"), transaction.atomic():  # noqa: PT012
        fire(parcel, "hand_over", actor=SYSTEM, at=at)
        raise RuntimeError("caller")
    assert picture(parcel) == before


def test_a_refusal_leaves_the_callers_transaction_usable(parcel: Parcel, at: datetime) -> None:
    with transaction.atomic():
        with pytest.raises(Refusal):
            fire(parcel, "arrive", actor=SYSTEM, at=at)
        fire(parcel, "hand_over", actor=SYSTEM, at=at)
    assert Parcel.objects.get(pk=parcel.pk).state == "packed"
