"""Going to look: what nobody told us, or told us and nobody worked."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from modules.billing.choices import OPEN_STATES, UNDER_WAY, EventState, PaymentState, Provider, RefundState
from modules.billing.errors import NotYet, Unworkable
from modules.billing.gateways.base import Gateway, RefusedByProvider
from modules.billing.gateways.choice import card_payments_available, gateway
from modules.billing.models import EventCursor, Payment, Refund, WebhookEvent
from modules.billing.services.payments import open_checkout
from modules.billing.services.receiving import store_event, work_later
from modules.billing.services.refunds import look_at_refund, make_refund
from modules.billing.services.settlement import look
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.core.outbox import send

EVERY = timedelta(minutes=2)
OVERLAP = timedelta(minutes=5)
"""How far before the last seen event the list is read again: times there have one second's resolution."""
QUIET = timedelta(minutes=1)
"""How long a row may wait for its own news before it is looked at."""
BATCH = 50
BODY_DAYS = 90
"""How long the bodies of events are kept."""


def reconcile_when_due(*, at: datetime) -> int:
    """Ask for a look at the provider every few minutes, and for events that nobody works. Database only."""
    found = _work_forgotten_events(at=at)
    if not card_payments_available():
        return found
    livemode = gateway(Provider.STRIPE).livemode
    EventCursor.objects.get_or_create(
        provider=Provider.STRIPE, livemode=livemode, defaults={"asked_at": at - 2 * EVERY}
    )
    with transaction.atomic():
        cursor = EventCursor.objects.filter(provider=Provider.STRIPE, livemode=livemode, asked_at__lte=at - EVERY)
        if cursor.update(asked_at=at):
            OutboxMessage.objects.filter(effect="billing.reconcile", state=OutboxState.DONE).delete()
            send("billing.reconcile", {}, key=f"billing.reconcile:{livemode}:{at.isoformat()}", at=at)
            _forget_bodies(at=at)
            found += 1
    return found


def _work_forgotten_events(*, at: datetime) -> int:
    """The stored row is the queue: whatever became of its outbox row, it is worked."""
    forgotten = WebhookEvent.objects.filter(state=EventState.STORED, received_at__lte=at - EVERY)
    ids = set(forgotten.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if ids:
        waiting = OutboxMessage.objects.filter(effect="billing.event", state=OutboxState.PENDING)
        ids -= {payload["event"] for payload in waiting.values_list("payload", flat=True)}
    tick = int(at.timestamp()) // int(EVERY.total_seconds())
    with transaction.atomic():
        for pk in sorted(ids):
            work_later(pk, at=at, why=f"sweep:{tick}")
    return len(ids)


def _forget_bodies(*, at: datetime) -> None:
    old = WebhookEvent.objects.filter(
        state__in=[EventState.WORKED, EventState.IGNORED], received_at__lte=at - timedelta(days=BODY_DAYS)
    )
    old.exclude(payload="").update(payload="")


def reconcile(*, at: datetime) -> None:
    """Look up our own waiting rows by their ids, then read what happened since last time. Raises Unreachable."""
    provider = gateway(Provider.STRIPE)
    _look_at_payments(provider, at=at)
    _look_at_refunds(provider, at=at)
    read_events(provider, at=at)


def _unseen(rows: QuerySet, *, at: datetime) -> QuerySet:
    fresh = Q(checked_at__isnull=True, created_at__lte=at - QUIET) | Q(checked_at__lte=at - QUIET)
    return rows.filter(fresh).order_by(F("checked_at").asc(nulls_first=True), "pk")[:BATCH]


def _look_at_payments(provider: Gateway, *, at: datetime) -> None:
    waiting = Payment.objects.filter(provider=Provider.STRIPE, livemode=provider.livemode, state__in=OPEN_STATES)
    for payment in _unseen(waiting, at=at):
        try:
            if payment.state == PaymentState.REQUESTED:
                open_checkout(payment.pk, at=at)
            else:
                look(payment.pk, at=at)
        except Unworkable as error:
            Payment.objects.filter(pk=payment.pk).update(error=str(error)[:2000], checked_at=at)


def _look_at_refunds(provider: Gateway, *, at: datetime) -> None:
    about = {"payment__provider": Provider.STRIPE, "livemode": provider.livemode, "state__in": UNDER_WAY}
    for refund in _unseen(Refund.objects.filter(**about), at=at):
        try:
            if refund.state == RefundState.REQUESTED:
                make_refund(refund.pk, at=at)
            else:
                look_at_refund(refund.pk, at=at)
        except (Unworkable, NotYet, RefusedByProvider) as error:
            Refund.objects.filter(pk=refund.pk).update(error=str(error)[:2000], checked_at=at)


def read_events(provider: Gateway, *, at: datetime) -> int:
    """Store every event since last time that was never delivered; how many these were. The first time only the last
    minutes are read: what an account did before is nothing to us."""
    cursor, _created = EventCursor.objects.get_or_create(
        provider=Provider.STRIPE, livemode=provider.livemode, defaults={"asked_at": at}
    )
    since = cursor.read_until or at
    new, newest = 0, since
    for told in provider.events_since(since - OVERLAP):
        newest = max(newest, told.happened_at)
        new += store_event(told, at=at) is not None
    EventCursor.objects.filter(pk=cursor.pk).update(read_until=newest)
    return new
