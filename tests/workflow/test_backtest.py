"""A version tried on the past: who would have gone another way, and that nothing of the trial stays."""

import socket
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.errors import NotAllowed
from modules.core.models import JobItem, OutboxMessage
from modules.core.outbox import drain, send
from modules.workflow.api import fire, history_of, start
from modules.workflow.backtesting import replay, start_backtest, story_of, summary_of, try_on, with_guard
from modules.workflow.backtesting.sealing import ReachesOut, sealed
from modules.workflow.backtesting.verdicts import message_words
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.flows import flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry
from modules.workflow.transferring import Choices, prepare, start_return, start_transfer
from modules.workflow.vocabulary import names
from tests.workflow.repairs.actions import REMIND, TELL
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, data_of, draft, repairs_running, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(at: datetime) -> Iterator[User]:
    with repairs_running(at):
        yield somebody("clerk", "Carla", "workflow.publish_definition")


@pytest.fixture
def past(clerk: User, at: datetime) -> list[RepairRequest]:
    """A cheap one and a dear one, approved after three days with a reminder; one rejected at once; one in review."""
    requests, actor = [], Actor.of(clerk)
    for title, cost in (("Lamp", 90), ("Roof", 900), ("Tap", 50), ("Door", 700)):
        request = RepairRequest.objects.create(title=title, cost=cost, customer=clerk)
        start(request, actor=SYSTEM, at=at)
        fire(request, "take_up", actor=actor, at=at + timedelta(hours=1))
        requests.append(request)
    fire(requests[2], "reject", actor=actor, at=at + timedelta(hours=2))
    sweep_timers(at + timedelta(days=2, hours=2))
    for request in requests[:2]:
        fire(request, "approve", actor=actor, at=at + timedelta(days=3))
    return requests


def later(at: datetime) -> datetime:
    return at + timedelta(days=4)


def everything() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}


def test_which_records_would_have_gone_another_way_and_why(past: list[RepairRequest], at: datetime) -> None:
    roof = past[1]
    candidate = WorkflowGraph.from_data(data_of(2))
    found = {record.pk: try_on(flow_of(KEY), record, candidate, at=later(at)) for record in past}
    assert {record.title: found[record.pk].kind for record in past} == {  # type: ignore[union-attr]
        "Lamp": "same", "Roof": "other_way", "Tap": "same", "Door": "same",
    }  # fmt: skip
    verdict = found[roof.pk]
    assert verdict is not None
    assert (verdict.step, verdict.why) == ("Approve", "Above 500 a manager has the last word.")
    assert verdict.path == ("Submitted", "In review", "Approved")
    assert verdict.new_path == ("Submitted", "Triage")
    assert dict(verdict.fewer) == {TELL: 1}
    assert "It would stand in “Triage”." in verdict.sentence


def test_which_messages_would_differ(past: list[RepairRequest], at: datetime) -> None:
    data = data_of(1)
    data["repeats"][0] |= {"wait": 86400, "every": 86400, "times": 2}
    verdict = try_on(flow_of(KEY), past[0], WorkflowGraph.from_data(data), at=later(at))
    assert verdict is not None
    assert (verdict.kind, dict(verdict.more), dict(verdict.fewer)) == ("other_messages", {REMIND: 1}, {})


def test_messages_are_named_by_their_titles() -> None:
    assert message_words("notifications.tell workflow.task_reminder") == "A task waits for you"
    assert message_words("tests.ring_the_bell") == "tests.ring_the_bell"


def test_a_changed_condition_alone_is_tried(past: list[RepairRequest], at: datetime) -> None:
    candidate = with_guard(flow_of(KEY).graph, "reject", "record.cost > 100", "Too cheap to reject.")
    kinds = Counter(
        verdict.kind for record in past if (verdict := try_on(flow_of(KEY), record, candidate, at=later(at)))
    )
    assert kinds == {"same": 3, "other_way": 1}


def test_the_own_version_repeats_what_really_happened(past: list[RepairRequest], at: datetime) -> None:
    flow = flow_of(KEY)
    for record in past:
        story = story_of(flow, record)
        assert story is not None
        again = replay(flow.graph, flow, story, at=later(at))
        real = [(entry.transition, entry.target) for entry in history_of(record)]
        assert (again.steps, again.refused) == (real, [])
        sent = Counter(OutboxMessage.objects.filter(record_id=record.pk).values_list("effect", flat=True))
        assert again.messages == sent


def test_a_record_that_was_moved_and_moved_back_is_lived_through_too(
    past: list[RepairRequest], clerk: User, at: datetime
) -> None:
    actor, then = Actor.of(clerk), at + timedelta(days=3, hours=1)
    transfer = prepare(draft(2, at), Choices(), actor=actor, at=then)
    start_transfer(transfer, actor=actor, at=then)
    drain(at=then)
    start_return(transfer, actor=actor, at=then)
    drain(at=then)
    assert history_of(past[3]).filter(transition="transfer").count() == 2
    verdict = try_on(flow_of(KEY), past[3], WorkflowGraph.from_data(data_of(2)), at=later(at))
    assert verdict is not None
    assert (verdict.kind, verdict.new_path) == ("same", ("Submitted", "Triage"))


def test_what_cannot_be_repeated_is_said_to_be_unclear(past: list[RepairRequest], clerk: User, at: datetime) -> None:
    clerk.groups.clear()
    verdict = try_on(flow_of(KEY), past[0], WorkflowGraph.from_data(data_of(2)), at=later(at))
    assert verdict is not None
    assert verdict.kind == "unclear"
    assert "“Take up” is not possible any more as it was then" in verdict.sentence


