"""What billing asks of a payment provider, in billing's own words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from modules.core.money import Money


class CheckoutStatus(Enum):
    """How a checkout stands at the provider."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


class RefundStatus(Enum):
    """How a refund stands at the provider; it only ever moves down this list."""

    PENDING = "pending"
    SETTLED = "settled"
    FAILED = "failed"


@dataclass(frozen=True)
class CheckoutOrder:
    """A checkout to be opened. The same order under the same key makes one checkout."""

    key: str
    payment: str
    """The payment's public id, which comes back with everything the provider says about it."""
    amount: Money
    description: str
    email: str
    language: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True)
class Checkout:
    """A checkout as the provider has it now. `payment` is empty when it was not opened by us."""

    session_id: str
    status: CheckoutStatus
    url: str
    payment: str
    intent_id: str
    amount: Money
    received: Money
    livemode: bool


@dataclass(frozen=True)
class RefundOrder:
    """A refund to be made. The same order under the same key makes one refund."""

    key: str
    refund: str
    intent_id: str
    amount: Money


@dataclass(frozen=True)
class RefundAnswer:
    """A refund as the provider has it now. `refund` is empty when it was made on the provider's side."""

    provider_id: str
    status: RefundStatus
    refund: str
    intent_id: str
    amount: Money
    reason: str = ""


@dataclass(frozen=True)
class ProviderEvent:
    """One entry of the provider's list of events, with its body as JSON text."""

    event_id: str
    type: str
    livemode: bool
    api_version: str
    happened_at: datetime
    body: str


class Unreachable(Exception):
    """No answer, or none that says what happened: the outcome is unknown, the same call may be made again.

    `remembered`: the provider repeats a failure that it keeps under this key, so that only another key can help.
    """

    def __init__(self, why: str, *, remembered: bool = False) -> None:
        super().__init__(why)
        self.remembered = remembered


class RefusedByProvider(Exception):
    """The provider understood and said no; nothing happened."""

    def __init__(self, why: str, *, code: str = "") -> None:
        super().__init__(why)
        self.code = code


class Gateway(Protocol):
    """Every method is one or few network calls: not inside a transaction. Raises Unreachable or RefusedByProvider."""

    livemode: bool

    def open_checkout(self, order: CheckoutOrder) -> Checkout: ...

    def look_up_checkout(self, session_id: str) -> Checkout: ...

    def checkout_of_intent(self, intent_id: str) -> Checkout | None:
        """The checkout that made a payment intent."""

    def expire_checkout(self, session_id: str) -> Checkout:
        """Close the provider's page; refused when it is closed already."""

    def refund(self, order: RefundOrder) -> RefundAnswer: ...

    def look_up_refund(self, provider_id: str) -> RefundAnswer: ...

    def refunds_of(self, intent_id: str) -> list[RefundAnswer]:
        """Every refund of a payment intent, newest first."""

    def events_since(self, moment: datetime) -> Iterator[ProviderEvent]:
        """What happened at or after a moment, newest first."""
