"""What went wrong with a record and waits for somebody, and the seals over the history."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.workflow.choices import IncidentKind, IncidentStatus


class Incident(models.Model):
    """An effect or a timer of a record that keeps failing."""

    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    kind = models.CharField(_("kind"), max_length=10, choices=IncidentKind)
    reference = models.BigIntegerField(_("what failed"))
    """The outbox row, timer or history entry."""
    transition = models.CharField(_("transition"), max_length=120, blank=True, default="")
    message = models.TextField(_("what went wrong"))
    status = models.CharField(_("status"), max_length=10, choices=IncidentStatus, default=IncidentStatus.OPEN)
    opened_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("incident"), _("incidents")
        default_permissions = ("view", "change")
        permissions = [("move_record", _("Can move records by hand"))]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference"],
                condition=Q(status=IncidentStatus.OPEN),
                name="workflow_incident_open_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=IncidentStatus.values), name="workflow_incident_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=IncidentStatus.OPEN, closed_at__isnull=True)
                | (~Q(status=IncidentStatus.OPEN) & Q(closed_at__isnull=False)),
                name="workflow_incident_end_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=IncidentStatus.SKIPPED) | ~Q(reason=""),
                name="workflow_incident_skipped_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["record_type", "record_id", "id"], name="workflow_incident_record"),
            models.Index(
                fields=["opened_at", "id"], condition=Q(status=IncidentStatus.OPEN), name="workflow_incident_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}: {self.message[:80]}"


class Seal(models.Model):
    """A hash over a range of the history, chained to the seal before it: nobody changes a row unseen."""

    first_id = models.BigIntegerField(_("first entry"), unique=True)
    last_id = models.BigIntegerField(_("last entry"), unique=True)
    count = models.PositiveIntegerField(_("entries"))
    previous = models.CharField(_("previous seal"), max_length=64, blank=True, default="")
    digest = models.CharField(_("digest"), max_length=64)
    digests = models.JSONField(_("digest of each entry"), default=dict)
    sealed_at = models.DateTimeField(_("sealed"))

    class Meta:
        verbose_name, verbose_name_plural = _("seal"), _("seals")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(last_id__gte=models.F("first_id"), count__gte=1), name="workflow_seal_covers_entries"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"
