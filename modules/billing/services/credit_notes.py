"""Taking invoices back, wholly or in part, so that all notes together hold exactly the invoice's tax."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from modules.billing.errors import CreditTooMuch
from modules.billing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, Payment, Refund
from modules.billing.registries import LineQuantity
from modules.billing.rules import share_out, tax_of_part
from modules.billing.services.invoices import number
from modules.billing.subjects import lock
from modules.core.money import Money, total


@dataclass(frozen=True)
class _Credit:
    """A line of the invoice, what it was credited by before, and by how much now; minor units."""

    line: InvoiceLine
    before: int
    now: int
    quantity: int | None = None

    @property
    def left(self) -> int:
        return self.line.gross.minor - self.before


@transaction.atomic
def issue_credit_note(
    invoice: Invoice,
    *,
    reason: str,
    at: datetime,
    amount: Money | None = None,
    lines: Sequence[LineQuantity] = (),
    refund: Refund | None = None,
) -> CreditNote:
    """Take an invoice back: some pieces of its lines, or an amount spread over what is left of each line, or, with
    neither, all that is left; then a second call gives the last note. Raises CreditTooMuch."""
    lock(invoice.subject_type, invoice.subject_id)
    parts = _standing(invoice)
    left = sum(credit.left for credit in parts)
    if not left and amount is None and not lines:
        return invoice.credit_notes.order_by("-pk")[0]
    wanted = left if amount is None else amount.minor
    parts = _by_pieces(parts, dict(lines)) if lines else _by_amount(parts, wanted)
    return _issue(invoice, parts, reason=reason, refund=refund, at=at)


def credit_refund(refund: Refund, *, at: datetime) -> CreditNote | None:
    """The credit note that goes with a refund which has just arrived; nothing where no invoice was issued.

    What was paid beyond the invoice goes back first, without a note. The note of a refund that failed stands for the
    next one.
    """
    payment = refund.payment
    about = {"subject_type": payment.subject_type, "subject_id": payment.subject_id}
    invoice = Invoice.objects.filter(**about).first()
    if invoice is None:
        return None
    sums = Payment.objects.filter(**about).aggregate(paid=Sum("captured"), back=Sum("refunded"))
    beyond = max(int(sums["paid"]) - invoice.gross.minor, 0)
    due = min(int(sums["back"]) - beyond, invoice.gross.minor) - _credited(invoice)
    if due <= 0:
        return _take_over(invoice, refund)
    pieces = [(position, quantity) for position, quantity in refund.lines] if due == refund.amount.minor else []
    if pieces:
        try:
            return issue_credit_note(invoice, reason=refund.reason, at=at, lines=pieces, refund=refund)
        except CreditTooMuch:
            pass  # the pieces were credited otherwise meanwhile; the amount is still right
    return issue_credit_note(invoice, reason=refund.reason, at=at, amount=Money(due, invoice.currency), refund=refund)


def _credited(invoice: Invoice) -> int:
    return int(invoice.credit_notes.aggregate(sum=Sum("gross"))["sum"] or 0)


def _take_over(invoice: Invoice, refund: Refund) -> CreditNote | None:
    note = invoice.credit_notes.filter(refund__state="failed", gross=refund.amount.minor).order_by("pk").first()
    if note is not None:
        note.refund = refund
        note.save(update_fields=["refund"])
    return note


def _standing(invoice: Invoice) -> list[_Credit]:
    before = credited_by_line(invoice)
    return [_Credit(line, before.get(line.pk, 0), 0) for line in invoice.lines.order_by("position")]


def credited_by_line(invoice: Invoice) -> dict[int, int]:
    """What each line of an invoice was credited by, in minor units."""
    rows = CreditNoteLine.objects.filter(note__invoice=invoice).values_list("invoice_line")
    return {line: int(gross) for line, gross in rows.annotate(Sum("gross"))}


def _by_pieces(parts: Sequence[_Credit], pieces: Mapping[int, int]) -> list[_Credit]:
    known = {credit.line.position for credit in parts}
    if not pieces.keys() <= known or min(pieces.values()) < 1:
        raise CreditTooMuch
    return [
        _Credit(credit.line, credit.before, pieces[credit.line.position] * credit.line.unit_gross.minor,
                pieces[credit.line.position])
        for credit in parts
        if credit.line.position in pieces
    ]  # fmt: skip


def _by_amount(parts: Sequence[_Credit], amount: int) -> list[_Credit]:
    left = [credit.left for credit in parts]
    if not 0 < amount <= sum(left):
        raise CreditTooMuch
    given = share_out(left, part=amount)
    return [
        _Credit(credit.line, credit.before, share, credit.line.quantity if share == credit.line.gross.minor else None)
        for credit, share in zip(parts, given, strict=True)
    ]


def _issue(
    invoice: Invoice, parts: Sequence[_Credit], *, reason: str, refund: Refund | None, at: datetime
) -> CreditNote:
    if any(credit.now > credit.left for credit in parts):
        raise CreditTooMuch
    rows = [_row(position, credit) for position, credit in enumerate((c for c in parts if c.now), start=1)]
    currency = invoice.currency
    note = CreditNote(
        invoice=invoice,
        refund=refund,
        reason=reason[:500],
        language=invoice.language,
        currency=currency,
        net=total((row.net for row in rows), currency),
        tax=total((row.tax for row in rows), currency),
        gross=total((row.gross for row in rows), currency),
    )
    number(note, prefix="C", at=at)
    note.save(force_insert=True)
    for row in rows:
        row.note = note
    CreditNoteLine.objects.bulk_create(rows)
    return note


def _row(position: int, credit: _Credit) -> CreditNoteLine:
    line, currency = credit.line, credit.line.currency
    tax = tax_of_part(line.tax.minor, line.gross.minor, start=credit.before, part=credit.now)
    return CreditNoteLine(
        invoice_line=line,
        position=position,
        description=line.description,
        quantity=credit.quantity,
        tax_rate=line.tax_rate,
        net=Money(credit.now - tax, currency),
        tax=Money(tax, currency),
        gross=Money(credit.now, currency),
        currency=currency,
    )
