"""What the film shop needs of the installation."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from modules.films.choices import TaxClass


@register
def check_tax_rates(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Each tax class has a rate between 0 and 1."""
    problems: list[CheckMessage] = []
    for tax_class in TaxClass.values:
        try:
            rate = Decimal(settings.TAX_RATES[tax_class])
        except (KeyError, InvalidOperation, TypeError):
            rate = Decimal(-1)
        if not 0 <= rate < 1:
            hint = "Set TAX_RATES=standard=0.21,reduced=0.10: fractions, not per cent."
            problems.append(Error(f"The tax class “{tax_class}” has no rate.", hint=hint, id="films.E001"))
    return problems
