"""What runs outside of requests: the calls to the provider, the working of events, and the look every few minutes."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from modules.billing.choices import PaymentState
from modules.billing.errors import NotYet, Unworkable
from modules.billing.gateways.base import Unreachable
from modules.billing.services.payments import close_page, open_checkout
from modules.billing.services.proving import prove, prove_when_due
from modules.billing.services.reconciling import reconcile, reconcile_when_due
from modules.billing.services.refunds import make_refund
from modules.billing.services.working import work_event
from modules.core.outbox import Delivery, Hopeless, Later, backoff, effect
from modules.core.sweeps import sweep

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 300.0
"""Seconds; an unreachable provider is asked for ever, and at least this often."""


@contextmanager
def _patiently(delivery: Delivery) -> Iterator[None]:
    """The provider's silence is no failure: the row waits, longer each time."""
    try:
        yield
    except (Unreachable, NotYet) as error:
        raise Later(min(backoff(delivery.attempt), LONGEST_PAUSE), str(error)) from error
    except Unworkable as error:
        raise Hopeless(str(error)) from error


@effect("billing.open_checkout")
def open_checkout_effect(delivery: Delivery) -> None:
    with _patiently(delivery):
        payment = open_checkout(delivery.payload["payment"], at=delivery.at)
        if payment.state == PaymentState.REQUESTED:
            raise Unreachable(payment.error)


@effect("billing.close_checkout")
def close_checkout_effect(delivery: Delivery) -> None:
    with _patiently(delivery):
        close_page(delivery.payload["payment"], at=delivery.at)


@effect("billing.refund")
def refund_effect(delivery: Delivery) -> None:
    with _patiently(delivery):
        make_refund(delivery.payload["refund"], at=delivery.at)


@effect("billing.event")
def event_effect(delivery: Delivery) -> None:
    with _patiently(delivery):
        work_event(delivery.payload["event"], at=delivery.at)


@effect("billing.reconcile")
def reconcile_effect(delivery: Delivery) -> None:
    """One try each: the next one comes in minutes anyway."""
    try:
        reconcile(at=delivery.at)
    except Unreachable as error:
        logger.warning("the payment provider cannot be reached: %s", error)


@effect("billing.prove")
def prove_effect(delivery: Delivery) -> None:
    prove(date.fromisoformat(delivery.payload["day"]), at=delivery.at)


@sweep("billing.prove")
def prove_sweep(at: datetime) -> int:
    return prove_when_due(at=at)


@sweep("billing.reconcile")
def reconcile_sweep(at: datetime) -> int:
    return reconcile_when_due(at=at)
