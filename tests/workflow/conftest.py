"""Parcels, and the people around them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from modules.accounts.models import Role, User
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import fire, start
from tests.factories.accounts import StaffFactory, UserFactory
from tests.workflow.app.models import Parcel, Slip
from tests.workflow.clocks import slip_by  # noqa: F401 - a fixture
from tests.workflow.offices import slip_for, voters  # noqa: F401 - fixtures
from tests.workflow.round_trips import every_workflow_is_a_document  # noqa: F401 - a fixture


@pytest.fixture
def customer(db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def clerk(db: None) -> User:
    """Holds every right over parcels, and both roles."""
    user = UserFactory.create(is_staff=True)
    kind = ContentType.objects.get_for_model(Parcel)
    for codename in ("pack_parcel", "send_parcel", "cancel_parcel"):
        right, _ = Permission.objects.get_or_create(codename=codename, content_type=kind, defaults={"name": codename})
        user.user_permissions.add(right)
    for key in ("parcels.clerk", "parcels.inspector"):
        user.groups.add(role_group(key))
    return user


def role_group(key: str) -> Group:
    group, _ = Group.objects.get_or_create(name=key)
    Role.objects.get_or_create(group=group, defaults={"key": key, "title": key})
    return group


@pytest.fixture
def make_parcel(customer: User, at: datetime) -> Callable[..., Parcel]:
    """A started parcel; keywords are its fields."""

    def make(**fields: Any) -> Parcel:
        parcel = Parcel.objects.create(**{"customer": customer, "weight": 500, **fields})
        start(parcel, actor=SYSTEM, at=at)
        return parcel

    return make


@pytest.fixture
def make_slip(customer: User, at: datetime) -> Callable[..., Slip]:
    """A started slip; keywords are its fields."""

    def make(**fields: Any) -> Slip:
        slip = Slip.objects.create(**{"customer": customer, "amount": 500, **fields})
        start(slip, actor=SYSTEM, at=at)
        return slip

    return make


@pytest.fixture
def inspector(db: None) -> User:
    """Has the one role of those who look a second time."""
    user = UserFactory.create(is_staff=True)
    user.groups.add(role_group("parcels.inspector"))
    return user


@pytest.fixture
def parcel(make_parcel: Callable[..., Parcel]) -> Parcel:
    return make_parcel()


def as_actor(user: User) -> Actor:
    return Actor.of(User.objects.get(pk=user.pk))


def in_state(make: Callable[..., Parcel], state: str, **fields: Any) -> Parcel:
    """A parcel brought to a state by its own transitions."""
    parcel = make(**fields)
    at = parcel.state_since
    assert at is not None
    for name, then in (("hand_over", "packed"), ("", "inspected"), ("send_off", "sent"), ("", "lost")):
        if parcel.state == state:
            break
        if name:
            fire(parcel, name, actor=SYSTEM, at=at)
        assert then
    return parcel


@pytest.fixture
def ana(db: None) -> User:
    """Another clerk of the shop."""
    return StaffFactory.create(name="Ana", roles=["films.clerk"])
