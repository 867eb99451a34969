"""Nobody learns whether an address is known (F41), and nobody tries for ever (F40)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from modules.accounts.models import User

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "customer@example.test", "nobody-yet@example.test"


def page(path: str, data: dict[str, str]) -> tuple[Any, ...]:
    """What a browser sees after a form was sent: statuses, addresses, and the text without the address and tokens."""
    guest = Client()
    answer = guest.post(path, data, follow=True)
    text = answer.content.decode()
    for value in data.values():
        text = text.replace(value, "…")
    text = re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken&quot;:|X-CSRFToken":) ?(=|)"?[A-Za-z0-9]+', "", text)
    text = re.sub(r"nonce=\"[^\"]+\"", "", text)
    return answer.status_code, answer.redirect_chain, text


@pytest.mark.parametrize(
    ("path", "field", "more"),
    [
        ("/account/login/", "login", {"password": "wrong-wrong-wrong"}),
        ("/account/login/code/", "email", {}),
        ("/account/password/reset/", "email", {}),
        ("/account/signup/", "email", {"password1": "a-long-enough-word"}),
    ],
)
def test_f41_known_and_unknown_addresses_get_the_same_page(
    customer: User, path: str, field: str, more: dict[str, str]
) -> None:
    assert page(path, {field: KNOWN, **more}) == page(path, {field: UNKNOWN, **more})


@pytest.mark.parametrize("path", ["/account/login/code/", "/account/password/reset/"])
def test_f41_a_mail_is_posted_either_way(customer: User, path: str, post: Callable[[], list[EmailMessage]]) -> None:
    Client().post(path, {"email": KNOWN})
    Client().post(path, {"email": UNKNOWN})
    assert [mail.to for mail in post()] == [[KNOWN], [UNKNOWN]]


def test_f42_mail_about_an_account_leads_to_our_own_address(
    customer: User, post: Callable[[], list[EmailMessage]], settings: Any
) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://shop.example", ["*"]
    data = {"email": KNOWN, "password1": "a-long-enough-word"}
    Client().post("/account/signup/", data, headers={"Host": "evil.test"})
    (mail,) = post()
    assert "evil.test" not in mail.body
    assert "https://shop.example/account/password/reset/" in mail.body


def attempt(guest: Client, email: str, password: str = "wrong-wrong-wrong", **headers: str) -> Any:
    return guest.post("/account/login/", {"login": email, "password": password}, headers=headers)


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_f40_the_sixth_wrong_password_answers_429_with_retry_after(customer: User, email: str) -> None:
    guest = Client()
    assert [attempt(guest, email).status_code for _ in range(5)] == [200] * 5
    answer = attempt(guest, email, "secret-of-tests")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "300"


def test_f40_the_right_password_of_others_still_works(customer: User, stranger: User) -> None:
    for _ in range(6):
        attempt(Client(), KNOWN)
    assert attempt(Client(), stranger.email, "secret-of-tests").status_code == 302


def test_f40_a_made_up_forwarded_address_gives_no_new_attempts(customer: User) -> None:
    codes = [
        attempt(Client(), f"a{number}@example.test", **{"X-Forwarded-For": f"10.0.0.{number}"}).status_code
        for number in range(11)
    ]
    assert codes == [200] * 10 + [429]


def test_f40_asking_for_codes_is_limited(customer: User) -> None:
    codes = [Client().post("/account/login/code/", {"email": KNOWN}).status_code for _ in range(4)]
    assert codes == [302, 302, 302, 429]
