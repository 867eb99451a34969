"""The inbox: filter, search, pages, reading one and all; nobody reads another's."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from modules.accounts.models import User
from modules.notifications.models import Notification

Note = Callable[..., Notification]
HTMX = {"HX-Request": "true"}


def listed(browser: Client, query: str = "") -> str:
    answer = browser.get(f"/notifications/{query}")
    assert answer.status_code == 200
    return answer.content.decode().split('id="inbox"')[1]


def test_who_is_not_signed_in_is_asked_to(db: None) -> None:
    answer = Client().get("/notifications/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_an_empty_inbox_says_what_would_be_here(client_of: Any, customer: User) -> None:
    assert "Nothing yet" in listed(client_of(customer))


def test_one_sees_ones_own_and_only_what_is_in_the_inbox(
    client_of: Any, customer: User, stranger: User, note: Note
) -> None:
    note(customer, title="Mine")
    note(customer, title="By mail alone", is_in_inbox=False)
    note(stranger, title="Theirs")
    words = listed(client_of(customer))
    assert ("Mine" in words, "By mail alone" in words, "Theirs" in words) == (True, False, False)


def test_unread_ones_alone(client_of: Any, customer: User, note: Note, at: datetime) -> None:
    note(customer, title="Old news", read_at=at)
    note(customer, title="Fresh news")
    browser = client_of(customer)
    words = listed(browser, "?show=unread")
    assert ("Fresh news" in words, "Old news" in words) == (True, False)
    Notification.objects.update(read_at=at)
    assert "You have read everything" in listed(browser, "?show=unread")


def test_search_finds_words_of_title_and_text(client_of: Any, customer: User, note: Note) -> None:
    note(customer, title="Order K7Q3-9XMD", text="Thank you.")
    note(customer, title="Order ZZZZ-2222", text="Packed on Monday.")
    browser = client_of(customer)
    assert "K7Q3-9XMD" not in listed(browser, "?q=monday")
    assert "ZZZZ-2222" not in listed(browser, "?q=k7q3")
    assert "Nothing matches" in listed(browser, "?q=%00%25nothing")


@pytest.mark.parametrize("query", ["?page=9999", "?page=x", "?show=nonsense", "?page=-1&q=%F0%9F%98%80"])
def test_an_address_typed_by_hand_is_no_error(query: str, client_of: Any, customer: User, note: Note) -> None:
    note(customer)
    listed(client_of(customer), query)


def test_the_list_is_paged(client_of: Any, customer: User, note: Note) -> None:
    for number in range(21):
        note(customer, title=f"Note {number:02}")
    browser = client_of(customer)
    assert "Note 00" not in listed(browser)
    assert "Note 00" in listed(browser, "?page=2")


def test_htmx_gets_the_list_alone(client_of: Any, customer: User) -> None:
    answer = client_of(customer).get("/notifications/", headers=HTMX)
    assert "<html" not in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_opening_leads_on_and_is_reading(client_of: Any, customer: User, note: Note) -> None:
    notification = note(customer)
    browser = client_of(customer)
    assert browser.head(f"/notifications/{notification.public_id}/").status_code == 302
    notification.refresh_from_db()
    assert notification.read_at is None, "a browser that looks ahead reads nothing"
    assert browser.get(f"/notifications/{notification.public_id}/")["Location"] == "/orders/K7Q3-9XMD/"
    notification.refresh_from_db()
    assert notification.read_at is not None


def test_marking_one_read_keeps_the_list_as_it_was(client_of: Any, customer: User, note: Note) -> None:
    notification = note(customer)
    address = f"/notifications/{notification.public_id}/read/"
    answer = client_of(customer).post(address, {"back": "/notifications/?show=unread&page=2"})
    assert (answer.status_code, answer["Location"]) == (303, "/notifications/?show=unread&page=2")
    notification.refresh_from_db()
    assert notification.read_at is not None


def test_marking_one_read_with_htmx_gives_it_back_with_the_bell(client_of: Any, customer: User, note: Note) -> None:
    notification = note(customer)
    note(customer)
    words = client_of(customer).post(f"/notifications/{notification.public_id}/read/", headers=HTMX).content.decode()
    assert "is-unread" not in words
    assert "1 unread" in words
    assert "hx-swap-oob" in words


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_one_is_never_led_to_another_site(back: str, client_of: Any, customer: User, note: Note) -> None:
    notification = note(customer)
    answer = client_of(customer).post(f"/notifications/{notification.public_id}/read/", {"back": back})
    assert answer["Location"] == "/notifications/"


def test_marking_all_leaves_what_came_meanwhile(client_of: Any, customer: User, stranger: User, note: Note) -> None:
    note(customer)
    newest = note(customer)
    note(customer, title="Came meanwhile")
    note(stranger)
    browser = client_of(customer)
    answer = browser.post("/notifications/read/", {"up_to": str(newest.public_id)})
    assert answer.status_code == 303
    assert list(Notification.objects.filter(read_at=None).values_list("title", "user__email")) == [
        ("Came meanwhile", customer.email),
        ("Order paid", stranger.email),
    ]
    assert "2 notifications are read now." in browser.get("/notifications/").content.decode()


@pytest.mark.parametrize("up_to", ["", "1", "x", "9a1591eb-0253-4e93-a1db-22f384e39258"])
def test_marking_all_up_to_nothing_known_is_404(up_to: str, client_of: Any, customer: User, note: Note) -> None:
    note(customer)
    assert client_of(customer).post("/notifications/read/", {"up_to": up_to}).status_code == 404
    assert Notification.objects.filter(read_at=None).exists()


def test_a_stranger_gets_404_for_anothers(client_of: Any, customer: User, stranger: User, note: Note) -> None:
    notification = note(customer)
    browser = client_of(stranger)
    assert browser.get(f"/notifications/{notification.public_id}/").status_code == 404
    assert browser.post(f"/notifications/{notification.public_id}/read/").status_code == 404
    assert browser.post("/notifications/read/", {"up_to": str(notification.public_id)}).status_code == 404
    notification.refresh_from_db()
    assert notification.read_at is None


def test_what_it_says_is_text(client_of: Any, customer: User, note: Note) -> None:
    note(customer, title="<script>alert(1)</script>", text="<img src=x onerror=alert(1)>")
    words = listed(client_of(customer))
    assert "<script>alert" not in words
    assert "<img" not in words


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(
    rows: int, client_of: Any, customer: User, note: Note, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        note(customer)
    browser = client_of(customer)
    with django_assert_num_queries(6):  # session, person, count, rows, unread, newest
        browser.get("/notifications/", headers=HTMX)
