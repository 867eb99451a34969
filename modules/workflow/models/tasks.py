"""Work for people: tasks, links for somebody outside, and who stands in for whom."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.workflow.choices import TaskStatus


class Task(models.Model):
    """Work for somebody while a record is in a state. `role` without `person`: whoever of the role takes it.

    Where several people decide, each has a row, a `seat`; those that opened together have the same `opening`.
    """

    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    key = models.CharField(_("task"), max_length=60)
    state = models.CharField(_("state"), max_length=60)
    """The record's state in which the task was opened."""
    seat = models.CharField(_("seat"), max_length=80, blank=True, default="")
    opening = models.PositiveIntegerField(_("opening"), default=0)
    """The record's revision when the task opened: what opened together was decided together."""
    position = models.PositiveIntegerField(_("position"), default=0)
    """The place in a sequence of people, first is 0."""
    status = models.CharField(_("status"), max_length=10, choices=TaskStatus, default=TaskStatus.OPEN)
    role = models.CharField(_("role"), max_length=80, blank=True, default="")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    email = models.EmailField(_("somebody outside"), blank=True, default="")
    stands_in_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("stands in for"),
    )
    delegated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("delegated by"),
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    question = models.TextField(_("question"), blank=True, default="")
    proposal = models.CharField(_("proposed outcome"), max_length=120, blank=True, default="")
    """What somebody to whom it was delegated has come to; whoever delegated it decides."""
    about_type = models.CharField(_("about"), max_length=80, blank=True, default="")
    about_id = models.BigIntegerField(_("about record"), null=True, blank=True)
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
                fields=["record_type", "record_id", "key", "seat"],
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


class TaskTurn(models.Model):
    """Whose turn it was last among the people of a role. Its row is locked while the next one is chosen."""

    record_type = models.CharField(_("record type"), max_length=80)
    key = models.CharField(_("task"), max_length=60)
    role = models.CharField(_("role"), max_length=80)
    person_id = models.BigIntegerField(_("person"), default=0)
    """The last one's number, which need not belong to anybody any more."""

    class Meta:
        verbose_name, verbose_name_plural = _("turn"), _("turns")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["record_type", "key", "role"], name="workflow_turn_once_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.key}: {self.role}"


class TaskLink(models.Model):
    """A signed link by which somebody outside does one task; it expires and can be revoked."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="links", verbose_name=_("task"))
    nonce = models.CharField(_("nonce"), max_length=40, unique=True)
    email = models.EmailField(_("somebody outside"))
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("task link"), _("task links")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="workflow_link_expires_after_it_is_made"
            )
        ]

    def __str__(self) -> str:
        return f"{self.task}: {self.email}"


class Absence(models.Model):
    """From when to when somebody is away, and who does their tasks meanwhile."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("substitute")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True, editable=False)
    handed_back_at = models.DateTimeField(_("handed back"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("absence"), _("absences")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="workflow_absence_has_length"),
            models.CheckConstraint(
                condition=~Q(person=models.F("substitute")), name="workflow_absence_somebody_else_stands_in"
            ),
        ]
        indexes = [models.Index(fields=["person", "starts_at", "ends_at"], name="workflow_absence_of_person")]

    def __str__(self) -> str:
        return f"{self.person}: {self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"
