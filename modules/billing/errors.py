"""Expected refusals of billing."""

from django.utils.translation import gettext_lazy as _

from modules.core.errors import Refusal


class BalanceTooLow(Refusal):
    code = "balance_too_low"
    words = _("There is not enough on the account.")


class AlreadyReversed(Refusal):
    code = "already_reversed"
    words = _("This was reversed already.")


class Unbalanced(ValueError):
    """A mistake of the program: lines that do not sum to zero, or an account the chart does not know."""


class CardPaymentsUnavailable(Refusal):
    code = "card_payments_unavailable"
    words = _("Card payments are not set up here.")


class RefundTooMuch(Refusal):
    code = "refund_too_much"
    words = _("Only {left} of this payment can still be refunded.")


class RefundTaken(RefundTooMuch):
    code = "refund_taken"
    words = _("{who} asked for {amount} already ({state}). {left} can still be refunded.")


class CreditTooMuch(Refusal):
    code = "credit_too_much"
    words = _("That is more than is left of the invoice.")


class NotParked(Refusal):
    code = "not_parked"
    words = _("This event is not parked.")


class Unworkable(Exception):
    """An event that trying again cannot help: it is parked with these words, and staff are told."""


class NotYet(Exception):
    """An event that makes sense only after another one: it is tried again later."""
