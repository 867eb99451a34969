"""What happened to records: append-only; and what the last step that can be taken back has touched."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.workflow.choices import START

_only_after: ContextVar[int | None] = ContextVar("only after", default=None)


@contextmanager
def seeing_only_after(pk: int) -> Iterator[None]:
    """Let this thread see no older entries: a trial lives through a past anew, and history is never deleted."""
    token = _only_after.set(pk)
    try:
        yield
    finally:
        _only_after.reset(token)


class Entries(models.Manager["HistoryEntry"]):
    """All entries; in a trial only its own."""

    def get_queryset(self) -> "models.QuerySet[HistoryEntry]":
        rows, last = super().get_queryset(), _only_after.get()
        return rows if last is None else rows.filter(pk__gt=last)


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

    objects = Entries()

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
        indexes = [
            models.Index(  # a record's steps in order, and all that the figures of a workflow read
                fields=["record_type", "record_id", "id", "source", "target", "transition", "at"],
                name="workflow_history_path",
            ),
            models.Index(
                fields=["record_type", "at", "record_id"], name="workflow_history_begun", condition=Q(transition=START)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}: {self.transition}"


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
