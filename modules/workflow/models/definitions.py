"""Workflows as they run or ran, and moving records from one version to another."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.workflow.choices import DefinitionSource, DefinitionStatus, TransferItemState, TransferState


class Definition(models.Model):
    """A compiled workflow, kept for ever under its hash. Published ones are immutable; a record runs on its own."""

    hash = models.CharField(_("hash"), max_length=16, unique=True)
    key = models.CharField(_("workflow"), max_length=80)
    version = models.PositiveIntegerField(_("version"))
    record_type = models.CharField(_("record type"), max_length=80)
    graph = models.JSONField(_("graph"))
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)
    status = models.CharField(_("status"), max_length=10, choices=DefinitionStatus, default=DefinitionStatus.PUBLISHED)
    source = models.CharField(_("source"), max_length=10, choices=DefinitionSource, default=DefinitionSource.CODE)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    note = models.TextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("definition"), _("definitions")
        permissions = [("publish_definition", _("Can publish a workflow and move records to it"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=DefinitionStatus.values), name="workflow_definition_status_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=DefinitionSource.values), name="workflow_definition_source_known"
            ),
            models.UniqueConstraint(
                fields=["key", "version"],
                condition=Q(status=DefinitionStatus.PUBLISHED),
                name="workflow_definition_version_published_once",
            ),
        ]
        indexes = [models.Index(fields=["key", "-id"], name="workflow_definition_newest")]

    def __str__(self) -> str:
        return f"{self.key} {self.version} ({self.hash})"


class Transfer(models.Model):
    """Moving the running records of a workflow to another version: how, and how far it has come. Undone as one."""

    key = models.CharField(_("workflow"), max_length=80)
    target = models.ForeignKey(Definition, models.PROTECT, related_name="+", verbose_name=_("to version"))
    previous = models.ForeignKey(
        Definition, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("version before")
    )
    """What new records started on before; undoing the transfer lets them start on it again."""
    mapping = models.JSONField(_("mapping"), default=dict)
    """By version left, each state's new one."""
    timers = models.CharField(_("timers"), max_length=20, default="keep")
    """keep, restart or recompute."""
    overdue = models.CharField(_("what would be due at once"), max_length=20, default="spread")
    """send, spread or skip."""
    spread_hours = models.PositiveIntegerField(_("spread over hours"), default=8)
    state = models.CharField(_("state"), max_length=10, choices=TransferState, default=TransferState.PREPARED)
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    undo_job = models.ForeignKey("core.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("when"))
    reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("transfer"), _("transfers")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TransferState.values), name="workflow_transfer_state_known"),
        ]
        indexes = [models.Index(fields=["key", "-id"], name="workflow_transfer_newest")]

    def __str__(self) -> str:
        return f"{self.key}: {self.target.version}"


class TransferItem(models.Model):
    """One record of a transfer, with what it was before, so that it can be moved back."""

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="items", verbose_name=_("transfer"))
    record_id = models.BigIntegerField(_("record"))
    status = models.CharField(_("status"), max_length=10, choices=TransferItemState, default=TransferItemState.WAITING)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    message = models.TextField(_("message"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("transferred record"), _("transferred records")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["transfer", "record_id"], name="workflow_transfer_each_record_once"),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.record_id}"
