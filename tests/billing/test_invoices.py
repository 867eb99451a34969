"""Invoices: frozen, numbered without gaps."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from modules.billing.api import SoldLine, issue_credit_note, issue_invoice, tax_split
from modules.billing.models import Invoice, InvoiceLine
from modules.core.money import Money
from tests.factories.accounts import UserFactory

BUYER = {"name": "Ada", "city": "Madrid"}


def line(minor: int, rate: str = "0.21", quantity: int = 1) -> SoldLine:
    return SoldLine("Film", quantity, Money(minor, "EUR"), Decimal(rate))


@pytest.mark.django_db
def test_an_invoice_freezes_lines_buyer_and_tax_split(at: datetime) -> None:
    invoice = issue_invoice(UserFactory(), lines=[line(1210, quantity=2), line(999, "0.10")], buyer=BUYER, at=at)
    assert invoice.full_number == "2026-000001"
    assert (invoice.net.minor, invoice.tax.minor, invoice.gross.minor) == (2000 + 908, 420 + 91, 3419)
    assert invoice.buyer == BUYER
    shares = [(str(share.rate), share.net.minor, share.tax.minor, share.gross.minor) for share in tax_split(invoice)]
    assert shares == [("0.2100", 2000, 420, 2420), ("0.1000", 908, 91, 999)]


@pytest.mark.django_db
def test_a_record_has_one_invoice(at: datetime) -> None:
    subject = UserFactory()
    first = issue_invoice(subject, lines=[line(1210)], buyer=BUYER, at=at)
    assert issue_invoice(subject, lines=[line(9999)], buyer=BUYER, at=at) == first


@pytest.mark.django_db
def test_numbers_follow_each_other_and_a_rollback_leaves_no_gap(at: datetime) -> None:
    issue_invoice(UserFactory(), lines=[line(1210)], buyer=BUYER, at=at)

    @transaction.atomic
    def given_up() -> None:
        issue_invoice(UserFactory(), lines=[line(1210)], buyer=BUYER, at=at)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        given_up()
    assert issue_invoice(UserFactory(), lines=[line(1210)], buyer=BUYER, at=at).number == 2


@pytest.mark.django_db
def test_the_year_of_the_series_is_the_business_calendars() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # already 2027 in Madrid
    invoice = issue_invoice(UserFactory(), lines=[line(1210)], buyer=BUYER, at=late)
    assert (invoice.full_number, invoice.issue_date.isoformat()) == ("2027-000001", "2027-01-01")


@pytest.mark.django_db
def test_a_credit_note_is_issued_once(at: datetime) -> None:
    invoice = issue_invoice(UserFactory(), lines=[line(1210)], buyer=BUYER, at=at)
    first = issue_credit_note(invoice, reason="cancelled", at=at)
    assert issue_credit_note(invoice, reason="again", at=at) == first
    assert first.full_number == "C2026-000001"


@pytest.mark.parametrize("change", ["UPDATE", "DELETE"])
@pytest.mark.django_db
def test_lines_are_frozen_in_the_database(change: str, at: datetime) -> None:
    issue_invoice(UserFactory(), lines=[line(1210)], buyer=BUYER, at=at)
    lines = InvoiceLine.objects.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        lines.update(description="Another") if change == "UPDATE" else lines._raw_delete("default")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_numbers_have_neither_gaps_nor_twins_under_parallel_threads(at: datetime, parallel: Any) -> None:
    people = [UserFactory() for _ in range(20)]

    def issue(number: int) -> int:
        with transaction.atomic():
            invoice = issue_invoice(people[number], lines=[line(1210)], buyer=BUYER, at=at)
            if number % 4 == 3:
                raise RuntimeError("rolled back")
            return invoice.number

    results = parallel(issue, 20)
    numbers = sorted(result for result in results if isinstance(result, int))
    assert numbers == list(range(1, 16))
    assert Invoice.objects.count() == 15


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_record_invoiced_by_ten_threads_has_one_invoice(at: datetime, parallel: Any) -> None:
    subject = UserFactory()
    results = parallel(lambda _n: issue_invoice(subject, lines=[line(1210)], buyer=BUYER, at=at).number, 10)
    assert results == [1] * 10
