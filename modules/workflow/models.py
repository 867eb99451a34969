"""The base of records with a workflow, and the engine's tables: history, timers, tasks, definitions."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.core.models import Record
from modules.workflow.choices import TaskStatus
from modules.workflow.fields import StateField


class WorkflowRecord(Record):
    """The base of every record whose state only `fire` changes. A new row gets its flow's initial state."""

    state = StateField(_("state"))
    state_since = models.DateTimeField(_("in this state since"), null=True, editable=False)
    workflow_version = models.PositiveIntegerField(_("workflow version"), default=1, editable=False)

    for_whom: str = ""
    """Whom its tasks are done for, in words, where the record knows it."""

    class Meta:
        abstract = True


class HistoryEntry(models.Model):
    """One step of one record: append-only; the order of a record's steps is the order of ids, not of clocks."""

    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    transition = models.CharField(_("transition"), max_length=120)
    source = models.CharField(_("from"), max_length=60, blank=True, default="")
    target = models.CharField(_("to"), max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    actor_label = models.CharField(_("who, in words"), max_length=254)
    at = models.DateTimeField(_("when"))
    reason = models.TextField(_("reason"), blank=True, default="")
    data = models.JSONField(_("data"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    key = models.CharField(_("idempotency key"), max_length=200, blank=True, default="")
    workflow = models.CharField(_("workflow"), max_length=80)
    workflow_version = models.PositiveIntegerField(_("workflow version"))
    definition_hash = models.CharField(_("definition"), max_length=16)
    request_id = models.CharField(_("request id"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("history entry"), _("history")
        constraints = [
            models.UniqueConstraint(
                fields=["record_type", "record_id", "transition", "key"],
                condition=~Q(key=""),
                name="workflow_history_key_once",
            ),
            models.CheckConstraint(
                condition=~Q(transition="") & ~Q(target=""), name="workflow_history_says_what_happened"
            ),
        ]
        indexes = [models.Index(fields=["record_type", "record_id", "id"], name="workflow_history_record")]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}: {self.transition}"


class Timer(models.Model):
    """A transition that time will fire, unless the record leaves the state first: then the row is gone."""

    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    transition = models.CharField(_("transition"), max_length=120)
    state = models.CharField(_("state"), max_length=60)
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("due"))
    next_try_at = models.DateTimeField(_("next try"))
    """When the sweep may look at it: the due time, then the end of a lease or of a pause after a failure."""
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("timer"), _("timers")
        constraints = [
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


class Task(models.Model):
    """Work for somebody while a record is in a state. `role` without `person`: whoever of the role takes it."""

    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    key = models.CharField(_("task"), max_length=60)
    state = models.CharField(_("state"), max_length=60)
    """The record's state in which the task was opened."""
    status = models.CharField(_("status"), max_length=10, choices=TaskStatus, default=TaskStatus.OPEN)
    role = models.CharField(_("role"), max_length=80, blank=True, default="")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    closed_by_label = models.CharField(_("closed by, in words"), max_length=254, blank=True, default="")
    outcome = models.CharField(_("outcome"), max_length=120, blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("task"), _("tasks")
        constraints = [
            models.UniqueConstraint(
                fields=["record_type", "record_id", "key"],
                condition=Q(status=TaskStatus.OPEN),
                name="workflow_task_open_once",
            ),
            models.CheckConstraint(condition=Q(status__in=TaskStatus.values), name="workflow_task_status_known"),
            models.CheckConstraint(
                condition=Q(status=TaskStatus.OPEN, closed_at__isnull=True)
                | (~Q(status=TaskStatus.OPEN) & Q(closed_at__isnull=False)),
                name="workflow_task_end_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["record_type", "record_id", "id"], name="workflow_task_record"),
            models.Index(
                fields=["role", "due_at", "id"],
                condition=Q(status=TaskStatus.OPEN, person__isnull=True),
                name="workflow_task_open_for_role",
            ),
            models.Index(
                fields=["person", "due_at", "id"],
                condition=Q(status=TaskStatus.OPEN, person__isnull=False),
                name="workflow_task_open_for_person",
            ),
            models.Index(
                fields=["role", "due_at", "id"], condition=Q(status=TaskStatus.OPEN), name="workflow_task_open_for_team"
            ),
            models.Index(fields=["due_at", "id"], condition=Q(status=TaskStatus.OPEN), name="workflow_task_open_due"),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}: {self.key}"


class Footprint(models.Model):
    """What a record's last step that can be taken back has touched; one row a record, gone when it is taken back."""

    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    entry = models.OneToOneField(HistoryEntry, models.CASCADE, related_name="+", verbose_name=_("last entry"))
    """The newest entry of the step, its last automatic follower: once the record has a newer one, it is too late."""
    entries = models.JSONField(_("entries"), default=list)
    state_since = models.DateTimeField(_("in this state since"), null=True)
    timers = models.JSONField(_("timers"), default=list)
    closed_tasks = models.JSONField(_("closed tasks"), default=list)
    opened_tasks = models.JSONField(_("opened tasks"), default=list)
    outbox = models.JSONField(_("outbox rows"), default=list)

    class Meta:
        verbose_name, verbose_name_plural = _("footprint"), _("footprints")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["record_type", "record_id"], name="workflow_footprint_once_per_record"),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}: {self.entry_id}"


class Definition(models.Model):
    """A compiled workflow as it once ran, kept for ever under its hash."""

    hash = models.CharField(_("hash"), max_length=16, unique=True)
    key = models.CharField(_("workflow"), max_length=80)
    version = models.PositiveIntegerField(_("version"))
    record_type = models.CharField(_("record type"), max_length=80)
    graph = models.JSONField(_("graph"))
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("definition"), _("definitions")
        indexes = [models.Index(fields=["key", "-id"], name="workflow_definition_newest")]

    def __str__(self) -> str:
        return f"{self.key} {self.version} ({self.hash})"
