"""The page of events that nobody has taken: who sees it, looking again, giving up."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.workflow.api import deliver, fire, waiting_events
from modules.workflow.models import EarlyEvent
from tests.workflow.app.voyages import Voyage
from tests.workflow.flows_for import only_here, state_of  # noqa: F401 - a fixture
from tests.workflow.paying import flow_here, voyage_here  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
PAGE = "/console/workflow/events/"
ClientOf = Callable[[Any], Client]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_waiting_events_are_listed_with_why_nobody_took_them(
    client_of: ClientOf, owner: User, voyage: Voyage, at: datetime
) -> None:
    deliver("payment", "V-7", data={"amount": -1}, at=at)
    fire(voyage, "ask", actor=SYSTEM, at=at)
    page = text_of(client_of(owner).get(PAGE))
    assert "payment" in page
    assert "V-7" in page
    assert "Look at the marked fields." in page


def test_looking_again_takes_it_where_a_record_waits_by_now(
    client_of: ClientOf, owner: User, voyage: Voyage, at: datetime
) -> None:
    deliver("payment", "V-late", data={"amount": 1}, at=at)
    fire(voyage, "ask", actor=SYSTEM, at=at)
    row, client = EarlyEvent.objects.get(), client_of(owner)
    answer = client.post(f"{PAGE}{row.pk}/take/", follow=True)
    assert "No record waits for it at present." in text_of(answer)
    Voyage.objects.filter(pk=voyage.pk).update(number="V-late")
    assert "A record has taken it." in text_of(client.post(f"{PAGE}{row.pk}/take/", follow=True))
    assert state_of(voyage) == "paid"


def test_giving_up_is_said_and_done_once(client_of: ClientOf, owner: User, at: datetime) -> None:
    deliver("payment", "V-7", at=clock.now())
    row, client = EarlyEvent.objects.get(), client_of(owner)
    assert "given up" in text_of(client.post(f"{PAGE}{row.pk}/discard/", follow=True))
    assert not waiting_events()
    assert "Meanwhile" in text_of(client.post(f"{PAGE}{row.pk}/discard/", follow=True))
    assert "No event is waiting." in text_of(client.get(PAGE))


def test_staff_without_the_right_neither_see_nor_change_them(client_of: ClientOf, ana: User, at: datetime) -> None:
    deliver("payment", "V-7", at=at)
    row, client = EarlyEvent.objects.get(), client_of(ana)
    answers = [client.get(PAGE), client.post(f"{PAGE}{row.pk}/take/"), client.post(f"{PAGE}{row.pk}/discard/")]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert waiting_events().count() == 1


def test_the_page_costs_as_many_queries_for_many_as_for_one(
    client_of: ClientOf, owner: User, at: datetime, django_assert_max_num_queries: Any
) -> None:
    client = client_of(owner)
    for number in range(40):
        deliver("payment", f"V-{number}", at=at)
    client.get(PAGE)
    with django_assert_max_num_queries(25):
        client.get(PAGE)
