"""The pages of versions: the gate, the list, trials on the past; who may see them and what their buttons do."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.core.choices import JobState
from modules.core.jobs import resume_job, stop_job
from modules.core.models import Job
from modules.core.outbox import drain
from modules.workflow.api import start
from modules.workflow.flows import flow_of
from modules.workflow.models import Definition, Transfer
from modules.workflow.publishing import graph_from, save_draft
from modules.workflow.transferring import Choices, prepare, start_transfer
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, KIND, data_of, draft, fifty_in_review, repairs_running, somebody

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
MANY = 6


@pytest.fixture
def clerk(at: datetime) -> Iterator[User]:
    with repairs_running(at):
        yield somebody("clerk", "Carla")


@pytest.fixture
def manager(clerk: User) -> User:
    return somebody("manager", "Marta", "workflow.publish_definition", "repairs.view_repairrequest")


@pytest.fixture
def running(clerk: User, at: datetime) -> list[RepairRequest]:
    return fifty_in_review(clerk, at, many=MANY)


@pytest.fixture
def second(running: list[RepairRequest], at: datetime) -> Definition:
    return draft(2, at)


def url(definition: Definition) -> str:
    return reverse("workflow:gate", args=[KIND, definition.pk])


def test_only_who_may_publish_sees_the_pages(
    clerk: User, manager: User, second: Definition, client_of: ClientOf
) -> None:
    pages = [url(second), *(reverse(f"workflow:{name}", args=[KIND]) for name in ("versions", "backtest"))]
    for page in pages:
        assert client_of(clerk).get(page).status_code == 403
        assert client_of(manager).get(page).status_code == 200
    assert client_of(manager).get(reverse("workflow:gate", args=[KIND, 10**6])).status_code == 404


def test_the_gate_says_all_on_one_page(
    manager: User, second: Definition, client_of: ClientOf, frozen_clock: datetime
) -> None:
    page = client_of(manager).get(url(second)).content.decode()
    assert "State “In review” is now “Triage” (in_review → triage)." in page
    assert '<option value="triage" selected>Triage</option>' in page
    assert f"{MANY} records" in page
    assert "Publish and move 6 records" in page
    assert "Task “Review the request” is kept" in page
    assert "With this choice 0 reminders or timers would be due at once." in page
    assert RepairRequest.objects.filter(state="in_review", workflow_version=1).count() == MANY


def test_other_choices_are_shown_before_anything_happens(
    manager: User, second: Definition, client_of: ClientOf, frozen_clock: datetime
) -> None:
    answer = client_of(manager).post(url(second), {"look": "1", "timers": "recompute", "overdue": "send"})
    page = answer.content.decode()
    assert "With this choice 3 reminders or timers would be due at once." in page
    assert 'value="recompute" checked' in page
    assert not Transfer.objects.exists()
    assert flow_of(KEY).graph.version == 1


def test_apply_publishes_and_moves_and_the_list_takes_it_back(
    manager: User, second: Definition, client_of: ClientOf, frozen_clock: datetime
) -> None:
    client = client_of(manager)
    sent = {"apply": "transfer", "timers": "keep", "overdue": "spread", "to-1-in_review": "triage", "reason": "Dear"}
    answer = client.post(url(second), sent)
    transfer = Transfer.objects.get()
    assert answer["Location"] == reverse("console:job", args=[transfer.job_id])
    drain(at=frozen_clock)
    assert RepairRequest.objects.filter(state="triage", workflow_version=2).count() == MANY
    page = client.get(reverse("workflow:versions", args=[KIND])).content.decode()
    assert "New records start here" in page
    assert "6 running records" in page
    assert "Take back for 6 records" in page
    client.post(reverse("workflow:transfer_undo", args=[KIND, transfer.pk]))
    drain(at=frozen_clock)
    assert RepairRequest.objects.filter(state="in_review", workflow_version=1).count() == MANY
    assert "Take back" not in client.get(reverse("workflow:versions", args=[KIND])).content.decode()


def test_every_vanished_state_needs_a_choice(
    manager: User, running: list[RepairRequest], at: datetime, client_of: ClientOf
) -> None:
    data = data_of(1)
    data["states"] = [state for state in data["states"] if state["key"] != "in_review"]
    data["transitions"] = [
        {"key": "close", "title": "Close", "sources": ["submitted"], "target": "approved",
         "by": [{"kind": "role", "value": "repairs.clerk"}]},
        {"key": "drop", "title": "Drop", "sources": ["submitted"], "target": "rejected",
         "by": [{"kind": "role", "value": "repairs.clerk"}]},
    ]  # fmt: skip
    data["tasks"] = data["repeats"] = []
    definition = save_draft(graph_from(data), at=at)
    client = client_of(manager)
    page = client.get(url(definition)).content.decode()
    assert "Choose where the records of every state go." in page
    assert "Publish and move" not in page
    answer = client.post(url(definition), {"apply": "transfer", "to-1-in_review": "nowhere"})
    assert answer.status_code == 409
    assert "Choose where the records go that stand in: “In review”." in answer.content.decode()
    definition.refresh_from_db()
    assert (definition.status, flow_of(KEY).graph.version) == ("draft", 1)  # in this process too
    assert not Transfer.objects.exists()
    client.post(url(definition), {"apply": "transfer", "to-1-in_review": "submitted"})
    drain(at=at + timedelta(days=1))
    assert RepairRequest.objects.filter(state="submitted", workflow_version=2).count() == MANY


def test_errors_block_and_say_where(
    manager: User, running: list[RepairRequest], at: datetime, client_of: ClientOf
) -> None:
    data = data_of(2)
    data["transitions"][1]["guards"][0]["expression"] = "record.price <= 500"
    definition = save_draft(graph_from(data), at=at)
    page = client_of(manager).get(url(definition)).content.decode()
    assert "This has to be mended first" in page
    assert "Step “Approve”" in page
    assert "Publish" not in page.partition('class="gate-form"')[2]
    assert client_of(manager).post(url(definition), {"apply": "transfer"}).status_code == 409
    assert flow_of(KEY).graph.version == 1


def test_publishing_alone_leaves_running_records_where_they_are(
    manager: User, second: Definition, client_of: ClientOf, frozen_clock: datetime
) -> None:
    client_of(manager).post(url(second), {"apply": "publish"})
    assert flow_of(KEY).graph.version == 2
    assert RepairRequest.objects.filter(workflow_version=1, state="in_review").count() == MANY
    new = RepairRequest.objects.create(title="New", cost=1)
    start(new, actor=SYSTEM, at=frozen_clock)
    assert new.workflow_version == 2


def test_a_move_is_stopped_and_resumed(manager: User, second: Definition, at: datetime) -> None:
    from modules.core.actors import Actor
    from modules.core.job_runs import run_slice

    actor = Actor.of(manager)
    transfer = prepare(second, Choices(), actor=actor, at=at)
    job = start_transfer(transfer, actor=actor, at=at)
    run_slice(job.pk, 1, size=2, done=0, is_last=False, at=at)
    stop_job(job, actor=actor, at=at)
    drain(at=at)
    job.refresh_from_db()
    assert (job.state, job.done, RepairRequest.objects.filter(workflow_version=2).count()) == (JobState.STOPPED, 2, 2)
    assert RepairRequest.objects.filter(workflow_version=1, state="in_review").count() == MANY - 2
    resume_job(job, actor=actor, at=at)
    drain(at=at)
    transfer.refresh_from_db()
    assert (transfer.state, RepairRequest.objects.filter(workflow_version=2).count()) == ("done", MANY)
    assert start_transfer(transfer, actor=actor, at=at).pk == job.pk


def test_two_versions_are_compared_and_a_trial_shows_its_result(
    manager: User, second: Definition, client_of: ClientOf, frozen_clock: datetime
) -> None:
    client, first = client_of(manager), Definition.objects.get(key=KEY, version=1)
    page = client.get(reverse("workflow:versions", args=[KIND]), {"old": first.pk, "new": second.pk}).content.decode()
    assert "State “In review” is now “Triage”" in page
    backtest = reverse("workflow:backtest", args=[KIND])
    answer = client.post(backtest, {"definition": second.pk, "last": "50"})
    drain(at=frozen_clock)
    page = client.get(answer["Location"]).content.decode()
    assert "<strong>3</strong> the same way" in page
    assert "<strong>3</strong> other messages" in page  # those older than a day would have been reminded
    assert Job.objects.get(kind="workflow.backtest").done == MANY
    wrong = client.post(backtest, {"definition": first.pk, "step": "approve", "expression": "record.nothing > 1"})
    assert wrong.status_code == 422
