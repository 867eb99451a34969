"""What modules above tell billing: how their money is booked."""

from collections.abc import Callable

from modules.core.money import Money
from modules.core.registry import Registry

Credits = list[tuple[str, Money]]
"""Accounts and the amounts credited to them; a negative amount is a debit, such as a discount's."""
PaymentPosting = Callable[[int, Money], Credits]

payment_postings: Registry[PaymentPosting] = Registry("payment postings")
"""By record type: `function(subject_id, amount)` gives the credits that a paid amount makes; they sum to the amount.
Billing adds the debit of `psp_clearing`."""
