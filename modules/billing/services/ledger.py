"""Writing to the books."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, models, transaction
from django.db.models import F

from modules.billing.choices import KIND_OF, NEVER_BELOW_ZERO, OWNED
from modules.billing.errors import AlreadyReversed, BalanceTooLow, Unbalanced
from modules.billing.models import Account, Entry, Transaction
from modules.core import request_id
from modules.core.actors import SYSTEM, Actor
from modules.core.audit import record_type
from modules.core.money import Money

Line = tuple[str, Money]
"""An account such as `psp_clearing` or `wallet:accounts.user:17`, and an amount: debit positive, credit negative."""


@transaction.atomic
def post(
    *,
    key: str,
    lines: Iterable[Line],
    at: datetime,
    actor: Actor = SYSTEM,
    subject: models.Model | tuple[str, int] | None = None,
    memo: str = "",
    reverses: Transaction | None = None,
) -> Transaction:
    """Write one transaction and move the cached balances. The same key returns the first one's transaction.

    Lines of one account are merged, zeros left out. Locks accounts in primary-key order; callers who also lock other
    rows do that before. Raises BalanceTooLow, and Unbalanced for a mistake of the caller.
    """
    merged = _merge(lines)
    posted = _create(key=key, at=at, actor=actor, subject=subject, memo=memo, reverses=reverses)
    if posted is None:
        return Transaction.objects.get(key=key)
    accounts = {name: _account(name, amount.currency) for name, amount in merged}
    entries = [
        Entry(transaction=posted, account=accounts[name], amount=amount, currency=amount.currency)
        for name, amount in merged
    ]
    entries.sort(key=lambda entry: entry.account_id)
    for entry in entries:
        _move(entry.account, entry.amount.minor)
    Entry.objects.bulk_create(entries)
    return posted


def reverse(original: Transaction, *, key: str, at: datetime, actor: Actor = SYSTEM, memo: str = "") -> Transaction:
    """Undo a transaction by its mirror image. The same key returns the first reversal; another key is refused."""
    entries = Entry.objects.filter(transaction=original).select_related("account")
    posted = post(
        key=key,
        lines=[(str(entry.account), -entry.amount) for entry in entries],
        at=at,
        actor=actor,
        subject=(original.subject_type, original.subject_id) if original.subject_id is not None else None,
        memo=memo or original.memo,
        reverses=original,
    )
    if posted.reverses_id != original.pk:
        raise AlreadyReversed
    return posted


def _merge(lines: Iterable[Line]) -> list[Line]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for name, amount in lines:
        sums[name, amount.currency] += amount.minor
    by_currency: dict[str, int] = defaultdict(int)
    for (_name, currency), minor in sums.items():
        by_currency[currency] += minor
    if any(by_currency.values()):
        raise Unbalanced(f"the lines sum to {dict(by_currency)}")
    merged = [(name, Money(minor, currency)) for (name, currency), minor in sums.items() if minor]
    if not merged:
        raise Unbalanced("there is nothing to post")
    if len({name for name, _amount in merged}) != len(merged):
        raise Unbalanced("one account in two currencies: post two transactions")
    return merged


def _create(
    *,
    key: str,
    at: datetime,
    actor: Actor,
    subject: models.Model | tuple[str, int] | None,
    memo: str,
    reverses: Transaction | None,
) -> Transaction | None:
    """The new transaction, or None when the key is taken: a parallel caller waits here until the first has ended."""
    if Transaction.objects.filter(key=key).exists():
        return None
    about = (record_type(subject), subject.pk) if isinstance(subject, models.Model) else subject or ("", None)
    row = Transaction(
        key=key, at=at, actor=actor.user, memo=memo[:200], reverses=reverses, request_id=request_id.current()
    )
    row.subject_type, row.subject_id = about
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if Transaction.objects.filter(key=key).exists():
            return None
        if reverses is not None and Transaction.objects.filter(reverses=reverses).exists():
            raise AlreadyReversed from None
        raise
    return row


def _account(name: str, currency: str) -> Account:
    code, _colon, owner = name.partition(":")
    kind = KIND_OF.get(code)
    if kind is None:
        raise Unbalanced(f"the chart has no account “{code}”")
    if bool(owner) != (code in OWNED):
        raise Unbalanced(f"the account “{code}” {'needs an owner' if code in OWNED else 'has no owner'}")
    account, _created = Account.objects.get_or_create(
        code=code, owner=owner, currency=currency, defaults={"kind": kind}
    )
    return account


def _move(account: Account, debit: int) -> None:
    """Change the cached balance by one guarded UPDATE."""
    delta = debit if account.grows_by_debit else -debit
    row = Account.objects.filter(pk=account.pk)
    if delta < 0 and account.code in NEVER_BELOW_ZERO:
        row = row.filter(balance__gte=-delta)
    if not row.update(balance=F("balance") + delta):
        raise BalanceTooLow
