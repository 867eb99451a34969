"""The tables of billing."""

from modules.billing.models.events import EventCursor, WebhookEvent
from modules.billing.models.invoices import CreditNote, Invoice, InvoiceLine
from modules.billing.models.ledger import Account, Entry, Transaction
from modules.billing.models.payments import Payment, Refund

__all__ = [
    "Account",
    "CreditNote",
    "Entry",
    "EventCursor",
    "Invoice",
    "InvoiceLine",
    "Payment",
    "Refund",
    "Transaction",
    "WebhookEvent",
]
