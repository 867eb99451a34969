"""Giving money back: reserved under lock, asked of the provider by the outbox, booked when it has happened."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction

from modules.billing.choices import PaymentState, RefundOrigin, RefundState
from modules.billing.errors import NotYet, RefundTooMuch, Unworkable
from modules.billing.events import StrayPaymentRefunded
from modules.billing.gateways.base import RefundAnswer, RefundOrder, RefusedByProvider, Unreachable
from modules.billing.gateways.choice import gateway
from modules.billing.models import Payment, Refund
from modules.billing.registries import LineQuantity
from modules.billing.services.announcing import announce
from modules.billing.services.refund_requests import overtake_requests
from modules.billing.services.refund_states import fail_refund, follow_refund
from modules.billing.services.reserving import call_key, call_later, locked_payment, reserve
from modules.billing.subjects import lock, reference
from modules.core.actors import SYSTEM, Actor
from modules.core.money import Money

logger = logging.getLogger(__name__)


@transaction.atomic
def refund_all(subject: models.Model, *, reason: str, actor: Actor, at: datetime, key: str) -> list[Refund]:
    """Give back all that was paid for a record and is not refunded yet, at once; what staff asked for and still waits
    for approval is part of it. The same key gives the same refunds."""
    kind, pk = reference(subject)
    lock(kind, pk)
    overtake_requests(kind, pk, at=at)
    paid = Payment.objects.filter(subject_type=kind, subject_id=pk, state=PaymentState.SETTLED).order_by("pk")
    return [
        request_refund(
            payment, amount=payment.refundable, reason=reason, actor=actor, at=at, key=f"{key}:{payment.public}"
        )
        for payment in paid.select_for_update()
        if payment.refundable or Refund.objects.filter(key=f"{key}:{payment.public}").exists()
    ]


@transaction.atomic
def refund_stray_payment(payment_id: int, *, at: datetime) -> Refund | None:
    """Give one payment back that nobody can use: it came for a record in a final state, or a second time. Staff are
    told. Nothing is left to refund: None."""
    payment = locked_payment(payment_id)
    known = Refund.objects.filter(key=f"stray:{payment.public}").first()
    if known is not None or not payment.refundable:
        return known
    announce(StrayPaymentRefunded, payment, at=at)
    return request_refund(
        payment, amount=payment.refundable, reason="stray", actor=SYSTEM, at=at, key=f"stray:{payment.public}"
    )


@transaction.atomic
def request_refund(
    payment: Payment,
    *,
    amount: Money,
    reason: str,
    actor: Actor,
    at: datetime,
    key: str,
    lines: Sequence[LineQuantity] = (),
) -> Refund:
    """Reserve an amount of a payment and have it refunded at once, nobody asked. The same key gives the same refund.

    `lines` say what it is for: (position on the invoice, quantity). Raises RefundTooMuch.
    """
    payment = locked_payment(payment.pk)
    found = Refund.objects.filter(key=key).first()
    if found is not None:
        return found
    refund = reserve(payment, amount, key=key, at=at)
    refund.reason, refund.actor, refund.lines = reason[:500], actor.user, [list(line) for line in lines]
    refund.save(force_insert=True)
    call_later(refund, at=at)
    return refund


def make_refund(refund_id: int, *, at: datetime) -> None:
    """The call to the provider. Raises Unreachable when nobody knows what happened: the same key asks again."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state != RefundState.REQUESTED:
        return
    provider = gateway(refund.payment.provider)
    order = RefundOrder(
        key=refund.call_key,
        refund=str(refund.public),
        intent_id=refund.payment.intent_id,
        amount=refund.amount,
    )
    try:
        answer = provider.refund(order)
    except Unreachable as error:
        Refund.objects.filter(pk=refund.pk).update(error=str(error))
        if not error.remembered:
            raise
        _find_or_ask_anew(refund, at=at)
    except RefusedByProvider as error:
        logger.error("the provider refused refund %s: %s", refund.public, error)  # noqa: TRY400 - no traceback wanted
        fail_refund(refund.pk, why=str(error), at=at)
    else:
        settle_refund(answer, livemode=provider.livemode, at=at)


