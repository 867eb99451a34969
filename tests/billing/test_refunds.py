"""Money on its way back."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from modules.billing.api import (
    PaymentPage,
    RefundTooMuch,
    SoldLine,
    balance,
    captured_by_subject,
    credit_notes_of,
    invoice_of,
    issue_invoice,
    refund_all,
    request_refund,
    trial_balance,
)
from modules.billing.events import RefundFailed, RefundSettled
from modules.billing.models import Payment, Refund, Transaction
from modules.billing.sandbox.server import Sandbox
from modules.billing.selectors.proof import ledger_findings
from modules.billing.services.reconciling import reconcile
from modules.billing.services.settlement import look
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.core.money import Money
from modules.core.outbox import drain
from tests.billing.conftest import states, work_all

Deliver = Callable[..., int]


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.fixture
def paid(ask: Callable[..., PaymentPage], sandbox: Sandbox, at: datetime) -> Payment:
    """A settled payment of 12.10."""
    page = ask()
    sandbox.pay(page.payment.session_id)
    return look(page.payment.pk, at=at)


@pytest.fixture(autouse=True)
def books_are_right_in_the_end(db: None) -> Iterator[None]:
    yield
    assert ledger_findings() == []


def everything_back() -> None:
    assert [line for line in trial_balance() if line.debit or line.credit] == []


def part(payment: Payment, minor: int, key: str) -> Refund:
    return request_refund(payment, amount=eur(minor), reason="test", actor=SYSTEM, at=clock.now(), key=key)


@pytest.mark.django_db
def test_a_full_refund_is_reserved_called_and_reverses_the_posting(
    paid: Payment, sandbox: Sandbox, subject: Any, at: datetime, told: list[Any]
) -> None:
    (refund,) = refund_all(subject, reason="cancelled", actor=SYSTEM, at=at, key="cancel")
    paid.refresh_from_db()
    assert (paid.refunding, paid.refunded, refund.state) == (eur(1210), eur(0), "requested")
    assert captured_by_subject("accounts.user", [subject.pk])[subject.pk] == eur(0)
    assert sandbox.objects("refund") == []  # no network inside the transaction
    drain(at=at)
    refund.refresh_from_db()
    paid.refresh_from_db()
    assert (paid.refunding, paid.refunded, refund.state) == (eur(0), eur(1210), "settled")
    assert refund.posting.reverses == Transaction.objects.get(key=f"payment:{paid.public}:captured")
    everything_back()
    assert [type(event) for event in told] == [RefundSettled]


@pytest.mark.django_db
def test_the_same_key_refunds_once(paid: Payment, sandbox: Sandbox, subject: Any, at: datetime) -> None:
    first = refund_all(subject, reason="", actor=SYSTEM, at=at, key="cancel")
    assert refund_all(subject, reason="", actor=SYSTEM, at=at, key="cancel") == first
    assert refund_all(subject, reason="", actor=SYSTEM, at=at, key="another") == []
    drain(at=at)
    assert len(sandbox.objects("refund")) == 1


@pytest.mark.django_db
def test_nothing_paid_means_nothing_to_refund(subject: Any, at: datetime) -> None:
    assert refund_all(subject, reason="", actor=SYSTEM, at=at, key="cancel") == []


@pytest.mark.django_db
def test_refund_in_two_parts_and_a_third_too_much_is_refused(paid: Payment, sandbox: Sandbox, at: datetime) -> None:
    part(paid, 333, "a")
    drain(at=clock.now())
    assert balance("sales_film") + balance("tax_payable") == eur(1210 - 333)
    part(paid, 877, "b")
    with pytest.raises(RefundTooMuch) as refusal:
        part(paid, 1, "c")
    assert "0.00" in str(refusal.value)
    drain(at=clock.now())
    everything_back()
    assert [refund["amount"] for refund in sandbox.objects("refund")] == [333, 877]


@pytest.mark.django_db
def test_nothing_or_less_cannot_be_refunded(paid: Payment) -> None:
    for minor in (0, -5):
        with pytest.raises(RefundTooMuch):
            part(paid, minor, f"k{minor}")


@pytest.mark.django_db
def test_a_refund_that_fails_later_is_unsettled_and_staff_are_told(
    paid: Payment, sandbox: Sandbox, deliver: Deliver, subject: Any, at: datetime, told: list[Any]
) -> None:
    refund_all(subject, reason="", actor=SYSTEM, at=at, key="cancel")
    drain(at=at)
    sandbox.control.fail_refund(sandbox.objects("refund")[0]["id"])
    deliver()
    refund = Refund.objects.get()
    paid.refresh_from_db()
    assert (refund.state, paid.refunded, paid.refunding) == ("failed", eur(0), eur(0))
    assert balance("psp_clearing") == eur(1210)
    assert [type(event) for event in told] == [RefundSettled, RefundFailed]
    refund_all(subject, reason="again", actor=SYSTEM, at=at, key="cancel again")
    drain(at=clock.now())
    everything_back()


@pytest.mark.django_db
def test_parts_that_fail_out_of_order_leave_no_cent_behind(
    paid: Payment, sandbox: Sandbox, deliver: Deliver, at: datetime
) -> None:
    for minor, key in [(333, "a"), (401, "b")]:
        part(paid, minor, key)
        drain(at=clock.now())
    sandbox.control.fail_refund(sandbox.objects("refund")[0]["id"])
    deliver()
    for minor, key in [(107, "c"), (702, "d")]:
        part(paid, minor, key)
        drain(at=clock.now())
    everything_back()


@pytest.mark.django_db
def test_a_pending_refund_settles_when_the_event_comes(
    paid: Payment, sandbox: Sandbox, deliver: Deliver, subject: Any, at: datetime, told: list[Any]
) -> None:
    sandbox.faults.add("refund_pends", count=1)
    refund_all(subject, reason="", actor=SYSTEM, at=at, key="cancel")
    drain(at=at)
    assert Refund.objects.get().state == "pending"
    assert told == []
    sandbox.control.finish_refund(sandbox.objects("refund")[0]["id"])
    deliver()
    assert Refund.objects.get().state == "settled"
    everything_back()


@pytest.mark.django_db
def test_a_pending_refund_is_found_by_the_sweep(paid: Payment, sandbox: Sandbox, subject: Any, at: datetime) -> None:
    sandbox.faults.add("refund_pends", count=1)
    refund_all(subject, reason="", actor=SYSTEM, at=at, key="cancel")
    drain(at=at)
    sandbox.control.finish_refund(sandbox.objects("refund")[0]["id"])
    reconcile(at=at + timedelta(minutes=5))
    assert Refund.objects.get().state == "settled"


@pytest.mark.django_db
def test_f17_every_order_of_a_refunds_events_ends_the_same(
    paid: Payment, sandbox: Sandbox, deliver: Deliver, told: list[Any]
) -> None:
    """Created, failed and what lies between, of one refund; each order for a refund of its own."""
    orders = list(itertools.permutations(range(5)))[::10]
    for number, order in enumerate(orders):
        part(paid, 10, f"k{number}")
        seen = len(sandbox.objects("event"))
        drain(at=clock.now())
        sandbox.control.fail_refund(sandbox.objects("refund")[-1]["id"])
        events = sandbox.objects("event")[seen:]
        for place in [place for place in order if place < len(events)]:
            deliver(events[place])
    assert set(Refund.objects.values_list("state", flat=True)) == {"failed"}
    paid.refresh_from_db()
    assert (paid.refunded, paid.refunding) == (eur(0), eur(0))
    assert balance("psp_clearing") == eur(1210)
    assert "parked" not in states()


@pytest.mark.django_db
def test_a_refund_made_on_the_providers_side_arrives(
    paid: Payment, sandbox: Sandbox, deliver: Deliver, told: list[Any]
) -> None:
    sandbox.refund(payment_intent=paid.intent_id, amount=400)
    deliver()
    refund = Refund.objects.get()
    assert (refund.origin, refund.state, refund.amount) == ("provider", "settled", eur(400))
    paid.refresh_from_db()
    assert paid.refunded == eur(400)
    assert balance("psp_clearing") == eur(810)


@pytest.mark.django_db
def test_a_refund_made_on_the_providers_side_may_be_told_before_the_payment(
    ask: Callable[..., PaymentPage], sandbox: Sandbox, deliver: Deliver
) -> None:
    sandbox.pay(ask().payment.session_id)
    intent = sandbox.objects("payment_intent")[0]["id"]
    sandbox.refund(payment_intent=intent, amount=1210)
    for event in reversed(sandbox.objects("event")):
        deliver(event)
    assert Refund.objects.get().state == "settled"
    assert "parked" not in states()
    everything_back()


@pytest.mark.django_db
def test_ours_and_the_providers_refund_at_once_never_pass_what_was_paid(
    paid: Payment, sandbox: Sandbox, deliver: Deliver, subject: Any, at: datetime
) -> None:
    refund_all(subject, reason="", actor=SYSTEM, at=at, key="cancel")
    sandbox.refund(payment_intent=paid.intent_id, amount=1210)
    deliver()
    work_all()
    paid.refresh_from_db()
    assert sorted(Refund.objects.values_list("origin", "state")) == [("ours", "failed"), ("provider", "settled")]
    assert (paid.refunded, paid.refunding) == (eur(1210), eur(0))
    assert "parked" not in states()
    everything_back()


@pytest.mark.django_db
def test_a_refund_that_the_provider_refuses_frees_what_it_reserved(
    paid: Payment, sandbox: Sandbox, subject: Any, at: datetime, told: list[Any]
) -> None:
    Payment.objects.filter(pk=paid.pk).update(intent_id="pi_unknown")
    refund_all(subject, reason="", actor=SYSTEM, at=at, key="cancel")
    drain(at=at)
    paid.refresh_from_db()
    assert (Refund.objects.get().state, paid.refunding) == ("failed", eur(0))
    assert [type(event) for event in told] == [RefundFailed]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "timeout_after", "ms": 1500},
        {"kind": "reset_after"},
        {"kind": "reset_before"},
        {"kind": "error_500"},
        {"kind": "error_500", "after_effect": True},
        {"kind": "rate_limit"},
    ],
)
@pytest.mark.django_db
def test_f15_a_refund_whose_answer_is_lost_is_made_once(
    fault: dict[str, Any], paid: Payment, sandbox: Sandbox, subject: Any, at: datetime, monkeypatch: Any
) -> None:
    monkeypatch.setattr("modules.billing.gateways.choice.gateway.__kwdefaults__", {"patience": 0.7})
    sandbox.faults.add(path="/v1/refunds", method="POST", count=1, **fault)
    refund_all(subject, reason="", actor=SYSTEM, at=at, key="cancel")
    drain(at=at)
    assert Refund.objects.get().state == "requested"
    work_all()
    assert Refund.objects.get().state == "settled"
    assert len(sandbox.objects("refund")) == 1
    everything_back()


@pytest.mark.django_db
def test_every_refund_of_an_invoiced_record_is_credited(
    paid: Payment, sandbox: Sandbox, subject: Any, at: datetime
) -> None:
    issue_invoice(subject, lines=[SoldLine("Film", 1, eur(1210), Decimal("0.21"))], buyer={"name": "A"}, at=at)
    part(paid, 210, "a")
    drain(at=clock.now())
    part(paid, 1000, "b")
    drain(at=clock.now())
    notes = list(credit_notes_of(invoice_of(subject)))
    assert [(note.full_number, note.gross, note.tax) for note in notes] == [
        (f"C{at.year}-000001", eur(210), eur(36)),
        (f"C{at.year}-000002", eur(1000), eur(174)),
    ]
    assert [note.refund.key for note in notes] == ["a", "b"]
