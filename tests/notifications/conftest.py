"""An order to tell about, messages about it, and a mail server that really speaks SMTP."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import transaction

from modules.accounts.models import User
from modules.core import outbox
from modules.core.messages import Message, Recipient, messages, notify
from modules.core.money import Money
from modules.films.choices import OrderState
from modules.films.models import Order
from modules.notifications.models import Notification
from modules.notifications.sending import SILENT_UNTIL
from tests.notifications.smtp_peer import SmtpPeer


@pytest.fixture(autouse=True)
def answering_server() -> Iterator[None]:
    """No test waits for a mail server that was silent in another."""
    yield
    cache.delete(SILENT_UNTIL)


@pytest.fixture
def order(db: None, at: datetime) -> Order:
    """A paid order of €1,024.20 by a guest who reads English."""
    return Order.objects.create(
        number="K7Q3-9XMD",
        email="guest@example.test",
        name="Ana Ruiz",
        language="en",
        placed_key=uuid4(),
        placed_at=at,
        state=OrderState.PAID,
        state_since=at,
        currency="EUR",
        net=Money(84645, "EUR"),
        tax=Money(17775, "EUR"),
        gross=Money(102420, "EUR"),
    )


@pytest.fixture
def message() -> Iterator[Callable[..., type[Message]]]:
    """Declare a message about an order to these recipients, in the words of the clerks' message."""
    keys: list[str] = []

    def declare(recipients: Sequence[Recipient], **attributes: Any) -> type[Message]:
        key = f"tests.message{len(keys)}"
        keys.append(key)
        told = {
            "key": key,
            "category": "orders",
            "title": "A message",
            "template": "films/email/order_to_pack",
            "model": "films.Order",
            "to": staticmethod(lambda record: recipients),
            "context": classmethod(lambda cls, record: {"order": record, "lines": []}),
            **attributes,
        }
        return type(Message)("TestMessage", (Message,), told)

    yield declare
    for key in keys:
        messages.unregister(key)


@pytest.fixture
def told(order: Order, at: datetime) -> Callable[..., list[Notification]]:
    """Tell a message about the order and let the outbox do all that is due."""

    def tell(kind: type[Message], *, key: str = "once", moment: datetime = at, **facts: Any) -> list[Notification]:
        with transaction.atomic():
            notify(kind, order, key=key, at=moment, facts=facts)
        outbox.drain(at=moment)
        return list(Notification.objects.filter(message=kind.key).order_by("pk"))

    return tell


@pytest.fixture
def smtp(settings: Any) -> Iterator[SmtpPeer]:
    """The mail server, and Django set to use it."""
    with SmtpPeer() as peer:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", peer.port, 5
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield peer


@pytest.fixture
def note(at: datetime) -> Callable[..., Notification]:
    """A notification in somebody's inbox."""

    def make(user: User, title: str = "Order paid", **fields: Any) -> Notification:
        given = {
            "message": "tests.note",
            "record_type": "films.order",
            "record_id": 1,
            "language": "en",
            "text": "Thank you.",
            "url": "/orders/K7Q3-9XMD/",
            "is_in_inbox": True,
            "dedupe_key": str(uuid4()),
            "created_at": at,
        }
        return Notification.objects.create(user=user, title=title, **{**given, **fields})

    return make
