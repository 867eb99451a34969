"""The provider slow, down, or silent after it has done what was asked (F15), and the customer who presses again."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from modules.billing.api import PaymentPage, close_checkout
from modules.billing.events import PaymentFailed
from modules.billing.models import Payment
from modules.billing.sandbox.server import Sandbox
from modules.billing.services.reconciling import reconcile
from modules.core import clock
from modules.core.models import OutboxMessage
from modules.core.outbox import drain
from tests.billing.conftest import work_all
from tests.factories.billing import PaymentFactory

Ask = Callable[..., PaymentPage]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests wait for half a second only."""
    monkeypatch.setattr("modules.billing.services.payments.IN_REQUEST", 0.5)


SILENCES = [
    {"kind": "timeout_after", "ms": 6000},
    {"kind": "slow", "ms": 6000},
    {"kind": "reset_after"},
    {"kind": "reset_before"},
    {"kind": "error_500"},
    {"kind": "error_500", "after_effect": True},
    {"kind": "rate_limit"},
]


@pytest.mark.parametrize("fault", SILENCES, ids=[str(fault["kind"]) for fault in SILENCES])
@pytest.mark.django_db
def test_f15_a_page_whose_answer_is_lost_is_pending_and_then_there(
    fault: dict[str, Any], ask: Ask, sandbox: Sandbox, client: Client, impatient: None, told: list[Any]
) -> None:
    sandbox.faults.add(method="POST", path="/v1/checkout/sessions", count=1, **fault)
    started = time.monotonic()
    page = ask()
    assert time.monotonic() - started < 5
    assert (page.url, page.state) == (None, "requested")
    waiting = client.get(page.next_url, headers={"HX-Request": "true"}).content.decode()
    assert "pending" in waiting
    assert "failed" not in waiting
    time.sleep(5.7 if fault["kind"] == "slow" else 0)  # the provider is still at it under the same key
    work_all()
    payment = Payment.objects.get()
    assert payment.state == "open"
    response = client.get(page.next_url)
    assert (response.status_code, response["Location"]) == (303, payment.checkout_url)
    sessions = sandbox.objects("checkout.session")
    assert len(sessions) == (2 if fault.get("after_effect") else 1)  # a remembered 500 needs another key
    assert [session["id"] for session in sessions][-1] == payment.session_id
    assert told == []


@pytest.mark.django_db
def test_f15_the_retry_uses_the_stored_key(ask: Ask, sandbox: Sandbox, impatient: None) -> None:
    sandbox.faults.add("timeout_after", method="POST", path="/v1/checkout/sessions", count=1, ms=1500)
    page = ask()
    work_all()
    calls = [call for call in sandbox.control.state()["requests"] if call["method"] == "POST"]
    assert {call["idempotency_key"] for call in calls} == {page.payment.call_key}
    assert len(calls) == 2
    assert len(sandbox.objects("checkout.session")) == 1


@pytest.mark.django_db
def test_the_key_is_stored_before_the_call(ask: Ask, sandbox: Sandbox, settings: Any) -> None:
    """As after a kill between the commit and the call: row, key and the outbox row that tries again are there."""
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    page = ask()
    payment = Payment.objects.get()
    assert payment.call_key == page.payment.call_key
    assert OutboxMessage.objects.filter(effect="billing.open_checkout", payload={"payment": payment.pk}).count() == 1
    settings.STRIPE_API_BASE = sandbox.url
    work_all()
    payment.refresh_from_db()
    assert payment.state == "open"


@pytest.mark.django_db
def test_a_payment_whose_outbox_row_is_lost_is_opened_by_the_sweep(
    ask: Ask, sandbox: Sandbox, settings: Any, at: datetime
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    ask()
    OutboxMessage.objects.all().delete()
    settings.STRIPE_API_BASE = sandbox.url
    reconcile(at=at + timedelta(minutes=5))
    assert Payment.objects.get().state == "open"


@pytest.mark.django_db
def test_a_payment_that_the_provider_refuses_fails(ask: Ask, sandbox: Sandbox, client: Client, told: list[Any]) -> None:
    page = ask(1)  # below the provider's least amount
    assert (page.url, page.state) == (None, "failed")
    assert "least" in Payment.objects.get().error
    assert [type(event) for event in told] == [PaymentFailed]
    assert "closed" in client.get(page.next_url).content.decode()
    assert ask().state == "open"


@pytest.mark.django_db
def test_closing_an_unknown_page_finds_and_closes_it(
    ask: Ask, sandbox: Sandbox, subject: Any, at: datetime, impatient: None
) -> None:
    sandbox.faults.add("timeout_after", method="POST", path="/v1/checkout/sessions", count=1, ms=1500)
    ask()
    close_checkout(subject, at=at)
    work_all()
    assert Payment.objects.get().state == "expired"
    assert [session["status"] for session in sandbox.objects("checkout.session")] == ["expired"]


@pytest.mark.django_db
def test_closing_before_any_call_makes_no_page(sandbox: Sandbox, subject: Any, at: datetime, settings: Any) -> None:
    payment = PaymentFactory(subject_id=subject.pk, expires_at=at + timedelta(hours=1))
    close_checkout(subject, at=at)
    work_all()
    payment.refresh_from_db()
    assert payment.state == "expired"
    assert sandbox.objects("checkout.session") == []


@pytest.mark.django_db
def test_the_return_page_leads_on_while_the_provider_is_silent(
    ask: Ask, sandbox: Sandbox, client: Client, settings: Any
) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    response = client.get(f"/payments/{payment.public}/return/")
    assert (response.status_code, response["Location"]) == (303, "/orders/a/")
    payment.refresh_from_db()
    assert payment.state == "open"


@pytest.mark.django_db
def test_the_pending_page_answers_htmx_with_its_part(ask: Ask, client: Client, settings: Any) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    page = ask()
    part = client.get(page.next_url, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith("<section")
    assert "HX-Request" in part["Vary"]
    whole = client.get(page.next_url)
    assert part.content.decode().strip() in whole.content.decode()


@pytest.mark.django_db
def test_a_wrong_key_is_no_verdict_about_a_payment(ask: Ask, settings: Any, sandbox: Sandbox) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_other"
    assert ask().state == "requested"
    settings.STRIPE_SECRET_KEY = "sk_test_sandbox"
    work_all()
    assert Payment.objects.get().state == "open"
    assert "sk_test_other" not in str(list(OutboxMessage.objects.values_list("error", flat=True)))


@pytest.mark.django_db
def test_the_outbox_row_of_an_opened_page_does_nothing_more(ask: Ask, sandbox: Sandbox) -> None:
    ask()
    before = len(sandbox.control.state()["requests"])
    drain(at=clock.now() + timedelta(minutes=1))
    assert len(sandbox.control.state()["requests"]) == before
