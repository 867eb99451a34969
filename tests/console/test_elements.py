"""The page of elements shows all there are, in the reader's language, to staff."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from modules.accounts.models import User
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db
ELEMENTS = Path(settings.BASE_DIR) / "templates" / "elements"
SHOWN_ELSEWHERE = {"diagram"}
"""Elements that need a module's data: the workflow's pages show them."""


def test_every_element_stands_on_it_once_a_scheme(client_of: Any, owner: User) -> None:
    page = client_of(owner).get("/console/elements/").content.decode()
    shown = re.findall(r'data-element="(\w+)"', page)
    there = {path.stem for path in ELEMENTS.glob("*.html")} - SHOWN_ELSEWHERE
    assert there - set(shown) == set()
    assert {name: shown.count(name) for name in set(shown)} == dict.fromkeys(there, 2)


def test_no_id_stands_twice(client_of: Any, owner: User) -> None:
    ids = re.findall(r'\sid="([^"]+)"', client_of(owner).get("/console/elements/").content.decode())
    assert sorted(ids) == sorted(set(ids))


def test_it_is_for_staff_whatever_their_rights(client_of: Any, customer: User) -> None:
    assert client_of(StaffFactory.create()).get("/console/elements/").status_code == 200
    assert client_of(customer).get("/console/elements/").status_code == 403
