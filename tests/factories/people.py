"""The five people of the access tests; `tests/conftest.py` imports them."""

import pytest

from modules.accounts.models import Role, User
from tests.factories.accounts import OwnerFactory, StaffFactory, UserFactory

CLERK = "films.clerk"


def _clerk_roles() -> list[str]:
    return [CLERK] if Role.objects.filter(key=CLERK).exists() else []


@pytest.fixture
def owner(db: None) -> User:
    """The owner of the shop: every permission, by role."""
    return OwnerFactory.create(email="owner@example.test", name="Olga Owner")


@pytest.fixture
def staff(db: None) -> User:
    """A clerk of the film shop."""
    return StaffFactory.create(email="staff@example.test", name="Stefan Staff", roles=_clerk_roles())


@pytest.fixture
def teammate(db: None) -> User:
    """A second clerk with the same rights."""
    return StaffFactory.create(email="teammate@example.test", name="Tina Teammate", roles=_clerk_roles())


@pytest.fixture
def customer(db: None) -> User:
    """A customer, owner of whatever a test orders."""
    return UserFactory.create(email="customer@example.test", name="Clara Customer")


@pytest.fixture
def stranger(db: None) -> User:
    """Another customer, who may see nothing of the first one's."""
    return UserFactory.create(email="stranger@example.test", name="Sam Stranger")
