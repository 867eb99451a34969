"""Whether the books are what they should be, found by reading every entry."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from modules.billing.models import Account, CreditNoteLine, Entry, Transaction

TRIGGERS = {
    "billing_creditnoteline_refuse_delete",
    "billing_creditnoteline_refuse_update",
    "billing_entry_sums_to_zero",
    "billing_entry_in_currency_of_account",
    "billing_entry_refuse_update",
    "billing_entry_refuse_delete",
    "billing_invoiceline_refuse_delete",
    "billing_invoiceline_refuse_update",
    "billing_transaction_refuse_update",
    "billing_transaction_refuse_delete",
}


def ledger_findings() -> list[str]:
    """What is wrong with the books, one sentence each; empty when they are right."""
    return [
        *_missing_triggers(),
        *_unbalanced(),
        *_empty(),
        *_wrong_balances(),
        *_foreign_currency(),
        *_wrong_reversals(),
        *_credited_too_much(),
    ]


def _missing_triggers() -> Iterator[str]:
    """A table rebuilt by hand (or by SQLite's ALTER TABLE) loses its triggers in silence."""
    if connection.vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        sql = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        present = {row[0] for row in cursor.fetchall()}
    for name in sorted(TRIGGERS - present):
        words = _("The trigger {name} is missing or switched off: the database no longer guards the books.")
        yield words.format(name=name)


def _unbalanced() -> Iterator[str]:
    sums = Entry.objects.values("transaction_id", "currency").annotate(sum=Sum("amount")).exclude(sum=0)
    for row in sums.order_by("transaction_id"):
        words = _("Transaction {number} is out of balance by {sum} {currency}.")
        yield words.format(number=row["transaction_id"], sum=row["sum"], currency=row["currency"])


def _empty() -> Iterator[str]:
    for pk in Transaction.objects.filter(entries__isnull=True).order_by("pk").values_list("pk", flat=True):
        yield _("Transaction {number} has no entries.").format(number=pk)


def _wrong_balances() -> Iterator[str]:
    for account in Account.objects.annotate(debit=Coalesce(Sum("entries__amount"), 0)).order_by("pk"):
        debit: int = account.debit
        proven = debit if account.grows_by_debit else -debit
        if proven != account.balance.minor:
            words = _("Account {account} says {said}, its entries say {proven} {currency}.")
            yield words.format(account=account, said=account.balance.minor, proven=proven, currency=account.currency)


def _foreign_currency() -> Iterator[str]:
    for entry in Entry.objects.exclude(currency=F("account__currency")).order_by("pk"):
        yield _("Entry {number} is in {currency}, its account is not.").format(number=entry.pk, currency=entry.currency)


def _wrong_reversals() -> Iterator[str]:
    """A reversal is the mirror image of what it reverses."""
    for pk, original in Transaction.objects.filter(reverses__isnull=False).values_list("pk", "reverses_id"):
        rows = Entry.objects.filter(transaction_id__in=[pk, original]).values("account_id").annotate(sum=Sum("amount"))
        if rows.exclude(sum=0).exists():
            words = _("Transaction {number} does not mirror transaction {original}, which it reverses.")
            yield words.format(number=pk, original=original)


def _credited_too_much() -> Iterator[str]:
    """Credit notes never take back more than was invoiced, line by line and in the tax."""
    sums = CreditNoteLine.objects.values("invoice_line_id", "invoice_line__gross", "invoice_line__tax").annotate(
        credited=Sum("gross"), credited_tax=Sum("tax")
    )
    for row in sums.order_by("invoice_line_id"):
        if row["credited"] > row["invoice_line__gross"] or row["credited_tax"] > row["invoice_line__tax"]:
            words = _("Line {number} of an invoice is credited beyond what was sold.")
            yield words.format(number=row["invoice_line_id"])
