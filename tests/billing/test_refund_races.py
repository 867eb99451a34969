"""Refunds pressed by many at once, with real connections on PostgreSQL."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from modules.accounts.models import User
from modules.billing.api import PaymentPage, RefundRequest, RefundTaken, SoldLine, ask_refund, issue_invoice, refund_all
from modules.billing.models import CreditNote, Payment, Refund
from modules.billing.sandbox.server import Sandbox
from modules.billing.selectors.proof import ledger_findings
from modules.billing.services.settlement import look
from modules.core import clock
from modules.core.actors import SYSTEM, Actor
from modules.core.errors import Refusal
from modules.core.money import Money
from modules.core.outbox import drain
from modules.workflow.api import Overtaken, WrongState, fire, history_of
from tests.factories.billing import clerk_of_billing, manager_of_billing

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

Parallel = Callable[..., list[Any]]


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.fixture
def paid(ask: Callable[..., PaymentPage], sandbox: Sandbox, at: datetime) -> Payment:
    """A settled payment of 121.00."""
    page = ask(12100)
    sandbox.pay(page.payment.session_id)
    return look(page.payment.pk, at=at)


@pytest.fixture
def people(db: None) -> list[Actor]:
    return [Actor.of(manager_of_billing()) for _number in range(4)]


def waiting(subject: User, minor: int = 12100) -> RefundRequest:
    clerk = Actor.of(clerk_of_billing())
    return ask_refund(subject, amount=eur(minor), reason="", actor=clerk, at=clock.now(), key="asked")


def finish(payment: Payment) -> None:
    """Do everything that is due; then the payment's sums are those of its refunds, and the books are right."""
    drain(at=clock.now())
    payment.refresh_from_db()
    settled = Refund.objects.filter(payment=payment, state="settled")
    assert payment.refunded.minor == sum(refund.amount.minor for refund in settled)
    assert payment.refunding == eur(0)
    assert ledger_findings() == []


def test_refund_pressed_by_two_managers_at_once_one_wins_the_other_reads_who(
    paid: Payment, subject: User, people: list[Actor], parallel: Parallel
) -> None:
    def press(number: int) -> RefundRequest:
        actor = people[number]
        return ask_refund(subject, amount=eur(12100), reason="", actor=actor, at=clock.now(), key=f"press:{number}")

    results = parallel(press, 2)
    (won,) = [result for result in results if isinstance(result, RefundRequest)]
    (lost,) = [result for result in results if isinstance(result, RefundTaken)]
    assert won.asked_by is not None
    assert won.asked_by.name in str(lost)
    assert Refund.objects.count() == 1


def test_two_parts_that_are_more_than_the_rest_one_is_refused_with_what_is_left(
    paid: Payment, subject: User, people: list[Actor], parallel: Parallel
) -> None:
    def press(number: int) -> RefundRequest:
        actor = people[number]
        return ask_refund(subject, amount=eur(7000), reason="", actor=actor, at=clock.now(), key=f"part:{number}")

    results = parallel(press, 2)
    (lost,) = [result for result in results if isinstance(result, Refusal)]
    assert "51.00" in str(lost)
    paid.refresh_from_db()
    assert paid.refunding == eur(7000)


def test_f25_twelve_presses_of_one_button_make_one_refund(
    paid: Payment, subject: User, people: list[Actor], parallel: Parallel
) -> None:
    def press(_number: int) -> RefundRequest:
        return ask_refund(subject, amount=eur(1000), reason="", actor=people[0], at=clock.now(), key="one form")

    results = parallel(press, 12)
    assert len({result.pk for result in results}) == 1
    assert Refund.objects.count() == 1
    finish(paid)


def test_many_small_ones_at_once_do_not_dodge_the_limit_of_the_day(
    paid: Payment, subject: User, people: list[Actor], parallel: Parallel, settings: Any
) -> None:
    settings.REFUND_DAILY_LIMIT = 3000

    def press(number: int) -> RefundRequest:
        return ask_refund(subject, amount=eur(1000), reason="", actor=people[0], at=clock.now(), key=f"k:{number}")

    states = sorted(result.state for result in parallel(press, 8))
    assert states == ["approval"] * 5 + ["approved"] * 3


@pytest.mark.parametrize("second", ["approve", "decline"])
def test_two_decide_at_once_one_wins_the_other_reads_who(
    paid: Payment, subject: User, people: list[Actor], parallel: Parallel, second: str
) -> None:
    request = waiting(subject)
    deeds = ["approve", second]

    def decide(number: int) -> str:
        fresh, data = RefundRequest.objects.get(pk=request.pk), {"reason": "no"}
        fire(fresh, deeds[number], actor=people[number], at=clock.now(), data=data, expected="approval")
        return deeds[number]

    results = parallel(decide, 2)
    (won,) = [number for number, result in enumerate(results) if isinstance(result, str)]
    (lost,) = [result for result in results if isinstance(result, Overtaken)]
    assert str(people[won]) in str(lost) or people[won].user.name in str(lost)  # type: ignore[union-attr]
    finish(paid)
    request.refresh_from_db()
    assert (request.state, paid.refunded) == (("done", eur(12100)) if deeds[won] == "approve" else ("declined", eur(0)))


def test_approved_while_everything_is_refunded_otherwise(
    paid: Payment, subject: User, people: list[Actor], parallel: Parallel
) -> None:
    request = waiting(subject, 8000)
    ways: list[Callable[[], object]] = [
        lambda: fire(RefundRequest.objects.get(pk=request.pk), "approve", actor=people[0], at=clock.now()),
        lambda: refund_all(subject, reason="cancelled", actor=SYSTEM, at=clock.now(), key="cancel"),
    ]
    results = parallel(lambda place: ways[place](), 2)
    assert all(not isinstance(result, BaseException) or isinstance(result, WrongState) for result in results)
    finish(paid)
    assert paid.refunded == eur(12100)
    steps = set(history_of(request).values_list("transition", flat=True))
    assert len(steps & {"approve", "overtake"}) == 1


def test_twenty_part_refunds_at_once_are_twenty_credit_notes_without_a_gap(
    paid: Payment, subject: User, people: list[Actor], parallel: Parallel, at: datetime, settings: Any
) -> None:
    settings.REFUND_DAILY_LIMIT = 1_000_000
    sold = [SoldLine("A", 7, eur(1000), Decimal("0.21")), SoldLine("B", 3, eur(1700), Decimal("0.10"))]
    invoice = issue_invoice(subject, lines=sold, buyer={}, at=at)

    def press(number: int) -> object:
        actor = people[number % 4]
        return ask_refund(subject, amount=eur(605), reason="", actor=actor, at=clock.now(), key=f"k:{number}")

    parallel(press, 20)
    parallel(lambda _number: drain(at=clock.now()), 4)
    finish(paid)
    notes = CreditNote.objects.filter(invoice=invoice)
    assert sorted(notes.values_list("number", flat=True)) == list(range(1, 21))
    assert sum(note.tax.minor for note in notes) == invoice.tax.minor
