"""A record keeps its version; what is published stays; every process learns what new records start on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.workflow import flows
from modules.workflow.api import GuardRefused, Superseded, can, fire, open_tasks_of, start, timers_of
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.flows import Flow, flow_of
from modules.workflow.graph import GuardUse, WorkflowGraph
from modules.workflow.models import Definition
from modules.workflow.publishing import (
    current,
    graph_from,
    publish,
    refresh,
    save_draft,
    store,
    take_over,
    version_findings,
    version_rows,
    withdraw,
)
from modules.workflow.transferring import Choices, preview
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, data_of, draft, forget, repairs_running, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(at: datetime) -> Iterator[User]:
    with repairs_running(at):
        yield somebody("clerk", "Carla")


def request(clerk: User, at: datetime, cost: int = 900) -> RepairRequest:
    made = RepairRequest.objects.create(title="Roof", cost=cost, customer=clerk)
    start(made, actor=SYSTEM, at=at)
    fire(made, "take_up", actor=Actor.of(clerk), at=at)
    return made


def deploy(graph: WorkflowGraph) -> Flow:
    """As after a deployment: the code says this graph now, and migrate has run."""
    forget()
    flow = flows.register(Flow(graph, RepairRequest))
    store(graph)
    return flow


@pytest.fixture
def code() -> Iterator[Flow]:
    """The workflow as if it stood in the code, at version 1."""
    forget()
    try:
        yield deploy(graph_from(data_of(1)))
    finally:
        forget()


def test_a_record_runs_on_after_the_class_says_otherwise(code: Flow, at: datetime) -> None:
    clerk = somebody("clerk", "Carla")
    old = request(clerk, at)
    flow = deploy(graph_from(data_of(2)))
    new = RepairRequest.objects.create(title="Lamp", cost=900, customer=clerk)
    start(new, actor=SYSTEM, at=at)
    fire(new, "take_up", actor=Actor.of(clerk), at=at)
    old = RepairRequest.objects.get(pk=old.pk)

    assert [(one.workflow_version, one.state) for one in (old, new)] == [(1, "in_review"), (2, "triage")]
    assert flow.graph_for(old).version == 1
    offers = {offer.transition for offer in can([old], Actor.of(clerk), at)[old.pk]}
    assert offers == {"approve", "reject"}
    assert {offer.transition for offer in can([new], Actor.of(clerk), at)[new.pk]} == {"approve", "pass_on", "reject"}
    assert [timers_of(one).get().due_at - at for one in (old, new)] == [timedelta(days=2), timedelta(days=1)]
    assert [task.state for one in (old, new) for task in open_tasks_of(one)] == ["in_review", "triage"]
    with pytest.raises(GuardRefused):
        fire(new, "approve", actor=Actor.of(clerk), at=at)
    assert fire(old, "approve", actor=Actor.of(clerk), at=at).target == "approved"


def test_timers_of_an_old_version_fire_by_it(code: Flow, at: datetime) -> None:
    old = request(somebody("clerk", "Carla"), at)
    data = data_of(2)
    data["repeats"] = []
    deploy(graph_from(data))
    assert sweep_timers(at + timedelta(days=2, seconds=1)) == 1
    assert RepairRequest.objects.get(pk=old.pk).state == "in_review"


def test_a_step_that_the_records_version_does_not_have_is_answered_in_words(code: Flow, at: datetime) -> None:
    clerk = somebody("clerk", "Carla")
    flow = deploy(graph_from(data_of(2)))
    new = request(clerk, at)
    flow.use(graph_from(data_of(2)))
    old_page = RepairRequest.objects.get(pk=new.pk)
    RepairRequest.objects.filter(pk=new.pk).update(workflow_version=1, state="in_review")
    deploy(graph_from(data_of(1)))
    flow_of(KEY).use(graph_from(data_of(2)))
    with pytest.raises(Superseded):
        fire(old_page, "pass_on", actor=Actor.of(clerk), at=at)


def test_a_changed_graph_under_the_same_number_is_told_and_the_newest_runs(code: Flow, at: datetime) -> None:
    old = request(somebody("clerk", "Carla"), at)
    looks = replace(code.declared, description="Other words")
    flow = deploy(looks)
    assert [finding.code for finding in version_findings() if finding.workflow == KEY] == []
    strict = tuple(
        replace(way, guards=(GuardUse(expression="record.cost < 100"),)) if way.key == "approve" else way
        for way in looks.transitions
    )
    flow = deploy(replace(looks, transitions=strict))
    found = [finding for finding in version_findings() if finding.workflow == KEY]
    assert [(finding.code, finding.severity) for finding in found] == [("same_number", "warning")]
    assert "version 1" in str(found[0])
    assert flow.graph_for(RepairRequest.objects.get(pk=old.pk)).transition("approve").guards
    assert Definition.objects.filter(key=KEY, status="published").count() == 1
    deploy(graph_from(data_of(1)))
    assert Definition.objects.get(key=KEY, status="published").hash == graph_from(data_of(1)).hash


def test_a_version_whose_names_are_gone_is_a_finding_and_its_records_can_be_moved(code: Flow, at: datetime) -> None:
    old = request(somebody("clerk", "Carla"), at)
    gone = replace(code.declared, transitions=tuple(
        replace(way, guards=(GuardUse("repairs.of_yesterday"),)) if way.key == "approve" else way
        for way in code.declared.transitions
    ))  # fmt: skip
    forget()
    store(replace(gone, version=3))
    RepairRequest.objects.filter(pk=old.pk).update(workflow_version=3)
    flow = deploy(graph_from(data_of(2) | {"version": 4}))
    places = [(finding.code, finding.place) for finding in version_findings() if finding.workflow == KEY]
    assert ("unknown_guard", "version 3 transition:approve") in places
    found = preview(flow, flow.graph, [old.pk], Choices({3: {"in_review": "triage"}}), at=at)
    assert (found.refused, found.rows[0].target) == (0, "triage")


def test_a_version_that_is_not_kept_is_a_finding(clerk: User, at: datetime) -> None:
    old = request(clerk, at)
    RepairRequest.objects.filter(pk=old.pk).update(workflow_version=9)
    assert [finding.code for finding in version_findings() if finding.workflow == KEY] == ["version_not_kept"]
    assert flow_of(KEY).graph_for(RepairRequest.objects.get(pk=old.pk)).version == 1


def test_what_is_published_stays_as_it_is(clerk: User, at: datetime) -> None:
    published = Definition.objects.get(key=KEY)
    for change in ({"graph": {}}, {"version": 7}, {"key": "other"}, {"status": "draft"}, {"hash": "0" * 16}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Definition.objects.filter(pk=published.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        published.delete()
    loose = draft(2, at)
    Definition.objects.filter(pk=loose.pk).update(note="Still a draft", version=5)
    loose.delete()


def test_numbers_follow_one_another_whatever_the_draft_says(clerk: User, at: datetime) -> None:
    second = publish(save_draft(graph_from(data_of(2) | {"version": 40}), at=at), actor=SYSTEM, at=at, note="Second")
    assert (second.version, second.graph["version"], second.status) == (2, 2, "published")
    assert WorkflowGraph.from_data(second.graph).hash == second.hash
    assert publish(second, actor=SYSTEM, at=at).pk == second.pk
    assert flow_of(KEY).graph.version == 2
    assert [(row.definition.version, row.is_current) for row in version_rows(flow_of(KEY))] == [(2, True), (1, False)]


def test_a_draft_is_nobodys_version(clerk: User, at: datetime) -> None:
    draft(2, at)
    assert flow_of(KEY).version(2) is None
    assert flow_of(KEY).graph.version == 1


def test_a_withdrawn_version_is_run_on_but_not_started_on(clerk: User, at: datetime) -> None:
    first = Definition.objects.get(key=KEY)
    second = publish(draft(2, at), actor=SYSTEM, at=at)
    begun = request(clerk, at)
    assert withdraw(second, actor=SYSTEM, at=at, instead=first)
    assert (flow_of(KEY).graph.version, flow_of(KEY).graph_for(begun).version) == (1, 2)
    assert publish(second, actor=SYSTEM, at=at).version == 2
    assert flow_of(KEY).graph.version == 2


@pytest.fixture
def elsewhere(clerk: User, at: datetime) -> Definition:
    """Version 2 was published by another process: this one has not looked yet."""
    refresh()
    before = flow_of(KEY).graph
    second = publish(draft(2, at), actor=SYSTEM, at=at)
    flow_of(KEY).use(before)
    flow_of(KEY)._versions.pop(2)
    return second


def test_another_process_takes_a_version_over_when_it_looks(elsewhere: Definition, clerk: User, at: datetime) -> None:
    assert flow_of(KEY).graph.version == 1
    current.touch()
    made = RepairRequest.objects.create(title="Lift", cost=1, customer=clerk)
    assert (made.workflow_version, flow_of(KEY).graph.version) == (2, 2)


def test_a_request_takes_a_version_over_and_the_next_asks_nothing(
    elsewhere: Definition, client: Client, django_assert_num_queries: Any
) -> None:
    current.touch()
    client.get("/health/live")
    assert flow_of(KEY).graph.version == 2
    with django_assert_num_queries(0):
        assert not refresh()


def test_a_record_of_a_version_that_a_process_does_not_know_yet_loads_it(
    elsewhere: Definition, clerk: User, at: datetime
) -> None:
    made = request(clerk, at)
    RepairRequest.objects.filter(pk=made.pk).update(workflow_version=2, state="triage")
    made = RepairRequest.objects.get(pk=made.pk)
    assert flow_of(KEY).graph.version == 1
    with pytest.raises(GuardRefused):
        fire(made, "approve", actor=Actor.of(clerk), at=at)
    assert fire(made, "pass_on", actor=Actor.of(clerk), at=at).target == "second_approval"


def test_a_process_that_starts_reads_flows_that_are_data(clerk: User, at: datetime) -> None:
    forget()
    assert flows.find_flow(KEY) is None
    take_over()
    assert (flow_of(KEY).source, flow_of(KEY).graph.version) == ("data", 1)
