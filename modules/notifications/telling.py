"""The outbox effect `notifications.tell`: one message about one record becomes notifications and deliveries."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.utils import translation

from modules.core import outbox
from modules.core.audit import record_type
from modules.core.messages import Message, Recipient, messages
from modules.core.once import once
from modules.notifications.choices import Channel, DeliveryState
from modules.notifications.models import Delivery, Notification
from modules.notifications.rendering import Rendering, render
from modules.notifications.rules import Reader, Way, Wishes, ways
from modules.notifications.selectors import wishes_of

if TYPE_CHECKING:
    from modules.accounts.models import User

MAIL = "notifications.mail"

logger = logging.getLogger(__name__)


def tell(*, message_key: str, record_id: int, facts: Mapping[str, Any], dedupe_key: str, at: datetime) -> int:
    """Tell everybody whom the message names, each once per key; how many were told now.

    A recipient for whom it fails stops no other; the error is raised when all others are told, so that the outbox
    comes back for the rest.
    """
    message = messages.get(message_key)
    if message is None:
        raise outbox.Hopeless(f"no module declares the message “{message_key}”")
    label = message.model or facts["model"]
    record = apps.get_model(label)._base_manager.filter(pk=record_id).first()
    if record is None:
        raise outbox.Hopeless(f"{label} {record_id} is gone")
    told, failures = 0, []
    audience = readers(message.recipients(record, facts))
    wishes = wishes_of(audience, message.category)
    for reader in audience:
        try:
            told += _tell_one(message, record, reader, facts, wishes[reader], dedupe_key=dedupe_key, at=at)
        except Exception as error:
            logger.exception("%s could not be written for one recipient", message_key)
            failures.append(error)
    if failures:
        raise failures[0]
    return told


def readers(recipients: Sequence[Recipient]) -> list[Reader]:
    """The recipients with what is known of their accounts, nobody twice; one query."""
    ids = {recipient.user_id for recipient in recipients if recipient.user_id is not None}
    people: dict[Any, User] = get_user_model()._default_manager.in_bulk(ids) if ids else {}
    found: dict[object, Reader] = {}
    for recipient in recipients:
        reader = _reader(recipient, people.get(recipient.user_id))
        if reader is not None:
            found.setdefault(reader.user_id or reader.email, reader)
    return list(found.values())


def _reader(recipient: Recipient, user: "User | None") -> Reader | None:
    """None when there is neither an account nor an address."""
    email = recipient.email.strip()
    if user is None:
        language = known_language([recipient.language])
        guest = Reader(None, email, "", language, settings.BUSINESS_TIME_ZONE, why=_why(recipient, language))
        return guest if email else None
    zone = user.zone if user.zone in available_timezones() else settings.BUSINESS_TIME_ZONE
    language = known_language([user.language, recipient.language])
    return Reader(
        user.pk, email or user.email, user.get_full_name(), language, zone, user.is_active, _why(recipient, language)
    )


def _why(recipient: Recipient, language: str) -> str:
    """Why somebody is told, in their own language."""
    with translation.override(language):
        return str(recipient.why)


def known_language(wanted: Iterable[str]) -> str:
    """The first language that this installation speaks (`es` for `es-MX`), else its own."""
    for code in wanted:
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)


def _tell_one(
    message: type[Message],
    record: models.Model,
    reader: Reader,
    facts: Mapping[str, Any],
    wishes: Wishes,
    *,
    dedupe_key: str,
    at: datetime,
) -> bool:
    """Whether the reader is told now; the words are written before the transaction, which only saves them."""
    whose: dict[str, Any] = {"user_id": reader.user_id} if reader.user_id else {"user_id": None, "email": reader.email}
    if Notification.objects.filter(dedupe_key=dedupe_key, **whose).exists():
        return False
    words = render(message, record, reader, facts)
    with once(Notification, dedupe_key=dedupe_key, **whose) as first:
        if first.found is not None:
            return False
        open_ways = ways(message, reader, wishes)
        notification = Notification.objects.create(
            **_fields(message, record, reader, words, open_ways), dedupe_key=dedupe_key, created_at=at
        )
        _ask_deliveries(notification, words, open_ways, at=at)
    return True


def _fields(
    message: type[Message], record: models.Model, reader: Reader, words: Rendering, open_ways: Sequence[Way]
) -> dict[str, Any]:
    has_inbox = reader.user_id is not None
    is_shown = any(way.channel == Channel.IN_APP and way.state == DeliveryState.SENT for way in open_ways)
    return {
        "user_id": reader.user_id,
        "email": reader.email,
        "message": message.key,
        "category": message.category,
        "record_type": record_type(record),
        "record_id": record.pk,
        "language": reader.language,
        "title": words.title,
        "text": words.note,
        # A guest's link opens the record to whoever holds it: it stands in the mail and nowhere else.
        "url": words.url[:500] if has_inbox else "",
        "is_in_inbox": is_shown,
        "why": reader.why[:200],
        "wording": words.wording,
    }


def _ask_deliveries(notification: Notification, words: Rendering, open_ways: Sequence[Way], *, at: datetime) -> None:
    """A delivery for each way, and an outbox row of its own for each mail: one refused address stops no other."""
    for way in open_ways:
        is_mail = way.channel == Channel.EMAIL and way.state == DeliveryState.QUEUED
        delivery = Delivery.objects.create(
            notification=notification,
            channel=way.channel,
            state=way.state,
            error=way.reason,
            text=words.text if is_mail else "",
            html=words.html if is_mail else "",
            created_at=at,
            sent_at=at if way.state == DeliveryState.SENT else None,
        )
        if is_mail:
            outbox.send(MAIL, {"delivery": delivery.pk}, key=delivery.key, at=at, record=notification)
