"""The life of a ${noun}: who may do what, and who hears of it."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail

from modules.accounts.api import role_group
from modules.core import outbox
from modules.core.actors import Actor
from modules.${module}.choices import ${Record}State
from modules.${module}.demo import load
from modules.${module}.models import ${Record}
from modules.${module}.services import open_${record}
from modules.workflow.api import GuardRefused, InvalidData, TransitionNotAllowed, fire, history_of
from tests.factories.accounts import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Any:
    person = StaffFactory.create(email="clerk@example.test")
    person.groups.add(role_group("${module}.clerk"))
    return person


@pytest.fixture
def draft(customer: Any, at: datetime) -> ${Record}:
    return open_${record}(
        title="A wish", details="Soon.", actor=Actor.of(customer), at=at, key=uuid4()
    )


def test_from_draft_to_done(draft: ${Record}, customer: Any, clerk: Any, at: datetime) -> None:
    fire(draft, "submit", actor=Actor.of(customer), at=at)
    fire(draft, "finish", actor=Actor.of(clerk), at=at)
    assert draft.state == ${Record}State.DONE
    assert [entry.target for entry in history_of(draft)] == ["draft", "submitted", "done"]
    outbox.drain(at=at)
    assert sorted(message.to[0] for message in mail.outbox) == [clerk.email, customer.email]


def test_a_draft_without_details_says_what_is_missing(customer: Any, at: datetime) -> None:
    actor = Actor.of(customer)
    empty = open_${record}(title="A wish", details=" ", actor=actor, at=at, key=uuid4())
    with pytest.raises(GuardRefused, match="Describe it first"):
        fire(empty, "submit", actor=actor, at=at)


def test_nobody_else_may_submit_or_answer(draft: ${Record}, customer: Any, stranger: Any, at: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        fire(draft, "submit", actor=Actor.of(stranger), at=at)
    fire(draft, "submit", actor=Actor.of(customer), at=at)
    with pytest.raises(TransitionNotAllowed):
        fire(draft, "finish", actor=Actor.of(customer), at=at)


def test_a_rejection_needs_a_reason_which_the_customer_reads(
    draft: ${Record}, customer: Any, clerk: Any, at: datetime
) -> None:
    fire(draft, "submit", actor=Actor.of(customer), at=at)
    with pytest.raises(InvalidData):
        fire(draft, "reject", actor=Actor.of(clerk), at=at, data={"reason": ""})
    fire(draft, "reject", actor=Actor.of(clerk), at=at, data={"reason": "Too far away"})
    assert draft.state == ${Record}State.REJECTED
    assert list(history_of(draft))[-1].reason == "Too far away"


def test_the_demo_loads_once(at: datetime) -> None:
    UserFactory.create(email="customer@demo.test")
    said: list[str] = []
    for _start in range(2):
        load(said.append, at)
    assert len(said) == 1
    assert ${Record}.objects.count() == 3
