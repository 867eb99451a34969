"""The double-entry ledger: what it writes, and what the database refuses whoever asks."""

from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from modules.billing.api import AlreadyReversed, BalanceTooLow, balance, post, reverse, trial_balance
from modules.billing.errors import Unbalanced
from modules.billing.models import Account, Entry, Transaction
from modules.billing.selectors.proof import ledger_findings
from modules.core.money import Money
from tests.factories.accounts import UserFactory


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def sale(at: datetime, key: str = "sale-1", gross: int = 1210) -> Transaction:
    net = round(gross / 1.21)
    lines = [("psp_clearing", eur(gross)), ("sales_film", eur(-net)), ("tax_payable", eur(net - gross))]
    return post(key=key, lines=lines, at=at, memo="Order A")


@pytest.mark.django_db
def test_a_sale_debits_clearing_and_credits_revenue_and_tax(at: datetime) -> None:
    posted = sale(at)
    amounts = {str(entry.account): entry.amount.minor for entry in posted.entries.select_related("account")}
    assert amounts == {"psp_clearing": 1210, "sales_film": -1000, "tax_payable": -210}
    assert [balance(name) for name in ("psp_clearing", "sales_film", "tax_payable")] == [eur(1210), eur(1000), eur(210)]


@pytest.mark.django_db
def test_the_same_key_posts_once(at: datetime) -> None:
    assert sale(at) == sale(at)
    assert balance("psp_clearing") == eur(1210)


@pytest.mark.django_db
def test_lines_of_one_account_are_merged_and_zeros_left_out(at: datetime) -> None:
    lines = [("bank", eur(5)), ("bank", eur(7)), ("goodwill", eur(-12)), ("inventory", eur(0))]
    assert post(key="k", lines=lines, at=at).entries.count() == 2


@pytest.mark.parametrize(
    "lines",
    [
        [("bank", eur(5))],
        [("bank", eur(5)), ("goodwill", Money(-5, "USD"))],
        [("bank", eur(5)), ("no_such_account", eur(-5))],
        [("bank", eur(5)), ("wallet", eur(-5))],
        [("bank:films.film:1", eur(5)), ("goodwill", eur(-5))],
        [],
    ],
)
@pytest.mark.django_db
def test_lines_that_make_no_sense_are_refused(at: datetime, lines: list[Any]) -> None:
    with pytest.raises(Unbalanced):
        post(key="k", lines=lines, at=at)
    assert not Transaction.objects.exists()


@pytest.mark.django_db
def test_a_reversal_mirrors_and_happens_once(at: datetime) -> None:
    posted = sale(at)
    first = reverse(posted, key="back-1", at=at)
    assert reverse(posted, key="back-1", at=at) == first
    assert [line for line in trial_balance() if line.debit or line.credit] == []
    with pytest.raises(AlreadyReversed):
        reverse(posted, key="back-2", at=at)
    again = reverse(first, key="forth-1", at=at)
    assert again.reverses == first
    assert balance("psp_clearing") == eur(1210)


@pytest.mark.django_db
def test_a_wallet_never_goes_below_zero(at: datetime) -> None:
    wallet = f"wallet:accounts.user:{UserFactory().pk}"
    post(key="top-up", lines=[("psp_clearing", eur(1000)), (wallet, eur(-1000))], at=at)
    post(key="spend", lines=[(wallet, eur(600)), ("sales_film", eur(-600))], at=at)
    with pytest.raises(BalanceTooLow):
        post(key="too-much", lines=[(wallet, eur(500)), ("sales_film", eur(-500))], at=at)
    assert balance(wallet) == eur(400)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(code="wallet").update(balance=-1)


