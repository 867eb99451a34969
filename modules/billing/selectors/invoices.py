"""Reading invoices."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from modules.billing.models import Invoice
from modules.core.money import Money


@dataclass(frozen=True)
class TaxShare:
    """What an invoice holds at one tax rate."""

    rate: Decimal
    net: Money
    tax: Money
    gross: Money


def tax_split(invoice: Invoice) -> list[TaxShare]:
    """The invoice's totals by tax rate, highest first; they sum to its own."""
    sums: dict[Decimal, list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in invoice.lines.all():
        for index, amount in enumerate((line.net, line.tax, line.gross)):
            sums[line.tax_rate][index] += amount.minor
    return [
        TaxShare(rate, *(Money(minor, invoice.currency) for minor in sums[rate])) for rate in sorted(sums, reverse=True)
    ]
