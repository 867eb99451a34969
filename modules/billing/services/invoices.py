"""Issuing invoices, and the numbers of all documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction

from modules.billing.models import CreditNote, Invoice, InvoiceLine
from modules.billing.rules import split_gross
from modules.billing.subjects import lock, reference
from modules.core.money import Money, total
from modules.core.sequences import next_number


@dataclass(frozen=True)
class SoldLine:
    """One line to be invoiced: gross price of one piece, tax rate as a share (`Decimal("0.21")`)."""

    description: str
    quantity: int
    unit_gross: Money
    tax_rate: Decimal


@transaction.atomic
def issue_invoice(
    subject: models.Model,
    *,
    lines: Sequence[SoldLine],
    buyer: Mapping[str, Any],
    at: datetime,
    language: str = "",
) -> Invoice:
    """The invoice of a record, with the next number of the year's series; the second call gives the first's invoice.

    Call it late in the transaction: the counter stays locked until the end, which is why numbers have no gaps.
    """
    kind, pk = reference(subject)
    lock(kind, pk)
    found = Invoice.objects.filter(subject_type=kind, subject_id=pk).first()
    if found is not None:
        return found
    rows = [_frozen(position, line) for position, line in enumerate(lines, start=1)]
    currency = lines[0].unit_gross.currency
    invoice = Invoice(
        subject_type=kind,
        subject_id=pk,
        buyer=dict(buyer),
        language=language,
        currency=currency,
        net=total((row.net for row in rows), currency),
        tax=total((row.tax for row in rows), currency),
        gross=total((row.gross for row in rows), currency),
    )
    number(invoice, prefix="", at=at)
    invoice.save(force_insert=True)
    for row in rows:
        row.invoice = invoice
    InvoiceLine.objects.bulk_create(rows)
    return invoice


def seller() -> dict[str, str]:
    """Who sells, as the settings say today; every document keeps its own copy."""
    return {
        "name": settings.BUSINESS_NAME,
        "address": settings.BUSINESS_ADDRESS,
        "tax_id": settings.BUSINESS_TAX_ID,
    }


def _frozen(position: int, line: SoldLine) -> InvoiceLine:
    gross = line.unit_gross * line.quantity
    net, tax = split_gross(gross, line.tax_rate)
    return InvoiceLine(
        position=position,
        description=line.description[:300],
        quantity=line.quantity,
        unit_gross=line.unit_gross,
        tax_rate=line.tax_rate,
        net=net,
        tax=tax,
        gross=gross,
        currency=gross.currency,
    )


def number(document: Invoice | CreditNote, *, prefix: str, at: datetime) -> None:
    """Give a document its date, number and seller. The date is the business's, and so is the year of the series.

    Call it late in the transaction: the counter stays locked until the end, which is why numbers have no gaps.
    """
    document.seller = seller()
    document.issued_at = at
    document.issue_date = at.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE)).date()
    document.series = f"{prefix}{document.issue_date.year}"
    document.number = next_number(f"billing.{document._meta.model_name}:{document.series}")
