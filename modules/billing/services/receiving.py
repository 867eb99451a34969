"""Storing what the provider tells, once."""

from datetime import datetime
from typing import Any, Protocol

from django.db import connection, transaction

from modules.billing.choices import EventState
from modules.billing.models import WebhookEvent
from modules.core.outbox import send


class ToldEvent(Protocol):
    """An event as it came to the door or from the provider's list."""

    @property
    def event_id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def livemode(self) -> bool: ...
    @property
    def api_version(self) -> str: ...
    @property
    def happened_at(self) -> datetime: ...
    @property
    def body(self) -> str: ...


_COLUMNS = "livemode, event_id, type, api_version, payload, happened_at, received_at, state, attempts, error"
_INSERT = (
    f"INSERT INTO {WebhookEvent._meta.db_table} ({_COLUMNS}) "  # noqa: S608 - constants
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, '') "
    "ON CONFLICT (livemode, event_id) DO NOTHING RETURNING id"
)


def store_event(told: ToldEvent, *, at: datetime) -> int | None:
    """Store an event and have it worked; None when it was stored before. One statement decides, so that equal posts at
    once make one row. The statement is written out because this is the product's busiest door."""
    adapt = connection.ops.adapt_datetimefield_value
    values: list[Any] = [
        told.livemode,
        told.event_id,
        told.type,
        told.api_version,
        told.body,
        adapt(told.happened_at),
        adapt(at),
        EventState.STORED.value,
    ]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, values)
            row = cursor.fetchone()
        if row is None:
            return None
        work_later(row[0], at=at)
    return int(row[0])


def work_later(event_pk: int, *, at: datetime, why: str = "") -> None:
    """Ask for an event to be worked; a further reason asks again."""
    send("billing.event", {"event": event_pk}, key=f"billing.event:{event_pk}{why and ':'}{why}", at=at)
