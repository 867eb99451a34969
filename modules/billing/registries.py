"""What modules above tell billing: how their money is booked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from modules.core.money import Money
from modules.core.registry import Registry

Credits = list[tuple[str, Money]]
"""Accounts and the amounts credited to them; a negative amount is a debit, such as a discount's."""
PaymentPosting = Callable[[int, Money], Credits]

payment_postings: Registry[PaymentPosting] = Registry("payment postings")
"""By record type: `function(subject_id, amount)` gives the credits that a paid amount makes; they sum to the amount.
Billing adds the debit of `psp_clearing`."""

Debits = list[tuple[str, Money]]
"""Accounts and the amounts debited to them."""
RefundPosting = Callable[[int, Money, int], Debits]

refund_postings: Registry[RefundPosting] = Registry("refund postings")
"""By record type: `function(subject_id, amount, refund_id)` gives the debits that a refund makes; they sum to the
amount. Billing adds the credit of `psp_clearing`. The refund's credit note is issued by then: `refund_tax(refund_id)`.
Without an entry the payment's own posting is undone, in parts by proportion."""

LineQuantity = tuple[int, int]
"""A position on the invoice and how many pieces of it."""


@dataclass(frozen=True)
class RefundableLine:
    """A line that staff may refund by the piece; `amount` is the price of one."""

    position: int
    title: str
    quantity: int
    amount: Money


RefundableLines = Callable[[int], Sequence[RefundableLine]]

refundable_lines: Registry[RefundableLines] = Registry("refundable lines")
"""By record type: `function(subject_id)` gives the lines with the pieces that may still be refunded. Without an entry
these are the invoice's lines, less what was credited."""
