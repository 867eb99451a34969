"""What must hold of stock and books after every step."""

from typing import Any

from django.core.management import call_command

from modules.billing.api import transactions_about
from modules.core.money import Money
from modules.films.selectors.stock import (
    levels_out_of_step,
    orders_out_of_step,
    stock_value_gap,
)

NOTHING = Money(0, "EUR")


def books_balance() -> None:
    call_command("ledger_check", verbosity=0)
    assert levels_out_of_step() == []
    assert orders_out_of_step() == []
    assert stock_value_gap() == NOTHING


def cogs(order: Any) -> list[int]:
    """What was booked as cost of the order, posting by posting."""
    found = []
    for posted in transactions_about("films.order", order.pk):
        found += [entry.amount.minor for entry in posted.entries.all() if entry.account.code == "cogs"]
    return found
