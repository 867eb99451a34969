"""A process is changed while fifty records run in it: seen beforehand, moved, taken back, moved again."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.core.models import OutboxMessage
from modules.core.outbox import drain
from modules.workflow.api import GuardRefused, Overtaken, SamePerson, fire, history_of, open_tasks_of, timers_of
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.comparing import compare
from modules.workflow.flows import flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Task, Timer, Transfer
from modules.workflow.publishing import publish
from modules.workflow.transferring import Choices, prepare, preview, running_ids, start_return, start_transfer
from tests.workflow.repairs.actions import REMIND
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, KIND, data_of, draft, fifty_in_review, repairs_running, somebody

pytestmark = pytest.mark.django_db
RECOMPUTE = Choices(timers="recompute", overdue="spread", spread_hours=8, reason="Dear repairs need a second look")


@pytest.fixture
def clerk(at: datetime) -> Iterator[User]:
    with repairs_running(at):
        yield somebody("clerk", "Carla")


@pytest.fixture
def manager(clerk: User) -> User:
    return somebody("manager", "Marta", "workflow.publish_definition")


@pytest.fixture
def fifty(clerk: User, at: datetime) -> list[RepairRequest]:
    return fifty_in_review(clerk, at)


def moved(definition: Any, manager: User, at: datetime, choices: Choices = RECOMPUTE) -> Transfer:
    actor = Actor.of(manager)
    transfer = prepare(definition, choices, actor=actor, at=at)
    start_transfer(transfer, actor=actor, at=at)
    drain(at=at)
    transfer.refresh_from_db()
    return transfer


def states() -> Counter[tuple[int, str]]:
    return Counter(RepairRequest.objects.values_list("workflow_version", "state"))


def look() -> dict[str, Any]:
    """Everything that a transfer may touch, by record."""
    return {
        "records": list(RepairRequest.objects.order_by("pk").values_list("pk", "state", "state_since")),
        "tasks": list(Task.objects.filter(status="open").order_by("record_id").values_list("record_id", "key", "role")),
        "timers": list(
            Timer.objects.order_by("record_id").values_list("record_id", "transition", "due_at", "started_at")
        ),
    }


def test_what_changes_is_said_in_sentences(clerk: User) -> None:
    old, new = flow_of(KEY).graph, WorkflowGraph.from_data(data_of(2))
    told = [change.sentence for change in compare(old, new)]
    assert "State “In review” is now “Triage” (in_review → triage)." in told
    assert any("Above 500 a manager has the last word" in sentence for sentence in told), told
    assert any("1 day" in sentence and "2 days" in sentence for sentence in told), told


def test_a_dry_run_says_of_each_record_what_would_become_of_it(fifty: list[RepairRequest], at: datetime) -> None:
    before, flow = look(), flow_of(KEY)
    target = WorkflowGraph.from_data(data_of(2))
    choices = Choices({1: {"in_review": "triage"}}, "recompute")
    found = preview(flow, target, list(running_ids(flow, target).values_list("pk", flat=True)), choices, at=at)
    assert found.counted() == [("In review", "Triage", 50)]
    assert {row.tasks_kept for row in found.rows} == {("Review the request",)}
    older = [request for request in fifty if at - request.state_since >= timedelta(hours=24)]  # type: ignore[operator]
    assert found.due_now == len(older) == 24
    assert look() == before
    assert states() == {(1, "in_review"): 50}
    assert not history_of(fifty[0]).filter(transition="transfer").exists()


@pytest.mark.parametrize(("timers", "due"), [("keep", 0), ("restart", 0), ("recompute", 24)])
def test_what_becomes_of_reminders_is_chosen(fifty: list[RepairRequest], at: datetime, timers: str, due: int) -> None:
    flow, target = flow_of(KEY), WorkflowGraph.from_data(data_of(2))
    ids = [request.pk for request in fifty]
    found = preview(flow, target, ids, Choices({1: {"in_review": "triage"}}, timers, "send"), at=at)
    assert found.due_now == due
    moments = [row.timers[0].due_at for row in found.rows]
    first = fifty[0].state_since
    assert first is not None
    assert moments[0] == {"keep": first + timedelta(days=2)}.get(timers, at + timedelta(days=1))


def test_fifty_of_fifty_are_moved_taken_back_and_moved_again(
    fifty: list[RepairRequest], manager: User, at: datetime
) -> None:
    before = look()
    first = moved(draft(2, at), manager, at)
    assert states() == {(2, "triage"): 50}
    assert first.job is not None
    assert (first.state, first.job.done, first.items.count()) == ("done", 50, 50)
    assert Counter(Task.objects.filter(status="open").values_list("key", "state", "role")) == {
        ("review", "triage", "repairs.clerk"): 50
    }
    assert Counter(Timer.objects.values_list("record_id", flat=True)) == dict.fromkeys([one.pk for one in fifty], 1)

    start_return(first, actor=Actor.of(manager), at=at + timedelta(minutes=5), reason="Look again")
    drain(at=at + timedelta(minutes=5))
    first.refresh_from_db()
    assert first.state == "undone"
    assert look() == before
    assert states() == {(1, "in_review"): 50}
    assert flow_of(KEY).graph.version == 1

    later = at + timedelta(minutes=10)
    again = moved(first.target, manager, later)
    assert (again.pk != first.pk, states(), flow_of(KEY).graph.version) == (True, {(2, "triage"): 50}, 2)
    for request in fifty:
        request.refresh_from_db()
        graph = flow_of(KEY).graph_for(request)
        assert graph.has_state(request.state)
        assert [task.key for task in open_tasks_of(request)] == ["review"]
        assert [timer.transition for timer in timers_of(request)] == ["remind"]
        steps = list(history_of(request).values_list("transition", "source", "target"))
        there, back = ("transfer", "in_review", "triage"), ("transfer", "triage", "in_review")
        assert steps == [("start", "", "submitted"), ("take_up", "submitted", "in_review"), there, back, there]


def test_nothing_is_sent_twice_and_the_late_ones_are_spread(
    fifty: list[RepairRequest], manager: User, at: datetime
) -> None:
    transfer = moved(draft(2, at), manager, at)
    sweep_timers(at + timedelta(hours=2))
    early = OutboxMessage.objects.filter(effect=REMIND).count()
    assert 0 < early < 24
    undone = at + timedelta(hours=3)
    start_return(transfer, actor=Actor.of(manager), at=undone)
    drain(at=undone)
    assert Timer.objects.count() == 50 - early
    moved(transfer.target, manager, undone + timedelta(minutes=1))
    for hour in range(4, 60, 2):
        sweep_timers(at + timedelta(hours=hour))
    sent = Counter(OutboxMessage.objects.filter(effect=REMIND).values_list("record_id", flat=True))
    assert sent == dict.fromkeys([request.pk for request in fifty], 1)


def test_the_dear_ones_reach_the_manager_and_cannot_pass_without(
    fifty: list[RepairRequest], clerk: User, manager: User, at: datetime
) -> None:
    moved(draft(2, at), manager, at)
    at += timedelta(minutes=1)
    for request in fifty:
        request.refresh_from_db()
        if request.cost <= 500:
            assert fire(request, "approve", actor=Actor.of(clerk), at=at).target == "approved"
            continue
        with pytest.raises(GuardRefused, match="Above 500 a manager has the last word"):
            fire(request, "approve", actor=Actor.of(clerk), at=at)
        fire(request, "pass_on", actor=Actor.of(clerk), at=at)
        assert [(task.key, task.role) for task in open_tasks_of(request)] == [("second_review", "repairs.manager")]
        assert not timers_of(request).exists()
        fire(request, "confirm", actor=Actor.of(manager), at=at)
    assert states() == {(2, "approved"): 50}
    assert not Task.objects.filter(status="open").exists()


def test_who_passed_it_on_does_not_confirm_it(fifty: list[RepairRequest], manager: User, at: datetime) -> None:
    moved(draft(2, at), manager, at)
    dear = RepairRequest.objects.get(pk=fifty[1].pk)
    both = somebody("clerk", "Berta")
    both.groups.add(*manager.groups.all())
    fire(dear, "pass_on", actor=Actor.of(both), at=at)
    with pytest.raises(SamePerson):
        fire(dear, "confirm", actor=Actor.of(User.objects.get(pk=both.pk)), at=at)


def test_a_page_from_before_gets_a_clear_answer(
    fifty: list[RepairRequest], clerk: User, manager: User, at: datetime, client_of: Callable[[Any], Client]
) -> None:
    old_page = RepairRequest.objects.get(pk=fifty[0].pk)
    transfer = moved(draft(2, at), manager, at)
    with pytest.raises(Overtaken) as told:
        fire(old_page, "approve", actor=Actor.of(clerk), at=at + timedelta(minutes=1), expected="in_review")
    assert "Moved to another version" in str(told.value)
    assert "The state is now “Triage”" in str(told.value)

    url = reverse("workflow:transition", args=[KIND, old_page.pk, "approve"])
    answer = client_of(clerk).post(url, {"_expected": "in_review", "_key": "k"})
    assert answer.status_code == 409
    assert "The state is now “Triage”" in answer.content.decode()

    passed = RepairRequest.objects.get(pk=fifty[1].pk)
    start_return(transfer, actor=Actor.of(manager), at=at + timedelta(minutes=2))
    drain(at=at + timedelta(minutes=2))
    url = reverse("workflow:transition", args=[KIND, passed.pk, "pass_on"])
    answer = client_of(clerk).post(url, {"_expected": "triage", "_key": "l"})
    assert answer.status_code == 409
    assert "The workflow has changed" in answer.content.decode()


def test_what_has_gone_on_since_is_not_taken_back_and_says_so(
    fifty: list[RepairRequest], clerk: User, manager: User, at: datetime
) -> None:
    transfer = moved(draft(2, at), manager, at)
    gone = RepairRequest.objects.get(pk=fifty[0].pk)
    fire(gone, "approve", actor=Actor.of(clerk), at=at + timedelta(minutes=1))
    start_return(transfer, actor=Actor.of(manager), at=at + timedelta(minutes=2))
    drain(at=at + timedelta(minutes=2))
    assert states() == {(1, "in_review"): 49, (2, "approved"): 1}
    transfer.refresh_from_db()
    assert transfer.undo_job is not None
    assert (transfer.undo_job.done, transfer.undo_job.refused) == (49, 1)
    assert "It has gone on since: “Approve” by" in transfer.items.get(record_id=gone.pk).message


def test_only_who_may_publish_does(fifty: list[RepairRequest], clerk: User, at: datetime) -> None:
    from modules.core.errors import NotAllowed

    with pytest.raises(NotAllowed):
        publish(draft(2, at), actor=Actor.of(clerk), at=at)
    with pytest.raises(NotAllowed):
        prepare(draft(2, at), RECOMPUTE, actor=Actor.of(clerk), at=at)
    assert states() == {(1, "in_review"): 50}
