"""Computing with amounts; no queries."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from modules.core.money import Money


def split_gross(gross: Money, rate: Decimal) -> tuple[Money, Money]:
    """Net and tax that are inside a gross amount, rounded half up once; a rate of 21 % is `0.21`."""
    net = (Decimal(gross.minor) / (1 + rate)).quantize(Decimal(1), ROUND_HALF_UP)
    return Money(int(net), gross.currency), Money(gross.minor - int(net), gross.currency)


def share_out(parts: Sequence[int], *, part: int) -> list[int]:
    """Split `part` of the sum of `parts` in their proportion, so that the result sums to `part` exactly.

    Rounding is done on running sums: the whole gives the parts themselves back.
    """
    whole, running, given, shares = sum(parts), 0, 0, []
    for amount in parts:
        running += amount
        reached = int((Decimal(running) * part / whole).quantize(Decimal(1), ROUND_HALF_UP))
        shares.append(reached - given)
        given = reached
    return shares


def tax_of_part(tax: int, gross: int, *, start: int, part: int) -> int:
    """The tax inside the `part` of a gross amount that begins at `start`, so that parts that follow each other up to
    the whole hold the whole's tax exactly."""

    def until(amount: int) -> int:
        return int((Decimal(tax) * amount / gross).quantize(Decimal(1), ROUND_HALF_UP))

    return until(start + part) - until(start)
