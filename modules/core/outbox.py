"""Work that touches the world: saved with the change that asks for it, done after it, never lost and never doubled.

`send` writes a row in the caller's transaction. The ticker leases due rows (`lease_due`) and hands each batch to the
queue, whose worker calls `deliver`. A row that is not finished when its lease ends is leased again, so it does not
matter where a process dies. Handlers get the row's key and must be idempotent by it.
"""

import logging
import random
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from modules.core import clock, request_id
from modules.core.audit import record_type
from modules.core.choices import OutboxState
from modules.core.events import Event, publish
from modules.core.models import OutboxMessage
from modules.core.registry import Registry
from modules.core.statements import insert

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=150)
"""How long a worker may take before its row is given to another; longer than the queue's time limit for a task."""
MAX_ATTEMPTS = 8

_COLUMNS = (
    "effect", "payload", "key", "record_type", "record_id", "request_id", "state", "attempts", "created_at", "due_at",
    "error",
)  # fmt: skip


class Later(Exception):
    """Raised by a handler: not possible yet, try again after `seconds`; does not count as a failure for ever."""

    def __init__(self, seconds: float, why: str = "") -> None:
        self.seconds = seconds
        super().__init__(why or f"try again in {seconds} s")


class CalledOff(Exception):
    """What asked for the effect has been taken off again: it is not done, and nothing has gone wrong."""


class Hopeless(Exception):
    """Raised by a handler: trying again cannot help; the row becomes a dead letter at once."""


@dataclass(frozen=True)
class Delivery:
    """What a handler is told: the row's payload, its idempotency key, the moment, and which attempt this is."""

    payload: dict[str, Any]
    key: str
    at: datetime
    attempt: int


@dataclass(frozen=True, kw_only=True)
class GivenUp(Event):
    """A row has become a dead letter."""

    effect: str
    key: str
    record_type: str
    record_id: int | None
    error: str
    at: datetime


Handler = Callable[[Delivery], None]
handlers: Registry[Handler] = Registry("effects")
Objection = Callable[[OutboxMessage], str]
objections: Registry[Objection] = Registry("objections to effects")
"""Asked before every attempt, and before a dead letter is tried again: why it must not be done any more; nothing where
nothing speaks against it."""


def why_not(message: OutboxMessage) -> str:
    """Why an effect must not be done any more, in words; nothing where it may."""
    return next((why for objection in objections if (why := objection(message))), "")


def effect(name: str) -> Callable[[Handler], Handler]:
    """Register the handler of an effect, in a module's `tasks.py`. It runs outside of any transaction."""

    def add(handler: Handler) -> Handler:
        return handlers.register(name, handler)

    return add


