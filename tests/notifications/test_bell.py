"""The bell: how many are unread, the latest few, and what the background asks for."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from modules.accounts.models import User
from modules.notifications.models import Notification
from modules.notifications.selectors import unread_count

Note = Callable[..., Notification]
HTMX = {"HX-Request": "true"}


def test_every_page_has_the_bell_of_who_is_signed_in(
    client_of: Any, customer: User, stranger: User, note: Note
) -> None:
    note(customer)
    note(customer)
    assert "2 unread" in client_of(customer).get("/notifications/").content.decode()
    assert "2 unread" not in client_of(stranger).get("/notifications/").content.decode()


def test_a_guest_has_no_bell(db: None) -> None:
    assert 'id="bell-count"' not in Client().get("/account/login/").content.decode()


def test_the_console_has_the_bell_too(client_of: Any, owner: User, note: Note) -> None:
    note(owner)
    assert "1 unread" in client_of(owner).get("/console/").content.decode()


def test_the_count_answers_only_when_it_changed(client_of: Any, customer: User, note: Note) -> None:
    browser = client_of(customer)
    assert browser.get("/notifications/count/?shown=0", headers=HTMX).status_code == 204
    note(customer)
    answer = browser.get("/notifications/count/?shown=0", headers=HTMX)
    assert (answer.status_code, "1 unread" in answer.content.decode()) == (200, True)


def test_reading_in_one_tab_lets_the_other_fall_at_its_next_look(client_of: Any, customer: User, note: Note) -> None:
    first, second = client_of(customer), client_of(customer)
    notification = note(customer)
    first.get(f"/notifications/{notification.public_id}/")
    answer = second.get("/notifications/count/?shown=1", headers=HTMX)
    assert answer.status_code == 200
    assert "tool-count" not in answer.content.decode()


def test_a_session_that_ended_stops_asking_and_gets_no_sign_in_page(db: None) -> None:
    answer = Client().get("/notifications/count/?shown=3", headers=HTMX)
    assert (answer.status_code, answer.content) == (286, b"")
    assert Client().get("/notifications/latest/", headers=HTMX).status_code == 204


def test_the_menu_shows_the_latest_few_newest_first(client_of: Any, customer: User, stranger: User, note: Note) -> None:
    for number in range(8):
        note(customer, title=f"Note {number}")
    note(stranger, title="Not yours")
    words = client_of(customer).get("/notifications/latest/", headers=HTMX).content.decode()
    assert [words.find(f"Note {number}") > 0 for number in range(8)] == [False] * 2 + [True] * 6
    assert words.index("Note 7") < words.index("Note 2")
    assert "Not yours" not in words


def test_the_bell_counts_no_further_than_it_shows(client_of: Any, customer: User, note: Note) -> None:
    template = note(customer)
    Notification.objects.bulk_create(
        Notification(
            user=customer,
            message="tests.note",
            record_type="films.order",
            record_id=1,
            language="en",
            title="Note",
            is_in_inbox=True,
            dedupe_key=str(number),
            created_at=template.created_at,
        )
        for number in range(150)
    )
    assert unread_count(customer.pk) == 100
    assert "99+" in client_of(customer).get("/notifications/latest/", headers=HTMX).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_bell_costs_the_same_however_much_there_is(
    rows: int, client_of: Any, customer: User, note: Note, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        note(customer)
    browser = client_of(customer)
    with django_assert_num_queries(3):  # session, person, count
        browser.get("/notifications/count/?shown=0", headers=HTMX)
    with django_assert_num_queries(4):  # session, person, latest, count
        browser.get("/notifications/latest/", headers=HTMX)
