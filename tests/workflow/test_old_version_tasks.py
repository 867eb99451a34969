"""Tasks of records on an older version: their reasons, and their kind in the inbox, are those of that version."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import fire, open_tasks_of, start, task_reasons
from modules.workflow.models import Definition, Task
from modules.workflow.publishing import graph_from, publish, save_draft
from modules.workflow.worklists.inbox import kinds_of
from modules.workflow.worklists.inbox_rows import rows_of
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KIND, data_of, forget, somebody

pytestmark = pytest.mark.django_db
OTHER_EYES = "Carla did “Take up”; somebody else must do this."


def published(at: datetime, number: int, *, watched: bool, task: str) -> Definition:
    """Version 1 again, with or without four eyes on its task, which may have another name."""
    data: dict[str, Any] = data_of(1)
    data["version"] = number
    data["tasks"][0] |= {"key": task, "not_same_as": ["take_up"] if watched else []}
    for step in data["transitions"]:
        if step.get("completes"):
            step["completes"] = task
    return publish(save_draft(graph_from(data), at=at), actor=SYSTEM, at=at)


def taken_up(clerk: User, at: datetime) -> RepairRequest:
    made = RepairRequest.objects.create(title="Roof", cost=900, customer=clerk)
    start(made, actor=SYSTEM, at=at)
    fire(made, "take_up", actor=Actor.of(clerk), at=at)
    return made


@pytest.fixture
def clerk(at: datetime) -> Iterator[User]:
    forget()
    try:
        published(at, 1, watched=True, task="review")
        yield somebody("clerk", "Carla")
    finally:
        forget()


def test_four_eyes_are_those_of_the_version_that_the_record_runs_on(clerk: User, at: datetime) -> None:
    old = open_tasks_of(taken_up(clerk, at)).get()
    published(at, 2, watched=False, task="review")
    new = open_tasks_of(taken_up(clerk, at)).get()
    assert task_reasons([old, new], Actor.of(clerk)) == {old.pk: OTHER_EYES}
    reasons = {row.id: row.reason for row in rows_of([old, new], Actor.of(clerk), at)}
    assert reasons == {old.pk: OTHER_EYES, new.pk: ""}


def test_what_a_newer_version_forbids_is_not_said_of_an_older_record(clerk: User, at: datetime) -> None:
    published(at, 2, watched=False, task="review")
    old = open_tasks_of(taken_up(clerk, at)).get()
    published(at, 3, watched=True, task="review")
    new = open_tasks_of(taken_up(clerk, at)).get()
    assert task_reasons([old, new], Actor.of(clerk)) == {new.pk: OTHER_EYES}


def test_reasons_of_many_records_on_two_versions_take_as_many_queries_as_of_one(clerk: User, at: datetime) -> None:
    first = open_tasks_of(taken_up(clerk, at)).get()
    published(at, 2, watched=True, task="review")
    asked = []
    for tasks in ([first], [first, *(open_tasks_of(taken_up(clerk, at)).get() for _ in range(3))]):
        with CaptureQueriesContext(connection) as queries:
            assert len(task_reasons(tasks, Actor.of(clerk))) == len(tasks)
        asked.append(len(queries))
    assert asked == [2, 2], "the versions of the records, the deeds"


def test_a_kind_that_only_older_records_have_can_be_asked_for(clerk: User, at: datetime) -> None:
    old = open_tasks_of(taken_up(clerk, at)).get()
    published(at, 2, watched=False, task="look_over")
    kinds = {group.value: [value for value, _title in group.tasks] for group in kinds_of(Actor.of(clerk))}
    assert kinds[KIND] == [f"{KIND}:look_over", f"{KIND}:review"], "the present ones first"
    assert Task.objects.filter(record_type=KIND, key="review").get() == old
    with CaptureQueriesContext(connection) as queries:
        kinds_of(Actor.of(clerk))
    assert len([query for query in queries if "workflow_definition" in query["sql"]]) == 1