def test_nothing_of_a_trial_stays(
    past: list[RepairRequest], at: datetime, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    before, rows = everything(), list(RepairRequest.objects.order_by("pk").values())
    kept, ran = tmp_path / "file", []

    def misbehave(record: Any, firing: Any) -> None:
        send("repairs.tell", {}, key=f"trial:{firing.key}", at=firing.at)
        cache.set("trial", "here")
        transaction.on_commit(lambda: ran.append(firing.key))
        HistoryEntry.objects.count()

    names.effects.register("repairs.misbehave", misbehave)
    data = data_of(1)
    data["transitions"][1]["effects"] = ["repairs.misbehave"]
    try:
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            verdict = try_on(flow_of(KEY), past[0], WorkflowGraph.from_data(data), at=later(at))
    finally:
        names.effects.unregister("repairs.misbehave")
    assert verdict is not None
    assert verdict.kind == "same"  # the same kind of message from another effect
    assert everything() == before
    assert list(RepairRequest.objects.order_by("pk").values()) == rows
    assert (callbacks, ran, cache.get("trial"), mail.outbox, kept.exists()) == ([], [], None, [], False)
    assert drain(at=later(at)) == OutboxMessage.objects.filter(state="done").count()


def test_a_transaction_of_its_own_is_rolled_back_too(
    transactional_db: None, at: datetime, django_assert_max_num_queries: Any
) -> None:
    """With real transactions: the tables are as before, and what the database holds can be fired on."""
    with repairs_running(at):
        clerk = somebody("clerk", "Carla")
        request = RepairRequest.objects.create(title="Lift", cost=900, customer=clerk)
        start(request, actor=SYSTEM, at=at)
        fire(request, "take_up", actor=Actor.of(clerk), at=at)
        fire(request, "approve", actor=Actor.of(clerk), at=at + timedelta(hours=1))
        before = everything()
        verdict = try_on(flow_of(KEY), request, WorkflowGraph.from_data(data_of(2)), at=later(at))
        assert verdict is not None
        assert verdict.kind == "other_way"
        assert everything() == before
        request.refresh_from_db()
        assert (request.state, request.workflow_version) == ("approved", 1)


@pytest.mark.parametrize("way", ["connect", "send", "write", "process", "thread", "mail", "other database", "remove"])
def test_what_reaches_for_the_world_is_refused(
    past: list[RepairRequest], at: datetime, tmp_path: Path, way: str, settings: Any
) -> None:
    there = tmp_path / "there"
    there.write_text("before")
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    here, other = socket.socketpair()  # as a client keeps its connection open
    other.setblocking(False)

    def reach(record: Any, firing: Any) -> None:
        import subprocess

        match way:
            case "connect":
                socket.create_connection(("127.0.0.1", 9), timeout=1)
            case "send":
                here.sendall(b"POST /v1/charges")
            case "write":
                there.write_text("after")
            case "thread":
                threading.Thread(target=there.write_text, args=("after",)).start()
            case "mail":
                mail.send_mail("Hello", "Hello", None, ["ines@example.org"])
            case "other database":
                sqlite3.connect(there)
            case "process":
                subprocess.run(["true"], check=True)
            case _:
                there.unlink()

    names.effects.register("repairs.reach", reach)
    data = data_of(1)
    data["transitions"][1]["effects"] = ["repairs.reach"]
    try:
        verdict = try_on(flow_of(KEY), past[0], WorkflowGraph.from_data(data), at=later(at))
    finally:
        names.effects.unregister("repairs.reach")
    assert verdict is not None
    assert verdict.kind == "other_way"
    assert "It reaches for the world outside" in verdict.why
    assert there.read_text() == "before"
    with pytest.raises(BlockingIOError):
        other.recv(1)
    here.sendall(b"again")
    assert other.recv(5) == b"again"
    here.close()
    other.close()


def test_outside_of_a_trial_nothing_is_refused(tmp_path: Path) -> None:
    with sealed(), pytest.raises(ReachesOut):
        (tmp_path / "no").write_text("x")
    (tmp_path / "yes").write_text("x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["yes"]


def test_a_job_tries_the_last_records_and_counts(past: list[RepairRequest], clerk: User, at: datetime) -> None:
    candidate, flow = WorkflowGraph.from_data(data_of(2)), flow_of(KEY)
    job = start_backtest(flow, candidate, last=3, actor=Actor.of(clerk), at=later(at))
    drain(at=later(at))
    job.refresh_from_db()
    assert (job.state, job.total, job.done) == ("done", 3, 3)
    summary = summary_of(job)
    assert summary.counts == {"same": 2, "other_way": 1}
    assert summary.reasons == {("Approve", "Above 500 a manager has the last word."): 1}
    assert "would not have been possible" in JobItem.objects.get(job=job, record_id=past[1].pk).message
    with pytest.raises(NotAllowed):
        start_backtest(flow, candidate, last=3, actor=Actor.of(somebody("clerk", "Otto")), at=at)


def test_the_command_says_it_too(past: list[RepairRequest], at: datetime) -> None:
    said = StringIO()
    call_command("workflow", "backtest", KEY, "--guard", "approve=record.cost <= 500", stdout=said)
    assert "1  other way" in said.getvalue()
    assert "3  same" in said.getvalue()
