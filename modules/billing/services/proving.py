"""The nightly proof of the books, with an alarm when it finds anything."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from modules.billing.messages import BooksAreWrong
from modules.billing.models import LedgerCheck
from modules.billing.selectors.proof import ledger_findings
from modules.core.messages import notify
from modules.core.models import OutboxMessage
from modules.core.outbox import send

HOUR = 3
"""From this hour of the business's night on the books are proven, once a day."""
MOST = 100
"""So many findings are kept; the first ones tell what is wrong."""


def prove_when_due(*, at: datetime) -> int:
    """Ask for the proof of the day, if it is night and nobody asked yet; 1 when it was asked for."""
    local = at.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE))
    if local.hour < HOUR or LedgerCheck.objects.filter(day=local.date()).exists():
        return 0
    key = f"billing.prove:{local.date()}"
    if OutboxMessage.objects.filter(key=key).exists():
        return 0
    with transaction.atomic():
        send("billing.prove", {"day": local.date().isoformat()}, key=key, at=at)
    return 1


def prove(day: date, *, at: datetime) -> LedgerCheck:
    """Prove the books and keep what was found; staff are told at most once a day."""
    findings = ledger_findings()[:MOST]
    with transaction.atomic():
        check, is_first = LedgerCheck.objects.get_or_create(day=day, defaults={"checked_at": at, "findings": findings})
        if is_first and findings:
            notify(BooksAreWrong, check, key="found", at=at)
    return check
