"""A trial on the past sees fields as they were then, where their changes are on record, and says what it cannot know;
answers, tasks taken and moves by hand are done again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.audit import audit
from modules.workflow.api import claim, complete, fire, history_of, open_tasks_of, start
from modules.workflow.backtesting import Verdict, replay, story_of, try_on, with_guard
from modules.workflow.engine.moving import move_by_hand
from modules.workflow.flows import flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.publishing import graph_from, publish, save_draft
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, data_of, repairs_running, somebody

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Data = dict[str, Any]


@pytest.fixture
def clerk(at: datetime) -> Iterator[User]:
    with repairs_running(at):
        yield somebody("clerk", "Carla", "workflow.move_record", "repairs.change_repairrequest")


def made(clerk: User, at: datetime, **fields: Any) -> RepairRequest:
    """A request taken up an hour after it came."""
    record = RepairRequest.objects.create(**{"title": "Roof", "cost": 900, "customer": clerk, **fields})
    start(record, actor=SYSTEM, at=at)
    fire(record, "take_up", actor=Actor.of(clerk), at=at + HOUR)
    return record


def edit(record: Any, at: datetime, **changes: Any) -> None:
    """As a form of the console writes it, and its trail."""
    told = {name: [getattr(record, name), value] for name, value in changes.items()}
    type(record)._base_manager.filter(pk=record.pk).update(**changes)
    audit(record, "changed", actor=SYSTEM, at=at, changes=told)
    record.refresh_from_db()


def tried(record: Any, candidate: WorkflowGraph, at: datetime) -> Verdict:
    before = RepairRequest.objects.filter(pk=record.pk).values().get()
    verdict = try_on(flow_of(KEY), RepairRequest.objects.get(pk=record.pk), candidate, at=at)
    assert verdict is not None
    assert RepairRequest.objects.filter(pk=record.pk).values().get() == before
    return verdict


def second() -> WorkflowGraph:
    """Above 500 one approval is not enough."""
    return WorkflowGraph.from_data(data_of(2))


def test_what_it_cost_then_decides_and_not_what_it_costs_today(clerk: User, at: datetime) -> None:
    dear, cheap = made(clerk, at), made(clerk, at, cost=100)
    for record in (dear, cheap):
        fire(record, "approve", actor=Actor.of(clerk), at=at + 2 * HOUR)
    edit(dear, at + 3 * HOUR, cost=100)
    edit(cheap, at + 3 * HOUR, cost=900)
    assert (tried(dear, second(), at + 4 * HOUR).kind, tried(cheap, second(), at + 4 * HOUR).kind) == (
        "other_way", "same",
    )  # fmt: skip


def test_a_change_on_the_way_comes_when_it_came(clerk: User, at: datetime) -> None:
    record = made(clerk, at, cost=100)
    edit(record, at + 90 * timedelta(minutes=1), cost=900)
    fire(record, "approve", actor=Actor.of(clerk), at=at + 2 * HOUR)
    edit(record, at + 3 * HOUR, cost=50)
    assert tried(record, second(), at + 4 * HOUR).kind == "other_way"
    early = with_guard(flow_of(KEY).graph, "take_up", "record.cost < 500", "Too dear.")
    assert tried(record, early, at + 4 * HOUR).kind == "same"
    late = with_guard(flow_of(KEY).graph, "take_up", "record.cost > 500", "Too cheap.")
    assert tried(record, late, at + 4 * HOUR).why == "Too cheap."


def test_what_a_step_asked_for_was_not_there_before(clerk: User, at: datetime) -> None:
    data = data_of(1)
    data["transitions"][1]["asks"] = [{"field": "cost", "required": True}]
    publish(save_draft(graph_from(data), at=at), actor=SYSTEM, at=at)
    record = made(clerk, at, cost=0)
    fire(record, "approve", actor=Actor.of(clerk), at=at + 2 * HOUR, data={"cost": 700})
    empty = with_guard(flow_of(KEY).graph, "take_up", "record.cost == 0", "Reckoned already.")
    assert tried(record, empty, at + 3 * HOUR).kind == "same"
    reckoned = with_guard(flow_of(KEY).graph, "take_up", "record.cost > 0", "Not reckoned yet.")
    assert tried(record, reckoned, at + 3 * HOUR).why == "Not reckoned yet."


def test_rows_that_the_record_points_at_are_put_back_too(clerk: User, at: datetime) -> None:
    customer = somebody("customer", "Ines")
    record = made(clerk, at, customer=customer)
    fire(record, "approve", actor=Actor.of(clerk), at=at + 2 * HOUR)
    edit(customer, at + 3 * HOUR, name="Inés Roca")
    known = with_guard(flow_of(KEY).graph, "approve", "record.customer.name == 'Ines'", "Somebody else.")
    assert tried(record, known, at + 4 * HOUR).kind == "same"
    customer.refresh_from_db()
    assert customer.name == "Inés Roca"


def test_what_is_not_on_record_is_named(clerk: User, at: datetime) -> None:
    record = made(clerk, at)
    fire(record, "approve", actor=Actor.of(clerk), at=at + 2 * HOUR)
    edit(record, at + 3 * HOUR, cost=100)
    RepairRequest.objects.filter(pk=record.pk).update(cost=80)  # somebody wrote past the trail
    verdict = tried(record, second(), at + 4 * HOUR)
    assert (verdict.kind, verdict.as_today, verdict.told) == ("same", ("Cost",), verdict.sentence)
    dearer = with_guard(flow_of(KEY).graph, "approve", "record.cost > 500", "Too cheap.")
    told = tried(record, dearer, at + 4 * HOUR).told
    assert told.endswith("As it is today, and not as it was then: Cost.")


def test_a_move_by_hand_is_done_again(clerk: User, at: datetime) -> None:
    record = made(clerk, at, cost=100)
    move_by_hand(record, "submitted", actor=Actor.of(clerk), at=at + 2 * HOUR, reason="Taken up by mistake")
    fire(record, "take_up", actor=Actor.of(clerk), at=at + 3 * HOUR)
    fire(record, "approve", actor=Actor.of(clerk), at=at + 4 * HOUR)
    clerk.user_permissions.clear()  # whoever may do that today
    verdict = tried(record, second(), at + 5 * HOUR)
    assert (verdict.kind, verdict.new_path) == ("same", ("Submitted", "Triage", "Submitted", "Triage", "Approved"))


def test_answers_of_several_and_tasks_taken_are_done_again(clerk: User, at: datetime) -> None:
    data = data_of(1) | {"repeats": []}
    data["transitions"] = [
        data["transitions"][0],
        *({"key": f"vote.{name}", "title": name, "kind": "task", "sources": ["in_review"], "target": target,
           "by": [{"kind": "system"}]} for name, target in (("yes", "approved"), ("no", "rejected"))),
    ]  # fmt: skip
    role = {"kind": "role", "value": "repairs.clerk"}
    data["tasks"] = [{
        "key": "vote", "title": "Vote", "states": ["in_review"], "assign": role, "also": [role, role],
        "decide": {"kind": "quorum", "count": 2},
        "outcomes": [{"name": "yes", "title": "Yes", "target": "approved"},
                     {"name": "no", "title": "No", "target": "rejected"}],
    }]  # fmt: skip
    publish(save_draft(graph_from(data), at=at), actor=SYSTEM, at=at)
    people = [clerk, somebody("clerk", "Dora"), somebody("clerk", "Emil")]
    record = made(clerk, at)
    claim(open_tasks_of(record)[0], actor=Actor.of(people[1]), at=at + HOUR)
    for number, (person, outcome) in enumerate(zip(people, ("no", "yes", "yes"), strict=True), 2):
        task = open_tasks_of(record).filter(person=person).first() or open_tasks_of(record).filter(person=None)[0]
        complete(task, outcome, actor=Actor.of(person), at=at + number * HOUR)
    record.refresh_from_db()
    assert record.state == "approved"
    story, flow = story_of(flow_of(KEY), record), flow_of(KEY)
    assert story is not None
    again = replay(flow.graph, flow, story, at=at + 6 * HOUR)
    assert (again.steps, again.refused) == ([(e.transition, e.target) for e in history_of(record)], [])
    stricter = WorkflowGraph.from_data({**data, "tasks": [data["tasks"][0] | {"decide": {"kind": "all"}}]})
    verdict = tried(record, stricter, at + 6 * HOUR)
    assert (verdict.kind, verdict.new_path[-1]) == ("other_way", "Rejected")