@pytest.mark.django_db
def test_the_trial_balance_sums_to_zero(at: datetime) -> None:
    sale(at)
    post(key="fee", lines=[("psp_fees", eur(30)), ("psp_clearing", eur(-30))], at=at)
    lines = trial_balance()
    assert sum(line.debit.minor - line.credit.minor for line in lines) == 0
    assert {line.account: line.debit.minor for line in lines}["psp_clearing"] == 1180


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_transaction_that_does_not_sum_to_zero(at: datetime) -> None:
    account = Account.objects.create(code="bank", kind="asset", currency="EUR")

    def unbalanced() -> None:
        with transaction.atomic():
            row = Transaction.objects.create(key="crooked", at=at)
            Entry.objects.create(transaction=row, account=account, amount=5, currency="EUR")

    with pytest.raises(IntegrityError):
        unbalanced()
    assert not Transaction.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_currencies_do_not_balance_each_other(at: datetime) -> None:
    euros = Account.objects.create(code="bank", kind="asset", currency="EUR")
    dollars = Account.objects.create(code="bank", kind="asset", currency="USD")

    def crossed() -> None:
        with transaction.atomic():
            row = Transaction.objects.create(key="crossed", at=at)
            Entry.objects.create(transaction=row, account=euros, amount=5, currency="EUR")
            Entry.objects.create(transaction=row, account=dollars, amount=-5, currency="USD")

    with pytest.raises(IntegrityError):
        crossed()
    assert not Transaction.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_adding_a_line_to_old_books_is_refused(at: datetime) -> None:
    posted = sale(at)
    account = Account.objects.create(code="bank", kind="asset", currency="EUR")
    with pytest.raises(IntegrityError):
        Entry.objects.create(transaction=posted, account=account, amount=1, currency="EUR")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE billing_entry SET amount = amount * 2",
        "DELETE FROM billing_entry",
        "UPDATE billing_transaction SET memo = 'another'",
        "DELETE FROM billing_transaction",
    ],
)
def test_the_books_are_append_only_even_by_sql(at: datetime, sql: str) -> None:
    sale(at)
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Entry.objects.count() == 3


@pytest.mark.django_db
def test_an_entry_is_in_the_currency_of_its_account(at: datetime) -> None:
    account = Account.objects.create(code="bank", kind="asset", currency="EUR")
    row = Transaction.objects.create(key="k", at=at)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.create(transaction=row, account=account, amount=5, currency="USD")


@pytest.mark.django_db
def test_ledger_check_is_content_with_right_books(at: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    reverse(sale(at), key="back", at=at)
    call_command("ledger_check")
    assert "6 entries" in capsys.readouterr().out


@pytest.mark.django_db
def test_ledger_check_names_an_account_whose_balance_was_changed_by_hand(at: datetime) -> None:
    sale(at)
    Account.objects.filter(code="bank").delete()
    Account.objects.filter(code="psp_clearing").update(balance=1)
    assert ledger_findings() == ["Account psp_clearing says 1, its entries say 1210 EUR."]
    with pytest.raises(CommandError) as failure:
        call_command("ledger_check")
    assert failure.value.returncode == 1


@pytest.mark.django_db
def test_ledger_check_names_an_entry_edited_behind_the_triggers_and_the_missing_trigger(at: datetime) -> None:
    posted = sale(at)
    on_table = "" if connection.vendor == "sqlite" else " ON billing_entry"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER billing_entry_refuse_update{on_table}")
        cursor.execute("UPDATE billing_entry SET amount = 9999 WHERE amount = 1210")
    findings = ledger_findings()
    assert any("billing_entry_refuse_update is missing" in finding for finding in findings)
    assert f"Transaction {posted.pk} is out of balance by 8789 EUR." in findings
    assert any("psp_clearing" in finding for finding in findings)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f27_thirty_parallel_spends_of_ten_from_a_hundred_make_exactly_ten(at: datetime, parallel: Any) -> None:
    wallet = f"wallet:accounts.user:{UserFactory().pk}"
    post(key="top-up", lines=[("psp_clearing", eur(10000)), (wallet, eur(-10000))], at=at)

    def spend(number: int) -> Transaction:
        return post(key=f"spend-{number}", lines=[(wallet, eur(1000)), ("sales_film", eur(-1000))], at=at)

    results = parallel(spend, 30)
    assert sum(isinstance(result, Transaction) for result in results) == 10
    assert sum(isinstance(result, BalanceTooLow) for result in results) == 20
    assert balance(wallet) == eur(0)
    assert ledger_findings() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_posting_from_ten_threads_stands_once(at: datetime, parallel: Any) -> None:
    results = parallel(lambda number: sale(at).pk, 10)
    assert len(set(results)) == 1
    assert balance("psp_clearing") == eur(1210)
    assert ledger_findings() == []
