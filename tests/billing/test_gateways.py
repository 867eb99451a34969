"""The providers behind one interface, the choice between them, and demo history."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.checks import CheckMessage

from modules.billing.api import (
    PaymentPage,
    balance,
    card_payments_available,
    payments_of,
    recording,
    refund_all,
    settle_recorded,
)
from modules.billing.checks import card_payments, check_settings, parked_events
from modules.billing.gateways.base import CheckoutStatus, RefundStatus, RefusedByProvider, Unreachable
from modules.billing.gateways.choice import gateway
from modules.billing.gateways.stripe import DELAYED_METHODS, StripeGateway, _checkout, _refund, _status
from modules.billing.models import Refund
from modules.billing.sandbox.server import Sandbox
from modules.core.actors import SYSTEM
from modules.core.messages import messages
from modules.core.money import Money
from modules.core.outbox import drain
from tests.factories.accounts import OwnerFactory, StaffFactory
from tests.factories.billing import PaymentFactory, WebhookEventFactory


def test_fields_that_may_be_absent_are_not_missed() -> None:
    session = {"id": "cs_1", "status": "complete", "payment_status": "paid", "amount_total": 5, "currency": "eur"}
    checkout = _checkout(session | {"livemode": False})
    assert (checkout.payment, checkout.intent_id, checkout.url) == ("", "", "")
    assert checkout.received == Money(5, "EUR")
    refund = _refund({"id": "re_1", "amount": 5, "currency": "eur"})
    assert (refund.status, refund.refund, refund.intent_id) == (RefundStatus.PENDING, "", "")


@pytest.mark.parametrize(
    ("session", "intent", "status"),
    [
        (("open", "unpaid"), "requires_payment_method", CheckoutStatus.OPEN),
        (("complete", "unpaid"), "processing", CheckoutStatus.PROCESSING),
        (("complete", "unpaid"), "requires_payment_method", CheckoutStatus.FAILED),
        (("complete", "paid"), "succeeded", CheckoutStatus.PAID),
        (("expired", "unpaid"), None, CheckoutStatus.EXPIRED),
        (("expired", "paid"), "succeeded", CheckoutStatus.PAID),
    ],
)
def test_how_a_checkout_stands(session: tuple[str, str], intent: str | None, status: CheckoutStatus) -> None:
    body = {"status": session[0], "payment_status": session[1]}
    assert _status(body, {"status": intent} if intent else {}) is status


def test_delayed_methods_are_names_that_the_library_knows() -> None:
    from stripe.params.checkout import _session_create_params

    source = inspect.getsource(_session_create_params)
    assert [name for name in DELAYED_METHODS if f'"{name}"' not in source] == []


def test_errors_speak_our_words_and_never_hold_the_key(sandbox: Sandbox) -> None:
    silent = StripeGateway(key="sk_test_secret", base="http://127.0.0.1:1", patience=0.5)
    with pytest.raises(Unreachable) as nothing:
        silent.look_up_checkout("cs_1")
    with pytest.raises(Unreachable) as stranger:
        StripeGateway(key="sk_test_secret", base=sandbox.url, patience=5).look_up_checkout("cs_1")
    with pytest.raises(RefusedByProvider) as unknown:
        StripeGateway(key="sk_test_sandbox", base=sandbox.url, patience=5).look_up_checkout("cs_1")
    assert unknown.value.code == "resource_missing"
    assert "sk_test_secret" not in f"{nothing.value}{stranger.value}"


def test_long_lists_of_events_are_read_to_the_end(sandbox: Sandbox, at: datetime) -> None:
    for _ in range(230):
        sandbox.control.emit("customer.created", {"id": "cus_1", "object": "customer"})
    told = list(gateway("stripe").events_since(at - timedelta(minutes=1)))
    assert len({event.event_id for event in told}) == 230


@pytest.mark.parametrize(("key", "is_live"), [("sk_test_x", False), ("sk_live_x", True), ("rk_live_x", True)])
def test_the_key_says_whether_money_is_real(key: str, is_live: bool) -> None:
    assert StripeGateway(key=key, base="https://api.stripe.com", patience=1).livemode is is_live


@pytest.mark.django_db
def test_demo_history_is_recorded_without_any_call(
    ask: Callable[..., PaymentPage], sandbox: Sandbox, subject: Any, at: datetime
) -> None:
    then = at - timedelta(days=30)
    with recording():
        page = ask(at=then)
        payment = settle_recorded(subject, at=then)
    assert page.state == "open"
    assert (payment.settled_at, payment.provider) == (then, "recording")
    assert balance("psp_clearing") == Money(1210, "EUR")
    refund_all(subject, reason="", actor=SYSTEM, at=then, key="cancel")
    drain(at=at)
    assert Refund.objects.get().state == "settled"
    assert payments_of(subject).get().refunded == Money(1210, "EUR")
    assert sandbox.control.state()["requests"] == []


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({}, []),
        ({"STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRETS": []}, []),
        ({"STRIPE_SECRET_KEY": "pk_test_x"}, ["billing.E001"]),
        ({"STRIPE_WEBHOOK_SECRETS": ["secret"]}, ["billing.E002"]),
        ({"STRIPE_WEBHOOK_SECRETS": []}, ["billing.W001"]),
        ({"STRIPE_SECRET_KEY": ""}, ["billing.W001"]),
        ({"STRIPE_API_BASE": "stripe"}, ["billing.E003"]),
        ({"STRIPE_API_BASE": "http://api.example"}, ["billing.E004"]),
        ({"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_API_BASE": "http://127.0.0.1:12111"}, ["billing.E005"]),
    ],
)
def test_checks_of_the_settings(given: dict[str, Any], ids: list[str], settings: Any) -> None:
    for name, value in given.items():
        setattr(settings, name, value)
    found: list[CheckMessage] = check_settings(None)
    assert [message.id for message in found] == ids
    assert all(message.hint for message in found)


@pytest.mark.django_db
def test_health_says_that_no_cards_are_taken_and_what_is_parked(settings: Any, at: datetime) -> None:
    assert (card_payments(at), parked_events(at)) == (None, None)
    settings.STRIPE_SECRET_KEY = ""
    WebhookEventFactory(state="parked")
    assert not card_payments_available()
    assert "no card payments" in str(card_payments(at))
    assert "1 parked" in str(parked_events(at))


@pytest.mark.django_db
def test_staff_who_can_do_something_are_told() -> None:
    owner, manager = OwnerFactory(), StaffFactory(roles=["billing.manager"])
    StaffFactory(roles=["billing.bookkeeper"])
    StaffFactory()
    for key, record in [
        ("billing.webhook_parked", WebhookEventFactory()),
        ("billing.stray_payment", PaymentFactory()),
    ]:
        message = messages[key]
        assert {one.user_id for one in message.to(record)} == {owner.pk, manager.pk}
        assert message.url(record).startswith("/console/billing/")


def test_a_process_that_takes_no_payment_does_not_load_the_library() -> None:
    code = (
        "import django, sys; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns;"
        "sys.exit('stripe' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
