"""Many at once, with real connections on PostgreSQL."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from modules.accounts.models import User
from modules.billing.api import PaymentPage, close_checkout, refund_all, request_refund
from modules.billing.errors import RefundTooMuch
from modules.billing.events import PaymentSettled
from modules.billing.models import Payment, Refund, Transaction, WebhookEvent
from modules.billing.sandbox.server import Sandbox
from modules.billing.selectors.proof import ledger_findings
from modules.billing.services.reconciling import reconcile
from modules.billing.services.settlement import look
from modules.billing.services.working import work_event
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.core.events import _subscribers, subscribe
from modules.core.money import Money
from modules.core.outbox import drain
from tests.billing.conftest import post
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

Ask = Callable[..., PaymentPage]
Parallel = Callable[..., list[Any]]


def no_errors(results: list[Any]) -> None:
    assert [result for result in results if isinstance(result, BaseException)] == []


def test_f16_twenty_equal_posts_at_once_make_one_row_and_all_answers_are_200(
    ask: Ask, sandbox: Sandbox, parallel: Parallel, told: list[Any]
) -> None:
    sandbox.pay(ask().payment.session_id)
    completed = next(body for body in sandbox.objects("event") if body["type"] == "checkout.session.completed")
    body = json.dumps(completed).encode()
    assert parallel(lambda _number: post(Client(), body).status_code, 20) == [200] * 20
    assert WebhookEvent.objects.count() == 1
    drain(at=clock.now())
    assert [type(event) for event in told] == [PaymentSettled]
    assert Transaction.objects.count() == 1


def test_f25_ten_presses_of_pay_give_one_payment_and_one_page(ask: Ask, sandbox: Sandbox, parallel: Parallel) -> None:
    pages = parallel(lambda _number: ask(), 10)
    no_errors(pages)
    assert len({page.payment.pk for page in pages}) == 1
    assert len(sandbox.objects("checkout.session")) == 1
    payment = Payment.objects.get()
    drain(at=clock.now() + timedelta(minutes=1))
    payment.refresh_from_db()
    assert payment.state == "open"


@pytest.mark.slow
def test_return_page_and_webhook_at_once_fifty_times(
    ask: Ask, sandbox: Sandbox, parallel: Parallel, told: list[Any]
) -> None:
    for number in range(1, 51):
        payment = ask(subject=UserFactory()).payment
        sandbox.pay(payment.session_id)
        completed = next(
            body
            for body in reversed(sandbox.objects("event"))
            if body["type"] == "checkout.session.completed" and body["data"]["object"]["id"] == payment.session_id
        )
        assert post(Client(), json.dumps(completed).encode()).status_code == 200
        stored = WebhookEvent.objects.get(event_id=completed["id"])
        public = payment.public
        ways: list[Callable[[], object]] = [
            lambda public=public: Client().get(f"/payments/{public}/return/").status_code,  # type: ignore[misc]
            lambda pk=stored.pk: work_event(pk, at=clock.now()),  # type: ignore[misc]
        ]
        results = parallel(lambda place, ways=ways: ways[place](), 2)
        no_errors(results)
        assert Transaction.objects.count() == number
    assert set(Payment.objects.values_list("state", flat=True)) == {"settled"}
    assert len(told) == 50
    assert ledger_findings() == []


def test_webhook_return_page_sweep_and_closing_at_once_pay_once(
    ask: Ask, sandbox: Sandbox, parallel: Parallel, subject: Any, told: list[Any]
) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    later = clock.now() + timedelta(minutes=5)
    ways: list[Callable[[], object]] = [
        lambda: look(payment.pk, at=later),
        lambda: reconcile(at=later),
        lambda: close_checkout(subject, at=later),
        lambda: Client().get(f"/payments/{payment.public}/return/").status_code,
    ] * 3
    no_errors(parallel(lambda place: ways[place](), len(ways)))
    drain(at=later)
    payment.refresh_from_db()
    assert payment.state == "settled"
    assert [type(event) for event in told] == [PaymentSettled]
    assert Transaction.objects.count() == 1


def test_f27_two_partial_refunds_at_once_never_pass_what_was_paid(
    ask: Ask, sandbox: Sandbox, parallel: Parallel, at: datetime
) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    look(payment.pk, at=at)

    def part(number: int) -> Refund:
        return request_refund(payment, amount=Money(700, "EUR"), reason="", actor=SYSTEM, at=at, key=f"part:{number}")

    results = parallel(part, 6)
    assert sum(isinstance(result, Refund) for result in results) == 1
    assert sum(isinstance(result, RefundTooMuch) for result in results) == 5
    drain(at=at)
    payment.refresh_from_db()
    assert (payment.refunded, payment.refunding) == (Money(700, "EUR"), Money(0, "EUR"))
    assert len(sandbox.objects("refund")) == 1
    assert ledger_findings() == []


def test_one_cancelling_from_ten_tabs_refunds_once(
    ask: Ask, sandbox: Sandbox, parallel: Parallel, subject: Any, at: datetime
) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    look(payment.pk, at=at)
    no_errors(parallel(lambda number: refund_all(subject, reason="", actor=SYSTEM, at=at, key=f"tab:{number % 3}"), 10))
    no_errors(parallel(lambda _number: drain(at=at), 4))
    assert [refund["amount"] for refund in sandbox.objects("refund")] == [1210]
    assert Refund.objects.get().state == "settled"


def test_two_workers_on_shuffled_events_of_many_payments_end_the_same(
    ask: Ask, sandbox: Sandbox, parallel: Parallel, told: list[Any]
) -> None:
    for _ in range(5):
        sandbox.pay(ask(subject=UserFactory()).payment.session_id)
    bodies = sandbox.objects("event")
    for body in reversed(bodies):
        post(Client(), json.dumps(body).encode())
    ids = list(WebhookEvent.objects.values_list("pk", flat=True))
    orders = [ids, ids[::-1], ids[::2] + ids[1::2], sorted(ids, key=lambda pk: pk % 7)]
    no_errors(parallel(lambda place: [work_event(pk, at=clock.now()) for pk in orders[place]], 4))
    assert set(Payment.objects.values_list("state", flat=True)) == {"settled"}
    assert len(told) == Transaction.objects.count() == 5
    assert ledger_findings() == []


def test_a_step_of_the_record_and_its_payment_at_once_never_wait_in_a_ring(
    ask: Ask, sandbox: Sandbox, parallel: Parallel
) -> None:
    """The step holds the record and wants the payments; settling holds the payment and tells the record's module."""

    def touch(event: PaymentSettled) -> None:
        User.objects.filter(pk=event.subject_id).update(name="paid")

    subscribe(PaymentSettled)(touch)
    try:
        for _ in range(8):
            person = UserFactory()
            payment = ask(subject=person).payment
            sandbox.pay(payment.session_id)

            def step(person: Any = person) -> None:
                with transaction.atomic():
                    User.objects.filter(pk=person.pk).update(name="cancelled")
                    time.sleep(0.02)
                    close_checkout(person, at=clock.now())
                    refund_all(person, reason="", actor=SYSTEM, at=clock.now(), key=f"cancel {person.pk}")

            ways: list[Callable[[], object]] = [step, lambda pk=payment.pk: look(pk, at=clock.now())]  # type: ignore[misc]
            no_errors(parallel(lambda place, ways=ways: ways[place % 2](), 4))
    finally:
        _subscribers[PaymentSettled].remove(touch)
    assert set(Payment.objects.values_list("state", flat=True)) == {"settled"}
    assert ledger_findings() == []
