"""One payment from asking to the books, by every way it can be told."""

import itertools
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from modules.billing.api import (
    CardPaymentsUnavailable,
    PaymentPage,
    balance,
    captured_by_subject,
    close_checkout,
    payments_of,
    refund_stray_payment,
)
from modules.billing.events import PaymentExpired, PaymentFailed, PaymentSettled
from modules.billing.models import Entry, Payment, Transaction
from modules.billing.sandbox.errors import ApiError
from modules.billing.sandbox.server import Sandbox
from modules.billing.selectors.proof import ledger_findings
from modules.billing.services.reconciling import reconcile
from modules.billing.services.settlement import look
from modules.core.models import OutboxMessage
from modules.core.money import Money
from modules.core.outbox import drain
from tests.billing.conftest import states, work_all
from tests.factories.accounts import UserFactory

Ask = Callable[..., PaymentPage]
Deliver = Callable[..., int]


def paid_once(told: list[Any]) -> None:
    """One payment, one posting, one telling."""
    payment = Payment.objects.get()
    assert payment.state == "settled"
    assert payment.captured == Money(1210, "EUR")
    assert Transaction.objects.count() == 1
    assert Entry.objects.count() == 3
    assert balance("psp_clearing") == Money(1210, "EUR")
    assert balance("sales_film") == Money(1000, "EUR")
    assert balance("tax_payable") == Money(210, "EUR")
    assert [type(event) for event in told] == [PaymentSettled]
    assert ledger_findings() == []


@pytest.mark.django_db
def test_asking_opens_a_page_that_says_what_we_stored(ask: Ask, sandbox: Sandbox) -> None:
    page = ask()
    session = sandbox.objects("checkout.session")[0]
    assert page.url == session["url"] == page.next_url
    assert page.state == "open"
    assert session["amount_total"] == 1210
    assert session["metadata"] == {"payment": str(page.payment.public)}
    assert session["customer_email"] == "buyer@example.test"
    assert session["locale"] == "es"
    assert session["success_url"].endswith(f"/payments/{page.payment.public}/return/")
    assert session["cancel_url"].endswith("/basket/")


@pytest.mark.django_db
def test_asking_again_gives_the_same_page(ask: Ask, sandbox: Sandbox) -> None:
    assert ask().url == ask().url
    assert len(sandbox.objects("checkout.session")) == 1


@pytest.mark.django_db
def test_asking_for_another_amount_replaces_the_page(ask: Ask, sandbox: Sandbox) -> None:
    first, second = ask(1210), ask(1500)
    work_all()
    assert first.payment != second.payment
    assert [session["status"] for session in sandbox.objects("checkout.session")] == ["expired", "open"]


@pytest.mark.django_db
def test_asking_for_what_is_paid_leads_back(ask: Ask, sandbox: Sandbox, at: datetime) -> None:
    page = ask()
    sandbox.pay(page.payment.session_id)
    look(page.payment.pk, at=at)
    again = ask()
    assert (again.url, again.state, again.payment) == (None, "settled", page.payment)


@pytest.mark.django_db
def test_paid_by_webhook(ask: Ask, sandbox: Sandbox, deliver: Deliver, told: list[Any]) -> None:
    sandbox.pay(ask().payment.session_id)
    deliver()
    paid_once(told)
    assert "stored" not in states()
    assert "parked" not in states()


@pytest.mark.django_db
def test_paid_by_return_page(ask: Ask, sandbox: Sandbox, client: Client, told: list[Any]) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    response = client.get(f"/payments/{payment.public}/return/")
    assert (response.status_code, response["Location"]) == (303, "/orders/a/")
    paid_once(told)


@pytest.mark.django_db
def test_paid_by_sweep_alone(ask: Ask, sandbox: Sandbox, at: datetime, told: list[Any]) -> None:
    sandbox.pay(ask().payment.session_id)
    reconcile(at=at + timedelta(minutes=5))
    paid_once(told)


@pytest.mark.parametrize("order", list(itertools.permutations(["webhook", "return", "sweep"])))
@pytest.mark.django_db
def test_each_order_of_webhook_return_and_sweep_pays_once(
    order: tuple[str, ...],
    ask: Ask,
    sandbox: Sandbox,
    deliver: Deliver,
    client: Client,
    at: datetime,
    told: list[Any],
) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    ways: dict[str, Callable[[], object]] = {
        "webhook": deliver,
        "return": lambda: client.get(f"/payments/{payment.public}/return/"),
        "sweep": lambda: reconcile(at=at + timedelta(minutes=5)),
    }
    for way in order:
        ways[way]()
    paid_once(told)


@pytest.mark.django_db
def test_f17_every_order_of_the_events_ends_the_same(
    ask: Ask, sandbox: Sandbox, deliver: Deliver, subject: Any, told: list[Any]
) -> None:
    """Four events of one payment in all 24 orders, each order for a payment of its own."""
    for order in itertools.permutations(range(4)):
        seen = len(sandbox.objects("event"))
        sandbox.pay(ask(subject=UserFactory()).payment.session_id)
        events = sandbox.objects("event")[seen:]
        assert len(events) == 4
        for place in order:
            deliver(events[place])
    assert set(Payment.objects.values_list("state", "captured")) == {("settled", 1210)}
    assert Transaction.objects.count() == Payment.objects.count() == 24
    assert len(told) == 24
    assert ledger_findings() == []


@pytest.mark.django_db
def test_f17_events_three_days_late_change_nothing(
    ask: Ask, sandbox: Sandbox, deliver: Deliver, at: datetime, told: list[Any]
) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    look(payment.pk, at=at)
    for event in sandbox.objects("event"):
        deliver(event | {"created": event["created"] - 3 * 86400})
    paid_once(told)


