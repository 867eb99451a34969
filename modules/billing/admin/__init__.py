"""Billing in the console: people read, services write; the one thing to press is to replay a parked event."""

from django.utils.translation import gettext_lazy as _

from modules.billing import figures, timeline
from modules.billing.admin import invoices, ledger, panel, payments, refund_requests, webhook_events
from modules.console.api import trail_words

__all__ = ["figures", "invoices", "ledger", "panel", "payments", "refund_requests", "timeline", "webhook_events"]

trail_words({"replayed": _("replayed it")})
