"""People with addresses, and the pages over them."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress

from modules.accounts.models import User
from tests.factories.accounts import UserFactory


@pytest.fixture
def _pages(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.portal.pages"


@pytest.fixture
def customer(db: None, _pages: None) -> User:
    return UserFactory(email="ana@example.test", name="Ana Ruiz")


@pytest.fixture
def stranger(db: None, _pages: None) -> User:
    return UserFactory(email="eve@example.test")


@pytest.fixture
def more_addresses(customer: User) -> list[EmailAddress]:
    names = ["b.work", "c.home", "d.old", "e.shop"]
    rows = [EmailAddress(user=customer, email=f"{name}@example.test", verified=False) for name in names]
    return EmailAddress.objects.bulk_create(rows)
