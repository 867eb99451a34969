"""The outbox effect `notifications.mail`: one mail to one address.

At least once, and honestly no better: SMTP has no idempotency key. A worker that dies after the server took the mail
and before that is written down sends it again, with the same Message-ID, by which mail programs recognise it.
"""

import random
import smtplib
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import translation

from modules.core import audit, outbox
from modules.core.actors import Actor
from modules.core.messages import Attached, messages
from modules.core.models import OutboxMessage
from modules.notifications.choices import Channel, DeliveryState
from modules.notifications.mailbox import record_sent
from modules.notifications.models import Delivery, Notification
from modules.notifications.rules import Reader, is_wanted, pause_before, unwanted
from modules.notifications.selectors import wishes_of
from modules.notifications.telling import MAIL
from modules.notifications.unsubscribing import unsubscribe_url

AUTHENTICATION_REFUSED = 530, 534, 535, 538
"""Answers about our own credentials: the mail is not at fault, so it waits until the settings are mended."""
SILENCE = 30.0
"""Seconds for which nobody asks a mail server that did not answer."""
SILENT_UNTIL = "notifications.mail_server_silent_until"


def send_mail(delivery_id: int, *, attempt: int, at: datetime) -> None:
    """Send the mail of a delivery, once as far as anybody can know.

    Raises `outbox.Later` for what may pass (refused connections, 4xx), `outbox.Hopeless` for what will not (5xx, an
    address that is none, two days of trying).
    """
    delivery = Delivery.objects.select_related("notification").filter(pk=delivery_id).first()
    if delivery is None:
        raise outbox.Hopeless(f"delivery {delivery_id} is gone")
    if delivery.state in (DeliveryState.SENT, DeliveryState.SUPPRESSED):
        return
    if (closed := closed_meanwhile(delivery.notification)) is not None:
        _note(delivery, DeliveryState.SUPPRESSED, closed)
        return
    wait_for_the_server(at)
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENDING, attempts=F("attempts") + 1)
    try:
        letter = letter_of(delivery)
        letter.send()
    except Exception as error:
        note_silence(error, at)
        _give_up_or_wait(delivery, error, attempt=attempt)
        raise  # what we do not know: the outbox logs it and tries again
    cache.delete(SILENT_UNTIL)
    with transaction.atomic():
        record_sent(letter)
        Delivery.objects.filter(pk=delivery.pk).update(
            state=DeliveryState.SENT, sent_at=at, error="", text="", html="", provider_id=message_id(delivery)
        )


def wait_for_the_server(at: datetime) -> None:
    """Let a mail wait while the server is known to be silent: a worker stands still for one time-out, not for each."""
    until = cache.get(SILENT_UNTIL)
    left = (until - at).total_seconds() if until else 0.0
    if 0 < left <= SILENCE:  # more can only be a clock that was set back
        raise outbox.Later(left * random.uniform(1, 1.25), "the mail server does not answer")  # noqa: S311 - jitter


def note_silence(error: Exception, at: datetime) -> None:
    """Remember that nobody answered, or in no time."""
    if isinstance(error, OSError) and code_of(error) is None and not isinstance(error, smtplib.SMTPNotSupportedError):
        cache.set(SILENT_UNTIL, at + timedelta(seconds=SILENCE), timeout=3600)


def letter_of(delivery: Delivery) -> EmailMultiAlternatives:
    """The mail as it is sent; ValueError for an address that is none. Only subject and address come from data."""
    notification = delivery.notification
    try:
        validate_email(notification.email)
    except ValidationError as error:
        raise ValueError(f"“{notification.email}” is no e-mail address.") from error
    headers = {"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated"}
    message = messages.get(notification.message)
    if message is not None and (url := unsubscribe_url(message, reader_of(notification))):
        headers["List-Unsubscribe"] = f"<{url}>"
    letter = EmailMultiAlternatives(notification.title, delivery.text, to=[notification.email], headers=headers)
    if delivery.html:
        letter.attach_alternative(delivery.html, "text/html")
    for attached in attachments_of(notification):
        letter.attach(attached.name, attached.content, attached.content_type)
    return letter