@pytest.mark.django_db
def test_the_redirect_proves_nothing(ask: Ask, client: Client, told: list[Any]) -> None:
    payment = ask().payment
    client.get(f"/payments/{payment.public}/return/")
    payment.refresh_from_db()
    assert (payment.state, told) == ("open", [])


@pytest.mark.django_db
def test_a_declined_card_leaves_the_page_open_for_another(
    ask: Ask, sandbox: Sandbox, deliver: Deliver, told: list[Any]
) -> None:
    payment = ask().payment
    with pytest.raises(ApiError):
        sandbox.pay(payment.session_id, "4000000000000002")
    deliver()
    payment.refresh_from_db()
    assert (payment.state, told) == ("open", [])
    sandbox.pay(payment.session_id)
    deliver()
    paid_once(told)


@pytest.mark.parametrize(("succeeded", "state"), [(True, "settled"), (False, "failed")])
@pytest.mark.django_db
def test_completed_may_still_be_unpaid(
    succeeded: bool, state: str, ask: Ask, sandbox: Sandbox, deliver: Deliver, told: list[Any]
) -> None:
    payment = ask().payment
    sandbox.control.pay_delayed(payment.session_id)
    deliver()
    payment.refresh_from_db()
    assert (payment.state, told) == ("processing", [])
    sandbox.control.settle(payment.session_id, succeeded=succeeded)
    deliver()
    payment.refresh_from_db()
    assert payment.state == state
    assert [type(event) for event in told] == [PaymentSettled if succeeded else PaymentFailed]


@pytest.mark.django_db
def test_a_page_that_nobody_paid_expires(ask: Ask, sandbox: Sandbox, deliver: Deliver, told: list[Any]) -> None:
    payment = ask().payment
    sandbox.advance(2 * 3600)
    deliver()
    payment.refresh_from_db()
    assert payment.state == "expired"
    assert [type(event) for event in told] == [PaymentExpired]


@pytest.mark.django_db
def test_closing_expires_the_page_at_the_provider_too(ask: Ask, sandbox: Sandbox, subject: Any, at: datetime) -> None:
    payment = ask().payment
    close_checkout(subject, at=at)
    drain(at=at)
    payment.refresh_from_db()
    assert payment.state == "expired"
    assert sandbox.objects("checkout.session")[0]["status"] == "expired"
    with pytest.raises(ApiError):
        sandbox.pay(payment.session_id)


@pytest.mark.django_db
def test_paid_in_the_second_before_closing_settles(
    ask: Ask, sandbox: Sandbox, subject: Any, at: datetime, told: list[Any]
) -> None:
    sandbox.pay(ask().payment.session_id)
    close_checkout(subject, at=at)
    drain(at=at)
    paid_once(told)


@pytest.mark.django_db
def test_money_for_a_finished_record_goes_back_and_staff_are_told(
    ask: Ask, sandbox: Sandbox, at: datetime, subject: Any
) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    look(payment.pk, at=at)
    refund_stray_payment(payment.pk, at=at)
    refund_stray_payment(payment.pk, at=at)
    drain(at=at)
    assert [refund["amount"] for refund in sandbox.objects("refund")] == [1210]
    assert captured_by_subject("accounts.user", [subject.pk]) == {subject.pk: Money(0, "EUR")}
    assert balance("psp_clearing") == Money(0, "EUR")
    assert OutboxMessage.objects.filter(effect="notifications.tell", payload__message="billing.stray_payment").exists()


@pytest.mark.django_db
def test_captured_by_subject_answers_for_every_id(ask: Ask, sandbox: Sandbox, at: datetime, subject: Any) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    look(payment.pk, at=at)
    assert captured_by_subject("accounts.user", [subject.pk, 0]) == {
        subject.pk: Money(1210, "EUR"),
        0: Money(0, "EUR"),
    }
    assert list(payments_of(subject)) == [payment]


@pytest.mark.django_db
def test_another_amount_than_asked_for_is_not_booked_but_parked(
    ask: Ask, sandbox: Sandbox, deliver: Deliver, told: list[Any]
) -> None:
    payment = ask().payment
    Payment.objects.filter(pk=payment.pk).update(amount=99)
    sandbox.pay(payment.session_id)
    deliver()
    payment.refresh_from_db()
    assert payment.state == "open"
    assert "checkout.session.completed" in states()["parked"]
    assert not Transaction.objects.exists()


@pytest.mark.django_db
def test_production_without_a_key_takes_no_cards(ask: Ask, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(CardPaymentsUnavailable):
        ask()


@pytest.mark.django_db
def test_an_unknown_payment_is_404(client: Client) -> None:
    assert client.get("/payments/6f1c0b0e-0000-4000-8000-000000000000/").status_code == 404
    assert client.get("/payments/6f1c0b0e-0000-4000-8000-000000000000/return/").status_code == 404


@pytest.mark.django_db
def test_a_way_back_must_be_a_path_of_this_site(ask: Ask, subject: Any, at: datetime) -> None:
    from modules.billing.services.payments import _path

    for bad in ["https://evil.test/", "//evil.test", "/\\evil.test", "orders/"]:
        with pytest.raises(ValueError):
            _path(bad)


@pytest.mark.django_db
def test_nothing_secret_is_stored_with_a_payment(ask: Ask, sandbox: Sandbox) -> None:
    ask()
    assert "sk_test" not in json.dumps(list(Payment.objects.values()), default=str)
    assert "sk_test" not in json.dumps(list(OutboxMessage.objects.values("payload", "error")))
