"""Delegating, asking back, one more voice, taking back and links, by the buttons on the record and in the inbox."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.workflow.api import claim
from modules.workflow.models import Task, TaskLink
from modules.workflow.services import ask, delegate
from modules.workflow.services.questions import waiting_for
from tests.factories.accounts import StaffFactory
from tests.factories.shop import Shop
from tests.workflow.conftest import as_actor
from tests.workflow.inboxes import HTMX, packing, page

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]


@pytest.fixture
def ben(db: None) -> User:
    return StaffFactory.create(name="Ben", roles=["films.clerk"])


@pytest.fixture
def task(shop: Shop, ana: User, at: datetime) -> Task:
    """The packing of a shipment, taken by Ana."""
    _shipment, task = packing(shop)
    return claim(task, actor=as_actor(ana), at=at)


def url(task: Task, deed: str) -> str:
    return f"/console/workflow/tasks/{task.pk}/hand/{deed}/"


def test_delegated_and_back_in_the_inbox(task: Task, ana: User, ben: User, client_of: ClientOf) -> None:
    first, second = client_of(ana), client_of(ben)
    assert url(task, "delegate") in page(first)
    form = first.get(url(task, "delegate"), headers=HTMX).content.decode()
    assert f'value="{ben.pk}"' in form
    assert f'value="{ana.pk}"' not in form
    assert first.post(url(task, "delegate") + "?inbox", {"person": ben.pk})["Location"] == "/console/"
    assert "From Ana, who confirms it" in page(second)
    answer = second.post(f"/console/workflow/tasks/{task.pk}/complete/", {"outcome": "done"})
    assert answer.status_code == 303
    task.refresh_from_db()
    assert (task.person, task.proposal) == (ana, "done")
    assert "Proposed: Done" in page(first)


def test_asked_and_answered(task: Task, ana: User, ben: User, client_of: ClientOf, at: datetime) -> None:
    first, second = client_of(ana), client_of(ben)
    assert first.post(url(task, "ask"), {"question": " ", "person": ben.pk}).status_code == 422
    assert first.post(url(task, "ask"), {"question": "Which box?", "person": ben.pk}).status_code == 303
    assert "Waits for the answer of Ben: Which box?" in page(first)
    assert url(task, "ask") not in page(first)
    assert first.post(url(task, "ask"), {"question": "Again?", "person": ben.pk}).status_code == 409
    question = waiting_for([task])[task.pk]
    text = page(second)
    assert "Ana asks: Which box?" in text
    assert f"/inbox/{question.pk}/do/" not in text
    assert second.get(url(question, "answer")).status_code == 200
    assert first.post(url(question, "answer"), {"answer": "That one"}).status_code == 403
    assert second.post(url(question, "answer"), {"answer": "The small one"}).status_code == 303
    assert "Waits for" not in page(first)


def test_taken_back_from_the_record(task: Task, ana: User, ben: User, client_of: ClientOf, at: datetime) -> None:
    first = client_of(ana)
    delegate(task, person=ben, actor=as_actor(ana), at=at)
    record = f"/console/films/shipment/{task.record_id}/change/"
    assert url(task, "recall") in first.get(record).content.decode()
    assert url(task, "recall") not in client_of(ben).get(record).content.decode()
    assert client_of(ben).post(url(task, "recall")).status_code == 409
    assert first.get(url(task, "recall")).status_code == 200
    assert first.post(url(task, "recall")).status_code == 303
    task.refresh_from_db()
    assert task.person == ana


def test_a_link_is_renewed_and_withdrawn_on_the_record(
    task: Task, ana: User, client_of: ClientOf, at: datetime
) -> None:
    stranger = StaffFactory.create(is_staff=False)
    question = ask(task, "Are you there?", person=stranger, actor=as_actor(ana), at=at)
    boss = client_of(StaffFactory.create(roles=["accounts.owner"]))
    text = boss.get(f"/console/films/shipment/{task.record_id}/change/").content.decode()
    assert re.findall(r"hand/(renew|revoke)/", text) == ["renew", "revoke"]
    assert boss.post(url(question, "renew")).status_code == 303
    assert boss.post(url(question, "revoke")).status_code == 303
    assert [link.revoked_at is None for link in TaskLink.objects.order_by("pk")] == [False, False]


def test_what_is_no_deed_is_not_there_and_strangers_are_refused(
    task: Task, customer: User, client_of: ClientOf, ana: User
) -> None:
    assert client_of(ana).get(url(task, "steal")).status_code == 404
    nobody = StaffFactory.create()
    assert client_of(nobody).get(url(task, "delegate")).status_code == 403
    assert client_of(ana).post(url(task, "add"), {"person": nobody.pk}).status_code == 409


def test_the_inbox_reads_no_more_for_many_hands(
    task: Task, shop: Shop, ana: User, ben: User, client_of: ClientOf, at: datetime
) -> None:
    first = client_of(ana)
    ask(task, "Which box?", person=ben, actor=as_actor(ana), at=at)
    page(first, "?whose=mine")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page(first, "?whose=mine")
        counts.append(len(queries))
        if len(counts) == 1:
            for _more in range(3):
                _shipment, more = packing(shop)
                claim(more, actor=as_actor(ana), at=at)
                ask(more, "And here?", person=ben, actor=as_actor(ana), at=at)
    assert counts[0] == counts[1]
