"""What is said of a transfer afterwards, on its page and by the command: who was left behind, and why."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.core.outbox import drain
from modules.workflow.api import fire
from modules.workflow.flows import flow_of
from modules.workflow.models import Definition, Transfer
from modules.workflow.publishing import graph_from, save_draft
from modules.workflow.transferring import Choices, prepare, start_return, start_transfer
from modules.workflow.vocabulary import names
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, KIND, data_of, draft, fifty_in_review, repairs_running, somebody

pytestmark = pytest.mark.django_db
MANY = 4


@pytest.fixture
def clerk(at: datetime) -> Iterator[User]:
    with repairs_running(at):
        yield somebody("clerk", "Carla")


@pytest.fixture
def manager(clerk: User) -> User:
    return somebody("manager", "Marta", "workflow.publish_definition")


@pytest.fixture
def running(clerk: User, at: datetime) -> list[RepairRequest]:
    return fifty_in_review(clerk, at, many=MANY)


def moved(definition: Definition, manager: User, at: datetime) -> Transfer:
    transfer = prepare(definition, Choices(), actor=Actor.of(manager), at=at)
    start_transfer(transfer, actor=Actor.of(manager), at=at)
    drain(at=at)
    return transfer


def said(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("workflow", *words, stdout=out, **options)
    return out.getvalue()


def test_who_could_not_be_moved_back_is_named_with_a_link_and_why(
    running: list[RepairRequest], clerk: User, manager: User, at: datetime, client_of: Callable[[Any], Client]
) -> None:
    transfer = moved(draft(2, at), manager, at)
    gone = RepairRequest.objects.get(pk=running[0].pk)
    fire(gone, "approve", actor=Actor.of(clerk), at=at + timedelta(minutes=1))
    start_return(transfer, actor=Actor.of(manager), at=at + timedelta(minutes=2))
    drain(at=at + timedelta(minutes=2))
    page = client_of(manager).get(reverse("workflow:versions", args=[KIND])).content.decode()
    assert "1 could not be moved back" in page
    there = reverse("admin:repairs_repairrequest_change", args=[gone.pk])
    assert f'<a href="{there}">{gone}</a>: It has gone on since: “Approve” by' in page
    assert str(running[1]) not in page


def test_a_record_that_was_left_is_moved_once_it_is_mended(
    running: list[RepairRequest], manager: User, at: datetime, client_of: Callable[[Any], Client]
) -> None:
    """A step that happens by itself breaks for one of them; the others go, and it follows when its data are right."""
    bad = running[2]
    RepairRequest.objects.filter(pk=bad.pk).update(priority="none")
    data = data_of(2)
    by_itself = {"key": "hurry", "title": "Hurry", "kind": "automatic", "sources": ["triage"], "target": "approved",
                 "by": [{"kind": "system"}], "guards": [{"expression": "record.priority == 'none'", "words": "Not."}],
                 "effects": ["repairs.break"]}  # fmt: skip
    data["transitions"].append(by_itself)
    names.effects.register("repairs.break", lambda record, firing: 1 // 0)
    definition, client = save_draft(graph_from(data), at=at), client_of(manager)
    page = client.get(reverse("workflow:gate", args=[KIND, definition.pk])).content.decode()
    assert page.count("It would fail and stay where it is: ZeroDivisionError") == 1
    transfer = moved(definition, manager, at)
    assert transfer.job is not None
    transfer.job.refresh_from_db()
    bad.refresh_from_db()
    assert (transfer.job.done, transfer.job.refused + transfer.job.failed) == (MANY - 1, 1)
    assert (bad.workflow_version, bad.state) == (1, "in_review")
    RepairRequest.objects.filter(pk=bad.pk).update(priority="low")
    page = client.get(reverse("workflow:gate", args=[KIND, transfer.target.pk])).content.decode()
    assert "Move 1 record" in page
    moved(transfer.target, manager, at + timedelta(hours=1))
    names.effects.unregister("repairs.break")
    bad.refresh_from_db()
    assert (bad.workflow_version, bad.state) == (2, "triage")


def test_the_command_tells_of_a_draft_what_its_file_does_not_know(running: list[RepairRequest], at: datetime) -> None:
    """Whatever number the file of a draft says, it is the next one, and the running records would move."""
    changed = save_draft(graph_from(data_of(1) | {"description": "Anew."}), at=at)
    assert changed.version == 1
    assert f"{MANY} records; looked at {MANY}" in said("transfer", changed.hash)
    with pytest.raises(CommandError, match="Choose where"):
        said("transfer", changed.hash, "--map", "in_review=nowhere", "--apply")
    told = said("transfer", changed.hash, "--map", "in_review=submitted", "--apply", "--wait")
    assert f"{MANY} of {MANY} done, 0 refused" in told
    assert set(RepairRequest.objects.values_list("workflow_version", "state")) == {(2, "submitted")}
    transfer = Transfer.objects.get()
    assert f"{MANY} of {MANY} done" in said("transfer", KEY, "--undo", str(transfer.pk), "--wait")
    assert set(RepairRequest.objects.values_list("workflow_version", "state")) == {(1, "in_review")}
    rows = json.loads(said("transfer", f"{KEY}@2", "--format", "json"))
    assert (rows["total"], rows["records"][0]["target_title"]) == (MANY, "In review")
    assert flow_of(KEY).graph.version == 1
