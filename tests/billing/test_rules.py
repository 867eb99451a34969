"""Computing with amounts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.billing.rules import share_out, split_gross
from modules.core.money import Money


@given(
    parts=st.lists(st.integers(1, 10_000), min_size=1, max_size=5),
    cuts=st.lists(st.integers(0, 50_000), max_size=5),
)
def test_shares_sum_to_the_part_and_the_whole_gives_the_parts(parts: list[int], cuts: list[int]) -> None:
    whole = sum(parts)
    assert share_out(parts, part=whole) == parts
    for cut in cuts:
        wanted = cut % (whole + 1)
        shares = share_out(parts, part=wanted)
        assert sum(shares) == wanted
        assert all(0 <= share <= amount for share, amount in zip(shares, parts, strict=True))


@pytest.mark.parametrize(
    ("gross", "rate", "net", "tax"),
    [
        (1210, "0.21", 1000, 210),
        (999, "0.21", 826, 173),
        (1, "0.21", 1, 0),
        (500, "0", 500, 0),
        (-1210, "0.21", -1000, -210),
    ],
)
def test_tax_is_taken_out_of_a_gross_amount_and_rounded_once(gross: int, rate: str, net: int, tax: int) -> None:
    assert split_gross(Money(gross, "EUR"), Decimal(rate)) == (Money(net, "EUR"), Money(tax, "EUR"))


@given(gross=st.integers(0, 10**9), percent=st.integers(0, 99))
def test_net_and_tax_are_the_gross_again(gross: int, percent: int) -> None:
    net, tax = split_gross(Money(gross, "EUR"), Decimal(percent) / 100)
    assert (net + tax).minor == gross
