"""Roles follow the manifests and keep what was changed here."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from modules.accounts import services
from modules.accounts.api import role_group, users_with_permission, users_with_role
from modules.accounts.errors import LastOwner
from modules.accounts.models import Role, RoleOverride, User
from modules.accounts.roles import sync_roles
from modules.core.actors import SYSTEM, Actor
from modules.core.errors import NotAllowed
from modules.core.manifest import ALL, VIEW, Manifest, manifests
from tests.factories.accounts import OwnerFactory, StaffFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def trial() -> Iterator[Manifest]:
    """A module of the name `core` with roles of its own, put in place of core's manifest."""
    original = manifests["core"]
    manifests.unregister("core")
    changed = replace(
        original, roles={"reader": [VIEW], "keeper": [ALL], "clerk": ["view_sequence", "accounts.view_user"]}
    )
    yield manifests.register("core", changed)
    manifests.unregister("core")
    manifests.register("core", original)


def names(key: str) -> set[str]:
    return {permission.codename for permission in role_group(key).permissions.all()}


def permission(name: str) -> Permission:
    return Permission.objects.get(codename=name)


def change_roles(manifest: Manifest, **roles: Any) -> None:
    manifests.unregister("core")
    manifests.register("core", replace(manifest, roles=roles))


def test_view_gives_every_view_right_and_all_gives_everything(trial: Manifest) -> None:
    sync_roles()
    own = set(Permission.objects.filter(content_type__app_label="core").values_list("codename", flat=True))
    assert names("core.reader") == {name for name in own if name.startswith("view_")}
    assert names("core.keeper") == own
    assert names("core.clerk") == {"view_sequence", "view_user"}


def test_the_owner_has_every_right_there_is() -> None:
    sync_roles()
    assert role_group("accounts.owner").permissions.count() == Permission.objects.count()


def test_local_changes_survive_an_upgrade(trial: Manifest) -> None:
    sync_roles()
    role = Role.objects.get(key="core.clerk")
    services.set_role_permissions(
        role, [permission("view_sequence"), permission("view_auditentry")], actor=SYSTEM, at=AT
    )
    assert {(o.permission.codename, o.is_granted) for o in RoleOverride.objects.filter(role=role)} == {
        ("view_user", False),
        ("view_auditentry", True),
    }
    change_roles(trial, clerk=["view_sequence", "accounts.view_user", "view_outboxmessage"])
    sync_roles()
    assert names("core.clerk") == {"view_sequence", "view_auditentry", "view_outboxmessage"}


def test_a_second_sync_changes_nothing(trial: Manifest, django_assert_num_queries: Any) -> None:
    sync_roles()
    before = {role.key: names(role.key) for role in Role.objects.all()}
    sync_roles()
    assert {role.key: names(role.key) for role in Role.objects.all()} == before


def test_a_role_of_a_module_that_is_off_stays(trial: Manifest) -> None:
    sync_roles()
    change_roles(trial)
    sync_roles()
    assert names("core.clerk") == {"view_sequence", "view_user"}


def test_a_role_change_holds_at_once(client_of: Any, trial: Manifest) -> None:
    sync_roles()
    clerk = StaffFactory.create(roles=["core.clerk"])
    client = client_of(clerk)
    assert client.get("/console/core/outboxmessage/").status_code == 403
    role = Role.objects.get(key="core.clerk")
    services.set_role_permissions(role, [permission("view_outboxmessage")], actor=SYSTEM, at=AT)
    assert client.get("/console/core/outboxmessage/").status_code == 200


def test_who_has_a_role_or_a_right(owner: User) -> None:
    inactive = OwnerFactory.create(is_active=False)
    assert list(users_with_role("accounts.owner")) == [owner]
    assert list(users_with_permission("accounts.change_role")) == [owner]
    assert inactive not in users_with_role("accounts.owner")


def test_a_role_that_nobody_declares_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"films\.emperor"):
        role_group("films.emperor")


def test_the_owners_role_cannot_be_narrowed() -> None:
    with pytest.raises(NotAllowed):
        services.set_role_permissions(Role.objects.get(key="accounts.owner"), [], actor=SYSTEM, at=AT)


def test_the_last_owner_keeps_the_role(owner: User) -> None:
    with pytest.raises(LastOwner):
        services.set_roles(owner, [], actor=SYSTEM, at=AT)
    OwnerFactory.create()
    services.set_roles(owner, [], actor=SYSTEM, at=AT)
    assert not owner.groups.exists()


def test_giving_roles_takes_the_right_to(customer: User, staff: User) -> None:
    with pytest.raises(NotAllowed):
        services.set_roles(customer, Role.objects.all(), actor=Actor.of(staff), at=AT)


def test_roles_made_here_get_keys_of_their_own() -> None:
    assert [services.create_role(title="Night shift", actor=SYSTEM, at=AT).key for _ in range(2)] == [
        "local.night-shift",
        "local.night-shift-2",
    ]
