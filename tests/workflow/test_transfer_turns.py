"""One move of a workflow at a time: changes that come while records are on their way, stopped moves, two people."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.core.choices import JobState
from modules.core.job_runs import run_slice
from modules.core.jobs import resume_job, stop_job
from modules.core.models import Job, JobItem
from modules.core.outbox import drain
from modules.workflow.api import history_of
from modules.workflow.flows import flow_of
from modules.workflow.models import Definition, Transfer
from modules.workflow.publishing import graph_from, save_draft
from modules.workflow.transferring import Choices, StillMoving, prepare, start_return, start_transfer
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, KIND, data_of, draft, fifty_in_review, repairs_running, somebody

MANY = 8


@pytest.fixture
def manager(db: None, at: datetime) -> Iterator[User]:
    with repairs_running(at):
        fifty_in_review(somebody("clerk", "Carla"), at, many=MANY)
        yield somebody("manager", "Marta", "workflow.publish_definition")


def third(at: datetime) -> Definition:
    """Another change, on top of version 2."""
    return save_draft(graph_from(data_of(2) | {"title": "Repair", "description": "Anew."}), at=at)


def begin(definition: Definition, manager: User, at: datetime) -> Transfer:
    transfer = prepare(definition, Choices(), actor=Actor.of(manager), at=at)
    start_transfer(transfer, actor=Actor.of(manager), at=at)
    return transfer


def half_done(manager: User, at: datetime) -> Transfer:
    """Three records are on version 2, the job has more to do."""
    transfer = begin(draft(2, at), manager, at)
    assert transfer.job is not None
    run_slice(transfer.job.pk, 1, size=3, done=0, is_last=False, at=at)
    return transfer


def standing() -> Counter[tuple[int, str]]:
    return Counter(RepairRequest.objects.values_list("workflow_version", "state"))


def test_a_second_change_waits_until_the_first_is_through(manager: User, at: datetime) -> None:
    first, second = half_done(manager, at), third(at)
    with pytest.raises(StillMoving, match=r"records to version 2 \(3 of 8 done\)"):
        prepare(second, Choices(), actor=Actor.of(manager), at=at)
    second.refresh_from_db()
    assert (second.status, flow_of(KEY).graph.version, Transfer.objects.count()) == ("draft", 2, 1)
    drain(at=at)
    assert standing() == {(2, "triage"): MANY}
    later = at + timedelta(minutes=1)
    begin(second, manager, later)
    drain(at=later)
    assert standing() == {(3, "triage"): MANY}
    start_return(first, actor=Actor.of(manager), at=later)
    with pytest.raises(StillMoving):  # two ways back at once would pass each other too
        start_return(Transfer.objects.latest("pk"), actor=Actor.of(manager), at=later)


def test_taking_back_in_the_middle_stops_the_move_and_brings_back_what_has_gone(manager: User, at: datetime) -> None:
    transfer = half_done(manager, at)
    start_return(transfer, actor=Actor.of(manager), at=at + timedelta(minutes=1))
    drain(at=at + timedelta(minutes=1))
    transfer.refresh_from_db()
    assert transfer.job is not None
    assert (transfer.state, transfer.job.state) == ("undone", JobState.STOPPED)
    assert standing() == {(1, "in_review"): MANY}
    assert flow_of(KEY).graph.version == 1
    resume_job(transfer.job, actor=Actor.of(manager), at=at + timedelta(minutes=2))
    drain(at=at + timedelta(minutes=2))
    assert standing() == {(1, "in_review"): MANY}
    refused = JobItem.objects.filter(job=transfer.job, state="refused")
    assert refused.count() == MANY - 3
    assert "taken back, or another one has begun since" in refused[0].message
    transfer.refresh_from_db()
    assert transfer.state == "undone"


def test_a_stopped_move_does_not_go_on_after_another_one(manager: User, at: datetime) -> None:
    first = half_done(manager, at)
    assert first.job is not None
    stop_job(first.job, actor=Actor.of(manager), at=at)
    drain(at=at)
    begin(third(at), manager, at)
    drain(at=at)
    assert standing() == {(3, "triage"): MANY}  # three came from version 2, the others from version 1
    resume_job(first.job, actor=Actor.of(manager), at=at)
    drain(at=at)
    assert standing() == {(3, "triage"): MANY}
    start_return(first, actor=Actor.of(manager), at=at)
    drain(at=at)
    assert standing() == {(3, "triage"): MANY}
    assert flow_of(KEY).graph.version == 3


def test_the_pages_say_that_records_are_on_their_way(
    manager: User, at: datetime, client_of: Callable[[Any], Client], frozen_clock: datetime
) -> None:
    first, second, client = half_done(manager, at), third(at), client_of(manager)
    answer = client.post(reverse("workflow:gate", args=[KIND, second.pk]), {"apply": "transfer"})
    assert answer.status_code == 409
    assert "Records of this workflow are being moved at the moment" in answer.content.decode()
    drain(at=frozen_clock)
    begin(second, manager, frozen_clock)
    answer = client.post(reverse("workflow:transfer_undo", args=[KIND, first.pk]), follow=True)
    assert "being moved at the moment" in answer.content.decode()
    assert Transfer.objects.get(pk=first.pk).undo_job is None


def test_a_worker_that_dies_in_the_middle_of_a_batch_leaves_each_moved_once(
    manager: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modules.workflow.transferring import transfers

    transfer = begin(draft(2, at), manager, at)
    assert transfer.job is not None
    true_carry, moves = transfers.carry, []

    def dying(*given: Any, **named: Any) -> Any:
        moves.append(given)
        if len(moves) == 3:
            raise KeyboardInterrupt
        return true_carry(*given, **named)

    monkeypatch.setattr(transfers, "carry", dying)
    with pytest.raises(KeyboardInterrupt):
        run_slice(transfer.job.pk, 1, size=5, done=0, is_last=False, at=at)
    assert standing() == {(1, "in_review"): MANY}
    assert not transfer.items.exists()
    monkeypatch.undo()
    drain(at=at)
    assert standing() == {(2, "triage"): MANY}
    for record in RepairRequest.objects.all():
        assert history_of(record).filter(transition="transfer").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_people_press_apply_and_then_take_back_at_once(
    transactional_db: None, at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    with repairs_running(at):
        fifty_in_review(somebody("clerk", "Carla"), at, many=MANY)
        people = [Actor.of(somebody("manager", name, "workflow.publish_definition")) for name in ("Marta", "Nora")]
        definition = draft(2, at)

        def apply(number: int) -> Any:
            transfer = prepare(definition, Choices(), actor=people[number], at=at)
            return start_transfer(transfer, actor=people[number], at=at)

        answers = parallel(apply, 2)
        assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) in ([], [StillMoving])
        assert Job.objects.filter(kind="workflow.transfer").count() == 1
        drain(at=at)
        assert standing() == {(2, "triage"): MANY}
        transfer = Transfer.objects.exclude(job=None).get()

        def back(number: int) -> Any:
            return start_return(Transfer.objects.get(pk=transfer.pk), actor=people[number], at=at).pk

        answers = parallel(back, 2)
        assert len(set(answers)) == 1, answers
        drain(at=at)
        assert standing() == {(1, "in_review"): MANY}
        for record in RepairRequest.objects.all():
            assert history_of(record).filter(transition="transfer").count() == 2
