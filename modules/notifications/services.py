"""Verbs: reading what one was told, and forgetting what left long ago."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from modules.notifications.models import Notification, SentMail

BATCH = 500


def mark_read(notification: Notification, *, at: datetime) -> bool:
    """Whether it was unread until now."""
    unread = Notification.objects.filter(pk=notification.pk, read_at__isnull=True)
    return bool(unread.update(read_at=at))


def mark_all_read(*, user_id: int, up_to: int, at: datetime) -> int:
    """Mark everything in a person's inbox read, up to the newest (its primary key) they saw; how many."""
    unread = Notification.objects.filter(user_id=user_id, is_in_inbox=True, read_at__isnull=True, pk__lte=up_to)
    return unread.update(read_at=at)


def forget_sent_mail(*, at: datetime) -> int:
    """Delete the texts of mails that are older than the setting says, in small batches; how many went."""
    old = SentMail.objects.filter(at__lt=at - timedelta(days=settings.SENT_MAIL_DAYS)).order_by("at", "pk")
    gone = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            gone += SentMail.objects.filter(pk__in=ids).delete()[0]
    return gone
