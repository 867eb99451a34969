"""What the database keeps true of ${nouns}."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from modules.core.actors import Actor
from modules.core.once import KeyOfAnother
from modules.${module}.choices import ${Record}State
from modules.${module}.models import ${Record}
from modules.${module}.selectors import waiting_${record}s
from modules.${module}.services import open_${record}
from tests.factories.${module} import ${Record}Factory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wrong", [{"title": ""}, {"state": "elsewhere"}])
def test_the_database_refuses_what_cannot_be(wrong: dict[str, str]) -> None:
    record = ${Record}Factory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        ${Record}.objects.filter(pk=record.pk).update(**wrong)


def test_the_same_key_gives_the_same_record(customer: Any, stranger: Any, at: datetime) -> None:
    key = uuid4()
    facts: dict[str, Any] = {"title": "A wish", "details": "", "at": at, "key": key}
    made = {open_${record}(actor=Actor.of(customer), **facts).pk for _press in range(3)}
    assert len(made) == 1
    with pytest.raises(KeyOfAnother):
        open_${record}(actor=Actor.of(stranger), **facts)


def test_what_waits_is_what_was_submitted() -> None:
    ${Record}Factory.create()
    waiting = ${Record}Factory.create(state=${Record}State.SUBMITTED)
    assert list(waiting_${record}s()) == [waiting]
