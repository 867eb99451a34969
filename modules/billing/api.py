"""What other modules may use of billing."""

from modules.billing.documents import attached_credit_notes, attached_invoice, document_name, document_pdf
from modules.billing.errors import (
    AlreadyReversed,
    BalanceTooLow,
    CardPaymentsUnavailable,
    CreditTooMuch,
    RefundTaken,
    RefundTooMuch,
)
from modules.billing.gateways.choice import card_payments_available, recording
from modules.billing.models import CreditNote, Invoice, Payment, Refund, RefundRequest
from modules.billing.registries import RefundableLine, payment_postings, refund_postings, refundable_lines
from modules.billing.rules import split_gross
from modules.billing.selectors.invoices import credit_notes_of, refund_tax, tax_split
from modules.billing.selectors.ledger import balance, transactions_about, trial_balance
from modules.billing.selectors.payments import captured_by_subject, invoice_of, payments_of
from modules.billing.services.credit_notes import issue_credit_note
from modules.billing.services.demo_history import settle_recorded
from modules.billing.services.invoices import SoldLine, issue_invoice
from modules.billing.services.ledger import post, reverse
from modules.billing.services.payments import PaymentPage, close_checkout, request_payment
from modules.billing.services.refund_requests import ask_refund
from modules.billing.services.refunds import refund_all, refund_stray_payment, request_refund

__all__ = [
    "AlreadyReversed",
    "BalanceTooLow",
    "CardPaymentsUnavailable",
    "CreditNote",
    "CreditTooMuch",
    "Invoice",
    "Payment",
    "PaymentPage",
    "Refund",
    "RefundRequest",
    "RefundTaken",
    "RefundTooMuch",
    "RefundableLine",
    "SoldLine",
    "ask_refund",
    "attached_credit_notes",
    "attached_invoice",
    "balance",
    "captured_by_subject",
    "card_payments_available",
    "close_checkout",
    "credit_notes_of",
    "document_name",
    "document_pdf",
    "invoice_of",
    "issue_credit_note",
    "issue_invoice",
    "payment_postings",
    "payments_of",
    "post",
    "recording",
    "refund_all",
    "refund_postings",
    "refund_stray_payment",
    "refund_tax",
    "refundable_lines",
    "request_payment",
    "request_refund",
    "reverse",
    "settle_recorded",
    "split_gross",
    "tax_split",
    "transactions_about",
    "trial_balance",
]
