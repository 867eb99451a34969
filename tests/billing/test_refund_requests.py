"""Refunds that staff ask for: within the limit at once, above it by two people."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.utils import translation

from modules.accounts.models import User
from modules.billing.api import (
    PaymentPage,
    RefundRequest,
    RefundTaken,
    RefundTooMuch,
    SoldLine,
    ask_refund,
    balance,
    credit_notes_of,
    issue_invoice,
    refund_all,
    refund_postings,
    refund_tax,
)
from modules.billing.events import RefundSettled
from modules.billing.models import Payment, Refund
from modules.billing.sandbox.server import Sandbox
from modules.billing.selectors.proof import ledger_findings
from modules.billing.services.settlement import look
from modules.core import clock
from modules.core.actors import SYSTEM, Actor
from modules.core.errors import Refusal
from modules.core.messages import messages
from modules.core.models import OutboxMessage
from modules.core.money import Money
from modules.core.once import KeyOfAnother
from modules.core.outbox import drain
from modules.notifications.rendering import render
from modules.notifications.rules import Reader
from modules.workflow.api import TransitionNotAllowed, business_hours, due_at, fire, history_of, open_tasks_of
from tests.factories.accounts import UserFactory
from tests.factories.billing import clerk_of_billing, manager_of_billing

pytestmark = pytest.mark.django_db


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.fixture
def clerk(db: None) -> Actor:
    return Actor.of(clerk_of_billing())


@pytest.fixture
def manager(db: None) -> Actor:
    return Actor.of(manager_of_billing())


@pytest.fixture
def pay(ask: Callable[..., PaymentPage], sandbox: Sandbox, at: datetime) -> Callable[..., Payment]:
    """A settled payment of the subject."""

    def call(minor: int = 12100) -> Payment:
        page = ask(minor)
        sandbox.pay(page.payment.session_id)
        return look(page.payment.pk, at=at)

    return call


@pytest.fixture(autouse=True)
def books_are_right_in_the_end(db: None) -> Iterator[None]:
    yield
    assert ledger_findings() == []


def asked(subject: User, minor: int, actor: Actor, key: str = "k", **given: Any) -> RefundRequest:
    return ask_refund(subject, amount=eur(minor), reason="broken", actor=actor, at=clock.now(), key=key, **given)


def test_within_the_limit_it_is_made_at_once(pay: Any, subject: User, clerk: Actor, sandbox: Sandbox) -> None:
    payment = pay()
    request = asked(subject, 5000, clerk)
    payment.refresh_from_db()
    assert (request.state, payment.refunding) == ("approved", eur(5000))
    assert not open_tasks_of(request).exists()
    drain(at=clock.now())
    request.refresh_from_db()
    payment.refresh_from_db()
    assert (request.state, payment.refunding, payment.refunded) == ("done", eur(0), eur(5000))
    assert len(sandbox.objects("refund")) == 1
    assert not OutboxMessage.objects.filter(payload__message="billing.refund_to_approve").exists()


def test_a_title_has_its_amount_as_the_reader_writes_it(pay: Any, subject: User, clerk: Actor) -> None:
    payment = pay()
    request = asked(subject, 5000, clerk)
    refund = Refund.objects.get(request=request)
    with translation.override("es"):
        assert str(request).startswith("50,00\xa0€ · ")
        assert str(refund).startswith("50,00\xa0€ · ")
    with translation.override("en"):
        assert str(request).startswith("€50.00 · ")
    assert payment.amount == eur(12100)


@pytest.mark.parametrize("name", ["refund_to_approve", "refund_declined", "refund_failed", "stray_payment"])
def test_mails_have_their_amount_as_the_reader_writes_it(name: str, pay: Any, subject: User, clerk: Actor) -> None:
    payment = pay()
    request = asked(subject, 5000, clerk)
    told, record = {
        "refund_to_approve": ("50,00\xa0€", request),
        "refund_declined": ("50,00\xa0€", request),
        "refund_failed": ("50,00\xa0€", Refund.objects.get(request=request)),
        "stray_payment": ("121,00\xa0€", payment),
    }[name]
    reader = Reader(None, "ana@example.com", "Ana", "es", "Europe/Madrid")
    written = render(messages[f"billing.{name}"], record, reader, {})
    assert told in written.title
    assert told in written.text
    assert told in unescape(written.html)


def test_above_the_limit_a_second_pair_of_eyes_is_needed(
    pay: Any, subject: User, clerk: Actor, manager: Actor, sandbox: Sandbox
) -> None:
    payment = pay()
    request = asked(subject, 5001, clerk)
    drain(at=clock.now())
    payment.refresh_from_db()
    assert (request.state, payment.refunding, sandbox.objects("refund")) == ("approval", eur(5001), [])
    (task,) = open_tasks_of(request)
    assert (task.key, task.role, task.due_at) == (
        "second_pair",
        "billing.manager",
        due_at(business_hours(8), request, request.asked_at),
    )
    with pytest.raises(TransitionNotAllowed):
        fire(request, "approve", actor=clerk, at=clock.now())
    fire(request, "approve", actor=manager, at=clock.now())
    drain(at=clock.now())
    request.refresh_from_db()
    assert (request.state, len(sandbox.objects("refund"))) == ("done", 1)
    assert [entry.actor_label for entry in history_of(request)][1:3] == [str(clerk), str(manager)]


def test_nobody_is_their_own_second_pair_of_eyes(pay: Any, subject: User, manager: Actor) -> None:
    pay()
    boss = Actor.of(UserFactory(is_superuser=True, is_staff=True))
    for number, actor in enumerate([manager, boss]):
        request = asked(subject, 5500, actor, key=f"k{number}")
        with pytest.raises(Refusal) as refusal:
            fire(request, "approve", actor=actor, at=clock.now())
        assert refusal.value.code == "same_person"
        assert Refund.objects.get(request=request).state == "held"


def test_declined_frees_what_was_held_and_tells_who_asked(
    pay: Any, subject: User, clerk: Actor, manager: Actor
) -> None:
    payment = pay()
    request = asked(subject, 12100, clerk)
    fire(request, "decline", actor=manager, at=clock.now(), data={"reason": "Not broken at all"})
    payment.refresh_from_db()
    assert (request.state, payment.refunding, payment.refundable) == ("declined", eur(0), eur(12100))
    assert Refund.objects.get().state == "declined"
    told = OutboxMessage.objects.get(payload__message="billing.refund_declined")
    assert told.record_id == request.pk
    assert asked(subject, 12100, clerk, key="again").state == "approval"


def test_who_asked_may_take_it_back_and_nobody_else(pay: Any, subject: User, clerk: Actor) -> None:
    pay()
    request = asked(subject, 12100, clerk)
    with pytest.raises(TransitionNotAllowed):
        fire(request, "take_back", actor=Actor.of(clerk_of_billing()), at=clock.now())
    fire(request, "take_back", actor=clerk, at=clock.now())
    assert request.state == "declined"


def test_small_refunds_of_a_day_add_up(pay: Any, subject: User, clerk: Actor, settings: Any) -> None:
    settings.REFUND_DAILY_LIMIT = 6000
    pay()
    states = [asked(subject, 2000, clerk, key=f"k{number}").state for number in range(4)]
    assert states == ["approved", "approved", "approved", "approval"]
    other = Actor.of(clerk_of_billing())
    assert asked(subject, 2000, other, key="other").state == "approved"
    tomorrow = clock.now() + timedelta(days=1)
    request = ask_refund(subject, amount=eur(2000), reason="", actor=clerk, at=tomorrow, key="tomorrow")
    assert request.state == "approved"


def test_the_second_to_ask_reads_who_asked_first(pay: Any, subject: User, clerk: Actor, manager: Actor) -> None:
    pay()
    asked(subject, 10000, clerk)
    with pytest.raises(RefundTaken) as refusal:
        asked(subject, 10000, manager, key="m")
    assert clerk.user is not None
    assert clerk.user.name in str(refusal.value)
    assert "21.00" in str(refusal.value)
    with pytest.raises(RefundTooMuch):
        asked(subject, 0, manager, key="n")
    assert RefundRequest.objects.count() == 1


def test_f25_the_same_key_is_the_same_request_and_another_persons_key_is_refused(
    pay: Any, subject: User, clerk: Actor, manager: Actor
) -> None:
    pay()
    first = asked(subject, 1000, clerk)
    assert [asked(subject, 1000, clerk) for _press in range(12)] == [first] * 12
    assert Refund.objects.count() == 1
    with pytest.raises(KeyOfAnother):
        asked(subject, 1000, manager)


def test_who_has_no_right_cannot_ask(pay: Any, subject: User) -> None:
    pay()
    for actor in (Actor.of(UserFactory()), Actor.guest("a@b.test")):
        with pytest.raises(TransitionNotAllowed):
            asked(subject, 1000, actor)
    assert not RefundRequest.objects.exists()


def test_cancelling_overtakes_what_waits_for_approval(
    pay: Any, subject: User, clerk: Actor, manager: Actor, sandbox: Sandbox
) -> None:
    payment = pay()
    request = asked(subject, 8000, clerk)
    refund_all(subject, reason="cancelled", actor=SYSTEM, at=clock.now(), key="cancel")
    drain(at=clock.now())
    request.refresh_from_db()
    payment.refresh_from_db()
    assert (request.state, payment.refunded, payment.refunding) == ("declined", eur(12100), eur(0))
    assert [refund["amount"] for refund in sandbox.objects("refund")] == [12100]
    with pytest.raises(Refusal):
        fire(request, "approve", actor=manager, at=clock.now())


def test_a_refund_made_at_the_provider_is_a_fact_and_what_waits_gives_way(
    pay: Any, subject: User, clerk: Actor, sandbox: Sandbox, deliver: Callable[..., int]
) -> None:
    payment = pay()
    request = asked(subject, 12100, clerk)
    sandbox.control.refund(payment_intent=payment.intent_id, amount=500)
    deliver()
    request.refresh_from_db()
    payment.refresh_from_db()
    assert (request.state, payment.refunded, payment.refunding) == ("declined", eur(500), eur(0))


def test_a_refund_over_several_payments_is_spread(
    pay: Any, subject: User, clerk: Actor, manager: Actor, sandbox: Sandbox
) -> None:
    pay(1000)
    pay(2000)
    request = asked(subject, 2500, clerk)
    assert [refund.amount for refund in request.refunds.order_by("pk")] == [eur(1000), eur(1500)]
    drain(at=clock.now())
    request.refresh_from_db()
    assert request.state == "done"


def test_a_refund_that_fails_later_fails_its_request(
    pay: Any, subject: User, clerk: Actor, sandbox: Sandbox, deliver: Callable[..., int]
) -> None:
    payment = pay()
    request = asked(subject, 1000, clerk)
    drain(at=clock.now())
    sandbox.control.fail_refund(sandbox.objects("refund")[0]["id"])
    deliver()
    request.refresh_from_db()
    payment.refresh_from_db()
    assert (request.state, payment.refunded, payment.refundable) == ("failed", eur(0), eur(12100))
    assert balance("psp_clearing") == eur(12100)
    assert OutboxMessage.objects.filter(payload__message="billing.refund_failed").exists()


def test_lines_reach_the_credit_note_and_those_above(
    pay: Any, subject: User, clerk: Actor, at: datetime, told: list[Any]
) -> None:
    pay(2700)
    sold = [SoldLine("Standard", 2, eur(1000), Decimal("0.21")), SoldLine("Reduced", 1, eur(700), Decimal("0.10"))]
    invoice = issue_invoice(subject, lines=sold, buyer={}, at=at)
    asked(subject, 1000, clerk, lines=[(1, 1)])
    drain(at=clock.now())
    (note,) = credit_notes_of(invoice)
    assert [(line.description, line.quantity, line.gross, line.tax) for line in note.lines.all()] == [
        ("Standard", 1, eur(1000), eur(174))
    ]
    settled = next(event for event in told if isinstance(event, RefundSettled))
    assert (settled.lines, settled.origin, settled.reason) == (((1, 1),), "ours", "broken")
    assert refund_tax(settled.refund_id) == eur(174)


def test_the_module_above_says_how_a_refund_is_booked(pay: Any, subject: User, clerk: Actor) -> None:
    pay(1210)
    booked: list[Any] = []

    def debits(subject_id: int, amount: Money, refund_id: int) -> list[tuple[str, Money]]:
        booked.append((subject_id, amount, refund_id))
        return [("sales_returns", amount - eur(100)), ("tax_payable", eur(100))]

    refund_postings.register("accounts.user", debits)
    try:
        request = asked(subject, 1210, clerk)
        drain(at=clock.now())
    finally:
        refund_postings.unregister("accounts.user")
    assert booked == [(subject.pk, eur(1210), request.refunds.get().pk)]
    assert (balance("sales_returns"), balance("psp_clearing"), balance("sales_film")) == (eur(1110), eur(0), eur(1000))
