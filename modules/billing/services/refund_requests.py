"""Refunds that staff ask for: reserved at once, made within the person's limit, else after a second pair of eyes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F

from modules.billing.choices import PaymentState, RefundRequestState, RefundState
from modules.billing.errors import RefundTaken, RefundTooMuch
from modules.billing.models import Payment, RefundAllowance, RefundRequest
from modules.billing.registries import LineQuantity
from modules.billing.services.reserving import call_later, let_go, reserve
from modules.billing.subjects import lock, reference
from modules.core.actors import SYSTEM, Actor
from modules.core.fields import shop_currency
from modules.core.money import Money, total
from modules.core.once import once
from modules.workflow.api import TransitionNotAllowed, WrongState, fire, start


def ask_refund(
    subject: models.Model,
    *,
    amount: Money,
    reason: str,
    actor: Actor,
    at: datetime,
    key: str,
    lines: Sequence[LineQuantity] = (),
) -> RefundRequest:
    """Ask for an amount of what was paid for a record to be given back. The same key gives the same request.

    Within `REFUND_LIMIT` and what is left of the person's `REFUND_DAILY_LIMIT` it is made at once; above it a second
    person must approve. `lines` say what it is for: (position on the invoice, quantity). Raises RefundTooMuch,
    RefundTaken where colleagues asked first, TransitionNotAllowed.
    """
    if not actor.may("billing.ask_refund"):
        raise TransitionNotAllowed
    with once(RefundRequest, key=key, owned={"asked_by_id": actor.user_id}) as first:
        if first.found is not None:
            return first.found
        kind, pk = reference(subject)
        lock(kind, pk)
        payments = _payments_with_rest(kind, pk)
        _refuse_too_much(kind, pk, amount, payments)
        request = RefundRequest(
            subject_type=kind,
            subject_id=pk,
            description=payments[0].description,
            amount=amount,
            currency=amount.currency,
            reason=reason[:500],
            lines=[list(line) for line in lines],
            key=key,
            asked_by=actor.user,
            asked_at=at,
            is_within_limit=_spend(actor, amount, at=at),
        )
        request.save(force_insert=True)
        start(request, actor=actor, at=at)
        _hold(request, payments, at=at)
        fire(request, "request_small" if request.is_within_limit else "request", actor=actor, at=at, reason=reason)
    return request


def _payments_with_rest(kind: str, pk: int) -> list[Payment]:
    paid = Payment.objects.filter(subject_type=kind, subject_id=pk, state=PaymentState.SETTLED).order_by("pk")
    return [payment for payment in paid.select_for_update() if payment.refundable]


def _refuse_too_much(kind: str, pk: int, amount: Money, payments: Sequence[Payment]) -> None:
    left = total((payment.refundable for payment in payments), amount.currency)
    if Money(0, amount.currency) < amount <= left:
        return
    others = RefundRequest.objects.filter(subject_type=kind, subject_id=pk).exclude(
        state__in=[RefundRequestState.DECLINED, RefundRequestState.FAILED]
    )
    newest = others.select_related("asked_by").order_by("-pk").first()
    if newest is None or newest.asked_by is None or amount <= left:
        raise RefundTooMuch(left=left)
    who = newest.asked_by.name or newest.asked_by.email
    raise RefundTaken(who=who, amount=newest.amount, state=RefundRequestState(newest.state).label, left=left)


def _spend(actor: Actor, amount: Money, *, at: datetime) -> bool:
    """Whether the person may let this go alone; then it counts for the day."""
    if actor.user is None or amount.currency != shop_currency() or amount.minor > settings.REFUND_LIMIT:
        return False
    day = at.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE)).date()
    about: dict[str, Any] = {"person": actor.user, "day": day, "currency": amount.currency}
    RefundAllowance.objects.get_or_create(**about)
    room = settings.REFUND_DAILY_LIMIT - amount.minor
    rows = RefundAllowance.objects.filter(**about, spent__lte=room)
    return bool(rows.update(spent=F("spent") + amount.minor))


def _hold(request: RefundRequest, payments: Sequence[Payment], *, at: datetime) -> None:
    """Reserve the amount on the payments, oldest first."""
    left = request.amount
    for payment in payments:
        part = min(left, payment.refundable)
        if not part:
            break
        refund = reserve(payment, part, key=f"request:{request.pk}:{payment.public}", at=at)
        refund.state, refund.request, refund.reason = RefundState.HELD, request, request.reason
        refund.actor = request.asked_by
        refund.lines = request.lines if part == request.amount else []
        refund.save(force_insert=True)
        left -= part


def make_refunds(request: RefundRequest, *, at: datetime) -> None:
    """Approved: the outbox asks the provider for what was held back."""
    for refund in request.refunds.filter(state=RefundState.HELD).order_by("pk"):
        refund.state = RefundState.REQUESTED
        refund.save(update_fields=["state"])
        call_later(refund, at=at)


def give_up(request: RefundRequest) -> None:
    """Declined: what was held back is free again."""
    for refund in request.refunds.filter(state=RefundState.HELD).order_by("pk"):
        let_go(refund)


def overtake_requests(kind: str, pk: int, *, at: datetime) -> None:
    """What still waits for approval gives way: the locked record's money goes back otherwise."""
    waiting = RefundRequest.objects.filter(subject_type=kind, subject_id=pk, state=RefundRequestState.APPROVAL)
    for request in waiting.order_by("pk"):
        try:
            fire(request, "overtake", actor=SYSTEM, at=at)
        except WrongState:
            continue  # approved or declined in this very moment; an approved one is on its way by itself


def follow_request(request_id: int, *, at: datetime) -> None:
    """All refunds of a request have arrived, or one has failed: the request says so too."""
    request = RefundRequest.objects.get(pk=request_id)
    states = set(request.refunds.values_list("state", flat=True))
    if RefundState.FAILED in states and request.state in {RefundRequestState.APPROVED, RefundRequestState.DONE}:
        fire(request, "fail", actor=SYSTEM, at=at)
    elif states == {RefundState.SETTLED} and request.state == RefundRequestState.APPROVED:
        fire(request, "settle", actor=SYSTEM, at=at)
