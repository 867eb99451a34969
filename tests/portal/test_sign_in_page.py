"""The sign-in page: the address first, typed once, then whichever way there is."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from modules.accounts.models import User

pytestmark = pytest.mark.django_db


def test_address_typed_on_the_sign_in_page_is_enough_for_a_code(client: Client, customer: User) -> None:
    answer = client.post(reverse("account_request_login_code"), {"login": customer.email, "password": ""})
    assert answer["Location"] == reverse("account_confirm_login_code")


def test_wrong_password_keeps_the_address_and_says_so_in_a_summary(client: Client, customer: User) -> None:
    page = client.post(reverse("account_login"), {"login": customer.email, "password": "wrong"}).text
    assert f'value="{customer.email}"' in page
    assert "data-error-summary" in page
    assert not mail.outbox


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_request_login_code", "account_reset_password"]
)
def test_pages_of_allauth_stand_in_our_layout_without_inline_style_or_script(client: Client, name: str) -> None:
    page = client.get(reverse(name)).text
    assert 'class="site-header"' in page
    assert "style=" not in page
    assert "<script>" not in page