def send(
    name: str,
    payload: dict[str, Any],
    *,
    key: str,
    at: datetime,
    record: models.Model | None = None,
    due_at: datetime | None = None,
) -> None:
    """Ask for an effect once per key; must be inside the transaction of the change that causes it."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an outbox row is written in the transaction of its cause")
    sent, due_at = _sent.get(), due_at or at
    if sent is not None and sent.held_until is not None:
        due_at = max(due_at, sent.held_until)
    pk = insert(OutboxMessage, _COLUMNS, ignore=True).run(
        name,
        payload,
        key,
        "" if record is None else record_type(record),
        None if record is None else record.pk,
        request_id.current(),
        OutboxState.PENDING,
        0,
        at,
        due_at,
        "",
    )
    if sent is not None and pk is not None:
        sent.ids.append(pk)


@dataclass
class Sent:
    """The rows that a step has written; they wait until `held_until`, so that the step can be taken back meanwhile."""

    held_until: datetime | None = None
    ids: list[int] = field(default_factory=list)


_sent: ContextVar[Sent | None] = ContextVar("sent", default=None)


@contextmanager
def collecting(held_until: datetime | None = None) -> Iterator[Sent]:
    """Note which rows are written inside, by whomever; an inner one notes for itself."""
    sent = Sent(held_until)
    token = _sent.set(sent)
    try:
        yield sent
    finally:
        _sent.reset(token)


def is_all_here(ids: Collection[int]) -> bool:
    """Whether nobody has begun with any of the rows."""
    return _untouched(ids).count() == len(ids)


def cancel_pending(ids: Collection[int]) -> bool:
    """Withdraw rows that nobody has begun with, all of them or none; False when one has left the house.

    They are deleted, so that their keys are free again: a thing that never happened may happen later.
    """
    with transaction.atomic():
        rows = OutboxMessage.objects.filter(pk__in=ids).order_by("pk")
        if connection.vendor == "postgresql":
            rows = rows.select_for_update()
        list(rows.values_list("pk"))  # a worker that is leasing them comes first, or finds them gone
        if not is_all_here(ids):
            return False
        _untouched(ids).delete()
    return True


def _untouched(ids: Collection[int]) -> models.QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(pk__in=ids, state=OutboxState.PENDING, leased_until__isnull=True, attempts=0)


def lease_due(*, at: datetime, limit: int = 50) -> list[int]:
    """Lease due rows to the caller, oldest first, and give their ids; two callers never get the same row."""
    free = models.Q(leased_until__isnull=True) | models.Q(leased_until__lt=at)
    due = OutboxMessage.objects.filter(free, state=OutboxState.PENDING, due_at__lte=at).order_by("due_at", "pk")
    with transaction.atomic():
        if connection.vendor == "postgresql":
            due = due.select_for_update(skip_locked=True)
        ids = list(due.values_list("pk", flat=True)[:limit])
        OutboxMessage.objects.filter(pk__in=ids).update(leased_until=at + LEASE)
    return ids


def any_due(*, at: datetime) -> bool:
    """Whether the ticker has something to lease: one read of a small index, no write."""
    free = models.Q(leased_until__isnull=True) | models.Q(leased_until__lt=at)
    return OutboxMessage.objects.filter(free, state=OutboxState.PENDING, due_at__lte=at).exists()


def deliver(ids: Iterable[int], *, at: datetime | None = None) -> int:
    """Do the leased rows one after the other; a failing one is put off with growing pauses and stops no other."""
    done = 0
    for message in OutboxMessage.objects.filter(pk__in=list(ids), state=OutboxState.PENDING).order_by("due_at", "pk"):
        with request_id.request_id(message.request_id):
            done += _attempt(message, at=at or clock.now())
    return done


def _attempt(message: OutboxMessage, *, at: datetime) -> bool:
    counted = OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.PENDING, attempts=message.attempts)
    if not counted.update(attempts=message.attempts + 1, leased_until=at + LEASE):
        return False  # another worker has it
    delivery = Delivery(message.payload, message.key, at, message.attempts + 1)
    try:
        if why := why_not(message):
            raise CalledOff(why)
        handler = handlers.get(message.effect)
        if handler is None:
            raise Hopeless(f"no handler for the effect “{message.effect}”")
        handler(delivery)
    except Later as later:
        _put_off(message, at=at, seconds=later.seconds, error=str(later))
    except CalledOff as why:
        _finish(message, OutboxState.DONE, at=at, error=str(why))
    except Hopeless as error:
        _give_up(message, at=at, error=str(error))
    except Exception as error:
        logger.exception("effect %s failed (attempt %s)", message.effect, delivery.attempt)
        reason = "".join(traceback.format_exception_only(error)).strip()
        if delivery.attempt >= MAX_ATTEMPTS:
            _give_up(message, at=at, error=reason)
        else:
            _put_off(message, at=at, seconds=backoff(delivery.attempt), error=reason)
    else:
        _finish(message, OutboxState.DONE, at=at)
        return True
    return False


def backoff(attempt: int) -> float:
    """Seconds to wait after a failed attempt: 2, 4, 8 … capped at an hour, with a quarter of jitter."""
    return min(2.0**attempt, 3600.0) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, not a secret


def _give_up(message: OutboxMessage, *, at: datetime, error: str) -> None:
    """Make a row a dead letter, and say so in the same transaction; who fails at hearing it does not bring it back."""
    news = GivenUp(
        effect=message.effect, key=message.key, record_type=message.record_type, record_id=message.record_id,
        error=error[:2000], at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            _finish(message, OutboxState.DEAD, at=at, error=error)
            publish(news)
    except Exception:
        logger.exception("what follows from giving up effect %s failed", message.effect)
        _finish(message, OutboxState.DEAD, at=at, error=error)


def _finish(message: OutboxMessage, state: OutboxState, *, at: datetime, error: str = "") -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=state, finished_at=at, leased_until=None, error=error[:2000]
    )


def _put_off(message: OutboxMessage, *, at: datetime, seconds: float, error: str) -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(
        due_at=at + timedelta(seconds=seconds), leased_until=None, error=error[:2000]
    )


def requeue(messages: Iterable[OutboxMessage], *, at: datetime) -> int:
    """Give dead letters a new life, with all their attempts back; not those that must not be done any more."""
    ids = [message.pk for message in messages if not why_not(message)]
    return OutboxMessage.objects.filter(pk__in=ids, state=OutboxState.DEAD).update(
        state=OutboxState.PENDING, attempts=0, due_at=at, leased_until=None, finished_at=None
    )


def drain(*, at: datetime | None = None, rounds: int = 20) -> int:
    """Lease and deliver in this process until nothing is due; for `sweep`, demo data and tests."""
    done = 0
    for _round in range(rounds):
        ids = lease_due(at=at or clock.now())
        if not ids:
            break
        done += deliver(ids, at=at)
    return done
