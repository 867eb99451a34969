"""The page of roles and rights: words, cells, undo, deviations, the form without JavaScript."""

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils.translation import override

from modules.accounts import services
from modules.accounts.models import Role, RoleOverride, User
from modules.accounts.rights import right_words
from modules.core.actors import SYSTEM
from modules.core.models import AuditEntry
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db
PAGE, CELL = "/console/accounts/role/matrix/", "/console/accounts/role/matrix/cell/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def clerk() -> Role:
    return Role.objects.get(key="films.clerk")


def right(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def holds(role: Role, permission: Permission) -> bool:
    return role.group.permissions.filter(pk=permission.pk).exists()


def test_rows_are_rights_in_words_and_columns_are_roles(client_of: Any, owner: User, clerk: Role) -> None:
    text = client_of(owner).get(PAGE).content.decode()
    for words in ("<b>Genres</b>see", clerk.title, "films.clerk", "archive", "deactivate"):
        assert words in text
    assert "Can view" not in text


def test_words_of_what_is_never_deleted() -> None:
    assert right_words(right("films.delete_film")) == "archive"
    assert right_words(right("accounts.delete_user")) == "deactivate"
    assert right_words(right("films.delete_genre")) == "delete"


def test_a_step_of_a_workflow_is_named_once_and_in_the_readers_language() -> None:
    assert right_words(right("films.cancel_line")) == "Cancel a line"
    with override("es"):
        assert right_words(right("films.cancel_line")) == "Cancelar una línea"
        assert right_words(right("accounts.view_as")) == "ver las páginas como otra persona"


def test_roles_of_modules_are_titled_in_the_readers_language(clerk: Role) -> None:
    own = Role(key="local.film", title="Film")
    with override("es"):
        assert (clerk.words, own.words) == ("Dependiente de la tienda", "Film")


def test_a_tick_is_saved_with_undo_and_trail(client_of: Any, owner: User, clerk: Role) -> None:
    extra = right("core.view_sequence")
    client = client_of(owner)
    answer = client.post(CELL, {"toggle": f"{clerk.pk}:{extra.pk}:1"}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "added here" in text
    assert f"{clerk.pk}:{extra.pk}:0" in text
    assert "Undo" in text
    assert holds(clerk, extra)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.changes) == (
        "rights_changed",
        owner,
        {"System · Counters: see": [False, True]},
    )
    client.post(CELL, {"toggle": f"{clerk.pk}:{extra.pk}:0"}, headers=HTMX)
    assert not holds(clerk, extra)
    assert not RoleOverride.objects.exists()


def test_ticking_twice_is_one_change(client_of: Any, owner: User, clerk: Role) -> None:
    extra = right("core.view_sequence")
    for _ in range(2):
        client_of(owner).post(CELL, {"toggle": f"{clerk.pk}:{extra.pk}:1"}, headers=HTMX)
    assert AuditEntry.objects.count() == 1


def test_back_to_default(client_of: Any, owner: User, clerk: Role, at: datetime) -> None:
    given = right("films.view_order")
    services.change_rights(clerk, {given.pk: False}, actor=SYSTEM, at=at)
    assert "taken away here" in client_of(owner).get(PAGE, {"changed": "1"}).content.decode()
    client_of(owner).post(CELL, {"toggle": f"{clerk.pk}:{given.pk}:default"}, headers=HTMX)
    assert holds(clerk, given)
    assert not RoleOverride.objects.exists()


def test_without_javascript_only_what_was_changed_is_saved(
    client_of: Any, owner: User, clerk: Role, at: datetime
) -> None:
    """Somebody else's tick in between is not undone by a stale form."""
    mine, theirs, gone = right("core.view_sequence"), right("core.view_auditentry"), right("films.view_order")
    page = client_of(owner).get(PAGE, {"role": clerk.key})
    was = page.context["was"]
    services.change_rights(clerk, {theirs.pk: True}, actor=SYSTEM, at=at)
    ticked = set(was.split(",")) - {f"{clerk.pk}:{gone.pk}"} | {f"{clerk.pk}:{mine.pk}"}
    answer = client_of(owner).post(f"{PAGE}?role={clerk.key}", {"was": was, "cell": sorted(ticked)})
    assert answer.status_code == 303
    assert (holds(clerk, mine), holds(clerk, theirs), holds(clerk, gone)) == (True, True, False)


def test_f37_nobody_gives_a_right_they_lack(client_of: Any, clerk: Role) -> None:
    rights = ["accounts.view_role", "accounts.change_role"]
    client = client_of(StaffFactory.create(permissions=rights))
    wanted = (
        right("billing.view_payment")
        if not holds(clerk, right("billing.view_payment"))
        else right("core.view_sequence")
    )
    answer = client.post(CELL, {"toggle": f"{clerk.pk}:{wanted.pk}:1"}, headers=HTMX)
    assert answer.status_code == 409
    assert "rights that you do not have" in answer.content.decode()
    assert not holds(clerk, wanted)
    form = client.post(PAGE, {"was": "", "cell": [f"{clerk.pk}:{wanted.pk}"]})
    assert form.status_code == 403
    assert not holds(clerk, wanted)


def test_the_owners_column_is_closed(client_of: Any, owner: User) -> None:
    role = Role.objects.get(key="accounts.owner")
    view = right("core.view_sequence")
    assert client_of(owner).post(CELL, {"toggle": f"{role.pk}:{view.pk}:0"}, headers=HTMX).status_code == 409
    assert holds(role, view)


@pytest.mark.parametrize("toggle", ["", "x:y:1", "1:2", "999999:1:1", "1:999999:1", "1:1:2", f"{'9' * 80}:1:1"])
def test_nonsense_is_not_found(client_of: Any, owner: User, toggle: str) -> None:
    assert client_of(owner).post(CELL, {"toggle": toggle}, headers=HTMX).status_code == 404


def test_rights_of_packages_are_not_given(client_of: Any, owner: User, clerk: Role) -> None:
    foreign = Permission.objects.get(codename="delete_session")
    assert client_of(owner).post(CELL, {"toggle": f"{clerk.pk}:{foreign.pk}:1"}, headers=HTMX).status_code == 404


def test_who_may_only_look_gets_no_open_box(client_of: Any) -> None:
    client = client_of(StaffFactory.create(permissions=["accounts.view_role"]))
    assert "hx-post" not in client.get(PAGE).content.decode().split('class="rights-scroll"')[1].split("</table>")[0]
    assert client.post(CELL, {"toggle": "1:1:1"}).status_code == 403
    assert client_of(StaffFactory.create()).get(PAGE).status_code == 403


@pytest.mark.parametrize(
    ("query", "shown", "hidden"), [({"q": "genr"}, "Genres", "Payments"), ({"module": "core"}, "Counters", "Genres")]
)
def test_filters_leave_what_was_asked_for(client_of: Any, owner: User, query: Any, shown: str, hidden: str) -> None:
    text = client_of(owner).get(PAGE, query).content.decode().split('class="rights-scroll"')[1].split("</table>")[0]
    assert shown in text
    assert hidden not in text


def test_a_search_without_a_hit_says_what_to_do(client_of: Any, owner: User) -> None:
    assert "No right matches" in client_of(owner).get(PAGE, {"q": "xyzzy"}).content.decode()


def test_more_roles_take_no_more_queries(
    client_of: Any, owner: User, at: datetime, django_assert_max_num_queries: Any
) -> None:
    client = client_of(owner)
    client.get(PAGE)
    for number in range(3):
        services.create_role(title=f"Role {number}", actor=SYSTEM, at=at)
    with django_assert_max_num_queries(14):
        client.get(PAGE)
