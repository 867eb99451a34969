"""The console: who was told what, what became of it, and sending again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.notifications.choices import DeliveryState
from modules.notifications.models import Delivery, Notification
from tests.factories.accounts import StaffFactory

Note = Callable[..., Notification]


@pytest.fixture
def failed(customer: User, note: Note, at: datetime) -> Delivery:
    notification = note(customer, email="customer@example.test", title="Order K7Q3 is paid")
    return Delivery.objects.create(
        notification=notification, channel="email", state="failed", error="550 full", text="t", created_at=at
    )


def test_staff_with_the_right_see_what_was_told_and_search_it(client_of: Any, failed: Delivery) -> None:
    clerk = StaffFactory(permissions=["notifications.view_notification", "notifications.view_delivery"])
    browser = client_of(clerk)
    for model, record in (("notification", failed.notification), ("delivery", failed)):
        words = browser.get(f"/console/notifications/{model}/?q=customer@").content.decode()
        assert "Order K7Q3 is paid" in words
        assert "Order K7Q3 is paid" not in browser.get(f"/console/notifications/{model}/?q=nobody").content.decode()
        page = browser.get(f"/console/notifications/{model}/{record.pk}/change/").content.decode()
        assert "550 full" in page
        assert "Send it again" not in page


@pytest.mark.parametrize("part", ["notification/", "delivery/"])
def test_staff_without_the_right_see_nothing(part: str, client_of: Any, db: None) -> None:
    assert client_of(StaffFactory()).get(f"/console/notifications/{part}").status_code == 403


@pytest.mark.parametrize("model", ["notification", "delivery"])
def test_nothing_is_written_by_hand(model: str, client_of: Any, owner: User, failed: Delivery) -> None:
    browser = client_of(owner)
    pk = failed.pk if model == "delivery" else failed.notification_id
    assert browser.get(f"/console/notifications/{model}/add/").status_code == 403
    assert browser.post(f"/console/notifications/{model}/{pk}/change/", {"title": "x"}).status_code == 403
    assert browser.post(f"/console/notifications/{model}/{pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("way", ["button", "list"])
def test_a_failed_mail_is_sent_again(way: str, client_of: Any, owner: User, failed: Delivery) -> None:
    browser = client_of(owner)
    address = f"/console/notifications/delivery/{failed.pk}/"
    assert "Send it again" in browser.get(f"{address}change/").content.decode()
    if way == "button":
        answer = browser.post(f"{address}resend/", follow=True)
    else:
        chosen = {"action": "resend_selected", "_selected_action": [failed.pk]}
        answer = browser.post("/console/notifications/delivery/", chosen, follow=True)
    assert "1 mail is sent again." in answer.content.decode()
    failed.refresh_from_db()
    assert failed.state == DeliveryState.QUEUED
    assert OutboxMessage.objects.get(key=failed.key).state == OutboxState.PENDING
    assert "None of these mails has failed" in browser.post(f"{address}resend/", follow=True).content.decode()


def test_sending_again_takes_its_own_right(client_of: Any, failed: Delivery) -> None:
    clerk = StaffFactory(permissions=["notifications.view_delivery"])
    browser = client_of(clerk)
    assert browser.post(f"/console/notifications/delivery/{failed.pk}/resend/").status_code == 404
    browser.post(
        "/console/notifications/delivery/", {"action": "resend_selected", "_selected_action": [failed.pk]}, follow=True
    )
    failed.refresh_from_db()
    assert failed.state == DeliveryState.FAILED
    assert client_of(StaffFactory()).post(f"/console/notifications/delivery/{failed.pk}/resend/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("model", ["notification", "delivery"])
def test_lists_cost_the_same_however_long_they_are(
    model: str, rows: int, client_of: Any, owner: User, note: Note, at: datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        notification = note(StaffFactory(), title=f"Note {number}")
        Delivery.objects.create(notification=notification, channel="in_app", state="sent", sent_at=at, created_at=at)
    browser = client_of(owner)
    browser.get(f"/console/notifications/{model}/")
    with django_assert_max_num_queries(9):
        browser.get(f"/console/notifications/{model}/")
