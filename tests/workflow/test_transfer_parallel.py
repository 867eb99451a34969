"""Records are moved to another version while others fire them, with real connections."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.core.outbox import drain
from modules.workflow.api import Refused, fire, history_of, open_tasks_of, timers_of
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.flows import flow_of
from modules.workflow.models import TransferItem
from modules.workflow.transferring import Choices, StillMoving, prepare, start_return, start_transfer
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, draft, fifty_in_review, repairs_running, somebody

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY, ENDS = 16, ("approved", "rejected")


@pytest.fixture
def people(at: datetime) -> Iterator[tuple[Actor, Actor]]:
    with repairs_running(at):
        clerk, manager = somebody("clerk", "Carla"), somebody("manager", "Marta", "workflow.publish_definition")
        yield Actor.of(clerk), Actor.of(manager)


def is_legal(record: RepairRequest) -> bool:
    """Whether it stands in a state of its version with that state's work and timers, and its history is one story."""
    graph = flow_of(KEY).graph_for(record)
    tasks = [task.key for task in open_tasks_of(record)]
    timers = [timer.transition for timer in timers_of(record)]
    steps = list(history_of(record).values_list("transition", "source", "target", "workflow_version"))
    joined = all(one[2] == other[1] for one, other in pairwise(steps))
    wanted = [task.key for task in graph.tasks_in(record.state)]
    repeats = [repeat.key for repeat in graph.repeats_in(record.state)]
    return graph.has_state(record.state) and joined and steps[-1][2:] == (record.state, record.workflow_version) and (
        (tasks, timers) == (wanted, repeats)
    )  # fmt: skip


def test_a_move_against_people_and_time(
    people: tuple[Actor, Actor], at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    clerk, manager = people
    records = fifty_in_review(User.objects.get(pk=clerk.user_id), at, many=MANY)
    transfer = prepare(draft(2, at), Choices(timers="recompute", overdue="send"), actor=manager, at=at)
    start_transfer(transfer, actor=manager, at=at)
    soon = at + timedelta(minutes=1)

    def work(number: int) -> Any:
        if number == 0:
            return drain(at=soon)
        if number == 1:
            return sweep_timers(soon)
        done: list[str] = []
        for record in records[number % 3 :: 3]:
            seen = RepairRequest.objects.get(pk=record.pk)
            try:
                name = "reject" if number % 2 else "approve"
                done.append(fire(seen, name, actor=clerk, at=soon, key=f"{number}").target)
            except Refused as refusal:
                done.append(refusal.code)
        return done

    answers = parallel(work, 8)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    drain(at=soon + timedelta(hours=1))
    for record in RepairRequest.objects.order_by("pk"):
        moves = history_of(record).filter(transition="transfer").count()
        assert is_legal(record), list(history_of(record).values_list("transition", "source", "target"))
        assert moves <= 1
        assert record.state in ENDS or record.workflow_version == 2
        assert history_of(record).filter(target__in=ENDS).count() <= 1
    moved = TransferItem.objects.filter(transfer=transfer, status="moved").count()
    assert moved == sum(history_of(record).filter(transition="transfer").exists() for record in records)


def test_undo_against_people(people: tuple[Actor, Actor], at: datetime, parallel: Callable[..., list[Any]]) -> None:
    clerk, manager = people
    records = fifty_in_review(User.objects.get(pk=clerk.user_id), at, many=MANY)
    transfer = prepare(draft(2, at), Choices(), actor=manager, at=at)
    start_transfer(transfer, actor=manager, at=at)
    drain(at=at)
    start_return(transfer, actor=manager, at=at)
    soon = at + timedelta(minutes=1)

    def work(number: int) -> Any:
        if number == 0:
            return drain(at=soon)
        for record in records[number - 1 :: 3]:
            try:
                fire(RepairRequest.objects.get(pk=record.pk), "reject", actor=clerk, at=soon)
            except Refused:
                continue
        return None

    answers = parallel(work, 4)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    drain(at=soon + timedelta(hours=1))
    found = Counter(TransferItem.objects.values_list("status", flat=True))
    assert sum(found.values()) == MANY
    for record in RepairRequest.objects.order_by("pk"):
        assert is_legal(record), list(history_of(record).values_list("transition", "source", "target"))
        assert history_of(record).filter(target__in=ENDS).count() <= 1
        assert record.state == "rejected" or record.workflow_version == 1


def test_a_move_by_two_workers_moves_each_once(
    people: tuple[Actor, Actor], at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    clerk, manager = people
    fifty_in_review(User.objects.get(pk=clerk.user_id), at, many=MANY)
    first = prepare(draft(2, at), Choices(), actor=manager, at=at)
    second = prepare(first.target, Choices(), actor=manager, at=at)
    start_transfer(first, actor=manager, at=at)
    with pytest.raises(StillMoving):
        start_transfer(second, actor=manager, at=at)
    answers = parallel(lambda number: drain(at=at), 2)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    drain(at=at + timedelta(hours=1))
    for record in RepairRequest.objects.all():
        assert history_of(record).filter(transition="transfer").count() == 1
        assert is_legal(record)
    assert TransferItem.objects.filter(status="moved").count() == MANY
