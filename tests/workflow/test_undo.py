"""Taking back the single last step, as long as nothing of it has left the house."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.models import OutboxMessage
from modules.core.outbox import deliver, drain, lease_due
from modules.workflow.api import (
    AlreadyDone,
    LeftTheHouse,
    NothingToUndo,
    Overtaken,
    Refused,
    TransitionNotAllowed,
    can_undo,
    claim,
    complete,
    fire,
    history_of,
    open_tasks_of,
    timers_of,
    undo_last,
)
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.models import Footprint, Task, Timer
from modules.workflow.panels.story import staff_story
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Slip, Stamp
from tests.workflow.app.slips import SlipFlow
from tests.workflow.conftest import as_actor

pytestmark = pytest.mark.django_db
Make = Callable[..., Slip]
SOON = timedelta(seconds=20)
VERDICT = {"checked_amount": 50}


def words(slip: Slip) -> list[str]:
    return list(Stamp.objects.filter(record_id=slip.pk).order_by("pk").values_list("word", flat=True))


def test_a_step_is_taken_back_with_all_it_did(make_slip: Make, clerk: User, at: datetime) -> None:
    slip, ana = make_slip(promised_on=date(2026, 12, 1)), as_actor(clerk)
    task = claim(open_tasks_of(slip).get(), actor=ana, at=at)
    timers = list(timers_of(slip).values("transition", "state", "started_at", "due_at", "next_try_at"))
    revision = slip.revision
    result = fire(slip, "ask", actor=ana, at=at + timedelta(hours=1))
    assert [timer.transition for timer in timers_of(slip)] == ["forget"]
    offer = can_undo(slip, ana, at + timedelta(hours=1) + SOON)
    assert offer is not None
    assert (offer.allowed, offer.title, offer.step) == (True, "Take back “Ask for a refund”", result.history_id)

    back = undo_last(slip, actor=ana, at=at + timedelta(hours=1) + SOON, reason="wrong slip")

    assert (back.transition, back.source, back.target) == ("undo", "asked", "draft")
    assert (slip.state, slip.state_since) == ("draft", at)
    assert slip.revision > revision
    slip.refresh_from_db()
    assert slip.state == "draft"
    assert list(timers_of(slip).values("transition", "state", "started_at", "due_at", "next_try_at")) == timers
    assert [(open_.pk, open_.person_id) for open_ in open_tasks_of(slip)] == [(task.pk, clerk.pk)]
    assert Task.objects.get(key="second").status == "cancelled"
    assert words(slip) == ["ask", "not ask 2", "not ask"]
    assert not OutboxMessage.objects.exists()
    entry = history_of(slip).latest("pk")
    assert (entry.reason, entry.data) == ("wrong slip", {"step": "ask", "undone": [result.history_id]})
    assert history_of(slip).filter(pk=result.history_id).exists()
    assert can_undo(slip, ana, at) is None


def test_it_can_be_done_again_and_tells_the_world_then(make_slip: Make, clerk: User, at: datetime) -> None:
    slip, ana = make_slip(), as_actor(clerk)
    fire(slip, "ask", actor=ana, at=at)
    undo_last(slip, actor=ana, at=at + SOON)
    fire(slip, "ask", actor=ana, at=at + 2 * SOON)
    assert drain(at=at + timedelta(hours=1)) == 1
    assert Stamp.objects.filter(word="told").count() == 1


def test_what_a_step_sends_waits_as_long_as_it_is_held(make_slip: Make, clerk: User, at: datetime) -> None:
    slip = make_slip()
    fire(slip, "ask", actor=as_actor(clerk), at=at)
    assert OutboxMessage.objects.get().due_at == at + timedelta(minutes=1)
    assert drain(at=at + timedelta(seconds=59)) == 0


@pytest.mark.parametrize("how", ["leased", "delivered"])
def test_what_has_left_the_house_stays_done(make_slip: Make, clerk: User, at: datetime, how: str) -> None:
    slip, ana, late = make_slip(), as_actor(clerk), at + timedelta(minutes=2)
    fire(slip, "ask", actor=ana, at=at)
    ids = lease_due(at=late)
    if how == "delivered":
        deliver(ids, at=late)
    offer = can_undo(slip, ana, late)
    assert offer is not None
    assert (offer.allowed, offer.reasons) == (
        False,
        ("“Ask for a refund” cannot be taken back any more: it has left the house.",),
    )
    with pytest.raises(LeftTheHouse):
        undo_last(slip, actor=ana, at=late)
    slip.refresh_from_db()
    assert (slip.state, words(slip)[0], OutboxMessage.objects.count()) == ("asked", "ask", 1)


def test_automatic_steps_that_followed_go_back_together(
    make_slip: Make, clerk: User, inspector: User, at: datetime
) -> None:
    slip = make_slip(amount=50)
    fire(slip, "ask", actor=as_actor(clerk), at=at)
    complete(open_tasks_of(slip).get(), "good", actor=as_actor(inspector), at=at, data=VERDICT)
    slip.refresh_from_db()
    assert slip.state == "paid"
    offer = can_undo(slip, as_actor(inspector), at)
    assert offer is not None
    assert offer.title == "Take back “Good”"
    undo_last(slip, actor=as_actor(inspector), at=at + SOON)
    assert slip.state == "asked"
    assert words(slip) == ["ask", "hurry", "not hurry"]
    assert [timer.transition for timer in timers_of(slip)] == ["forget"]
    task = open_tasks_of(slip).get()
    assert (task.key, task.outcome, task.closed_by) == ("second", "", None)
    undone = history_of(slip).latest("pk").data["undone"]
    assert [history_of(slip).get(pk=pk).transition for pk in undone] == ["second.good", "hurry"]


def test_a_task_that_leaves_the_record_where_it_is_is_opened_again(
    make_slip: Make, clerk: User, inspector: User, at: datetime
) -> None:
    slip, ben = make_slip(), as_actor(inspector)
    fire(slip, "ask", actor=as_actor(clerk), at=at)
    task = claim(open_tasks_of(slip).get(), actor=ben, at=at)
    due = timers_of(slip).get().due_at
    complete(task, "seen", actor=ben, at=at + SOON, data=VERDICT)
    slip.refresh_from_db()
    undo_last(slip, actor=ben, at=at + 2 * SOON)
    again = open_tasks_of(slip).get()
    assert (again.pk, again.person_id, again.reason, slip.state) == (task.pk, inspector.pk, "", "asked")
    assert timers_of(slip).get().due_at == due


def test_only_the_newest_step_can_be_taken_back(make_slip: Make, clerk: User, inspector: User, at: datetime) -> None:
    slip, ana = make_slip(), as_actor(clerk)
    fire(slip, "ask", actor=ana, at=at)
    claim(open_tasks_of(slip).get(), actor=as_actor(inspector), at=at)
    assert can_undo(slip, ana, at) is None
    with pytest.raises(NothingToUndo) as refused:
        undo_last(slip, actor=ana, at=at)
    assert "Second pair of eyes: Taken" in str(refused.value)
    slip.refresh_from_db()
    assert slip.state == "asked"


def test_a_step_that_declares_no_way_back_has_none(make_slip: Make, clerk: User, inspector: User, at: datetime) -> None:
    slip, ana = make_slip(), as_actor(clerk)
    assert can_undo(slip, ana, at) is None
    fire(slip, "ask", actor=ana, at=at)
    fire(slip, "approve", actor=as_actor(inspector), at=at)
    fire(slip, "close", actor=ana, at=at)
    assert can_undo(slip, ana, at) is None
    with pytest.raises(NothingToUndo):
        undo_last(slip, actor=ana, at=at)


def test_it_is_for_who_did_it_and_for_who_may_do_it(
    make_slip: Make, clerk: User, customer: User, inspector: User, at: datetime
) -> None:
    slip = make_slip()
    fire(slip, "ask", actor=as_actor(customer), at=at)
    stranger = as_actor(UserFactory.create())
    for nobody in (stranger, as_actor(inspector), Actor.guest()):
        assert can_undo(slip, nobody, at) is None
        with pytest.raises(TransitionNotAllowed):
            undo_last(slip, actor=nobody, at=at)
    for somebody in (as_actor(customer), as_actor(clerk), SYSTEM):
        assert can_undo(slip, somebody, at) is not None
    undo_last(slip, actor=as_actor(clerk), at=at)
    assert slip.state == "draft"


def test_who_comes_too_late_is_told_by_whom(make_slip: Make, clerk: User, inspector: User, at: datetime) -> None:
    slip, ana, ben = make_slip(), as_actor(clerk), as_actor(inspector)
    result = fire(slip, "ask", actor=ana, at=at)
    seen = Slip.objects.get(pk=slip.pk)
    fire(Slip.objects.get(pk=slip.pk), "approve", actor=ben, at=at)
    with pytest.raises(Overtaken) as refused:
        undo_last(seen, actor=ana, at=at)
    assert str(refused.value) == f"Meanwhile {inspector.email} did “Approve” (12:00). The state is now “Approved”."
    with pytest.raises(Overtaken):  # a page that loads the record anew says which step it saw
        undo_last(Slip.objects.get(pk=slip.pk), actor=ana, at=at, step=result.history_id)


def test_pressed_twice_it_is_done_once(make_slip: Make, clerk: User, at: datetime) -> None:
    slip, ana = make_slip(), as_actor(clerk)
    result = fire(slip, "ask", actor=ana, at=at)
    seen = Slip.objects.get(pk=slip.pk)
    undo_last(slip, actor=ana, at=at)
    with pytest.raises(AlreadyDone):
        undo_last(seen, actor=ana, at=at)
    with pytest.raises(AlreadyDone):
        undo_last(Slip.objects.get(pk=slip.pk), actor=ana, at=at, step=result.history_id)
    with pytest.raises(Overtaken) as refused:
        fire(seen, "decline", actor=ana, at=at)
    assert "you did “Take back”" in str(refused.value)


def test_a_broken_way_back_changes_nothing(
    make_slip: Make, clerk: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip, ana = make_slip(), as_actor(clerk)
    fire(slip, "ask", actor=ana, at=at)

    def broken(**fields: Any) -> Stamp:
        raise OSError("no ink")

    monkeypatch.setattr(Stamp.objects, "create", broken)
    before = [list(table.objects.order_by("pk").values()) for table in (Slip, Task, Timer, OutboxMessage, Footprint)]
    with pytest.raises(OSError, match="no ink"):
        undo_last(slip, actor=ana, at=at)
    after = [list(table.objects.order_by("pk").values()) for table in (Slip, Task, Timer, OutboxMessage, Footprint)]
    assert (after, slip.state) == (before, "asked")


def test_a_timer_that_came_due_meanwhile_fires_after_the_way_back(make_slip: Make, clerk: User, at: datetime) -> None:
    slip, ana = make_slip(), as_actor(clerk)
    fire(slip, "ask", actor=ana, at=at + timedelta(days=6))
    undo_last(slip, actor=ana, at=at + timedelta(days=8))
    assert sweep_timers(at + timedelta(days=8)) == 1
    slip.refresh_from_db()
    assert slip.state == "declined"


def test_the_story_names_what_was_taken_back(make_slip: Make, clerk: User, at: datetime) -> None:
    slip, ana = make_slip(), as_actor(clerk)
    claim(open_tasks_of(slip).get(), actor=ana, at=at)
    fire(slip, "ask", actor=ana, at=at)
    undo_last(slip, actor=ana, at=at)
    lines = staff_story(SlipFlow.flow.graph, history_of(slip), ana)
    assert [line.title for line in lines] == [
        "Start",
        "Prepare the slip: Taken",
        "Ask for a refund",
        "Taken back: Ask for a refund",
    ]
    assert not lines[-1].facts


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f24_undo_against_a_colleague_s_next_step(
    make_slip: Make, clerk: User, inspector: User, at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    """Real connections: one of the two wins, the other reads who did what."""
    for _ in range(10):
        slip = make_slip()
        fire(slip, "ask", actor=as_actor(clerk), at=at)
        seen = [Slip.objects.get(pk=slip.pk) for _page in range(2)]

        def act(number: int, seen: list[Slip] = seen) -> Any:
            if number:
                return fire(seen[1], "approve", actor=as_actor(inspector), at=at)
            return undo_last(seen[0], actor=as_actor(clerk), at=at)

        answers = parallel(act, 2)
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert len(refused) == 1, answers
        assert isinstance(refused[0], Overtaken), answers
        assert (clerk.email if isinstance(answers[1], Refused) else inspector.email) in str(refused[0])
        slip.refresh_from_db()
        assert slip.state == ("draft" if isinstance(answers[1], Refused) else "approved")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_undo_against_the_worker_that_leases_the_message(
    make_slip: Make, clerk: User, at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    """Either the message is withdrawn and the step gone, or the message goes and the step stands; never between."""
    late = at + timedelta(minutes=2)
    for _ in range(10):
        slip = make_slip()
        fire(slip, "ask", actor=as_actor(clerk), at=at)

        def act(number: int, slip: Slip = slip) -> Any:
            if number:
                return deliver(lease_due(at=late), at=late)
            return undo_last(Slip.objects.get(pk=slip.pk), actor=as_actor(clerk), at=late)

        answers = parallel(act, 2)
        slip.refresh_from_db()
        told = Stamp.objects.filter(record_id=slip.pk, word="told").exists()
        assert (slip.state, told) in (("draft", False), ("asked", True)), answers
        assert told is isinstance(answers[0], LeftTheHouse)
