"""Verbs: reading what one was told, and forgetting what left long ago."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.messages import categories
from modules.notifications.choices import Channel, DeliveryState
from modules.notifications.models import Delivery, Notification, Preference, SentMail
from modules.notifications.selectors import preference_matrix
from modules.notifications.unsubscribing import Subscription

BATCH = 500


def mark_read(notification: Notification, *, at: datetime) -> bool:
    """Whether it was unread until now."""
    unread = Notification.objects.filter(pk=notification.pk, read_at__isnull=True)
    return bool(unread.update(read_at=at))


def mark_all_read(*, user_id: int, up_to: int, at: datetime) -> int:
    """Mark everything in a person's inbox read, up to the newest (its primary key) they saw; how many."""
    unread = Notification.objects.filter(user_id=user_id, is_in_inbox=True, read_at__isnull=True, pk__lte=up_to)
    return unread.update(read_at=at)


@transaction.atomic
def choose(user: Any, wanted: Collection[str], *, actor: Actor, at: datetime) -> int:
    """Keep what a person ticked in the matrix (names of cells); how many cells changed. Legal rows stay as they are."""
    changes = {}
    for row in preference_matrix(user):
        for cell in row.choices:
            if not row.category.legal and cell.is_wanted != (cell.name in wanted):
                _set(Subscription(user.pk, "", row.category.key), cell.channel, not cell.is_wanted, at=at)
                changes[cell.name] = [cell.is_wanted, not cell.is_wanted]
    if changes:
        audit(user, "changed", actor=actor, at=at, changes=changes)
    return len(changes)


def unsubscribe(subscription: Subscription, *, at: datetime) -> bool:
    """No more mails of this category; False when it is one that cannot be switched off, or is gone."""
    category = categories.get(subscription.category)
    if category is None or category.legal:
        return False
    _set(subscription, Channel.EMAIL, False, at=at)
    return True


def subscribe_again(subscription: Subscription, *, at: datetime) -> None:
    """The undo of `unsubscribe`."""
    _set(subscription, Channel.EMAIL, True, at=at)


def _set(subscription: Subscription, channel: str, is_wanted: bool, *, at: datetime) -> None:
    whose: dict[str, Any] = {
        "user_id": subscription.user_id,
        "email": "" if subscription.user_id else subscription.email,
    }
    Preference.objects.update_or_create(
        **whose,
        category=subscription.category,
        channel=channel,
        defaults={"is_wanted": is_wanted, "changed_at": at},
    )


@transaction.atomic
def forget_person(*, user_id: int, email: str, at: datetime) -> None:
    """Remove somebody's address and words: unsent mails are dropped, sent ones forgotten; that something was told
    stays."""
    whose = Notification.objects.filter(user_id=user_id)
    waiting = Delivery.objects.filter(notification__in=whose, state__in=[DeliveryState.QUEUED, DeliveryState.SENDING])
    waiting.update(state=DeliveryState.SUPPRESSED, error=gettext("The person was removed."))
    Delivery.objects.filter(notification__in=whose).update(text="", html="")
    whose.update(
        email="",
        title=gettext("Removed"),
        text="",
        url="",
        read_at=Coalesce("read_at", Value(at, output_field=DateTimeField())),
    )
    Preference.objects.filter(Q(user_id=user_id) | Q(email=email.lower())).delete()
    SentMail.objects.filter(to__iexact=email).delete()


def forget_sent_mail(*, at: datetime) -> int:
    """Delete the texts of mails that are older than the setting says, in small batches; how many went."""
    old = SentMail.objects.filter(at__lt=at - timedelta(days=settings.SENT_MAIL_DAYS)).order_by("at", "pk")
    gone = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            gone += SentMail.objects.filter(pk__in=ids).delete()[0]
    return gone
