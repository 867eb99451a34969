"""Mail over real SMTP: refused, busy, down, repeated."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend

from modules.accounts.models import User
from modules.core import outbox
from modules.core.actors import Actor
from modules.core.choices import OutboxState
from modules.core.messages import Message, Recipient
from modules.core.models import AuditEntry, OutboxMessage
from modules.notifications import sending
from modules.notifications.choices import DeliveryState
from modules.notifications.models import Delivery, Notification, SentMail
from modules.notifications.rules import FIRST_PAUSE, LONGEST_PAUSE, pause_before
from tests.notifications.smtp_peer import SmtpPeer

Declare = Callable[..., type[Message]]
Told = Callable[..., list[Notification]]

THREE = [Recipient(email=f"{name}@example.test") for name in ("ana", "bea", "cleo")]


def arrived(smtp: SmtpPeer) -> list[str]:
    return sorted(address for letter in smtp.switches.letters for address in letter.to)


def delivery_to(address: str) -> Delivery:
    return Delivery.objects.get(notification__email=address)


def row_of(delivery: Delivery) -> OutboxMessage:
    return OutboxMessage.objects.get(key=delivery.key)


def test_a_mail_arrives_as_it_was_written(message: Declare, told: Told, smtp: SmtpPeer, order: Any) -> None:
    told(message(THREE[:1]))
    (letter,) = smtp.switches.letters
    sent = SentMail.objects.get()
    delivery = delivery_to("ana@example.test")
    assert letter.body["Subject"] == "Order K7Q3-9XMD is paid: pack it"
    assert letter.body["Auto-Submitted"] == "auto-generated"
    assert letter.body["Message-ID"] == f"<{delivery.public_id}@localhost>"
    assert letter.body.get_body(("plain",)).get_content().startswith("Ana Ruiz paid €1,024.20.")  # type: ignore[union-attr]
    assert "<h1" in letter.body.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert (sent.to, sent.subject, sent.message_id) == (
        "ana@example.test",
        letter.body["Subject"],
        letter.body["Message-ID"],
    )
    assert (delivery.state, delivery.provider_id, delivery.attempts) == ("sent", letter.body["Message-ID"], 1)
    assert (delivery.text, delivery.html) == ("", ""), "what left is kept in one place, and not for ever"


def test_f13_one_refused_address_stops_no_other(message: Declare, told: Told, smtp: SmtpPeer) -> None:
    smtp.switches.recipients["bea@example.test"] = "550 no such mailbox"
    told(message(THREE))
    assert arrived(smtp) == ["ana@example.test", "cleo@example.test"]
    refused = delivery_to("bea@example.test")
    assert (refused.state, refused.error) == (DeliveryState.FAILED, "550 no such mailbox")
    assert (row_of(refused).state, row_of(refused).error) == (OutboxState.DEAD, "550 no such mailbox")


@pytest.mark.parametrize(
    "address", ["no address", "two@example.test, three@example.test", "line\nbreak@example.test", "ü@example.test"]
)
def test_an_address_that_is_none_is_given_up_at_once(
    address: str, message: Declare, told: Told, smtp: SmtpPeer, caplog: Any
) -> None:
    told(message([Recipient(email=address), THREE[0]]))
    assert arrived(smtp) == ["ana@example.test"]
    failed = Delivery.objects.exclude(notification__email="ana@example.test").get()
    assert (failed.state, row_of(failed).state) == (DeliveryState.FAILED, OutboxState.DEAD)
    assert failed.error
    assert not caplog.records, "an address is no fault of the program"


@pytest.mark.parametrize("trouble", ["421 at the greeting", "450 for the address", "451 after the text"])
def test_f13_a_busy_server_is_asked_again(
    trouble: str, message: Declare, told: Told, smtp: SmtpPeer, at: datetime
) -> None:
    if "greeting" in trouble:
        smtp.switches.greeting = "421 come back later"
    elif "address" in trouble:
        smtp.switches.recipients["ana@example.test"] = "450 come back later"
    else:
        smtp.switches.after_data = "451 come back later"
    told(message(THREE[:1]))
    waiting = delivery_to("ana@example.test")
    assert (waiting.state, waiting.attempts) == (DeliveryState.QUEUED, 1)
    assert "come back later" in waiting.error
    smtp.switches.greeting, smtp.switches.after_data = "220 peer", "250 taken"
    smtp.switches.recipients.clear()
    outbox.drain(at=at + timedelta(seconds=1))
    assert arrived(smtp) == [], "not before its pause is over"
    outbox.drain(at=at + timedelta(minutes=1))
    assert arrived(smtp) == ["ana@example.test"]
    assert delivery_to("ana@example.test").error == ""


def test_a_server_that_is_down_for_an_hour_delays_and_doubles_nothing(
    message: Declare, told: Told, settings: Any, at: datetime
) -> None:
    with SmtpPeer() as gone:
        port = gone.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2
    told(message(THREE))
    for minutes in range(1, 60):
        outbox.drain(at=at + timedelta(minutes=minutes))
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.QUEUED}
    with SmtpPeer() as back:
        settings.EMAIL_PORT = back.port
        for minutes in range(60, 120, 5):
            outbox.drain(at=at + timedelta(minutes=minutes))
        assert arrived(back) == ["ana@example.test", "bea@example.test", "cleo@example.test"]


def test_f13_a_silent_server_is_waited_for_once_and_not_by_each_mail(
    message: Declare, told: Told, smtp: SmtpPeer, settings: Any, at: datetime
) -> None:
    settings.EMAIL_TIMEOUT, smtp.switches.silence = 0.5, 2.0
    begun = time.monotonic()
    told(message([Recipient(email=f"person{number}@example.test") for number in range(20)]))
    assert time.monotonic() - begun < 10, "twenty time-outs would be ten seconds of waiting alone"
    assert smtp.switches.calls == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.QUEUED}
    smtp.switches.silence = 0.0
    outbox.drain(at=at + timedelta(seconds=20))
    assert smtp.switches.calls == 1, "not before the pause is over"
    outbox.drain(at=at + timedelta(minutes=1))
    assert sorted(arrived(smtp)) == sorted(f"person{number}@example.test" for number in range(20))


def test_refused_credentials_are_not_the_mails_fault() -> None:
    import smtplib

    assert not sending.is_final(smtplib.SMTPAuthenticationError(535, b"bad password"))
    assert sending.is_final(smtplib.SMTPDataError(554, b"spam"))


def test_pauses_grow_to_half_an_hour_and_end_after_two_days() -> None:
    pauses = [pause_before(attempt) for attempt in range(1, 101)]
    assert pauses[:3] == [FIRST_PAUSE, 60.0, 120.0]
    assert pauses[10] == LONGEST_PAUSE
    assert pauses[-1] is None
    assert timedelta(days=1.9) < timedelta(seconds=sum(pause or 0 for pause in pauses)) < timedelta(days=2.1)


def test_a_worker_that_dies_after_sending_sends_the_same_mail_again(
    message: Declare, told: Told, smtp: SmtpPeer, at: datetime, monkeypatch: Any
) -> None:
    """The edge of at-least-once: a copy, with the same Message-ID, and one entry in the record."""

    class Killed(BaseException):
        pass

    def die(letter: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending, "record_sent", die)
        with pytest.raises(Killed):
            told(message(THREE[:1]))
    assert delivery_to("ana@example.test").state == DeliveryState.SENDING
    outbox.drain(at=at + outbox.LEASE + timedelta(seconds=1))
    first, second = smtp.switches.letters
    assert first.body["Message-ID"] == second.body["Message-ID"]
    assert (delivery_to("ana@example.test").state, SentMail.objects.count()) == (DeliveryState.SENT, 1)
    outbox.drain(at=at + timedelta(hours=1))
    assert len(smtp.switches.letters) == 2


def test_a_sent_mail_is_not_sent_again_by_its_outbox_row(
    message: Declare, told: Told, smtp: SmtpPeer, at: datetime
) -> None:
    told(message(THREE[:1]))
    sending.send_mail(delivery_to("ana@example.test").pk, attempt=1, at=at)
    assert len(smtp.switches.letters) == 1


def test_a_failed_mail_is_sent_again_on_demand(
    message: Declare, told: Told, smtp: SmtpPeer, at: datetime, owner: User
) -> None:
    smtp.switches.recipients["ana@example.test"] = "550 full"
    told(message(THREE[:1]))
    failed = delivery_to("ana@example.test")
    smtp.switches.recipients.clear()
    assert sending.resend(failed, actor=Actor.of(owner), at=at)
    assert not sending.resend(failed, actor=Actor.of(owner), at=at), "it is on its way already"
    outbox.drain(at=at)
    assert arrived(smtp) == ["ana@example.test"]
    assert AuditEntry.objects.get(action="resent").actor == owner
    assert not sending.resend(delivery_to("ana@example.test"), actor=Actor.of(owner), at=at), "it has arrived"


def test_an_unknown_fault_is_logged_and_tried_again_a_few_times(
    message: Declare, told: Told, at: datetime, monkeypatch: Any, caplog: Any
) -> None:
    def fault(self: EmailBackend, letters: Any) -> int:
        raise TypeError("a fault of the program")

    monkeypatch.setattr(EmailBackend, "send_messages", fault)
    told(message(THREE[:1]))
    assert delivery_to("ana@example.test").state == DeliveryState.QUEUED
    for minutes in range(1, 60, 3):
        outbox.drain(at=at + timedelta(minutes=minutes))
    failed = delivery_to("ana@example.test")
    assert (failed.state, failed.attempts) == (DeliveryState.FAILED, outbox.MAX_ATTEMPTS)
    assert row_of(failed).state == OutboxState.DEAD
    assert "a fault of the program" in caplog.text
