"""The fixed words of billing: the chart of accounts, and the states of payments, refunds and webhook events."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AccountKind(TextChoices):
    """What an account is, which says on which side it grows: assets and expenses by debit, the others by credit."""

    ASSET = "asset", _("Asset")
    LIABILITY = "liability", _("Liability")
    REVENUE = "revenue", _("Revenue")
    EXPENSE = "expense", _("Expense or contra")


class AccountCode(TextChoices):
    """The chart of accounts. `OWNED` ones exist once for each owner."""

    PSP_CLEARING = "psp_clearing", _("Card payments on the way")
    BANK = "bank", _("Bank")
    INVENTORY = "inventory", _("Goods in stock")
    FLEET = "fleet", _("Fleet")
    RECEIVABLE = "receivable", _("Receivable")
    WALLET = "wallet", _("Wallet")
    DEPOSIT = "deposit", _("Deposit")
    TAX_PAYABLE = "tax_payable", _("Tax payable")
    DEFERRED_SUBSCRIPTION = "deferred_subscription", _("Subscriptions paid in advance")
    PAYABLE = "payable", _("Payable")
    POINTS_LIABILITY = "points_liability", _("Points outstanding")
    SALES_FILM = "sales_film", _("Film sales")
    RENTAL = "rental", _("Rentals")
    UNRETURNED_FEE = "unreturned_fee", _("Fees for things not returned")
    SUBSCRIPTION = "subscription", _("Subscriptions")
    DISCOUNTS = "discounts", _("Discounts")
    SALES_RETURNS = "sales_returns", _("Sales returned")
    COGS = "cogs", _("Cost of goods sold")
    SHRINKAGE = "shrinkage", _("Shrinkage")
    DEVICE_LOSS = "device_loss", _("Devices lost")
    PSP_FEES = "psp_fees", _("Payment fees")
    GOODWILL = "goodwill", _("Goodwill")
    LOYALTY_COST = "loyalty_cost", _("Cost of loyalty")
    BAD_DEBT = "bad_debt", _("Bad debt")
    VENUE_SHARE = "venue_share", _("Share of venues")


_KINDS = {
    AccountKind.ASSET: "psp_clearing bank inventory fleet receivable",
    AccountKind.LIABILITY: "wallet deposit tax_payable deferred_subscription payable points_liability",
    AccountKind.REVENUE: "sales_film rental unreturned_fee subscription",
    AccountKind.EXPENSE: (
        "discounts sales_returns cogs shrinkage device_loss psp_fees goodwill loyalty_cost bad_debt venue_share"
    ),
}
KIND_OF: dict[str, AccountKind] = {code: kind for kind, codes in _KINDS.items() for code in codes.split()}

OWNED = frozenset({AccountCode.RECEIVABLE, AccountCode.WALLET, AccountCode.DEPOSIT, AccountCode.PAYABLE})
"""Accounts that belong to somebody: a person, a venue, a supplier."""
NEVER_BELOW_ZERO = (AccountCode.WALLET, AccountCode.DEPOSIT, AccountCode.POINTS_LIABILITY)
"""Accounts of which nobody can spend more than there is."""


class PaymentState(TextChoices):
    """`requested` and `open` wait for the customer, `processing` for the bank; the others are ends, but money that
    arrives late settles a payment from any of them."""

    REQUESTED = "requested", _("Pending")
    OPEN = "open", _("Waiting for the customer")
    PROCESSING = "processing", _("Processing")
    SETTLED = "settled", _("Paid")
    EXPIRED = "expired", _("Expired")
    FAILED = "failed", _("Failed")


OPEN_STATES = (PaymentState.REQUESTED, PaymentState.OPEN, PaymentState.PROCESSING)
"""States in which a payment still waits; a subject has at most one such payment for each purpose."""


class PaymentPurpose(TextChoices):
    PURCHASE = "purchase", _("Purchase")


class Provider(TextChoices):
    STRIPE = "stripe", "Stripe"
    RECORDING = "recording", _("Recorded (demo history)")


class RefundState(TextChoices):
    """`held` waits for a second pair of eyes, `requested` for the call to the provider, `pending` for the bank."""

    HELD = "held", _("Waits for approval")
    REQUESTED = "requested", _("Requested")
    PENDING = "pending", _("On the way")
    SETTLED = "settled", _("Refunded")
    FAILED = "failed", _("Failed")
    DECLINED = "declined", _("Declined")


UNDER_WAY = (RefundState.REQUESTED, RefundState.PENDING)
"""States in which the provider is asked how a refund stands."""
RESERVING = (RefundState.HELD, *UNDER_WAY)
"""States in which a refund holds its amount back from other refunds."""


class RefundRequestState(TextChoices):
    """What staff asked for, from the question to the money."""

    REQUESTED = "requested", _("Asked for")
    APPROVAL = "approval", _("Waits for approval")
    APPROVED = "approved", _("On the way")
    DONE = "done", _("Refunded")
    DECLINED = "declined", _("Declined")
    FAILED = "failed", _("Failed")


class RefundOrigin(TextChoices):
    OURS = "ours", _("Asked for here")
    PROVIDER = "provider", _("Made at the provider")


class EventState(TextChoices):
    STORED = "stored", _("Stored")
    WORKED = "worked", _("Worked")
    IGNORED = "ignored", _("Not for us")
    PARKED = "parked", _("Parked")
