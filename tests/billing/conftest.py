"""Billing's tests talk to the sandbox over real HTTP; webhooks come by the test client, signed as Stripe signs."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from modules.accounts.models import User
from modules.billing.api import PaymentPage, payment_postings, request_payment, split_gross
from modules.billing.events import (
    EventParked,
    PaymentExpired,
    PaymentFailed,
    PaymentSettled,
    RefundFailed,
    RefundSettled,
    StrayPaymentRefunded,
)
from modules.billing.models import WebhookEvent
from modules.billing.sandbox.server import Sandbox
from modules.core import clock, events
from modules.core.actors import SYSTEM
from modules.core.models import OutboxMessage
from modules.core.money import Money
from modules.core.outbox import drain
from tests.factories.accounts import UserFactory

SECRET = "whsec_tests"
TOLD = [
    PaymentSettled,
    PaymentFailed,
    PaymentExpired,
    RefundSettled,
    RefundFailed,
    StrayPaymentRefunded,
    EventParked,
]


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox(automatic=False) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox, settings: Any) -> Sandbox:
    """An empty local Stripe that the product is set up to talk to."""
    running_sandbox.reset()
    settings.STRIPE_API_BASE = running_sandbox.url
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    return running_sandbox


@pytest.fixture
def at() -> datetime:
    """The real moment: the sandbox's clock and the signatures are real too."""
    return clock.now()


@pytest.fixture
def subject(db: None) -> Iterator[User]:
    """A record that is paid for, booked as film sales with 21 % tax."""

    def credits_of(_pk: int, amount: Money) -> list[tuple[str, Money]]:
        net, tax = split_gross(amount, Decimal("0.21"))
        return [("sales_film", net), ("tax_payable", tax)]

    payment_postings.register("accounts.user", credits_of)
    yield UserFactory()
    payment_postings.unregister("accounts.user")


@pytest.fixture
def told() -> Iterator[list[events.Event]]:
    """What billing tells those above, in order."""
    heard: list[events.Event] = []
    for kind in TOLD:
        events.subscribe(kind)(heard.append)
    yield heard
    for kind in TOLD:
        events._subscribers[kind] = [known for known in events._subscribers[kind] if known != heard.append]


@pytest.fixture
def ask(sandbox: Sandbox, subject: User, at: datetime) -> Callable[..., PaymentPage]:
    """Ask for 12.10 for the subject."""

    def call(minor: int = 1210, **given: Any) -> PaymentPage:
        return request_payment(
            subject=given.pop("subject", subject),
            amount=Money(minor, "EUR"),
            back_to="/orders/a/",
            cancel_to="/basket/",
            description="Order A",
            email="buyer@example.test",
            language="es",
            actor=SYSTEM,
            at=given.pop("at", at),
        )

    return call


def sign(body: bytes, *, secret: str = SECRET, moment: float | None = None) -> str:
    """Stripe's header for these bytes."""
    stamp = int(clock.now().timestamp() if moment is None else moment)
    digest = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


def post(client: Client, body: bytes, header: str | None = None) -> HttpResponse:
    """Deliver bytes to the receiver, signed unless a header is given."""
    return client.post(
        "/webhooks/stripe/",
        data=body,
        content_type="application/json",
        headers={"Stripe-Signature": sign(body) if header is None else header},
    )


@pytest.fixture
def deliver(client: Client, sandbox: Sandbox) -> Callable[..., int]:
    """Post the sandbox's events, all in order or those given, and work them; how many there were."""

    def call(*chosen: dict[str, Any], work: bool = True) -> int:
        bodies = chosen or tuple(sandbox.objects("event"))
        for body in bodies:
            assert post(client, json.dumps(body).encode()).status_code == 200
        if work:
            work_all()
        return len(bodies)

    return call


def work_all() -> None:
    """Do everything that is due, and what billing will try again later."""
    for minutes in range(6):
        drain(at=clock.now() + timedelta(minutes=10 * minutes))
        if not OutboxMessage.objects.filter(effect__startswith="billing.", state="pending").exists():
            break


def states() -> dict[str, list[str]]:
    """Events by what became of them."""
    found: dict[str, list[str]] = {}
    for event in WebhookEvent.objects.order_by("pk"):
        found.setdefault(event.state, []).append(event.type)
    return found


def event(**changes: Any) -> bytes:
    told = {
        "id": "evt_1",
        "object": "event",
        "type": "customer.created",
        "livemode": False,
        "api_version": "2026-10-28.endive",
        "created": 1_790_000_000,
        "data": {"object": {"id": "cus_1", "object": "customer"}},
    }
    return json.dumps(told | changes).encode()
