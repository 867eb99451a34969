"""Invoices taken back in parts: no cent of tax is lost, no number is skipped."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.billing.api import CreditTooMuch, SoldLine, credit_notes_of, issue_credit_note, issue_invoice, tax_split
from modules.billing.models import CreditNote, CreditNoteLine, Invoice
from modules.billing.rules import share_out, split_gross, tax_of_part
from modules.billing.selectors.proof import ledger_findings
from modules.core.money import Money, total
from tests.factories.accounts import UserFactory

SOLD = [
    SoldLine("Ikiru", 3, Money(1290, "EUR"), Decimal("0.21")),
    SoldLine("Book", 1, Money(1999, "EUR"), Decimal("0.10")),
    SoldLine("Free", 1, Money(0, "EUR"), Decimal("0.21")),
]


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.fixture
def invoice(db: None, at: datetime) -> Invoice:
    return issue_invoice(UserFactory(), lines=SOLD, buyer={"name": "A"}, at=at)


@pytest.mark.django_db
def test_pieces_then_an_amount_then_the_rest_hold_exactly_what_was_invoiced(invoice: Invoice, at: datetime) -> None:
    issue_credit_note(invoice, reason="", at=at, lines=[(1, 1)])
    issue_credit_note(invoice, reason="", at=at, amount=eur(333))
    rest = issue_credit_note(invoice, reason="", at=at)
    assert issue_credit_note(invoice, reason="again", at=at) == rest
    notes = list(credit_notes_of(invoice))
    assert len(notes) == 3
    assert total((note.tax for note in notes), "EUR") == invoice.tax
    assert total((note.gross for note in notes), "EUR") == invoice.gross
    assert [line.quantity for line in rest.lines.order_by("position")] == [None, None]
    assert all(sum(share.tax.minor for share in tax_split(note)) == note.tax.minor for note in notes)


@pytest.mark.django_db
def test_more_than_is_left_is_refused(invoice: Invoice, at: datetime) -> None:
    wrong: list[dict[str, Any]] = [
        {"amount": eur(5870)},
        {"amount": eur(0)},
        {"lines": [(1, 4)]},
        {"lines": [(7, 1)]},
        {"lines": [(1, 0)]},
    ]
    for what in wrong:
        with pytest.raises(CreditTooMuch):
            issue_credit_note(invoice, reason="", at=at, **what)
    assert not CreditNote.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("deed", ["update", "delete"])
def test_lines_of_a_note_are_frozen(invoice: Invoice, at: datetime, deed: str) -> None:
    rows = CreditNoteLine.objects.filter(note=issue_credit_note(invoice, reason="", at=at))
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(quantity=9) if deed == "update" else rows._raw_delete(rows.db)
    assert ledger_findings() == []


lines_sold = st.lists(
    st.tuples(st.integers(1, 30_000), st.sampled_from(["0", "0.04", "0.10", "0.21", "0.077"])), min_size=1, max_size=5
)


@pytest.mark.any_database
@settings(max_examples=300, deadline=None)
@given(sold=lines_sold, cuts=st.lists(st.integers(1, 20_000), max_size=12))
def test_any_sequence_of_parts_gives_the_whole_tax_back_and_never_too_much(
    sold: list[tuple[int, str]], cuts: list[int]
) -> None:
    gross = [amount for amount, _rate in sold]
    tax = [split_gross(eur(amount), Decimal(rate))[1].minor for amount, rate in sold]
    before, given_back = [0] * len(sold), [0] * len(sold)
    for cut in [*cuts, sum(gross)]:
        left = [whole - gone for whole, gone in zip(gross, before, strict=True)]
        part = min(cut, sum(left))
        if not part:
            continue
        for place, share in enumerate(share_out(left, part=part)):
            assert 0 <= share <= left[place]
            inside = tax_of_part(tax[place], gross[place], start=before[place], part=share)
            assert 0 <= inside <= share
            before[place] += share
            given_back[place] += inside
    assert before == gross
    assert given_back == tax


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_credit_notes_at_once_have_twenty_numbers_without_a_gap_though_some_are_undone(
    parallel: Any, at: datetime
) -> None:
    invoices = [issue_invoice(UserFactory(), lines=SOLD, buyer={}, at=at) for _number in range(24)]

    def credit(number: int) -> None:
        with transaction.atomic():
            issue_credit_note(invoices[number], reason="", at=at, amount=eur(100 + number))
            if number % 6 == 5:
                raise RuntimeError("undone")

    results = parallel(credit, 24)
    assert sum(isinstance(result, RuntimeError) for result in results) == 4
    assert sorted(CreditNote.objects.values_list("number", flat=True)) == list(range(1, 21))
    assert not Invoice.objects.get(pk=invoices[5].pk).credit_notes.exists()
