"""The person's own page, the language switch, and what the viewer's choices do to a page."""

from typing import Any

import pytest
from django.test import Client

from modules.accounts.models import User
from modules.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def sent(user: User, **changes: Any) -> dict[str, Any]:
    return {"name": user.name, "language": "", "time_zone": "", "revision": user.revision, **changes}


def test_saving_leaves_a_trail_with_old_and_new(client_of: Any, customer: User) -> None:
    answer = client_of(customer).post("/account/profile/", sent(customer, name="Clara C."))
    assert answer.status_code == 303
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.record_type, entry.action) == (customer, "accounts.user", "changed")
    assert entry.changes == {"name": ["Clara Customer", "Clara C."]}


def test_saving_nothing_new_leaves_none(client_of: Any, customer: User) -> None:
    client_of(customer).post("/account/profile/", sent(customer))
    assert not AuditEntry.objects.exists()


def test_f26_the_second_editor_sees_both_values(client_of: Any, customer: User) -> None:
    client = client_of(customer)
    client.post("/account/profile/", sent(customer, name="First"))
    answer = client.post("/account/profile/", sent(customer, name="Second"))
    assert answer.status_code == 409
    assert "you typed “Second”, saved is “First”" in answer.content.decode()
    customer.refresh_from_db()
    assert (customer.name, customer.revision) == ("First", 2)
    assert answer.context["form"]["revision"].value() == "2"


def test_f38_nothing_but_the_three_fields_can_be_sent(client_of: Any, customer: User) -> None:
    more = {"is_staff": "on", "is_superuser": "on", "email": "x@example.test", "id": 1, "password": "x", "groups": 1}
    client_of(customer).post("/account/profile/", sent(customer, name="Clara", **more))
    changed = User.objects.get(pk=customer.pk)
    assert (changed.name, changed.is_staff, changed.is_superuser, changed.email, changed.password) == (
        "Clara",
        False,
        False,
        customer.email,
        customer.password,
    )
    assert not changed.groups.exists()


def test_an_unknown_zone_comes_back_with_a_message(client_of: Any, customer: User) -> None:
    answer = client_of(customer).post("/account/profile/", sent(customer, time_zone="Mars/Olympus"))
    assert answer.status_code == 422
    assert answer.context["form"].errors["time_zone"]


def test_f36_a_guest_goes_to_the_sign_in(guest: Client) -> None:
    assert guest.get("/account/profile/")["Location"] == "/account/login/?next=/account/profile/"


def test_the_language_switch_keeps_the_choice_with_the_person(client_of: Any, customer: User) -> None:
    client = client_of(customer)
    answer = client.post("/language/", {"language": "es", "next": "/account/profile/"})
    assert answer["Location"] == "/account/profile/"
    assert client.get("/account/profile/")["Content-Language"] == "es"
    customer.refresh_from_db()
    assert customer.language == "es"


def test_the_language_switch_of_a_guest_is_a_cookie(guest: Client) -> None:
    guest.post("/language/", {"language": "es", "next": "/"})
    assert guest.get("/account/login/")["Content-Language"] == "es"


def test_f44_switching_takes_a_post_and_f45_stays_here(guest: Client) -> None:
    assert guest.get("/language/").status_code == 405
    assert guest.post("/language/", {"language": "es", "next": "https://evil.test/"})["Location"] == "/"


def test_one_persons_language_does_not_leak_into_the_next_request(client_of: Any, customer: User) -> None:
    User.objects.update(language="es")
    client_of(customer).get("/account/profile/")
    assert Client().get("/account/login/")["Content-Language"] == "en"