def _find_or_ask_anew(refund: Refund, *, at: datetime) -> None:
    """The provider repeats a failure it keeps under our key: look whether the refund was made, else use a new key."""
    provider = gateway(refund.payment.provider)
    for answer in provider.refunds_of(refund.payment.intent_id):
        if answer.refund == str(refund.public):
            settle_refund(answer, livemode=provider.livemode, at=at)
            return
    with transaction.atomic():
        asked = refund.attempt
        refund.attempt += 1
        refund.call_key = call_key(refund)
        row = Refund.objects.filter(pk=refund.pk, state=RefundState.REQUESTED, attempt=asked)
        if row.update(attempt=refund.attempt, call_key=refund.call_key):
            call_later(refund, at=at)


def look_at_refund(refund_id: int, *, at: datetime) -> None:
    """Ask the provider how a refund stands. Raises Unreachable."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.provider_id:
        provider = gateway(refund.payment.provider)
        settle_refund(provider.look_up_refund(refund.provider_id), livemode=provider.livemode, at=at)


@transaction.atomic
def settle_refund(answer: RefundAnswer, *, livemode: bool, at: datetime) -> Refund:
    """Follow what the provider says about a refund, ours or made on its own side; late, twice and in any order.

    Raises Unworkable for a refund of a payment that is not ours, NotYet while the payment itself is not settled here
    or other refunds still reserve what this one has taken.
    """
    known = _payment_of(answer, livemode=livemode)
    _make_room(known, answer, livemode=livemode, at=at)
    payment = locked_payment(known.pk)
    refund = Refund.objects.select_for_update().filter(livemode=livemode, provider_id=answer.provider_id).first()
    if refund is None and answer.refund:
        refund = Refund.objects.select_for_update().filter(public=answer.refund, payment=payment).first()
    if refund is None:
        refund = _adopt(payment, answer, at=at)
    if refund.amount != answer.amount:
        raise Unworkable(f"{answer.amount} was refunded where {refund.amount} was asked for")
    refund.payment = payment
    follow_refund(refund, answer, at=at)
    return refund


def _make_room(payment: Payment, answer: RefundAnswer, *, livemode: bool, at: datetime) -> None:
    """A refund made on the provider's side is a fact: what only waits for approval here gives way to it."""
    if answer.refund or Refund.objects.filter(livemode=livemode, provider_id=answer.provider_id).exists():
        return
    lock(payment.subject_type, payment.subject_id)
    payment.refresh_from_db(fields=["captured", "refunded", "refunding"])
    if answer.amount > payment.refundable:
        overtake_requests(payment.subject_type, payment.subject_id, at=at)


def _payment_of(answer: RefundAnswer, *, livemode: bool) -> Payment:
    known = Payment.objects.filter(livemode=livemode)
    payment = known.filter(intent_id=answer.intent_id).exclude(intent_id="").first()
    if payment is None and answer.refund:
        payment = known.filter(refunds__public=answer.refund).first()
    if payment is None:
        raise Unworkable(f"the refund {answer.provider_id} is of a payment that is not ours")
    return payment


def _adopt(payment: Payment, answer: RefundAnswer, *, at: datetime) -> Refund:
    """A refund made on the provider's side."""
    if payment.state != PaymentState.SETTLED:
        raise NotYet("the payment is not settled here yet")
    try:
        refund = reserve(payment, answer.amount, key=f"provider:{answer.provider_id}", at=at)
    except RefundTooMuch:
        raise NotYet("other refunds under way reserve what this one has taken") from None
    refund.origin, refund.reason = RefundOrigin.PROVIDER, answer.reason[:500]
    refund.save(force_insert=True)
    return refund
