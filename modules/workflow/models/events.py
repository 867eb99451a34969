"""Messages from outside that came before their record was ready for them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

WAITING = Q(taken_at__isnull=True, discarded_at__isnull=True)


class EarlyEvent(models.Model):
    """An event that no record waited for when it came; kept until a record takes it or it expires.

    One with an idempotency key is kept as well when it was taken at once, so that the same key has one effect.
    """

    event = models.CharField(_("event"), max_length=120)
    value = models.CharField(_("correlation value"), max_length=200)
    key = models.CharField(_("idempotency key"), max_length=200, blank=True, default="")
    data = models.JSONField(_("data"), default=dict, blank=True)
    received_at = models.DateTimeField(_("received"))
    expires_at = models.DateTimeField(_("expires"))
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    record_type = models.CharField(_("record type"), max_length=80, blank=True, default="")
    record_id = models.BigIntegerField(_("record"), null=True, blank=True)
    entry_id = models.BigIntegerField(_("history entry"), null=True, blank=True)
    discarded_at = models.DateTimeField(_("discarded"), null=True, blank=True)
    looks = models.PositiveSmallIntegerField(_("looked again"), default=0)
    next_look_at = models.DateTimeField(_("looked for a record next"))
    error = models.TextField(_("why it was not taken"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("early event"), _("early events")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "value", "key"], condition=~Q(key=""), name="workflow_event_key_once"
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(record_id__isnull=False),
                name="workflow_event_taken_by_a_record",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(discarded_at__isnull=True),
                name="workflow_event_taken_or_discarded",
            ),
        ]
        indexes = [
            models.Index(fields=["event", "value", "id"], condition=WAITING, name="workflow_event_waiting"),
            models.Index(fields=["next_look_at", "id"], condition=WAITING, name="workflow_event_next_look"),
            models.Index(fields=["expires_at", "id"], name="workflow_event_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.value}"
