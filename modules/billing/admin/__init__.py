"""Billing in the console: people read, services write; the one thing to press is to replay a parked event."""

from modules.billing import figures, timeline
from modules.billing.admin import invoices, ledger, panel, payments, refund_requests, webhook_events

__all__ = ["figures", "invoices", "ledger", "panel", "payments", "refund_requests", "timeline", "webhook_events"]
