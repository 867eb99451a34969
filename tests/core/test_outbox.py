"""The outbox: saved with its cause, done after it, once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from modules.core import outbox
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage


@pytest.fixture
def done() -> Iterator[list[outbox.Delivery]]:
    deliveries: list[outbox.Delivery] = []
    outbox.effect("tests.note")(deliveries.append)
    yield deliveries
    outbox.handlers.unregister("tests.note")


def send(at: datetime, key: str = "k", effect: str = "tests.note") -> None:
    with transaction.atomic():
        outbox.send(effect, {"n": 1}, key=key, at=at)


@pytest.mark.django_db(transaction=True)
def test_a_row_outside_of_a_transaction_is_refused(at: datetime) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        outbox.send("tests.note", {}, key="k", at=at)


@pytest.mark.django_db
def test_the_same_key_is_done_once(at: datetime, done: list[outbox.Delivery]) -> None:
    send(at)
    send(at)
    assert outbox.drain(at=at) == 1
    assert [delivery.payload for delivery in done] == [{"n": 1}]


@pytest.mark.django_db
def test_a_leased_row_is_nobody_elses_until_the_lease_ends(at: datetime, done: list[outbox.Delivery]) -> None:
    send(at)
    first = outbox.lease_due(at=at)
    assert len(first) == 1
    assert outbox.lease_due(at=at) == []
    assert outbox.lease_due(at=at + outbox.LEASE + timedelta(seconds=1)) == first


@pytest.mark.django_db
def test_what_is_not_due_waits(at: datetime, done: list[outbox.Delivery]) -> None:
    with transaction.atomic():
        outbox.send("tests.note", {}, key="later", at=at, due_at=at + timedelta(hours=1))
    assert outbox.drain(at=at) == 0
    assert outbox.drain(at=at + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_a_failing_row_is_put_off_and_stops_no_other(at: datetime, done: list[outbox.Delivery], caplog) -> None:
    def fail(delivery: outbox.Delivery) -> None:
        raise RuntimeError("the world is down")

    outbox.effect("tests.fails")(fail)
    try:
        send(at, "a", "tests.fails")
        send(at, "b")
        assert outbox.drain(at=at) == 1
        row = OutboxMessage.objects.get(key="a")
        assert (row.state, row.attempts) == (OutboxState.PENDING, 1)
        assert row.due_at > at
        assert row.error == "RuntimeError: the world is down"
    finally:
        outbox.handlers.unregister("tests.fails")


@pytest.mark.django_db
def test_f49_a_poison_row_becomes_a_dead_letter_and_can_be_requeued(
    at: datetime, done: list[outbox.Delivery], caplog
) -> None:
    def fail(delivery: outbox.Delivery) -> None:
        raise RuntimeError("never")

    outbox.effect("tests.poison")(fail)
    try:
        send(at, "poison", "tests.poison")
        for day in range(outbox.MAX_ATTEMPTS + 2):
            outbox.drain(at=at + timedelta(days=day))
        row = OutboxMessage.objects.get(key="poison")
        assert (row.state, row.attempts) == (OutboxState.DEAD, outbox.MAX_ATTEMPTS)
        outbox.handlers.unregister("tests.poison")
        outbox.effect("tests.poison")(done.append)
        assert outbox.requeue([row], at=at + timedelta(days=30)) == 1
        assert outbox.drain(at=at + timedelta(days=30)) == 1
    finally:
        outbox.handlers.unregister("tests.poison")


@pytest.mark.django_db
def test_an_effect_nobody_handles_is_a_dead_letter_with_a_reason(at: datetime) -> None:
    send(at, "x", "tests.unknown")
    outbox.drain(at=at)
    row = OutboxMessage.objects.get(key="x")
    assert row.state == OutboxState.DEAD
    assert "tests.unknown" in row.error


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_lease_each_row_once(at: datetime, parallel, done: list[outbox.Delivery]) -> None:
    for number in range(60):
        send(at, str(number))
    leased = parallel(lambda _n: outbox.lease_due(at=at, limit=20), 6)
    ids = [pk for batch in leased for pk in batch]
    assert len(ids) == len(set(ids))
    assert all(not isinstance(batch, Exception) for batch in leased)
