"""What people choose to be told, and the link that ends a category; legal messages go out whatever they say."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import get_language

from modules.accounts.models import User
from modules.core import outbox
from modules.core.messages import EMAIL, IN_APP, Attached, Message, Recipient, categories, notify
from modules.core.models import AuditEntry
from modules.films.models import Order
from modules.notifications.choices import Channel
from modules.notifications.models import Delivery, Notification, Preference
from modules.notifications.unsubscribing import subscription_of
from tests.notifications.smtp_peer import SmtpPeer

Declare = Callable[..., type[Message]]
Told = Callable[..., list[Notification]]
MATRIX = "/notifications/preferences/"


def states(notification: Notification) -> dict[str, str]:
    return dict(notification.deliveries.values_list("channel", "state"))


def all_but(*unwanted: str) -> dict[str, list[str]]:
    """What a customer's form posts when everything but some cells is ticked."""
    offered = [category.key for category in categories if not category.for_staff]
    cells = [f"{category}:{channel}" for category in offered for channel in ("in_app", "email")]
    return {"wanted": [cell for cell in cells if cell not in unwanted]}


def test_what_is_switched_off_is_kept_as_suppressed_with_its_reason(
    message: Declare, told: Told, customer: User, client_of: Any, mailoutbox: Any
) -> None:
    assert client_of(customer).post(MATRIX, all_but("orders:email")).status_code == 303
    (notification,) = told(message([Recipient(user_id=customer.pk, why="customer of the order")]))
    assert states(notification) == {"in_app": "sent", "email": "suppressed"}
    assert notification.deliveries.get(channel="email").error == "Switched off by this person: Orders."
    assert (notification.is_in_inbox, notification.why, mailoutbox) == (True, "customer of the order", [])
    assert AuditEntry.objects.filter(changes={"orders:email": [True, False]}).count() == 1


def test_switched_off_in_the_app_it_stands_in_no_inbox(
    message: Declare, told: Told, customer: User, client_of: Any
) -> None:
    client_of(customer).post(MATRIX, all_but("orders:in_app"))
    (notification,) = told(message([Recipient(user_id=customer.pk)]))
    assert states(notification) == {"in_app": "suppressed", "email": "sent"}
    assert not notification.is_in_inbox


@pytest.mark.parametrize("legal", [{"legal": True}, {"category": "account"}])
def test_legal_messages_are_always_told(
    legal: dict[str, Any], message: Declare, told: Told, customer: User, client_of: Any
) -> None:
    client_of(customer).post(MATRIX, {"wanted": []})
    assert not Preference.objects.filter(category="account").exists(), "the boxes of legal rows are not asked"
    (notification,) = told(message([Recipient(user_id=customer.pk)], **legal))
    assert states(notification) == {"in_app": "sent", "email": "sent"}


def test_opting_out_is_honoured_within_the_queue(
    message: Declare, order: Order, customer: User, at: Any, mailoutbox: Any, client_of: Any
) -> None:
    kind = message([Recipient(user_id=customer.pk)])
    with transaction.atomic():
        notify(kind, order, key="once", at=at)
    outbox.deliver(outbox.lease_due(at=at), at=at)  # told; the row of the mail waits
    client_of(customer).post(MATRIX, all_but("orders:email"))
    outbox.drain(at=at)
    assert Delivery.objects.get(channel=Channel.EMAIL).state == "suppressed"
    assert mailoutbox == []


def test_the_matrix_asks_staff_about_their_work_too(client_of: Any, customer: User, staff: User) -> None:
    assert "work:email" not in client_of(customer).get(MATRIX).content.decode()
    assert "work:email" in client_of(staff).get(MATRIX).content.decode()


def test_a_cell_that_is_not_offered_changes_nothing(client_of: Any, customer: User) -> None:
    """F38: only what the matrix shows can be posted."""
    client_of(customer).post(MATRIX, {"wanted": [*all_but()["wanted"], "work:email", "nonsense:pigeon"]})
    assert not Preference.objects.exists()


def test_the_matrix_costs_one_query_for_all_rows(
    client_of: Any, staff: User, django_assert_max_num_queries: Any
) -> None:
    browser = client_of(staff)
    browser.get(MATRIX)
    with django_assert_max_num_queries(7):
        browser.get(MATRIX)


def link_in(mail: Any) -> str:
    """The path of the unsubscribe link in a mail's header."""
    return str(mail.extra_headers["List-Unsubscribe"]).strip("<>").partition("localhost:8000")[2]


@pytest.mark.parametrize("whose", ["person", "guest"])
def test_the_link_in_a_mail_ends_its_category_and_takes_it_back(
    whose: str, message: Declare, told: Told, customer: User, mailoutbox: Any
) -> None:
    recipient = Recipient(user_id=customer.pk) if whose == "person" else Recipient(email="Guest@example.test")
    kind = message([recipient])
    told(kind)
    (mail,) = mailoutbox
    link, browser = link_in(mail), Client()
    assert link in mail.body, "people see it too"
    assert "Stop mails about “Orders”?" in browser.get(link).content.decode()
    assert not Preference.objects.exists(), "looking changes nothing (F44)"
    assert "You get no more mails" in browser.post(link).content.decode()
    told(kind, key="second")
    assert len(mailoutbox) == 1
    browser.post(link, {"again": "1"})
    told(kind, key="third")
    assert len(mailoutbox) == 2


def test_a_forged_link_is_none_and_a_legal_mail_has_none(
    message: Declare, told: Told, customer: User, mailoutbox: Any
) -> None:
    assert Client().get("/notifications/unsubscribe/eyJ1IjoxfQ:forged/").status_code == 404
    assert subscription_of("eyJ1IjoxfQ:forged") is None
    told(message([Recipient(user_id=customer.pk)], legal=True))
    assert "List-Unsubscribe" not in mailoutbox[0].extra_headers
    assert "/unsubscribe/" not in mailoutbox[0].body


def test_a_preference_has_one_owner_and_stands_once(customer: User, at: Any) -> None:
    cell = {"category": "orders", "channel": "email", "is_wanted": False, "changed_at": at}
    Preference.objects.create(user=customer, **cell)
    for wrong in ({"user": customer}, {"user": customer, "email": "a@example.test"}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Preference.objects.create(**cell, **wrong)


def test_attachments_are_made_when_the_mail_leaves_in_its_language(
    message: Declare, told: Told, smtp: SmtpPeer, customer: User
) -> None:
    def attached(cls: Any, record: Order) -> list[Attached]:
        return [Attached(f"{record.number}-{get_language()}.txt", b"Invoice", "text/plain")]

    told(message([Recipient(email="guest@example.test", language="es")], attachments=classmethod(attached)))
    assert "K7Q3-9XMD-es.txt" in smtp.switches.letters[0].body.as_string()


def test_the_version_of_the_wording_is_frozen(message: Declare, told: Told, customer: User) -> None:
    kind = message([Recipient(user_id=customer.pk)], channels=[IN_APP, EMAIL])
    other = message([Recipient(user_id=customer.pk)], template="films/email/order_paid")
    (first,), (second,) = told(kind), told(other)
    assert len(first.wording) == 12
    assert first.wording != second.wording
