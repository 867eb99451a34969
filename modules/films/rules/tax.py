"""The tax of a class of goods. Order lines freeze the rate when they are made."""

from decimal import Decimal

from django.conf import settings


def tax_rate(tax_class: str) -> Decimal:
    """The rate as a fraction: 0.21 for 21 %. Prices are gross: net = gross / (1 + rate)."""
    return Decimal(settings.TAX_RATES[tax_class])
