"""The whole way over real HTTP: the sandbox delivers to a running server by itself."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from modules.billing.api import request_payment
from modules.billing.models import Payment, WebhookEvent
from modules.billing.sandbox.server import Sandbox
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.core.money import Money
from modules.core.outbox import drain
from tests.billing.conftest import SECRET

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivering(live_server: Any, settings: Any) -> Iterator[Sandbox]:
    with Sandbox(webhook_url=f"{live_server.url}/webhooks/stripe/", webhook_secrets=["whsec_new", SECRET]) as sandbox:
        settings.STRIPE_API_BASE = sandbox.url
        yield sandbox


def until(is_so: Callable[[], bool]) -> None:
    limit = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < limit, "it did not come"
        time.sleep(0.05)


def test_a_payment_is_delivered_stored_and_settled(delivering: Sandbox, subject: Any) -> None:
    page = request_payment(
        subject=subject,
        amount=Money(1210, "EUR"),
        back_to="/",
        cancel_to="/",
        description="Order A",
        actor=SYSTEM,
        at=clock.now(),
    )
    delivering.faults.add("repeat", times=2)
    delivering.faults.add("bad_signature", event="charge.*", count=1)
    delivering.pay(page.payment.session_id)
    expected = len(delivering.objects("event")) - 1
    until(lambda: WebhookEvent.objects.count() >= expected)
    drain(at=clock.now())
    assert Payment.objects.get().state == "settled"
