"""Reading invoices."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from modules.billing.models import CreditNote, Invoice, InvoiceLine, Refund
from modules.billing.rules import tax_of_part
from modules.core.money import Money


@dataclass(frozen=True)
class TaxShare:
    """What an invoice holds at one tax rate."""

    rate: Decimal
    net: Money
    tax: Money
    gross: Money


def tax_split(document: Invoice | CreditNote) -> list[TaxShare]:
    """A document's totals by tax rate, highest first; they sum to its own."""
    sums: dict[Decimal, list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in document.lines.all():
        for index, amount in enumerate((line.net, line.tax, line.gross)):
            sums[line.tax_rate][index] += amount.minor
    return [
        TaxShare(rate, *(Money(minor, document.currency) for minor in sums[rate]))
        for rate in sorted(sums, reverse=True)
    ]


def titles_of_lines(kind: str, pk: int) -> dict[int, str]:
    """What stands on a record's invoice, by position."""
    lines = InvoiceLine.objects.filter(invoice__subject_type=kind, invoice__subject_id=pk)
    return dict(lines.values_list("position", "description"))


def credit_notes_of(invoice: Invoice) -> QuerySet[CreditNote]:
    """What was taken back of an invoice, oldest first."""
    return invoice.credit_notes.order_by("pk")


def refund_tax(refund_id: int) -> Money:
    """The tax inside a refund, as its credit note says; in the invoice's proportion where the note has another amount,
    and nothing where no invoice was issued."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    note = CreditNote.objects.filter(refund=refund).first()
    if note is not None and note.gross == refund.amount:
        return note.tax
    payment = refund.payment
    invoice = Invoice.objects.filter(subject_type=payment.subject_type, subject_id=payment.subject_id).first()
    if invoice is None or not invoice.gross:
        return Money(0, refund.currency)
    part = min(refund.amount.minor, invoice.gross.minor)
    return Money(tax_of_part(invoice.tax.minor, invoice.gross.minor, start=0, part=part), refund.currency)
