"""Signing up, in by password and by code, out, and getting a new password."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client, override_settings

from modules.accounts import demo
from modules.accounts.models import User
from modules.core import clock
from modules.core.models import OutboxMessage
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "secret-of-tests"
Post = Callable[[], list[EmailMessage]]
CodeIn = Callable[[EmailMessage], str]


def sign_in(guest: Client, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    return guest.post("/account/login/", {"login": email, "password": password}, **extra)


def is_signed_in(guest: Client) -> bool:
    return guest.get("/account/profile/").status_code == 200


def test_sign_up_verifies_the_address_by_a_mailed_code(guest: Client, post: Post, code_in: CodeIn) -> None:
    answer = guest.post("/account/signup/", {"email": "New@Example.test", "password1": "a-long-enough-word"})
    assert answer.status_code == 302
    assert answer["Location"] == "/account/confirm-email/"
    user = User.objects.get()
    assert user.email == "new@example.test"
    assert not is_signed_in(guest)
    (mail,) = post()
    assert mail.to == ["new@example.test"]
    guest.post("/account/confirm-email/", {"code": code_in(mail)})
    assert is_signed_in(guest)
    assert user.emailaddress_set.get().verified  # type: ignore[attr-defined]


def test_sign_up_keeps_the_language_of_the_page(guest: Client, post: Post) -> None:
    guest.post(
        "/account/signup/",
        {"email": "nueva@example.test", "password1": "a-long-enough-word"},
        headers={"Accept-Language": "es"},
    )
    assert User.objects.get().language == "es"


def test_a_wrong_code_verifies_nothing(guest: Client) -> None:
    guest.post("/account/signup/", {"email": "new@example.test", "password1": "a-long-enough-word"})
    guest.post("/account/confirm-email/", {"code": "WRONG1"})
    assert not is_signed_in(guest)


def test_password_opens_and_the_session_id_rotates(guest: Client, customer: User) -> None:
    guest.get("/account/login/")
    guest.session["grants"] = []
    session = guest.session
    session["grants"] = ["films.order:17"]
    session.save()
    before = session.session_key
    answer = sign_in(guest, "CUSTOMER@example.test")
    assert answer.status_code == 302
    assert guest.session.session_key != before
    assert guest.session["grants"] == ["films.order:17"]


def test_sign_in_by_code(guest: Client, customer: User, post: Post, code_in: CodeIn) -> None:
    guest.post("/account/login/code/", {"email": customer.email})
    (mail,) = post()
    guest.post("/account/login/code/confirm/", {"code": code_in(mail)})
    assert is_signed_in(guest)


def test_codes_do_not_stay_in_the_outbox(guest: Client, customer: User, post: Post, code_in: CodeIn) -> None:
    guest.post("/account/login/code/", {"email": customer.email})
    (mail,) = post()
    assert code_in(mail) not in str(OutboxMessage.objects.get().payload)


def test_reset_by_code_gives_a_new_password(guest: Client, customer: User, post: Post, code_in: CodeIn) -> None:
    elsewhere = Client()
    sign_in(elsewhere, customer.email)
    guest.post("/account/password/reset/", {"email": customer.email})
    (mail,) = post()
    guest.post("/account/password/reset/confirm/", {"code": code_in(mail)})
    new = "another-long-word"
    guest.post("/account/password/reset/complete/", {"password1": new, "password2": new})
    assert sign_in(Client(), customer.email).status_code == 200
    assert sign_in(Client(), customer.email, new).status_code == 302
    assert not is_signed_in(elsewhere)


def test_f39_a_disabled_person_is_out_at_the_next_request_and_stays_out(guest: Client, customer: User) -> None:
    sign_in(guest, customer.email)
    assert is_signed_in(guest)
    User.objects.update(is_active=False)
    assert not is_signed_in(guest)
    User.objects.update(is_active=True)
    assert not is_signed_in(guest)


def test_f39_an_old_cookie_is_dead_after_sign_out(guest: Client, customer: User) -> None:
    sign_in(guest, customer.email)
    thief = Client()
    thief.cookies = guest.cookies.copy()
    guest.post("/account/logout/")
    assert not is_signed_in(thief)


def test_signing_out_takes_a_post(guest: Client, customer: User) -> None:
    sign_in(guest, customer.email)
    guest.get("/account/logout/")
    assert is_signed_in(guest)


@override_settings(DEMO=False)
def test_the_demo_people_are_refused_outside_the_demo(guest: Client) -> None:
    demo.load(print, clock.now())
    assert sign_in(guest, "owner@demo.test", "demo").status_code == 200
    assert not is_signed_in(guest)


@override_settings(DEMO=False)
def test_the_demo_people_do_not_come_in_by_code_either(guest: Client, post: Post, code_in: CodeIn) -> None:
    demo.load(print, clock.now())
    guest.post("/account/login/code/", {"email": "owner@demo.test"})
    _invitation, mail = post()
    guest.post("/account/login/code/confirm/", {"code": code_in(mail)})
    assert not is_signed_in(guest)


@override_settings(DEMO=True)
def test_the_demo_people_come_in_while_the_demo_is_on(guest: Client) -> None:
    demo.load(print, clock.now())
    demo.load(print, clock.now())
    assert User.objects.count() == len(demo.PEOPLE)
    assert sign_in(guest, "owner@demo.test", "demo").status_code == 302
    assert guest.get("/console/").status_code == 200
    with override_settings(DEMO=False):
        assert not is_signed_in(guest)


@pytest.mark.parametrize(
    "next_url", ["//evil.test/", "/\\evil.test", "https:evil.test", "https://evil.test/", "javascript:alert(1)"]
)
def test_f45_sign_in_leads_nowhere_else(guest: Client, customer: User, next_url: str) -> None:
    answer = sign_in(guest, customer.email, query_params={"next": next_url})
    assert answer["Location"] == "/"


def test_f44_sign_in_needs_the_token_of_its_own_page(customer: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, customer.email).status_code == 403


def test_a_second_account_for_an_address_is_refused_by_the_database() -> None:
    UserFactory.create(email="same@example.test")
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        UserFactory.create(email="same@example.test")


def test_an_address_in_capitals_is_refused_by_the_database() -> None:
    with pytest.raises(Exception, match="accounts_user_email_folded"):
        UserFactory.create(email="Same@example.test")
