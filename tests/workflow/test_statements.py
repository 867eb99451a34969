"""Compiled statements give what the ORM gives, and there are few of them."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.core.money import Money
from modules.workflow.api import fire, start
from modules.workflow.engine.history import plain
from modules.workflow.engine.statements import statements_of
from tests.workflow.app.models import Letter, Parcel

pytestmark = pytest.mark.django_db
Make = Callable[..., Parcel]


def values(record: Any) -> dict[str, Any]:
    return {name: value for name, value in record.__dict__.items() if name != "_state"}


def test_a_locked_and_a_moved_row_equal_what_the_orm_loads(make_parcel: Make, at: datetime) -> None:
    parcel = make_parcel(labels=["a", {"b": None}], packed_at=at, is_fragile=True, price=Money(12345, "EUR"))
    statements = statements_of(Parcel)
    with transaction.atomic():
        locked = statements.lock(parcel.pk)
        assert values(locked) == values(Parcel.objects.get(pk=parcel.pk))
        assert statements.move(parcel.pk, "ordered", "packed", version=4, at=at) is None
        moved = statements.move(parcel.pk, "ordered", "packed", version=4, from_version=parcel.workflow_version, at=at)
    fresh = Parcel.objects.get(pk=parcel.pk)
    assert values(moved) == values(fresh)
    assert (fresh.state, fresh.workflow_version, fresh.revision, fresh._state.adding) == ("packed", 4, 3, False)
    assert moved is not None
    assert (moved._state.adding, moved._state.db, moved.price) == (False, "default", Money(12345, "EUR"))
    assert statements.move(parcel.pk, "ordered", "packed", version=4, at=at) is None
    assert statements.lock(0) is None


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("post", 5),  # savepoint, move and load, history, outbox, release
        ("weigh", 6),  # savepoint, lock and load, move, history, timer, release
    ],
)
def test_fire_costs_a_fixed_number_of_statements(customer: User, at: datetime, name: str, count: int) -> None:
    letter = Letter.objects.create(customer=customer, weight=3)
    start(letter, actor=SYSTEM, at=at)
    with CaptureQueriesContext(connection) as captured:
        fire(letter, name, actor=SYSTEM, at=at)
    assert len(captured) == count, [query["sql"] for query in captured]


def test_form_data_are_kept_as_plain_values(customer: User, at: datetime) -> None:
    data = {
        "who": customer,
        "all": User.objects.filter(pk=customer.pk),
        "price": Money(5, "EUR"),
        "file": ContentFile(b"x", "proof.pdf"),
        "tuple": (1, None, True),
        "at": at,
        "day": date(2026, 1, 2),
        "rate": Decimal("1.5"),
        "id": UUID(int=1),
        "other": object,
    }
    assert plain(data) == {
        "who": customer.pk,
        "all": [customer.pk],
        "price": {"minor": 5, "currency": "EUR"},
        "file": "proof.pdf",
        "tuple": [1, None, True],
        "at": at,
        "day": date(2026, 1, 2),
        "rate": Decimal("1.5"),
        "id": UUID(int=1),
        "other": "<class 'object'>",
    }
