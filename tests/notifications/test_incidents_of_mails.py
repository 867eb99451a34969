"""A mail that is given up is seen to on the page of the record that it was about, and not where nobody looks."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from modules.accounts.models import User
from modules.core import clock, outbox
from modules.core.messages import Message, Recipient
from modules.core.models import OutboxMessage
from modules.core.subjects import subject_of
from modules.films.models import Order
from modules.notifications.choices import DeliveryState
from modules.notifications.models import Delivery, Notification
from modules.workflow.incidents import incidents_of, sweep_incidents
from modules.workflow.models import Incident, Task
from tests.factories.accounts import UserFactory
from tests.notifications.smtp_peer import SmtpPeer

BEA = Recipient(email="bea@example.test")
Told = Callable[..., list[Notification]]


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with clock.frozen(at):
        yield


def staff(*permissions: str) -> User:
    user: User = UserFactory.create(is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def given_up(message: Callable[..., type[Message]], told: Told, smtp: SmtpPeer, order: Order, at: datetime) -> Incident:
    """The mail server has refused the address of a mail about the order."""
    smtp.switches.recipients["bea@example.test"] = "550 no such mailbox"
    told(message([BEA]))
    assert sweep_incidents(at) == 1
    return incidents_of("films.order", order.pk).get()


def test_it_stands_on_the_order_and_says_which_mail(given_up: Incident, order: Order) -> None:
    assert given_up.message == "Mail “Order K7Q3-9XMD is paid: pack it”: 550 no such mailbox"
    assert not Incident.objects.exclude(record_type="films.order").exists()


def test_it_is_tried_again_from_the_page_of_the_order(
    given_up: Incident, order: Order, smtp: SmtpPeer, at: datetime, client_of: Callable[[Any], Client]
) -> None:
    mender = staff("view_incident", "change_incident", "view_order", "view_delivery")
    client = client_of(mender)
    page = client.get(reverse("admin:films_order_change", args=[order.pk])).content.decode()
    assert "550 no such mailbox" in page
    assert reverse("admin:notifications_delivery_change", args=[Delivery.objects.get().pk]) in page
    assert reverse("workflow:incident_mend", args=[given_up.pk]) not in page
    smtp.switches.recipients.clear()
    answer = client.post(reverse("workflow:incident_retry", args=[given_up.pk]))
    assert answer["Location"] == reverse("admin:films_order_change", args=[order.pk])
    outbox.drain(at=at + timedelta(minutes=1))
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert sweep_incidents(at + timedelta(minutes=2)) == 1
    assert not incidents_of("films.order", order.pk).exists()


def test_who_may_not_see_messages_is_not_led_to_them(
    given_up: Incident, order: Order, client_of: Callable[[Any], Client]
) -> None:
    client = client_of(staff("view_incident", "change_incident", "view_order"))
    page = client.get(reverse("admin:films_order_change", args=[order.pk])).content.decode()
    assert "550 no such mailbox" in page
    assert "Put right" not in page
    client.post(reverse("workflow:incident_skip", args=[given_up.pk]), {"reason": "She was told by telephone"})
    given_up.refresh_from_db()
    assert (given_up.status, OutboxMessage.objects.get(pk=given_up.reference).state) == ("skipped", "dead")


def test_a_message_about_a_task_is_about_its_record(order: Order, note: Any, at: datetime) -> None:
    task = Task.objects.create(record_type="films.order", record_id=order.pk, key="call", state="paid", opened_at=at)
    told = note(UserFactory.create(), "Call the customer", record_type="workflow.task", record_id=task.pk)
    subject = subject_of("notifications.notification", told.pk)
    assert subject is not None
    assert (subject.record_type, subject.record_id) == ("films.order", order.pk)
    assert subject.words == "Mail “Call the customer”"
    assert subject_of("films.order", order.pk) is None
