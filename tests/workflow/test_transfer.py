"""What moving a record does to its work and its time, one choice at a time; and that it is done once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.outbox import drain
from modules.workflow.api import claim, fire, history_of, open_tasks_of, start, timers_of
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.flows import flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition, SlaClock, Task, Timer, Transfer
from modules.workflow.publishing import graph_from, publish, save_draft
from modules.workflow.transferring import Choices, prepare, preview, running_ids, start_return, start_transfer
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, data_of, repairs_running, somebody

pytestmark = pytest.mark.django_db
Data = dict[str, Any]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clerk(at: datetime) -> Iterator[User]:
    with repairs_running(at):
        yield somebody("clerk", "Carla")


@pytest.fixture
def request_of(clerk: User, at: datetime) -> Callable[..., RepairRequest]:
    """A request in review since a while."""

    def make(age: timedelta = timedelta(), **fields: Any) -> RepairRequest:
        made = RepairRequest.objects.create(**{"title": "Roof", "cost": 900, "customer": clerk, **fields})
        start(made, actor=SYSTEM, at=at - age)
        fire(made, "take_up", actor=Actor.of(clerk), at=at - age)
        return made

    return make


def changed(change: Callable[[Data], object], at: datetime) -> Definition:
    """A draft made from version 1."""
    data = data_of(1)
    change(data)
    return save_draft(graph_from(data), at=at)


def move(definition: Definition, at: datetime, **choices: Any) -> Transfer:
    transfer = prepare(definition, Choices(**choices), actor=SYSTEM, at=at)
    start_transfer(transfer, actor=SYSTEM, at=at)
    drain(at=at)
    transfer.refresh_from_db()
    return transfer


def back(transfer: Transfer, at: datetime) -> None:
    start_return(transfer, actor=SYSTEM, at=at)
    drain(at=at)


def test_whoever_has_a_task_keeps_it_under_its_new_name(
    request_of: Callable[..., RepairRequest], clerk: User, at: datetime
) -> None:
    record = request_of()
    task = claim(open_tasks_of(record).get(), actor=Actor.of(clerk), at=at)

    def rename(data: Data) -> None:
        data["tasks"][0] |= {"key": "look_at_it", "title": "Review the request well"}
        for way in data["transitions"][1:]:
            way["completes"] = "look_at_it"

    transfer = move(changed(rename, at), at)
    kept = open_tasks_of(record).get()
    assert (kept.pk, kept.key, kept.person_id, kept.claimed_at) == (task.pk, "look_at_it", clerk.pk, at)
    back(transfer, at)
    again = open_tasks_of(record).get()
    assert (again.pk, again.key, again.person_id) == (task.pk, "review", clerk.pk)


def test_free_work_goes_to_the_new_role_and_back(request_of: Callable[..., RepairRequest], at: datetime) -> None:
    record = request_of()
    role = {"kind": "role", "value": "repairs.manager"}
    transfer = move(changed(lambda data: data["tasks"][0].update(assign=role), at), at)
    assert open_tasks_of(record).get().role == "repairs.manager"
    back(transfer, at)
    assert open_tasks_of(record).get().role == "repairs.clerk"


def test_a_task_that_is_no_more_is_cancelled_a_new_one_opened_and_both_undone(
    request_of: Callable[..., RepairRequest], clerk: User, at: datetime
) -> None:
    record = request_of()
    claim(open_tasks_of(record).get(), actor=Actor.of(clerk), at=at)

    def other(data: Data) -> None:
        data["tasks"] = [{
            "key": "weigh", "title": "Weigh it up", "states": ["in_review"],
            "assign": {"kind": "person", "value": "customer"}, "outcomes": [{"name": "yes", "title": "Yes"}],
        }]  # fmt: skip
        for way in data["transitions"]:
            way.pop("completes", None)

    definition = changed(other, at)
    flow, target = flow_of(KEY), WorkflowGraph.from_data({**definition.graph, "version": 2})
    found = preview(flow, target, [record.pk], Choices({1: {"in_review": "in_review"}}), at=at).rows[0]
    assert (found.tasks_opened, found.tasks_cancelled) == (("Weigh it up",), ("Review the request",))
    assert found.warnings == ("“Review the request” is taken from whoever has it.",)
    transfer = move(definition, at)
    assert [task.key for task in open_tasks_of(record)] == ["weigh"]
    back(transfer, at)
    task = open_tasks_of(record).get()
    assert (task.key, task.person_id) == ("review", clerk.pk)
    assert Task.objects.get(record_id=record.pk, key="weigh").status == "cancelled"


@pytest.mark.parametrize(
    ("timers", "overdue", "due"),
    [
        ("keep", "send", timedelta(hours=18)),
        ("restart", "send", DAY),
        ("recompute", "send", timedelta()),
        ("recompute", "skip", None),
    ],
)
def test_a_reminder_is_kept_counted_anew_or_skipped(
    request_of: Callable[..., RepairRequest], at: datetime, timers: str, overdue: str, due: timedelta | None
) -> None:
    record = request_of(30 * HOUR)
    move(changed(lambda data: data["repeats"][0].update(wait=86400), at), at, timers=timers, overdue=overdue)
    assert [timer.due_at - at for timer in timers_of(record)] == ([] if due is None else [due])


def test_a_repetition_that_is_skipped_goes_on_in_its_rhythm(
    request_of: Callable[..., RepairRequest], at: datetime
) -> None:
    record = request_of(30 * HOUR)
    rhythm = {"wait": 86400, "every": 86400, "times": 0}
    move(changed(lambda data: data["repeats"][0].update(rhythm), at), at, timers="recompute", overdue="skip")
    assert timers_of(record).get().due_at == at + timedelta(hours=18)


def test_what_has_been_reminded_already_is_not_reminded_again(
    request_of: Callable[..., RepairRequest], at: datetime
) -> None:
    record = request_of(3 * DAY)
    assert sweep_timers(at) == 1
    for timers in ("recompute", "restart"):
        definition = changed(lambda data, timers=timers: data.update(description=timers), at)  # type: ignore[misc]
        move(definition, at, timers=timers, overdue="send")
        assert not timers_of(record).exists()


def test_a_step_that_time_takes_counts_anew_where_it_is_skipped(
    request_of: Callable[..., RepairRequest], at: datetime
) -> None:
    record = request_of(30 * HOUR)
    lapse = {"key": "lapse", "title": "Lapse", "kind": "timer", "sources": ["in_review"], "target": "rejected",
             "by": [{"kind": "system"}], "after": 86400}  # fmt: skip
    definition = changed(lambda data: data["transitions"].append(lapse), at)
    move(definition, at, timers="recompute", overdue="skip")
    assert timers_of(record).get(transition="lapse").due_at == at + DAY
    assert sweep_timers(at + HOUR) == 0


def clockwork() -> tuple[list[Any], list[Any]]:
    timers = Timer.objects.order_by("transition").values_list("transition", "due_at")
    return list(SlaClock.objects.values()), list(timers)


def test_a_promise_counts_on_under_its_new_name_and_back(
    request_of: Callable[..., RepairRequest], at: datetime
) -> None:
    promise = {"key": "answer", "title": "Answer in time", "states": ["in_review"], "within": 4 * 86400}
    first = publish(changed(lambda data: data.update(slas=[promise]), at), actor=SYSTEM, at=at)
    record = request_of(DAY)
    assert record.workflow_version == first.version == 2
    before = clockwork()
    quicker = promise | {"key": "reply", "title": "Answer in good time", "within": 2 * 86400}
    transfer = move(changed(lambda data: data.update(slas=[quicker]), at), at, timers="recompute")
    clock = SlaClock.objects.get()
    assert (clock.sla, clock.due_at, clock.ended_at) == ("reply", at + DAY, None)
    assert timers_of(record).get(transition="reply#breach").due_at == at + DAY
    back(transfer, at)
    assert clockwork() == before


def test_a_record_that_may_go_on_by_itself_does_and_is_not_taken_back(
    request_of: Callable[..., RepairRequest], at: datetime
) -> None:
    record = request_of()
    by_itself = {"key": "wave_through", "title": "Wave through", "kind": "automatic", "sources": ["in_review"],
                 "target": "approved", "by": [{"kind": "system"}],
                 "guards": [{"expression": "record.cost > 500", "words": "Cheap."}]}  # fmt: skip
    definition = changed(lambda data: data["transitions"].append(by_itself), at)
    target = WorkflowGraph.from_data({**definition.graph, "version": 2})
    choices = Choices({1: {"in_review": "in_review"}})
    told = preview(flow_of(KEY), target, [record.pk], choices, at=at).rows[0].warnings
    assert told == ("It goes on by itself at once: “Wave through”. That cannot be taken back.",)
    transfer = move(definition, at)
    assert [entry.transition for entry in history_of(record)][-2:] == ["transfer", "wave_through"]
    back(transfer, at)
    record.refresh_from_db()
    assert (record.state, record.workflow_version) == ("approved", 2)
    assert "It has gone on since" in transfer.items.get().message


def test_who_has_ended_stays_where_it_ended(
    request_of: Callable[..., RepairRequest], clerk: User, at: datetime
) -> None:
    done, running = request_of(), request_of()
    fire(done, "reject", actor=Actor.of(clerk), at=at)
    definition = changed(lambda data: data.update(description="Other"), at)
    target = WorkflowGraph.from_data({**definition.graph, "version": 2})
    assert list(running_ids(flow_of(KEY), target).values_list("pk", flat=True)) == [running.pk]
    move(definition, at)
    assert sorted(RepairRequest.objects.values_list("state", "workflow_version")) == [("in_review", 2), ("rejected", 1)]


def test_a_claim_since_does_not_hinder_the_way_back(
    request_of: Callable[..., RepairRequest], clerk: User, at: datetime
) -> None:
    record = request_of()
    transfer = move(changed(lambda data: data.update(description="Other"), at), at)
    claim(open_tasks_of(record).get(), actor=Actor.of(clerk), at=at + HOUR)
    back(transfer, at + 2 * HOUR)
    record.refresh_from_db()
    assert (record.workflow_version, open_tasks_of(record).get().person_id) == (1, clerk.pk)


def test_each_move_is_one_row_of_history_with_its_reason(
    request_of: Callable[..., RepairRequest], at: datetime
) -> None:
    record = request_of()
    revision = RepairRequest.objects.get(pk=record.pk).revision
    transfer = move(changed(lambda data: data.update(description="Other"), at), at, reason="Better words")
    entry = history_of(record).get(transition="transfer")
    assert (entry.source, entry.target, entry.reason, entry.workflow_version) == (
        "in_review", "in_review", "Better words", 2,
    )  # fmt: skip
    assert entry.data == {"from_version": 1, "to_version": 2, "transfer": transfer.pk}
    assert RepairRequest.objects.get(pk=record.pk).revision == revision + 1
    move(transfer.target, at)
    assert history_of(record).filter(transition="transfer").count() == 1
