"""What the outbox and the clock make the notifications do."""

from datetime import datetime

from django.core.cache import cache

from modules.core.outbox import Delivery, effect
from modules.core.sweeps import sweep
from modules.notifications import sending, services, telling


@effect("notifications.tell")
def tell(delivery: Delivery) -> None:
    """Turn one message about one record into what each recipient gets."""
    told = delivery.payload
    telling.tell(
        message_key=told["message"],
        record_id=told["record_id"],
        facts=told.get("facts") or {},
        dedupe_key=delivery.key,
        at=delivery.at,
    )


@effect(telling.MAIL)
def mail(delivery: Delivery) -> None:
    """Send one mail."""
    sending.send_mail(delivery.payload["delivery"], attempt=delivery.attempt, at=delivery.at)


@sweep("notifications.forget_sent_mail")
def forget_sent_mail(at: datetime) -> int:
    """Once an hour, forget mails that left long ago."""
    return services.forget_sent_mail(at=at) if cache.add("notifications.forget_sent_mail", 1, 3600) else 0
