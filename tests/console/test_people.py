"""The console's record pages, on people and roles: rights, trail, revision, closed fields."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from modules.accounts.models import Role, User
from modules.accounts.roles import sync_roles
from modules.core.models import AuditEntry
from tests.factories.accounts import OwnerFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/console/accounts/user/"


def change(user: User) -> str:
    return f"{LIST}{user.pk}/change/"


def sent(user: User, **changes: Any) -> dict[str, Any]:
    """The change form of a person as a browser sends it."""
    data = {"email": user.email, "name": user.name, "language": "", "time_zone": "", "_revision": user.revision}
    data |= {name: "on" for name in ("is_staff", "is_active") if getattr(user, name)}
    roles = list(Role.objects.filter(group__user=user).values_list("pk", flat=True))
    return {**data, "roles": roles, **changes}


def test_a_change_leaves_a_trail_with_old_and_new_values(client_of: Any, owner: User, customer: User) -> None:
    answer = client_of(owner).post(change(customer), sent(customer, name="Clara C."))
    assert answer.status_code == 302, answer.context["errors"]
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.record_type, entry.record_id) == (
        owner,
        "changed",
        "accounts.user",
        customer.pk,
    )
    assert entry.changes == {"name": ["Clara Customer", "Clara C."]}
    customer.refresh_from_db()
    assert (customer.name, customer.revision) == ("Clara C.", 2)


def test_saving_without_a_change_is_silent(client_of: Any, owner: User, customer: User) -> None:
    client_of(owner).post(change(customer), sent(customer))
    assert not AuditEntry.objects.exists()
    customer.refresh_from_db()
    assert customer.revision == 1


def test_f26_the_second_editor_gets_both_values_and_loses_nothing(client_of: Any, owner: User, customer: User) -> None:
    other = OwnerFactory.create()
    form = sent(customer)
    client_of(owner).post(change(customer), {**form, "name": "First"})
    second = client_of(other)
    answer = second.post(change(customer), {**form, "name": "Second"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Somebody else saved this while you had it open" in text
    assert '<td data-label="Yours">Second</td><td data-label="Saved now">First</td>' in text
    customer.refresh_from_db()
    assert customer.name == "First"
    assert 'name="_revision" value="2"' in text
    assert second.post(change(customer), {**form, "name": "Second", "_revision": 2}).status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.revision) == ("Second", 3)


def test_f26_a_form_without_the_revision_saves_nothing(client_of: Any, owner: User, customer: User) -> None:
    form = sent(customer, name="Blind")
    del form["_revision"]
    assert client_of(owner).post(change(customer), form).status_code == 409
    customer.refresh_from_db()
    assert customer.name == "Clara Customer"


def test_f38_columns_that_are_not_in_the_form_stay(client_of: Any, owner: User, customer: User) -> None:
    more = {
        "is_superuser": "on",
        "password": "x",
        "revision": 99,
        "id": 77,
        "groups": [1],
        "user_permissions": [1],
        "date_joined_0": "2020-01-01",
        "last_login": "2020-01-01",
    }
    before = User.objects.values().get(pk=customer.pk)
    client_of(owner).post(change(customer), sent(customer, name="New", **more))
    after = User.objects.values().get(pk=customer.pk)
    assert {key for key in after if after[key] != before[key]} == {"name", "revision"}
    assert not customer.groups.exists()
    assert not customer.user_permissions.exists()


def test_roles_are_given_and_the_trail_names_them(client_of: Any, owner: User, staff: User) -> None:
    staff.groups.clear()
    role = Role.objects.get(key="accounts.owner")
    client_of(owner).post(change(staff), sent(staff, roles=[role.pk]))
    assert list(staff.groups.all()) == [role.group]
    assert AuditEntry.objects.get().changes == {"roles": [[], ["Owner"]]}


def test_the_last_owner_stays(client_of: Any, owner: User) -> None:
    for changes in ({"roles": []}, {"is_staff": ""}):
        answer = client_of(owner).post(change(owner), sent(owner, **changes))
        assert answer.status_code == 422
        assert "This is the last owner" in answer.content.decode()
    owner.refresh_from_db()
    assert owner.is_active
    assert owner.is_staff


def rights(user: User, *names: str) -> User:
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def test_f37_whoever_may_change_people_may_not_change_owners_or_give_roles(
    client_of: Any, owner: User, customer: User
) -> None:
    helper = rights(StaffFactory.create(), "view_user", "change_user")
    client = client_of(helper)
    assert client.post(change(owner), sent(owner, email="mine@example.test")).status_code == 403
    role = Role.objects.get(key="accounts.owner")
    client.post(change(customer), sent(customer, name="Seen", roles=[role.pk]))
    customer.refresh_from_db()
    assert customer.name == "Seen"
    assert not customer.groups.exists()


def test_view_rights_show_a_page_without_a_form(client_of: Any, customer: User) -> None:
    client = client_of(rights(StaffFactory.create(), "view_user"))
    assert client.get(change(customer)).status_code == 200
    assert client.post(change(customer), sent(customer, name="X")).status_code == 403


def test_people_are_invited_and_not_made(client_of: Any, owner: User) -> None:
    answer = client_of(owner).get(f"{LIST}add/")
    assert answer["Location"] == "/console/accounts/invitation/add/"
    client_of(owner).post(f"{LIST}add/", {"email": "new@example.test", "password": "set-for-them"})
    assert not User.objects.filter(email="new@example.test").exists()


def test_a_second_account_for_an_address_gets_a_message(client_of: Any, owner: User, customer: User) -> None:
    other = UserFactory.create()
    answer = client_of(owner).post(change(other), sent(other, email="Customer@example.test"))
    assert answer.status_code == 422
    assert "already" in answer.content.decode()


def test_a_new_address_must_be_verified_again(client_of: Any, owner: User, customer: User) -> None:
    client_of(owner).post(change(customer), sent(customer, email="moved@example.test"))
    address = customer.emailaddress_set.get()  # type: ignore[attr-defined]
    assert (address.email, address.verified, address.primary) == ("moved@example.test", False, True)


def test_people_are_never_deleted(client_of: Any, owner: User, customer: User) -> None:
    client = client_of(owner)
    assert client.post(f"{LIST}{customer.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [customer.pk], "post": "yes"})
    assert User.objects.filter(pk=customer.pk).exists()


def test_the_password_hash_is_nowhere_on_the_page(client_of: Any, owner: User, customer: User) -> None:
    assert customer.password not in client_of(owner).get(change(customer)).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_the_same_queries_for_one_and_three_rows(
    client_of: Any, owner: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        UserFactory.create(roles=["accounts.owner"])
    client = client_of(owner)
    client.get(LIST)
    with django_assert_num_queries(12):
        assert client.get(LIST).status_code == 200


@pytest.mark.parametrize(("term", "found"), [("cust", 1), ("CUSTOMER@", 1), ("clara", 1), ("ustomer", 0), ("%", 0)])
def test_search_is_by_prefix_of_address_or_name(
    client_of: Any, owner: User, customer: User, term: str, found: int
) -> None:
    answer = client_of(owner).get(LIST, {"q": term})
    assert len(answer.context["cl"].result_list) == found


def test_a_role_of_the_firm_is_made_given_rights_and_removed_with_its_group(client_of: Any, owner: User) -> None:
    client = client_of(owner)
    right = Permission.objects.get(codename="view_sequence")
    client.post("/console/accounts/role/add/", {"title": "Night shift", "permissions": [right.pk]})
    role = Role.objects.get(key="local.night-shift")
    assert list(role.group.permissions.all()) == [right]
    sync_roles()
    assert list(role.group.permissions.all()) == [right]
    made, given = AuditEntry.objects.order_by("id")
    assert made.changes["title"] == [None, "Night shift"]
    assert given.changes == {"System · Counters: see": [False, True]}
    client.post(f"/console/accounts/role/{role.pk}/delete/", {"post": "yes"})
    assert not Group.objects.filter(name=role.key).exists()
    assert AuditEntry.objects.filter(action="deleted", record_type="accounts.role").exists()


def test_the_owners_role_is_shown_and_cannot_be_changed(client_of: Any, owner: User) -> None:
    role = Role.objects.get(key="accounts.owner")
    url = f"/console/accounts/role/{role.pk}/change/"
    assert client_of(owner).get(url).status_code == 200
    assert client_of(owner).post(url, {"title": "X", "_revision": 1}).status_code == 403
    assert client_of(owner).post(f"/console/accounts/role/{role.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_trail_stands_on_the_record_page_and_in_its_history(client_of: Any, owner: User, customer: User) -> None:
    client = client_of(owner)
    client.post(change(customer), sent(customer, name="<b>Clara</b>"))
    for url in (change(customer), f"{LIST}{customer.pk}/history/"):
        text = client.get(url).content.decode()
        assert "<ins>&lt;b&gt;Clara&lt;/b&gt;</ins>" in text
        assert "Olga Owner" in text
