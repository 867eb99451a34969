"""What time does: timers of states, tasks and promises, and the clocks of promises."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.workflow.choices import TimerScope


class Timer(models.Model):
    """What time will do to a record: fire a transition of its state, or a duty (`duties.py`).

    The row is gone when the record leaves the state, when its task ends, or when its promise does, as `scope` says.
    """

    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    transition = models.CharField(_("transition"), max_length=120)
    state = models.CharField(_("state"), max_length=60)
    scope = models.CharField(_("ends with"), max_length=10, choices=TimerScope, default=TimerScope.STATE)
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("due"))
    next_try_at = models.DateTimeField(_("next try"))
    """When the sweep may look at it: the due time, then the end of a lease or of a pause after a failure."""
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True, default="")
    runs = models.PositiveIntegerField(_("runs"), default=0)
    """How often a repeat has been due before."""

    class Meta:
        verbose_name, verbose_name_plural = _("timer"), _("timers")
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=TimerScope.values), name="workflow_timer_scope_known"),
            models.UniqueConstraint(
                fields=["record_type", "record_id", "transition"], name="workflow_timer_once_per_record"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="workflow_timer_due_before"),
            models.Index(fields=["record_type", "due_at"], name="workflow_timer_failing", condition=~Q(error="")),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}: {self.transition}"


class SlaClock(models.Model):
    """How much of a promised time a record has used. One clock runs or stands still at a time; ended ones are kept."""

    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    sla = models.CharField(_("promise"), max_length=60)
    started_at = models.DateTimeField(_("started"))
    spent = models.DurationField(_("time used before"))
    """What was used before the present stretch; of a business calendar open time."""
    running_since = models.DateTimeField(_("running since"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    warned_at = models.DateTimeField(_("warned"), null=True, blank=True)
    breached_at = models.DateTimeField(_("broken"), null=True, blank=True)
    escalated = models.PositiveIntegerField(_("escalations"), default=0)
    """How many links of the chain have been done."""
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("promise clock"), _("promise clocks")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["record_type", "record_id", "sla"],
                condition=Q(ended_at__isnull=True),
                name="workflow_sla_one_clock_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(running_since__isnull=True),
                name="workflow_sla_ended_stands_still",
            ),
        ]
        indexes = [models.Index(fields=["record_type", "sla", "started_at"], name="workflow_sla_by_promise")]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}: {self.sla}"
