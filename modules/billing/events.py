"""What billing tells those above. Amounts are minor units; `key` is the same however often the cause is told."""

from dataclasses import dataclass
from datetime import datetime

from modules.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentEvent(Event):
    """Something about a payment. Not published itself."""

    payment_id: int
    subject_type: str
    subject_id: int
    amount_minor: int
    currency: str
    at: datetime
    key: str


@dataclass(frozen=True, kw_only=True)
class PaymentSettled(PaymentEvent):
    """The money is there. It may come late, or be a second payment: the subscriber looks at its record's state."""


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(PaymentEvent):
    """This payment will not happen; another may be asked for."""


@dataclass(frozen=True, kw_only=True)
class PaymentExpired(PaymentEvent):
    """The customer did not pay in time on the provider's page."""


@dataclass(frozen=True, kw_only=True)
class RefundEvent(PaymentEvent):
    """Something about a refund. Not published itself. `lines` say what it was for, where that is known: (position on
    the invoice, quantity); `origin` is `provider` for one made on the provider's pages."""

    refund_id: int
    origin: str
    request_id: int | None
    reason: str
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class RefundSettled(RefundEvent):
    """`amount_minor` is back with the customer, and the credit note is issued where there was an invoice."""


@dataclass(frozen=True, kw_only=True)
class StrayPaymentRefunded(PaymentEvent):
    """Money that nobody can use goes back; staff should know."""


@dataclass(frozen=True, kw_only=True)
class EventParked(Event):
    """An event of the provider could not be worked; staff should look."""

    webhook_event_id: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RefundFailed(RefundEvent):
    """`amount_minor` could not be given back, perhaps after it had seemed so."""
