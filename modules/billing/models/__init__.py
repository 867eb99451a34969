"""The tables of billing."""

from modules.billing.models.events import EventCursor, WebhookEvent
from modules.billing.models.invoices import CreditNote, CreditNoteLine, Invoice, InvoiceLine
from modules.billing.models.ledger import Account, Entry, LedgerCheck, Transaction
from modules.billing.models.payments import Payment, Refund
from modules.billing.models.requests import RefundAllowance, RefundRequest

__all__ = [
    "Account",
    "CreditNote",
    "CreditNoteLine",
    "Entry",
    "EventCursor",
    "Invoice",
    "InvoiceLine",
    "LedgerCheck",
    "Payment",
    "Refund",
    "RefundAllowance",
    "RefundRequest",
    "Transaction",
    "WebhookEvent",
]
