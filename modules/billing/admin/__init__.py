"""Billing in the console: people read, services write; the one thing to press is to replay a parked event."""

from modules.billing.admin import invoices, ledger, panel, payments, refund_requests, webhook_events

__all__ = ["invoices", "ledger", "panel", "payments", "refund_requests", "webhook_events"]
