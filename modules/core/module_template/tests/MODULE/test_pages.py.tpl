"""The pages of ${nouns}: for their owner, for staff, and for nobody else."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from modules.core.actors import Actor
from modules.${module}.models import ${Record}
from modules.${module}.services import open_${record}

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
LIST, NEW = "/${path}/", "/${path}/new/"


def wish(customer: Any, at: datetime, title: str = "A wish") -> ${Record}:
    return open_${record}(title=title, details="", actor=Actor.of(customer), at=at, key=uuid4())


def test_a_customer_writes_a_draft_once(client_of: ClientOf, customer: Any) -> None:
    browser = client_of(customer)
    assert browser.get(NEW).status_code == 200
    form = {"key": str(uuid4()), "title": "A wish", "details": "Soon."}
    answers = {browser.post(NEW, form)["Location"] for _press in range(2)}
    record = ${Record}.objects.get()
    assert answers == {record.get_absolute_url()}
    page = browser.get(record.get_absolute_url()).content.decode()
    assert "A wish" in page
    assert "Submit" in page


def test_a_mistake_is_said_beside_its_field(client_of: ClientOf, customer: Any) -> None:
    answer = client_of(customer).post(NEW, {"key": str(uuid4()), "title": ""})
    assert answer.status_code == 422
    assert ${Record}.objects.count() == 0


def test_strangers_find_nothing(client_of: ClientOf, client: Client, customer: Any, stranger: Any, at: datetime) -> None:
    address = wish(customer, at).get_absolute_url()
    assert client_of(stranger).get(address).status_code == 404
    assert "/login/" in client.get(address)["Location"]
    assert "/login/" in client.get(NEW)["Location"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_much_for_one_as_for_three(
    count: int, client_of: ClientOf, customer: Any, at: datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        wish(customer, at, f"Wish {number}")
    browser = client_of(customer)
    with django_assert_max_num_queries(12):
        page = browser.get(LIST).content.decode()
    assert page.count("Wish ") >= count


def test_staff_see_it_in_the_console(client_of: ClientOf, customer: Any, owner: Any, at: datetime) -> None:
    record, browser = wish(customer, at), client_of(owner)
    assert record.number in browser.get(reverse("admin:${module}_${model}_changelist")).content.decode()
    assert browser.get(reverse("admin:${module}_${model}_change", args=[record.pk])).status_code == 200
    assert client_of(customer).get(reverse("admin:${module}_${model}_changelist")).status_code in (302, 403, 404)
