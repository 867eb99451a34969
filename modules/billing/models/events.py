"""What the provider told us, as it told it; the stored row is the queue."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.billing.choices import EventState, Provider


class WebhookEvent(models.Model):
    """One event of the provider. The body is kept for a time (`BODY_DAYS`), the row for good."""

    livemode = models.BooleanField(_("real money"))
    event_id = models.CharField(_("event"), max_length=255)
    type = models.CharField(_("type"), max_length=120)
    api_version = models.CharField(_("API version"), max_length=60, blank=True, default="")
    payload = models.TextField(_("body"), blank=True)
    happened_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=10, choices=EventState, default=EventState.STORED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    worked_at = models.DateTimeField(_("worked"), null=True, blank=True)
    error = models.TextField(_("why it is parked"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("webhook event"), _("webhook events")
        permissions = [("replay_webhookevent", _("Can replay webhook events"))]
        constraints = [
            models.UniqueConstraint(fields=["livemode", "event_id"], name="billing_webhookevent_once"),
            models.CheckConstraint(condition=Q(state__in=EventState.values), name="billing_webhookevent_state_known"),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="billing_webhookevent_newest"),
            models.Index(
                fields=["received_at"], condition=Q(state=EventState.STORED), name="billing_webhookevent_stored"
            ),
            models.Index(
                fields=["-received_at", "-id"], condition=Q(state=EventState.PARKED), name="billing_webhookevent_parked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class EventCursor(models.Model):
    """How far the provider's list of events was read, and when somebody last went to look."""

    provider = models.CharField(max_length=12, choices=Provider)
    livemode = models.BooleanField()
    read_until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name, verbose_name_plural = _("place in the list of events"), _("places in the list of events")
        constraints = [models.UniqueConstraint(fields=["provider", "livemode"], name="billing_eventcursor_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.read_until}"
