"""Working a stored event: its object is asked for again, and our rows follow what the provider says now.

An event's own body tells only which object it is about, so order, age and API version of events do not matter.
"""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from modules.billing.choices import EventState, PaymentState, Provider
from modules.billing.errors import NotParked, NotYet, Unworkable
from modules.billing.events import EventParked
from modules.billing.gateways.base import Checkout, Gateway, RefusedByProvider, Unreachable
from modules.billing.gateways.choice import gateway
from modules.billing.models import Payment, WebhookEvent
from modules.billing.services.receiving import work_later
from modules.billing.services.refunds import settle_refund
from modules.billing.services.settlement import look, settle
from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.events import publish

logger = logging.getLogger(__name__)

TRIES = 4
"""How often an event may fail before it is parked; an unreachable provider does not count."""
LONG_TRIES = 12
"""How often an event may wait for another one."""
Handler = Callable[[Gateway, dict[str, Any], datetime], None]


def work_event(event_pk: int, *, at: datetime) -> None:
    """Work one event, idempotently. Raises Unreachable, and NotYet or the fault itself while it may be tried again."""
    if not WebhookEvent.objects.filter(pk=event_pk, state=EventState.STORED).update(attempts=F("attempts") + 1):
        return
    event = WebhookEvent.objects.get(pk=event_pk)
    try:
        state = _work(event, at=at)
    except Unreachable:
        WebhookEvent.objects.filter(pk=event_pk).update(attempts=F("attempts") - 1)
        raise
    except (Unworkable, RefusedByProvider) as error:
        _park(event, str(error), at=at)
    except Exception as error:
        if event.attempts < (LONG_TRIES if isinstance(error, NotYet) else TRIES):
            raise
        if not isinstance(error, NotYet):
            logger.exception("the event %s is parked", event.event_id)
        _park(event, f"{type(error).__name__}: {error}", at=at)
    else:
        _finish(event, state, at=at)


def _work(event: WebhookEvent, *, at: datetime) -> EventState:
    provider = gateway(Provider.STRIPE)
    if event.livemode != provider.livemode:
        raise Unworkable("real and test money are mixed up: this event is of the other mode than our key")
    handler = _handler(event.type)
    if handler is None:
        return EventState.IGNORED
    handler(provider, _object(event), at)
    return EventState.WORKED


def _object(event: WebhookEvent) -> dict[str, Any]:
    try:
        found = json.loads(event.payload)["data"]["object"]
        if not isinstance(found["id"], str):
            raise TypeError("the id is no text")
    except (ValueError, KeyError, TypeError) as error:
        raise Unworkable("the event names no object") from error
    return dict(found)


def _finish(event: WebhookEvent, state: EventState, *, at: datetime) -> None:
    row = WebhookEvent.objects.filter(pk=event.pk, state=EventState.STORED)
    row.update(state=state, worked_at=at, error="")


@transaction.atomic
def _park(event: WebhookEvent, why: str, *, at: datetime) -> None:
    row = WebhookEvent.objects.filter(pk=event.pk, state=EventState.STORED)
    if row.update(state=EventState.PARKED, error=why[:2000]):
        publish(EventParked(webhook_event_id=event.pk, at=at))


@transaction.atomic
def replay_event(event: WebhookEvent, *, actor: Actor, at: datetime) -> None:
    """Give a parked event another life. Raises NotParked."""
    row = WebhookEvent.objects.filter(pk=event.pk, state=EventState.PARKED)
    if not row.update(state=EventState.STORED, attempts=0):
        raise NotParked
    audit(event, "replayed", actor=actor, at=at, reason=event.error)
    work_later(event.pk, at=at, why=f"replay:{at.isoformat()}")


def _handler(kind: str) -> Handler | None:
    for prefix, handler in _HANDLERS.items():
        if kind.startswith(prefix):
            return handler
    return None


def _checkout_changed(provider: Gateway, body: dict[str, Any], at: datetime) -> None:
    _settle_checkout(provider.look_up_checkout(body["id"]), at=at)


def _intent_changed(provider: Gateway, body: dict[str, Any], at: datetime) -> None:
    """The intent's checkout is the place where everything about a payment stands."""
    checkout = provider.checkout_of_intent(body["id"])
    if checkout is None:
        raise Unworkable(f"the payment intent {body['id']} is of no checkout of ours")
    _settle_checkout(checkout, at=at)


def _settle_checkout(checkout: Checkout, *, at: datetime) -> None:
    known = Payment.objects.filter(livemode=checkout.livemode)
    payment = known.filter(session_id=checkout.session_id).first()
    if payment is None and checkout.payment:
        payment = known.filter(public=_uuid(checkout.payment)).first()
    if payment is None:
        raise Unworkable(f"the checkout {checkout.session_id} is not ours")
    settle(payment.pk, checkout, at=at)


def _uuid(text: str) -> str:
    from uuid import UUID

    try:
        return str(UUID(text))
    except ValueError:
        raise Unworkable("the name of the payment is not one of ours") from None


def _refund_changed(provider: Gateway, body: dict[str, Any], at: datetime) -> None:
    answer = provider.look_up_refund(body["id"])
    payment = Payment.objects.filter(livemode=provider.livemode, intent_id=answer.intent_id).first()
    if payment is None:
        # The news of the payment itself may still be on the way: its checkout tells.
        checkout = provider.checkout_of_intent(answer.intent_id)
        if checkout is not None:
            _settle_checkout(checkout, at=at)
    elif payment.state != PaymentState.SETTLED:
        look(payment.pk, at=at)
    settle_refund(answer, livemode=provider.livemode, at=at)


def _charge_refunded(provider: Gateway, body: dict[str, Any], at: datetime) -> None:
    """Tells of a refund without naming it; the provider's own events name it (`refund.created`), the list does too."""
    intent = body.get("payment_intent")
    if not isinstance(intent, str):
        raise Unworkable(f"the charge {body['id']} is of no payment intent")
    for answer in reversed(provider.refunds_of(intent)):
        _refund_changed(provider, {"id": answer.provider_id}, at)


def _dispute(provider: Gateway, body: dict[str, Any], at: datetime) -> None:
    raise Unworkable("a customer disputes a payment: answer it on the provider's pages")


# By the beginning of the type; the first that fits.
_HANDLERS: dict[str, Handler] = {
    "checkout.session.": _checkout_changed,
    "payment_intent.": _intent_changed,
    "charge.refund.": _refund_changed,
    "charge.refunded": _charge_refunded,
    "charge.dispute.": _dispute,
    "refund.": _refund_changed,
}
