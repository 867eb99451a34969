"""Pressing “Save” of an add form often, and at once, makes one record."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from modules.accounts.models import User
from modules.console.submissions import forget_submissions
from modules.core import clock
from modules.core.models import AuditEntry, Submission
from modules.films.models import Person
from tests.factories.accounts import StaffFactory

ADD = "/console/films/person/add/"


def form(page: str) -> dict[str, str]:
    """What the add page of a person posts, with the key that came with it."""
    found = re.search(r'name="_submission" value="([0-9a-f-]{36})"', page)
    assert found is not None
    return {"name": "Agnès Varda", "_submission": found[1]}


@pytest.mark.django_db
def test_f25_twelve_presses_of_save_make_one_record(client_of: Callable[..., Client], owner: User) -> None:
    browser = client_of(owner)
    told = form(browser.get(ADD).content.decode())
    answers = [browser.post(ADD, told) for _ in range(12)]
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    assert Person.objects.filter(name="Agnès Varda").count() == 1
    assert AuditEntry.objects.filter(record_type="films.person", action="created").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f25_twelve_presses_at_once_make_one_record(
    client_of: Callable[..., Client], owner: User, parallel: Callable[..., list[Any]]
) -> None:
    told = form(client_of(owner).get(ADD).content.decode())
    browsers = [client_of(owner) for _ in range(12)]
    answers = parallel(lambda number: browsers[number].post(ADD, told), 12)
    assert {answer.status_code for answer in answers} == {302}
    assert Person.objects.filter(name="Agnès Varda").count() == 1


@pytest.mark.django_db
def test_a_form_with_a_mistake_keeps_its_key_and_can_be_sent_again(
    client_of: Callable[..., Client], owner: User
) -> None:
    browser = client_of(owner)
    told = form(browser.get(ADD).content.decode())
    refused = browser.post(ADD, {**told, "name": ""})
    assert refused.status_code == 422
    assert form(refused.content.decode())["_submission"] == told["_submission"]
    assert browser.post(ADD, told).status_code == 302


@pytest.mark.django_db
def test_a_key_of_somebody_else_opens_nothing(client_of: Callable[..., Client], owner: User) -> None:
    told = {"name": "Agnès Varda", "_submission": str(uuid4())}
    client_of(owner).post(ADD, told)
    other = StaffFactory(permissions=["films.add_person", "films.view_person"])
    assert client_of(other).post(ADD, told).status_code == 409
    assert client_of(StaffFactory()).post(ADD, told).status_code == 403


@pytest.mark.django_db
def test_old_keys_are_forgotten(client_of: Callable[..., Client], owner: User) -> None:
    client_of(owner).post(ADD, {"name": "Agnès Varda", "_submission": str(uuid4())})
    assert forget_submissions(clock.now()) == 0
    assert forget_submissions(clock.now() + timedelta(days=3)) == 1
    assert not Submission.objects.exists()
