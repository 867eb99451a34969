"""Reading the books: balances, the trial balance."""

from dataclasses import dataclass

from django.db.models import Q, Sum

from modules.billing.choices import AccountCode
from modules.billing.models import Account, Entry, Transaction
from modules.core.fields import shop_currency
from modules.core.money import Money


def balance(account: str, currency: str | None = None) -> Money:
    """What is on an account such as `inventory` or `wallet:accounts.user:17`, on the account's own side: assets and
    expenses by debit, liabilities and revenue by credit. An account that was never used holds nothing."""
    code, _colon, owner = account.partition(":")
    currency = currency or shop_currency()
    found = Account.objects.filter(code=code, owner=owner, currency=currency).first()
    return found.balance if found is not None else Money(0, currency)


@dataclass(frozen=True)
class TrialLine:
    """One account of the trial balance; exactly one of the two sides is not zero."""

    account: str
    title: str
    debit: Money
    credit: Money


def trial_balance(currency: str | None = None) -> list[TrialLine]:
    """Every account that has entries, summed from the entries themselves, owners taken together."""
    currency = currency or shop_currency()
    sums = (
        Entry.objects.filter(currency=currency)
        .values("account__code")
        .annotate(minor=Sum("amount"))
        .order_by("account__code")
    )
    return [
        TrialLine(
            row["account__code"],
            str(AccountCode(row["account__code"]).label),
            Money(max(row["minor"], 0), currency),
            Money(max(-row["minor"], 0), currency),
        )
        for row in sums
    ]


def transaction_by_key(key: str) -> Transaction | None:
    return Transaction.objects.filter(key=key).first()


def transactions_about(subject_type: str, subject_id: int) -> list[Transaction]:
    """What the books say about one record, oldest first."""
    about = Q(subject_type=subject_type, subject_id=subject_id)
    return list(Transaction.objects.filter(about).prefetch_related("entries__account").order_by("at", "pk"))
