"""What payments and refunds write to the books."""

from datetime import datetime

from django.db.models import Sum

from modules.billing.choices import AccountCode
from modules.billing.models import Entry, Payment, Refund, Transaction
from modules.billing.registries import payment_postings, refund_postings
from modules.billing.rules import share_out
from modules.billing.services.ledger import Line, post, reverse
from modules.core.money import Money


def payment_key(payment: Payment) -> str:
    """The idempotency key of the posting that a settled payment makes."""
    return f"payment:{payment.public}:captured"


def refund_key(refund: Refund) -> str:
    """The idempotency key of the posting that a settled refund makes."""
    return f"{_refunds_of(refund.payment)}{refund.public}"


def _refunds_of(payment: Payment) -> str:
    return f"payment:{payment.public}:refund:"


def post_payment(payment: Payment, *, at: datetime) -> Transaction:
    """Debit what is on its way from the provider, credit what the subject's module says."""
    credits_of = payment_postings[payment.subject_type]
    lines: list[Line] = [(AccountCode.PSP_CLEARING.value, payment.captured)]
    lines += [(account, -amount) for account, amount in credits_of(payment.subject_id, payment.captured)]
    return post(
        key=payment_key(payment),
        lines=lines,
        at=at,
        subject=(payment.subject_type, payment.subject_id),
        memo=payment.description,
    )


def post_refund(refund: Refund, *, refunded: Money, at: datetime) -> Transaction:
    """Book a refund as the subject's module says; else undo the payment's posting, wholly or in the refund's
    proportion. `refunded` is what is refunded after this one.

    A single full refund reverses; of several, each posts the difference between what should be undone by now and what
    is, so that rounding never leaves a cent on an account.
    """
    payment = refund.payment
    debits_of = refund_postings.get(payment.subject_type)
    if debits_of is not None:
        return _post_parts(refund, debits_of(payment.subject_id, refund.amount, refund.pk), at=at)
    original = Transaction.objects.get(key=payment_key(payment))
    if refund.amount == payment.captured and not Transaction.objects.filter(reverses=original).exists():
        return reverse(original, key=refund_key(refund), at=at, memo=payment.description)
    return _post_parts(refund, _missing_lines(payment, original, refunded=refunded), at=at)


def _post_parts(refund: Refund, debits: list[Line], *, at: datetime) -> Transaction:
    payment = refund.payment
    return post(
        key=refund_key(refund),
        lines=[*debits, (AccountCode.PSP_CLEARING.value, -refund.amount)],
        at=at,
        subject=(payment.subject_type, payment.subject_id),
        memo=payment.description,
    )


def _missing_lines(payment: Payment, original: Transaction, *, refunded: Money) -> list[Line]:
    entries = Entry.objects.filter(transaction=original).select_related("account").order_by("pk")
    credited = [entry for entry in entries if entry.account.code != AccountCode.PSP_CLEARING]
    shares = share_out([-entry.amount.minor for entry in credited], part=refunded.minor)
    should = {str(entry.account): share for entry, share in zip(credited, shares, strict=True)}
    undone = Entry.objects.filter(transaction__key__startswith=_refunds_of(payment)).exclude(
        account__code=AccountCode.PSP_CLEARING
    )
    for row in undone.values("account__code", "account__owner").annotate(sum=Sum("amount")):
        name = ":".join(part for part in (row["account__code"], row["account__owner"]) if part)
        should[name] = should.get(name, 0) - row["sum"]
    return [(name, Money(minor, payment.currency)) for name, minor in should.items()]


def undo_refund(refund: Refund, *, at: datetime) -> Transaction | None:
    """The refund came back: its posting is reversed."""
    if refund.posting is None:
        return None
    return reverse(refund.posting, key=f"{refund_key(refund)}:failed", at=at)
