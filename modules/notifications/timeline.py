"""Who was told what about a record, for its timeline in the console."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.console.api import record_address
from modules.core.audit import record_type
from modules.core.timeline import NEWEST, TimelineItem, timeline_source
from modules.notifications.choices import DeliveryState
from modules.notifications.models import Delivery, Notification

TONES = {
    DeliveryState.SENT.value: "success",
    DeliveryState.FAILED.value: "danger",
    DeliveryState.SUPPRESSED.value: "warning",
}


@timeline_source("messages", gettext_lazy("Messages"), icon="envelope", order=40)
def messages_of(request: HttpRequest, record: Any) -> Iterator[TimelineItem]:
    """Every notification about the record, with the ways it took; two queries."""
    if not request.user.has_perm("notifications.view_notification"):
        return
    told = Notification.objects.filter(record_type=record_type(record), record_id=record.pk)
    for notification in told.select_related("user").prefetch_related("deliveries").order_by("-pk")[:NEWEST]:
        deliveries = list(notification.deliveries.all())
        yield TimelineItem(
            at=notification.created_at,
            title=notification.title,
            text="; ".join(_way(delivery) for delivery in deliveries),
            who=_("to {recipient}").format(recipient=notification.recipient),
            icon="envelope",
            tone=_worst(deliveries),
            url=record_address(notification),
            place=notification.pk,
        )


def _way(delivery: Delivery) -> str:
    said = f"{delivery.get_channel_display()}: {delivery.get_state_display()}"
    return f"{said} ({delivery.error})" if delivery.error else said


def _worst(deliveries: list[Delivery]) -> str:
    """One failed way is what somebody must see."""
    tones = [TONES.get(delivery.state, "info") for delivery in deliveries]
    return next((tone for tone in ("danger", "warning", "info") if tone in tones), "success")
