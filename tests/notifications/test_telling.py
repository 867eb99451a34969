"""One message about one record: each recipient is told once, in their words, by each of the message's ways."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction

from modules.accounts.events import PersonPseudonymised
from modules.accounts.models import User
from modules.core import outbox
from modules.core.choices import OutboxState
from modules.core.events import publish
from modules.core.messages import EMAIL, IN_APP, Message, Recipient, notify
from modules.core.models import OutboxMessage
from modules.films.models import Order
from modules.notifications.choices import Channel, DeliveryState
from modules.notifications.models import Delivery, Notification, SentMail
from tests.factories.accounts import UserFactory

Declare = Callable[..., type[Message]]
Told = Callable[..., list[Notification]]


def states(notification: Notification) -> dict[str, str]:
    return dict(notification.deliveries.values_list("channel", "state"))


def test_a_person_is_told_in_the_app_and_by_mail(message: Declare, told: Told, customer: User, mailoutbox: Any) -> None:
    (notification,) = told(message([Recipient(user_id=customer.pk)]))
    assert states(notification) == {"in_app": "sent", "email": "sent"}
    assert notification.is_in_inbox
    assert notification.title == "Order K7Q3-9XMD is paid: pack it"
    assert notification.text == "Ana Ruiz paid €1,024.20."
    assert notification.url == "/orders/K7Q3-9XMD/"
    assert [mail.to for mail in mailoutbox] == [["customer@example.test"]]


def test_a_guest_gets_a_mail_and_no_inbox(message: Declare, told: Told, mailoutbox: Any) -> None:
    (notification,) = told(message([Recipient(email="guest@example.test")]))
    assert states(notification) == {"email": "sent"}
    assert not notification.is_in_inbox
    assert notification.url == "", "a guest's link stands in the mail and nowhere else"
    assert len(mailoutbox) == 1


def test_the_same_key_twice_tells_once(message: Declare, told: Told, customer: User, mailoutbox: Any) -> None:
    kind = message([Recipient(user_id=customer.pk), Recipient(email="guest@example.test")])
    told(kind)
    OutboxMessage.objects.all().delete()  # even when the outbox has forgotten that it did it
    assert len(told(kind)) == 2
    assert len(mailoutbox) == 2
    assert len(told(kind, key="another")) == 4


def test_a_repeated_recipient_is_told_once(message: Declare, told: Told, customer: User, mailoutbox: Any) -> None:
    told(message([Recipient(user_id=customer.pk), Recipient(user_id=customer.pk, email="other@example.test")]))
    assert len(mailoutbox) == 1


def test_whoever_can_be_told_is_told_though_one_fails(
    message: Declare, told: Told, customer: User, order: Order, at: datetime, mailoutbox: Any, monkeypatch: Any
) -> None:
    broken = UserFactory.create(language="es")

    def context(cls: type[Message], record: Order) -> dict[str, Any]:
        from django.utils.translation import get_language

        if get_language() == "es":
            raise ValueError("no words in Spanish")
        return {"order": record}

    kind = message([Recipient(user_id=broken.pk), Recipient(user_id=customer.pk)], context=classmethod(context))
    assert [notification.user for notification in told(kind)] == [customer]
    row = OutboxMessage.objects.get(effect="notifications.tell")
    assert (row.state, "no words in Spanish" in row.error) == (OutboxState.PENDING, True)


def test_one_delivery_for_each_way(message: Declare, told: Told, customer: User, at: datetime) -> None:
    (notification,) = told(message([Recipient(user_id=customer.pk)]))
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(notification=notification, channel=Channel.EMAIL, created_at=at)


@pytest.mark.parametrize("whose", ["person", "address"])
def test_one_notification_for_each_recipient_and_key(
    whose: str, note: Callable[..., Notification], customer: User
) -> None:
    recipient = (
        {"user": customer} if whose == "person" else {"user": None, "email": "a@example.test", "is_in_inbox": False}
    )
    note(**recipient, dedupe_key="k")
    with pytest.raises(IntegrityError), transaction.atomic():
        note(**recipient, dedupe_key="k")


def test_a_notification_without_recipient_is_refused(note: Callable[..., Notification], db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        note(None, is_in_inbox=False)


def test_a_message_by_mail_alone_is_not_in_the_inbox(message: Declare, told: Told, customer: User) -> None:
    (notification,) = told(message([Recipient(user_id=customer.pk)], channels=[EMAIL]))
    assert (notification.is_in_inbox, states(notification)) == (False, {"email": "sent"})


def test_a_message_in_the_app_alone_mails_nothing(
    message: Declare, told: Told, customer: User, mailoutbox: Any
) -> None:
    (notification,) = told(message([Recipient(user_id=customer.pk)], channels=[IN_APP]))
    assert (states(notification), mailoutbox) == ({"in_app": "sent"}, [])


def test_a_disabled_account_is_not_mailed_and_the_log_says_why(
    message: Declare, told: Told, customer: User, mailoutbox: Any
) -> None:
    customer.is_active = False
    customer.save(update_fields=["is_active"])
    (notification,) = told(message([Recipient(user_id=customer.pk)]))
    assert states(notification) == {"in_app": "suppressed", "email": "suppressed"}
    assert set(notification.deliveries.values_list("error", flat=True)) == {"The account is disabled."}
    assert mailoutbox == []


def test_each_reads_their_own_language_and_marks(message: Declare, told: Told, customer: User, mailoutbox: Any) -> None:
    """What has no Spanish yet stands in English; amounts are Spanish all the same."""
    customer.language = "es"
    customer.save(update_fields=["language"])
    spanish, english = told(
        message([Recipient(user_id=customer.pk, language="en"), Recipient(email="g@example.test", language="de")])
    )
    assert (spanish.language, english.language) == ("es", "en")
    assert "1024,20" in spanish.text.replace(".", "").replace("\xa0", " ")
    assert "€1,024.20" in english.text
    html = {mail.to[0]: str(mail.alternatives[0][0]) for mail in mailoutbox}
    assert '<html lang="es">' in html["customer@example.test"]
    assert '<html lang="en">' in html["g@example.test"]


def test_times_are_in_the_readers_zone(message: Declare, told: Told, customer: User, mailoutbox: Any) -> None:
    """Placed at noon UTC, to be paid within half an hour."""
    customer.time_zone = "Asia/Tokyo"
    customer.save(update_fields=["time_zone"])
    recipients = [Recipient(user_id=customer.pk), Recipient(email="madrid@example.test")]
    told(message(recipients, template="films/email/order_received"))
    texts = {mail.to[0]: mail.body.replace("\u202f", " ") for mail in mailoutbox}
    assert "November 21, 2026, 9:30 PM JST" in texts["customer@example.test"]
    assert "November 21, 2026, 1:30 PM CET" in texts["madrid@example.test"]


def test_the_mail_has_text_and_html_with_whole_links(
    message: Declare, told: Told, customer: User, mailoutbox: list[EmailMultiAlternatives], settings: Any
) -> None:
    settings.BASE_URL = "https://shop.example"
    told(message([Recipient(user_id=customer.pk)]))
    (mail,) = mailoutbox
    html = str(mail.alternatives[0][0])
    assert "https://shop.example/orders/K7Q3-9XMD/" in mail.body
    assert 'href="https://shop.example/orders/K7Q3-9XMD/"' in html
    assert 'href="/' not in html
    assert '<a class="button"' in html
    assert "background-color: #8b235b" in html, "styles stand at the elements"
    assert "prefers-color-scheme: dark" in html
    assert mail.extra_headers["Message-ID"].endswith("@shop.example>")


def test_paragraphs_alone_are_put_into_the_layout(
    message: Declare, told: Told, customer: User, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    told(message([Recipient(user_id=customer.pk)], template="billing/email/stray_payment"))
    html = str(mailoutbox[0].alternatives[0][0])
    assert html.count("<h1") == 1
    assert "Open the page</a>" in html
    assert "http://localhost:8000/orders/K7Q3-9XMD/" in mailoutbox[0].body, "the text names the address too"


def test_markup_in_data_is_text(message: Declare, told: Told, customer: User, order: Order, mailoutbox: Any) -> None:
    Order.objects.filter(pk=order.pk).update(name="<script>alert(1)</script>")
    (notification,) = told(message([Recipient(user_id=customer.pk)]))
    html = str(mailoutbox[0].alternatives[0][0])
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "<script>alert(1)</script> paid" in mailoutbox[0].body, "text is not escaped"
    assert "<script>alert(1)</script> paid" in notification.text


def test_f14_a_line_break_in_data_makes_no_header(
    message: Declare, told: Told, customer: User, order: Order, mailoutbox: Any
) -> None:
    Order.objects.filter(pk=order.pk).update(number="X\r\nBcc:e@x.t")
    told(message([Recipient(user_id=customer.pk)]))
    (mail,) = mailoutbox
    assert mail.subject == "Order X Bcc:e@x.t is paid: pack it"
    assert mail.message()["Bcc"] is None
    assert mail.recipients() == ["customer@example.test"]


def test_a_message_nobody_declares_is_a_dead_letter(order: Order, at: datetime) -> None:
    class Gone:
        key = "tests.gone"

    with transaction.atomic():
        notify(Gone, order, key="k", at=at)  # type: ignore[arg-type]
    outbox.drain(at=at)
    row = OutboxMessage.objects.get()
    assert (row.state, row.error) == (OutboxState.DEAD, "no module declares the message “tests.gone”")


def test_a_record_that_is_gone_is_a_dead_letter(message: Declare, order: Order, at: datetime) -> None:
    kind = message([Recipient(email="g@example.test")])
    with transaction.atomic():
        notify(kind, order, key="k", at=at)
    OutboxMessage.objects.update(payload={"message": kind.key, "record_id": 999_999})
    outbox.drain(at=at)
    assert OutboxMessage.objects.get().state == OutboxState.DEAD
    assert not Delivery.objects.filter(state=DeliveryState.SENT).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(
    message: Declare, customer: User, order: Order, at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    from modules.notifications.telling import tell

    kind = message([Recipient(user_id=customer.pk), Recipient(email="g@example.test")])

    def work(number: int) -> int:
        return tell(message_key=kind.key, record_id=order.pk, facts={}, dedupe_key="k", at=at)

    counts = parallel(work, 6)
    assert sum(counts) == 2
    assert (Notification.objects.count(), Delivery.objects.count()) == (2, 3)


def test_who_is_removed_leaves_no_address_and_no_words(
    message: Declare, told: Told, customer: User, at: datetime
) -> None:
    told(message([Recipient(user_id=customer.pk), Recipient(email="guest@example.test")]))
    publish(PersonPseudonymised(user_id=customer.pk, email=customer.email, at=at))
    kept = {row.user_id: row for row in Notification.objects.all()}
    assert (kept[customer.pk].email, kept[customer.pk].text, kept[customer.pk].title) == ("", "", "Removed")
    assert kept[None].email == "guest@example.test"
    assert list(SentMail.objects.values_list("to", flat=True)) == ["guest@example.test"]
