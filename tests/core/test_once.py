"""An object is made once, however often the button is pressed."""

import uuid
from datetime import UTC, datetime

import pytest

from modules.core.models import OutboxMessage
from modules.core.once import KeyOfAnother, once

AT = datetime(2026, 1, 1, tzinfo=UTC)


def make(key: str, effect: str = "a") -> int:
    with once(OutboxMessage, key=key, owned={"effect": effect}) as first:
        if first.found:
            return first.found.pk
        return OutboxMessage.objects.create(effect=effect, key=key, created_at=AT, due_at=AT).pk


@pytest.mark.django_db
def test_the_second_press_gets_the_first_ones_object() -> None:
    assert make("k") == make("k")
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db
def test_a_key_of_somebody_else_is_refused() -> None:
    make("k", "a")
    with pytest.raises(KeyOfAnother):
        make("k", "b")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f25_twelve_presses_at_once_make_one_object(parallel) -> None:
    key = str(uuid.uuid4())
    made = parallel(lambda _n: make(key), 12)
    assert len(set(made)) == 1
    assert OutboxMessage.objects.count() == 1
