"""Money is integer minor units of one currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.core.money import CurrencyMismatch, Money, total

minor = st.integers(-(10**12), 10**12)


@given(minor, minor)
def test_addition_is_exact(left: int, right: int) -> None:
    assert Money(left, "EUR") + Money(right, "EUR") == Money(left + right, "EUR")


@given(minor)
def test_major_units_and_back_lose_nothing(amount: int) -> None:
    assert Money.of(Money(amount, "EUR").major, "EUR") == Money(amount, "EUR")


def test_currency_without_minor_units_is_respected() -> None:
    assert Money.of("1200", "JPY") == Money(1200, "JPY")
    assert Money(1200, "JPY").format("en") == "¥1,200"


def test_two_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]


def test_a_share_is_rounded_half_up_once() -> None:
    assert Money(105, "EUR").share(Decimal("0.1")) == Money(11, "EUR")
    assert Money(104, "EUR").share(Decimal("0.1")) == Money(10, "EUR")


def test_money_is_written_in_the_readers_way() -> None:
    assert Money(123490, "EUR").format("en") == "€1,234.90"
    assert Money(123490, "EUR").format("es").replace("\xa0", " ") == "1.234,90 €"


def test_total_of_nothing_is_zero() -> None:
    assert total([], "EUR") == Money(0, "EUR")
