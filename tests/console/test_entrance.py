"""Who comes into the console, and what its answers carry."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from modules.accounts.models import User
from modules.console.records import RecordAdmin
from modules.console.site import ConsoleSite

pytestmark = pytest.mark.django_db


def test_the_site_is_ours_and_holds_our_pages_only() -> None:
    assert isinstance(admin.site, ConsoleSite) or type(admin.site._wrapped) is ConsoleSite
    assert all(isinstance(page, RecordAdmin) for page in admin.site._registry.values())


@pytest.mark.parametrize("path", ["/console/", "/console/accounts/user/", "/console/accounts/user/1/change/"])
def test_f36_a_guest_goes_to_the_accounts_sign_in(path: str) -> None:
    answer = Client().get(path, follow=True)
    assert answer.redirect_chain[-1][0] == f"/account/login/?next={path}"


@pytest.mark.parametrize(
    "path", ["/console/", "/console/accounts/user/", "/console/login/", "/console/nothing/", "/console/jsi18n/"]
)
def test_f37_a_customer_is_refused(client_of: Any, customer: User, path: str) -> None:
    assert client_of(customer).get(path).status_code == 403


def test_f37_staff_without_rights_sees_no_lists(client_of: Any, staff: User) -> None:
    staff.groups.clear()
    client = client_of(staff)
    assert client.get("/console/").status_code == 200
    for path in ("accounts/user/", "accounts/role/", "core/auditentry/", "core/outboxmessage/"):
        assert client.get(f"/console/{path}").status_code == 403


def test_there_is_no_second_sign_in_or_password_page(client_of: Any, owner: User) -> None:
    client = client_of(owner)
    assert client.get("/console/password_change/")["Location"] == "/account/password/change/"
    assert client.post("/console/logout/").status_code == 302
    assert client.get("/console/").status_code == 302


def test_the_strict_policy_is_enforced_everywhere_else() -> None:
    answer = Client().get("/account/login/")
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "Content-Security-Policy-Report-Only" not in answer


def test_no_second_htmx_on_console_pages(client_of: Any, owner: User) -> None:
    text = client_of(owner).get("/console/").content.decode()
    assert re.findall(r'src="([^"]*htmx[^"]*)"', text) == ["/static/unfold/js/htmx/htmx.js"]


def test_f45_nobody_frames_the_console(client_of: Any, owner: User) -> None:
    assert client_of(owner).get("/console/")["X-Frame-Options"] == "DENY"
