"""Looking at pages as somebody else: for reading, for half an hour, and the trail knows."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from modules.accounts import services
from modules.accounts.models import Role, User
from modules.accounts.view_as import LIFETIME
from modules.core import clock
from modules.core.actors import Actor
from modules.core.models import AuditEntry
from tests.factories.accounts import OwnerFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
STOP = "/account/view-as/stop/"


def start(client: Client, person: User) -> Any:
    return client.post(f"/console/accounts/user/{person.pk}/view-as/", {"reason": "They called"})


@pytest.fixture
def looking(client_of: Any, owner: User, customer: User) -> Client:
    """The owner, looking at the customer's pages."""
    client: Client = client_of(owner)
    answer = start(client, customer)
    assert answer["Location"] == "/"
    return client


def trail() -> list[tuple[str, str, int]]:
    rows = AuditEntry.objects.filter(action__startswith="view_as").order_by("id")
    return list(rows.values_list("action", "reason", "actor"))


def test_the_pages_are_theirs_under_a_banner(looking: Client, owner: User, customer: User) -> None:
    text = looking.get("/account/profile/").content.decode()
    assert customer.email in text
    assert "You are looking as <strong>Clara Customer</strong>" in text
    assert f'action="{STOP}"' in text
    assert looking.get("/console/").status_code == 403
    assert trail() == [("view_as_started", "They called", owner.pk)]


@pytest.mark.parametrize(
    "url",
    [
        "/account/profile/",
        "/language/",
        "/account/logout/",
        "/account/password/change/",
        "/account/email/",
        "/account/2fa/totp/activate/",
        "/notifications/",
        "/console/accounts/user/1/deactivate/",
        "/no-such-page/",
    ],
)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_whatever_changes_is_refused_in_words(looking: Client, customer: User, url: str, method: str) -> None:
    before = User.objects.values().get(pk=customer.pk)
    answer = getattr(looking, method)(url, {"name": "Changed", "revision": 1})
    assert answer.status_code == 403
    assert "Nothing can be changed" in answer.content.decode()
    assert User.objects.values().get(pk=customer.pk) == before


def test_a_page_that_writes_while_it_is_read_leaves_nothing(
    looking: Client, customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modules.accounts.views import own

    def writes(request: Any, token: str, now: datetime) -> str:
        request.session["left"] = "behind"
        User.objects.filter(pk=customer.pk).update(name="Written")
        return "/"

    monkeypatch.setattr(own, "open_guest_link", writes)
    assert looking.get("/open/anything/").status_code == 302
    customer.refresh_from_db()
    assert customer.name == "Clara Customer"
    assert "left" not in looking.session


def test_stopping_leads_back_and_is_written_down(looking: Client, owner: User, customer: User) -> None:
    answer = looking.post(STOP)
    assert answer["Location"] == f"/console/accounts/user/{customer.pk}/change/"
    assert looking.get("/console/").status_code == 200
    assert "looking as" not in looking.get("/account/profile/").content.decode()
    assert [row[0] for row in trail()] == ["view_as_started", "view_as_ended"]
    assert trail()[-1] == ("view_as_ended", "stopped", owner.pk)


def test_it_ends_after_half_an_hour_and_the_press_is_not_carried_out(looking: Client, owner: User) -> None:
    with clock.frozen(clock.now() + LIFETIME + timedelta(seconds=1)):
        answer = looking.post("/account/profile/", {"name": "Mistaken", "revision": 1})
    assert answer.status_code == 303
    owner.refresh_from_db()
    assert owner.name == "Olga Owner"
    assert trail()[-1][1] == "time is up"
    assert looking.get("/console/").status_code == 200


def test_it_ends_when_the_right_to_is_taken(client_of: Any, owner: User, customer: User, at: datetime) -> None:
    helper = StaffFactory.create(permissions=["accounts.view_user", "accounts.view_as"])
    client = client_of(helper)
    start(client, customer)
    helper.user_permissions.clear()
    assert client.get("/account/profile/").status_code == 303
    assert trail()[-1][1] == "no longer allowed"
    assert helper.email in client.get("/account/profile/").content.decode()


def test_it_touches_no_sign_in_of_theirs(looking: Client, customer: User) -> None:
    looking.get("/account/profile/")
    customer.refresh_from_db()
    assert customer.last_login is None


@pytest.mark.parametrize("kind", ["superuser", "inactive", "self", "owner"])
def test_f37_whose_pages_nobody_opens(client_of: Any, kind: str) -> None:
    helper = StaffFactory.create(permissions=["accounts.view_user", "accounts.view_as"])
    person = {
        "superuser": lambda: UserFactory.create(is_superuser=True),
        "inactive": lambda: UserFactory.create(is_active=False),
        "self": lambda: helper,
        "owner": OwnerFactory.create,
    }[kind]()
    client = client_of(helper)
    assert start(client, person).status_code == 409
    assert "view_as" not in client.session
    assert trail() == []


def test_an_owner_opens_no_superuser_either(client_of: Any, owner: User) -> None:
    assert start(client_of(owner), UserFactory.create(is_superuser=True)).status_code == 409


def test_a_reason_is_needed(client_of: Any, owner: User, customer: User) -> None:
    url = f"/console/accounts/user/{customer.pk}/view-as/"
    assert client_of(owner).post(url, {"reason": " "}).status_code == 422
    assert trail() == []


def test_a_clerk_is_seen_in_the_console(client_of: Any, owner: User, staff: User) -> None:
    client = client_of(owner)
    assert start(client, staff)["Location"] == "/console/"
    text = client.get("/console/films/order/").content.decode()
    assert "Stefan Staff" in text
    assert "banner.css" in text
    assert client.get("/console/accounts/user/").status_code == 403


def test_a_change_of_roles_holds_while_looking(client_of: Any, owner: User, staff: User, at: datetime) -> None:
    client = client_of(owner)
    start(client, staff)
    services.set_roles(staff, Role.objects.none(), actor=Actor.of(owner), at=at)
    assert client.get("/console/films/order/").status_code == 403


def test_stopping_twice_is_harmless(looking: Client) -> None:
    looking.post(STOP)
    assert looking.post(STOP).status_code == 303
    assert len(trail()) == 2
