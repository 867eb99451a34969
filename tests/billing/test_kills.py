"""A process killed at every point between “pay” pressed and the money booked, and back.

F01: nothing lost, nothing twice.
The child is a fork of the test that wraps one function before it runs; the product has no hooks for this.
"""

import json
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from modules.billing.api import PaymentPage, balance, refund_all
from modules.billing.gateways import stripe as stripe_gateway
from modules.billing.models import Payment, Refund, Transaction, WebhookEvent
from modules.billing.sandbox.server import Sandbox
from modules.billing.selectors.proof import ledger_findings
from modules.billing.services.reconciling import reconcile_when_due
from modules.billing.services.settlement import look
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.core.models import OutboxMessage
from modules.core.money import Money
from modules.core.outbox import drain
from tests.billing.conftest import post

pytestmark = pytest.mark.django_db(transaction=True)

Ask = Callable[..., PaymentPage]


def killed(place: str, work: Callable[[], object], *, after: bool = False) -> None:
    """Run the work in a child that kills itself before (or after) the named function is called."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            stripe_gateway._client.cache_clear()
            _wrap(place, after=after)
            work()
        finally:
            os._exit(3)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the child never came to {place}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def _wrap(place: str, *, after: bool) -> None:
    module_name, _dot, name = place.rpartition(".")
    owner: Any = import_module(module_name) if ":" not in module_name else None
    if owner is None:
        module_name, _colon, kind = module_name.partition(":")
        owner = getattr(import_module(module_name), kind)
    original = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> None:
        if after:
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


def recover() -> None:
    """What the product does by itself once it runs again: the outbox, its leases, and the sweep."""
    for minutes in (0, 5, 10, 15, 20):
        at = clock.now() + timedelta(minutes=minutes)
        reconcile_when_due(at=at)
        drain(at=at)


SERVICES = "modules.billing.services"


@pytest.mark.parametrize(
    ("place", "after"),
    [
        (f"{SERVICES}.payments._open_later", True),
        (f"{SERVICES}.payments.open_checkout", False),
        ("modules.billing.gateways.stripe:StripeGateway.open_checkout", False),
        ("modules.billing.gateways.stripe:StripeGateway.open_checkout", True),
        (f"{SERVICES}.payments._keep_page", True),
    ],
)
def test_f01_killed_while_asking_for_money(place: str, after: bool, ask: Ask, sandbox: Sandbox) -> None:
    killed(place, ask, after=after)
    recover()
    page = ask()  # the customer presses again
    assert page.state == "open"
    assert Payment.objects.count() == 1
    assert [session["id"] for session in sandbox.objects("checkout.session")] == [page.payment.session_id]


def test_f01_killed_after_the_row_was_committed_the_page_comes_by_itself(ask: Ask, sandbox: Sandbox) -> None:
    killed("modules.billing.gateways.stripe:StripeGateway.open_checkout", ask, after=True)
    recover()
    assert Payment.objects.get().state == "open"


@pytest.mark.parametrize(
    ("place", "after"),
    [
        (f"{SERVICES}.receiving.work_later", False),
        ("modules.billing.webhooks.store_event", True),
        (f"{SERVICES}.working._object", False),
        (f"{SERVICES}.working.settle", False),
        (f"{SERVICES}.settlement.announce", True),
        (f"{SERVICES}.settlement.post_payment", True),
        (f"{SERVICES}.working._finish", False),
        (f"{SERVICES}.working._finish", True),
    ],
)
def test_f01_killed_while_the_money_arrives(place: str, after: bool, ask: Ask, sandbox: Sandbox) -> None:
    sandbox.pay(ask().payment.session_id)
    completed = next(body for body in sandbox.objects("event") if body["type"] == "checkout.session.completed")
    body = json.dumps(completed).encode()

    def deliver_and_work() -> None:
        post(Client(), body)
        drain(at=clock.now())

    killed(place, deliver_and_work, after=after)
    if not WebhookEvent.objects.exists():  # not acknowledged, so the provider tries again
        assert post(Client(), body).status_code == 200
    recover()
    payment = Payment.objects.get()
    assert (payment.state, payment.captured) == ("settled", Money(1210, "EUR"))
    assert Transaction.objects.count() == 1
    assert WebhookEvent.objects.filter(event_id=completed["id"]).get().state == "worked"
    assert not OutboxMessage.objects.filter(state="dead").exists()
    assert ledger_findings() == []


@pytest.mark.parametrize(
    ("place", "after"),
    [
        (f"{SERVICES}.refunds.call_later", True),
        ("modules.billing.gateways.stripe:StripeGateway.refund", False),
        ("modules.billing.gateways.stripe:StripeGateway.refund", True),
        (f"{SERVICES}.refund_states.post_refund", True),
        (f"{SERVICES}.refunds.settle_refund", True),
    ],
)
def test_f01_killed_while_the_money_goes_back(
    place: str, after: bool, ask: Ask, sandbox: Sandbox, subject: Any
) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    look(payment.pk, at=clock.now())

    def cancel() -> None:
        refund_all(subject, reason="cancelled", actor=SYSTEM, at=clock.now(), key="cancel")
        drain(at=clock.now())

    killed(place, cancel, after=after)
    refund_all(subject, reason="cancelled", actor=SYSTEM, at=clock.now(), key="cancel")
    recover()
    assert Refund.objects.get().state == "settled"
    assert [refund["amount"] for refund in sandbox.objects("refund")] == [1210]
    assert balance("psp_clearing") == Money(0, "EUR")
    assert ledger_findings() == []
