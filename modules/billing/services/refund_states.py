"""A refund's way: requested, pending, settled, failed; only ever forward, also from settled to failed."""

from datetime import datetime

from django.db import transaction

from modules.billing.choices import RESERVING, RefundState
from modules.billing.events import RefundFailed, RefundSettled
from modules.billing.gateways.base import RefundAnswer, RefundStatus
from modules.billing.models import Payment, Refund
from modules.billing.services.announcing import announce_refund
from modules.billing.services.credit_notes import credit_refund
from modules.billing.services.postings import post_refund, undo_refund
from modules.billing.services.refund_requests import follow_request
from modules.billing.subjects import lock

_ORDER = [RefundState.HELD, RefundState.REQUESTED, RefundState.PENDING, RefundState.SETTLED, RefundState.FAILED]
_FOLLOWED = {
    RefundStatus.PENDING: RefundState.PENDING,
    RefundStatus.SETTLED: RefundState.SETTLED,
    RefundStatus.FAILED: RefundState.FAILED,
}


def follow_refund(refund: Refund, answer: RefundAnswer, *, at: datetime) -> None:
    """Write what the provider says, if it is further than what we know. Refund and payment are locked."""
    refund.provider_id, refund.checked_at = answer.provider_id, at
    refund.save(update_fields=["provider_id", "checked_at"])
    state = _FOLLOWED[answer.status]
    if _ORDER.index(state) <= _ORDER.index(RefundState(refund.state)):
        return
    if state == RefundState.SETTLED:
        _settle(refund, at=at)
    elif state == RefundState.FAILED:
        _fail(refund, answer.reason, at=at)
    else:
        refund.state = state
        refund.save(update_fields=["state"])


@transaction.atomic
def fail_refund(refund_id: int, *, why: str, at: datetime) -> None:
    """The provider will not make this refund: what it reserved is free again, and staff are told."""
    known = Refund.objects.select_related("payment").get(pk=refund_id)
    lock(known.payment.subject_type, known.payment.subject_id)
    payment = Payment.objects.select_for_update().get(pk=known.payment_id)
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.state == RefundState.REQUESTED:
        refund.payment = payment
        _fail(refund, why, at=at)


def _settle(refund: Refund, *, at: datetime) -> None:
    payment = refund.payment
    payment.refunding -= refund.amount
    payment.refunded += refund.amount
    payment.save(update_fields=["refunding", "refunded"])
    credit_refund(refund, at=at)
    announce_refund(RefundSettled, refund, at=at)
    refund.state, refund.settled_at, refund.error = RefundState.SETTLED, at, ""
    refund.posting = post_refund(refund, refunded=payment.refunded, at=at)
    refund.save(update_fields=["state", "settled_at", "error", "posting"])
    if refund.request_id:
        follow_request(refund.request_id, at=at)


def _fail(refund: Refund, why: str, *, at: datetime) -> None:
    payment = refund.payment
    if refund.state in RESERVING:
        payment.refunding -= refund.amount
        payment.save(update_fields=["refunding"])
    else:
        payment.refunded -= refund.amount
        payment.save(update_fields=["refunded"])
        undo_refund(refund, at=at)
    refund.state, refund.failed_at, refund.error = RefundState.FAILED, at, why[:2000]
    refund.save(update_fields=["state", "failed_at", "error"])
    announce_refund(RefundFailed, refund, at=at)
    if refund.request_id:
        follow_request(refund.request_id, at=at)
