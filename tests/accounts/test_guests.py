"""Signed links open one record, for thirty days, in one browser."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory

from modules.accounts.api import actor_of, guest_link
from modules.accounts.models import User
from modules.core import clock

pytestmark = pytest.mark.django_db


def path_of(link: str) -> str:
    return link.removeprefix("http://localhost:8000")


def test_a_link_opens_its_record_and_leads_to_it(guest: Client, customer: User, settings: Any) -> None:
    settings.BASE_URL = "http://localhost:8000"
    answer = guest.get(path_of(guest_link(customer, "/orders/ABCD-2345/", clock.now())))
    assert (answer.status_code, answer["Location"]) == (302, "/orders/ABCD-2345/")
    assert guest.session["grants"] == [f"accounts.user:{customer.pk}"]


def test_opening_twice_keeps_one_grant(guest: Client, customer: User, settings: Any) -> None:
    settings.BASE_URL = "http://localhost:8000"
    link = path_of(guest_link(customer, "/orders/ABCD-2345/", clock.now()))
    guest.get(link)
    guest.get(link)
    assert len(guest.session["grants"]) == 1


def test_a_link_dies_after_thirty_days(guest: Client, customer: User, at: datetime, settings: Any) -> None:
    settings.BASE_URL = "http://localhost:8000"
    link = path_of(guest_link(customer, "/orders/ABCD-2345/", at))
    with clock.frozen(at + timedelta(days=29)):
        assert guest.get(link).status_code == 302
    with clock.frozen(at + timedelta(days=31)):
        assert Client().get(link).status_code == 409


def test_f36_a_changed_link_opens_nothing(guest: Client, customer: User, settings: Any) -> None:
    settings.BASE_URL = "http://localhost:8000"
    link = path_of(guest_link(customer, "/orders/ABCD-2345/", clock.now()))
    assert guest.get(link[:-3] + "xy/").status_code == 409
    assert "grants" not in guest.session


def test_f51_links_live_on_while_the_secret_key_changes(guest: Client, customer: User, settings: Any) -> None:
    settings.BASE_URL = "http://localhost:8000"
    link = path_of(guest_link(customer, "/orders/ABCD-2345/", clock.now()))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "another-key-of-forty-letters-or-more-0123456789",
    )
    assert guest.get(link).status_code == 302


def test_f45_a_link_leads_to_our_own_pages_only(guest: Client, customer: User, settings: Any) -> None:
    settings.BASE_URL = "http://localhost:8000"
    assert guest.get(path_of(guest_link(customer, "//evil.test/", clock.now()))).status_code == 409


def test_the_actor_of_a_guest_holds_what_the_session_says(customer: User) -> None:
    request = RequestFactory().get("/")
    request.session = {"grants": ["films.order:17", 4]}  # type: ignore[assignment]
    actor = actor_of(request)
    assert actor.kind == "guest"
    assert actor.holds("films.order", 17)
    assert not actor.holds("films.order", 4)
