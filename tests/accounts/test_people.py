"""Who may change whom; closing, opening and emptying accounts; effect with the very next click."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client

from modules.accounts import services
from modules.accounts.errors import AlreadyDone, BeyondOwnRights, LastOwner, NotYourself, PersonRemoved
from modules.accounts.models import Role, User
from modules.core.actors import SYSTEM, Actor
from modules.core.errors import NotAllowed
from modules.core.models import AuditEntry
from tests.factories.accounts import OwnerFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/console/accounts/user/"
MANAGER = ["accounts.view_user", "accounts.change_user", "accounts.change_role", "accounts.delete_user"]


@pytest.fixture
def manager(db: None) -> User:
    """Staff who manage people, with no other right."""
    return StaffFactory.create(permissions=MANAGER)


def sent(user: User, **changes: Any) -> dict[str, Any]:
    data = {"email": user.email, "name": user.name, "language": "", "time_zone": "", "_revision": user.revision}
    if user.is_staff:
        data["is_staff"] = "on"
    return {**data, "roles": list(Role.objects.filter(group__user=user).values_list("pk", flat=True)), **changes}


def facts(user: User) -> dict[str, Any]:
    return User.objects.values().get(pk=user.pk)


def test_f37_a_manager_gives_no_role_that_holds_more_than_they_do(
    client_of: Any, manager: User, customer: User, at: datetime
) -> None:
    owner_role = Role.objects.get(key="accounts.owner")
    for target in (manager, customer):
        answer = client_of(manager).post(f"{LIST}{target.pk}/change/", sent(target, roles=[owner_role.pk]))
        assert answer.status_code == 422
        assert "rights that you do not have" in answer.content.decode()
        assert not target.groups.exists()
    with pytest.raises(BeyondOwnRights):
        services.set_roles(manager, [owner_role], actor=Actor.of(manager), at=at)


def test_f37_a_manager_takes_no_role_from_those_above(manager: User, at: datetime) -> None:
    OwnerFactory.create()
    above = OwnerFactory.create()
    with pytest.raises(BeyondOwnRights):
        services.set_roles(above, [], actor=Actor.of(manager), at=at)


def test_a_manager_gives_a_role_that_they_hold_the_rights_of(manager: User, customer: User, at: datetime) -> None:
    role = services.create_role(title="Door", actor=SYSTEM, at=at)
    services.set_role_permissions(role, [Permission.objects.get(codename="view_user")], actor=SYSTEM, at=at)
    services.set_roles(customer, [role], actor=Actor.of(manager), at=at)
    assert list(customer.groups.all()) == [role.group]


@pytest.mark.parametrize(
    "smuggled",
    [
        {"is_superuser": "on"},
        {"password": "pbkdf2_sha256$x"},
        {"is_active": ""},
        {"email_verified": "on", "verified": "on"},
        {"groups": [1], "user_permissions": [1]},
        {"date_joined_0": "2020-01-01", "last_login_0": "2020-01-01"},
        {"pseudonymised_at": "2020-01-01"},
        {"id": 99, "revision": 99},
    ],
)
def test_f38_what_is_not_in_the_form_changes_nothing(
    client_of: Any, manager: User, customer: User, smuggled: dict[str, Any]
) -> None:
    customer.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    before = facts(customer)
    client_of(manager).post(f"{LIST}{customer.pk}/change/", sent(customer, name="New", **smuggled))
    after = facts(customer)
    assert {name for name in after if after[name] != before[name]} == {"name", "revision"}
    assert not customer.emailaddress_set.get().verified  # type: ignore[attr-defined]


def test_f38_staff_is_given_only_with_the_right_to_change_roles(client_of: Any, customer: User, at: datetime) -> None:
    clerk = StaffFactory.create(permissions=["accounts.view_user", "accounts.change_user"])
    client_of(clerk).post(f"{LIST}{customer.pk}/change/", sent(customer, name="New", is_staff="on"))
    assert facts(customer)["is_staff"] is False
    with pytest.raises(NotAllowed):
        services.edit_user(customer, changes={"is_staff": True}, actor=Actor.of(clerk), at=at)
    with pytest.raises(ValueError, match="is_superuser"):
        services.edit_user(customer, changes={"is_superuser": True}, actor=SYSTEM, at=at)


def test_f37_an_account_with_more_rights_is_out_of_reach(
    client_of: Any, manager: User, staff: User, at: datetime
) -> None:
    """A new address would be a way into it."""
    answer = client_of(manager).post(f"{LIST}{staff.pk}/change/", sent(staff, email="mine@example.test"))
    assert answer.status_code == 403
    actor = Actor.of(manager)
    for verb in (services.deactivate_user, services.pseudonymise_user):
        with pytest.raises(NotAllowed):
            verb(staff, actor=actor, at=at)
    with pytest.raises(BeyondOwnRights):
        services.edit_user(staff, changes={"email": "mine@example.test"}, actor=actor, at=at)


@pytest.mark.parametrize("is_super", [True, False])
def test_an_inactive_account_above_stays_out_of_reach(manager: User, at: datetime, is_super: bool) -> None:
    above = UserFactory.create(is_active=False, is_superuser=is_super)
    if not is_super:
        above.groups.add(Role.objects.get(key="accounts.owner").group)
    with pytest.raises(BeyondOwnRights):
        services.reactivate_user(above, actor=Actor.of(manager), at=at)


def test_f39_a_deactivated_person_is_out_with_the_next_click_and_back_by_undo(
    client_of: Any, owner: User, customer: User
) -> None:
    client, theirs = client_of(owner), client_of(customer)
    assert theirs.get("/account/profile/").status_code == 200
    text = client.post(f"{LIST}{customer.pk}/deactivate/", follow=True).content.decode()
    assert f'action="{LIST}{customer.pk}/reactivate/"' in text
    assert theirs.get("/account/profile/").status_code == 302
    client.post(f"{LIST}{customer.pk}/reactivate/")
    assert theirs.get("/account/profile/").status_code == 302  # the old session does not wake up again
    assert client_of(customer).get("/account/profile/").status_code == 200
    actions = list(AuditEntry.objects.order_by("id").values_list("action", "actor"))
    assert actions == [("deactivated", owner.pk), ("reactivated", owner.pk)]


def test_f39_another_password_ends_all_other_sessions(client_of: Any, customer: User) -> None:
    theirs = client_of(customer)
    customer.set_password("another-password-of-tests")
    customer.save()
    assert theirs.get("/account/profile/").status_code == 302


def test_a_role_taken_away_is_gone_with_the_next_click(client_of: Any, owner: User, staff: User, at: datetime) -> None:
    client = client_of(staff)
    assert client.get("/console/films/order/").status_code == 200
    services.set_roles(staff, [], actor=Actor.of(owner), at=at)
    assert client.get("/console/films/order/").status_code == 403


def test_the_last_owner_is_not_deactivated_and_nobody_oneself(owner: User, at: datetime) -> None:
    with pytest.raises(NotYourself):
        services.deactivate_user(owner, actor=Actor.of(owner), at=at)
    with pytest.raises(LastOwner):
        services.deactivate_user(owner, actor=SYSTEM, at=at)
    with pytest.raises(LastOwner):
        services.pseudonymise_user(owner, actor=SYSTEM, at=at)
    with pytest.raises(LastOwner):
        services.edit_user(owner, changes={"is_staff": False}, actor=SYSTEM, at=at)


def test_deactivating_twice_says_so(customer: User, at: datetime) -> None:
    services.deactivate_user(customer, actor=SYSTEM, at=at)
    with pytest.raises(AlreadyDone):
        services.deactivate_user(customer, actor=SYSTEM, at=at)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_owners_put_each_other_out_at_once_and_one_stays(parallel: Callable[..., list[Any]], at: datetime) -> None:
    from modules.accounts.roles import sync_roles

    sync_roles()
    pair = [OwnerFactory.create(), OwnerFactory.create()]

    def out(number: int) -> Any:
        actor = Actor.of(User.objects.get(pk=pair[number].pk))
        return services.deactivate_user(pair[1 - number], actor=actor, at=at)

    results = parallel(out, 2)
    assert sum(isinstance(result, User) for result in results) == 1
    assert sum(isinstance(result, LastOwner | NotAllowed) for result in results) == 1
    assert User.objects.filter(is_active=True, groups__role__key="accounts.owner").count() == 1


def test_personal_data_go_for_ever_and_the_number_stays(client_of: Any, owner: User, customer: User) -> None:
    client, url = client_of(owner), f"{LIST}{customer.pk}/pseudonymise/"
    page = client.get(url).content.decode()
    assert "What stays" in page
    assert "invoices" in page
    assert client.post(url, {"reason": ""}).status_code == 422
    assert facts(customer)["email"] == "customer@example.test"
    assert client.post(url, {"reason": "Asked for by letter"}).status_code == 302
    gone = User.objects.get(pk=customer.pk)
    assert (gone.name, gone.is_active, gone.has_usable_password()) == ("", False, False)
    assert gone.email.endswith("@removed.invalid")
    assert not gone.emailaddress_set.exists()  # type: ignore[attr-defined]
    assert str(gone) == f"Removed person {gone.pk}"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason) == ("pseudonymised", "Asked for by letter")
    assert "customer@example.test" not in f"{entry.changes}{entry.record_label}"
    assert client.get(f"{LIST}{customer.pk}/change/").status_code == 200
    with pytest.raises(PersonRemoved):
        services.reactivate_user(gone, actor=SYSTEM, at=entry.at)


def test_a_removed_account_is_never_open(customer: User, at: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=customer.pk).update(pseudonymised_at=at)


def test_removing_data_takes_its_own_right(client_of: Any, manager: User, customer: User) -> None:
    assert client_of(manager).get(f"{LIST}{customer.pk}/pseudonymise/").status_code == 403


@pytest.mark.parametrize("step", ["deactivate", "reactivate", "pseudonymise", "reset-mfa", "view-as"])
def test_f37_a_clerk_takes_no_step_with_people(client_of: Any, staff: User, customer: User, step: str) -> None:
    assert client_of(staff).post(f"{LIST}{customer.pk}/{step}/", {"reason": "x"}).status_code == 403
    assert Client().post(f"{LIST}{customer.pk}/{step}/").status_code == 302


@pytest.mark.parametrize(
    ("filters", "found"), [({"role": "accounts.owner"}, 1), ({"is_staff__exact": "1"}, 2), ({}, 3)]
)
def test_people_are_found_by_role_and_kind(
    client_of: Any, owner: User, staff: User, customer: User, filters: dict[str, str], found: int
) -> None:
    assert len(client_of(owner).get(LIST, filters).context["cl"].result_list) == found


def test_a_role_says_what_it_gives(client_of: Any, owner: User, customer: User) -> None:
    text = client_of(owner).get(f"{LIST}{customer.pk}/change/").content.decode()
    assert "Everything, and whatever is added later." in text