def attachments_of(notification: Notification) -> list[Attached]:
    """The files of a message, made now in the language of its words; none when its record is gone."""
    message = messages.get(notification.message)
    if message is None or not message.model:
        return []
    record = apps.get_model(message.model)._base_manager.filter(pk=notification.record_id).first()
    if record is None:
        return []
    with translation.override(notification.language):
        return list(message.attachments(record))


def closed_meanwhile(notification: Notification) -> str | None:
    """Why a waiting mail is no longer wanted: its reader switched the category off after it was told."""
    message = messages.get(notification.message)
    if message is None:
        return None
    reader = reader_of(notification)
    wishes = wishes_of([reader], message.category)[reader]
    return None if is_wanted(message, Channel.EMAIL, wishes) else unwanted(message.category)


def reader_of(notification: Notification) -> Reader:
    """Whom a notification was for, as far as its mail needs it."""
    return Reader(notification.user_id, notification.email, "", notification.language, settings.BUSINESS_TIME_ZONE)


def message_id(delivery: Delivery) -> str:
    """The same for every attempt, so that a second copy can be recognised."""
    return f"<{delivery.public_id}@{urlsplit(settings.BASE_URL).hostname}>"


def _give_up_or_wait(delivery: Delivery, error: Exception, *, attempt: int) -> None:
    """Write down what happened; raise the outbox's own word where we know what it means."""
    reason = words_of(error)
    if is_final(error):
        _note(delivery, DeliveryState.FAILED, reason)
        raise outbox.Hopeless(reason) from error
    pause = pause_before(delivery.attempts + 1)  # real ones: waiting for a silent server is none
    if is_passing(error) and pause is not None:
        _note(delivery, DeliveryState.QUEUED, reason)
        raise outbox.Later(pause * random.uniform(0.75, 1.25), reason) from error  # noqa: S311 - jitter, no secret
    gives_up = pause is None or (not is_passing(error) and attempt >= outbox.MAX_ATTEMPTS)
    _note(delivery, DeliveryState.FAILED if gives_up else DeliveryState.QUEUED, reason)
    if gives_up:
        raise outbox.Hopeless(reason) from error


def _note(delivery: Delivery, state: DeliveryState, reason: str) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, error=reason)


def code_of(error: Exception) -> int | None:
    """The three-digit answer of the mail server, if it gave one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _words in error.recipients.values()), default=None)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def is_final(error: Exception) -> bool:
    """Whether trying again cannot help: a 5xx about this mail, or an address or header that is none (ValueError)."""
    code = code_of(error)
    if code is not None:
        return code >= 500 and code not in AUTHENTICATION_REFUSED
    return isinstance(error, ValueError | smtplib.SMTPNotSupportedError)


def is_passing(error: Exception) -> bool:
    """Whether it is the way and not the mail: nobody answers, the server is busy, our credentials are refused."""
    return isinstance(error, OSError)  # SMTPException and time-outs are


def words_of(error: Exception) -> str:
    """What went wrong, for the staff: the server's own words where it gave some."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = (f"{code} {_text(words)}" for code, words in error.recipients.values())
        return "; ".join(answers)[:2000] or type(error).__name__
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"[:2000]
    return str(error)[:2000] if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"[:2000]


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)


def resend(delivery: Delivery, *, actor: Actor, at: datetime, email: str = "") -> bool:
    """Give a failed mail all its attempts back, to a mended address where one is given; False when it did not fail, or
    is no mail. The account's own address stays as it is."""
    with transaction.atomic():
        failed = Delivery.objects.filter(pk=delivery.pk, channel=Channel.EMAIL, state=DeliveryState.FAILED)
        if not failed.update(state=DeliveryState.QUEUED, attempts=0):
            return False
        notification = delivery.notification
        if email and email != notification.email:
            changes = {"email": [notification.email, email]}
            audit.audit(notification, "changed", actor=actor, at=at, changes=changes)
            notification.email = email
            notification.save(update_fields=["email"])
        outbox.send(MAIL, {"delivery": delivery.pk}, key=delivery.key, at=at, record=delivery.notification)
        outbox.requeue(OutboxMessage.objects.filter(key=delivery.key), at=at)
        audit.audit(delivery, "resent", actor=actor, at=at)
    return True
