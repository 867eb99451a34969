"""The core's own tables: outbox, audit trail, counters; and the base of the platform's records."""

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from modules.core.choices import JobItemState, JobState, OutboxState


class Record(models.Model):
    """The base of every record that people edit. `revision` grows with each save of a form or API (F26)."""

    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    record_type: ClassVar[str]
    """A stable name such as `films.film`, kept when the class is renamed; by default the model's label."""

    is_kept: ClassVar[bool] = False
    """Whether no form may delete it, because a history tells of it."""

    class Meta:
        abstract = True


class OutboxMessage(models.Model):
    """A piece of work that touches the world, saved with the change that asked for it."""

    effect = models.CharField(_("effect"), max_length=80)
    payload = models.JSONField(_("payload"), default=dict, encoder=DjangoJSONEncoder)
    key = models.CharField(_("idempotency key"), max_length=200, unique=True)
    record_type = models.CharField(_("record type"), max_length=80, blank=True, default="")
    record_id = models.BigIntegerField(_("record"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=40, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=OutboxState, default=OutboxState.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("due"))
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("outbox message"), _("outbox")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OutboxState.values), name="core_outbox_state_known"),
            models.CheckConstraint(
                condition=Q(state=OutboxState.PENDING) | Q(finished_at__isnull=False), name="core_outbox_end_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="core_outbox_due", condition=Q(state=OutboxState.PENDING)),
            models.Index(fields=["id"], name="core_outbox_dead", condition=Q(state=OutboxState.DEAD)),
            models.Index(fields=["-created_at", "-id"], name="core_outbox_newest"),
            models.Index(fields=["record_type", "record_id"], name="core_outbox_record"),
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.key}"


class AuditEntry(models.Model):
    """One change of one record by somebody: append-only."""

    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    actor_label = models.CharField(_("who, in words"), max_length=254)
    action = models.CharField(_("action"), max_length=80)
    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"), null=True)
    record_label = models.CharField(_("record, in words"), max_length=254)
    changes = models.JSONField(_("changes"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason"), blank=True, default="")
    request_id = models.CharField(_("request id"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("audit entry"), _("audit trail")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["-at", "-id"], name="core_audit_newest"),
            models.Index(fields=["record_type", "record_id", "-id"], name="core_audit_record"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.record_label}"


class Sequence(models.Model):
    """A counter without gaps: the number is taken in the transaction that uses it."""

    name = models.CharField(_("name"), max_length=80, primary_key=True)
    value = models.PositiveBigIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("counter"), _("counters")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Submission(models.Model):
    """A form that made a record: its key comes with the page, so that pressing twice makes one."""

    key = models.UUIDField(_("idempotency key"), unique=True)
    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name, verbose_name_plural = _("submission"), _("submissions")
        default_permissions = ()
        indexes = [models.Index(fields=["at"], name="core_submission_oldest")]

    def __str__(self) -> str:
        return str(self.key)


class Job(models.Model):
    """Long work over many rows, done in the background a few rows at a time: `modules/core/jobs.py`."""

    kind = models.CharField(_("kind"), max_length=80)
    key = models.UUIDField(_("idempotency key"), null=True, blank=True, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.QUEUED)
    record_type = models.CharField(_("record type"), max_length=80, blank=True, default="")
    data = models.JSONField(_("data"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("who"),
    )  # fmt: skip
    actor_label = models.CharField(_("who, in words"), max_length=254)
    language = models.CharField(_("language"), max_length=12, blank=True, default="")
    """In which the results are worded: the starter's."""
    chunk = models.PositiveIntegerField(_("rows a delivery"), default=200)
    delivery = models.PositiveIntegerField(_("delivery"), default=0)
    """Which delivery of the outbox is the job's turn; 0 while its rows are still being written down."""
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True, default="")
    rows_kept = models.BooleanField(_("rows are kept"), default=True)
    """Some months after its end a job forgets what became of each row."""

    class Meta:
        verbose_name, verbose_name_plural = _("job"), _("jobs")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="core_job_state_known"),
            models.CheckConstraint(
                condition=Q(total__gte=F("done") + F("refused") + F("failed")), name="core_job_counts_its_rows_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING, JobState.STOPPING], finished_at__isnull=True)
                | Q(state__in=[JobState.STOPPED, JobState.DONE, JobState.FAILED], finished_at__isnull=False),
                name="core_job_end_has_time",
            ),
            models.CheckConstraint(condition=Q(chunk__gt=0), name="core_job_chunk_positive"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="core_job_newest"),
            models.Index(fields=["actor", "-created_at", "-id"], name="core_job_of_person"),
            models.Index(fields=["state", "-created_at", "-id"], name="core_job_by_state"),
            models.Index(fields=["finished_at"], name="core_job_to_sweep", condition=Q(rows_kept=True)),
        ]

    def __str__(self) -> str:
        return self.title


class JobItem(models.Model):
    """One row of a job and what became of it; swept some months after the job's end."""

    job = models.ForeignKey(Job, models.CASCADE, db_index=False, related_name="items", verbose_name=_("job"))
    position = models.PositiveIntegerField(_("position"))
    record_id = models.BigIntegerField(_("record"), null=True, blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    state = models.CharField(_("state"), max_length=10, choices=JobItemState, default=JobItemState.PENDING)
    message = models.TextField(_("message"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("row of a job"), _("rows of jobs")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["job", "position"], name="core_jobitem_position_once"),
            models.CheckConstraint(condition=Q(state__in=JobItemState.values), name="core_jobitem_state_known"),
        ]
        indexes = [models.Index(fields=["job", "state", "position"], name="core_jobitem_by_state")]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.position}"


class Comment(models.Model):
    """What somebody says about a record; plain text. Taken back, it stays as a row and is shown to nobody."""

    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("author")
    )
    text = models.TextField(_("text"))
    key = models.CharField(_("idempotency key"), max_length=64)
    at = models.DateTimeField(_("when"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("deleted by"),
    )  # fmt: skip

    class Meta:
        verbose_name, verbose_name_plural = _("comment"), _("comments")
        default_permissions = ()
        permissions = [("moderate_comment", _("Can delete comments of others"))]
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="core_comment_once"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(key=""), name="core_comment_says_something"),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(deleted_by__isnull=False), name="core_comment_deleted_by_whom"
            ),
        ]
        indexes = [models.Index(fields=["record_type", "record_id", "-id"], name="core_comment_record")]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 60 else f"{self.text[:59]}…"


class Mention(models.Model):
    """A colleague named in a comment, who is told of it once."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions", verbose_name=_("comment"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    words = models.CharField(_("as it was written"), max_length=254)

    class Meta:
        verbose_name, verbose_name_plural = _("mention"), _("mentions")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="core_mention_once")]

    def __str__(self) -> str:
        return f"@{self.words}"


class Attachment(models.Model):
    """A file that belongs to a record: what it is was read from its bytes, where it lies is a random name."""

    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    file = models.CharField(_("place in the storage"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=255)
    content_type = models.CharField(_("kind"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    key = models.CharField(_("idempotency key"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("uploaded by")
    )
    at = models.DateTimeField(_("when"))
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    looked_at = models.DateTimeField(_("looked for"))
    """When a sweep last saw whether the file is still there."""
    missing_since = models.DateTimeField(_("missing since"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("file"), _("files")
        default_permissions = ()
        permissions = [("moderate_attachment", _("Can delete files of others"))]
        constraints = [
            models.UniqueConstraint(fields=["uploaded_by", "key"], name="core_attachment_once"),
            models.CheckConstraint(
                condition=Q(size__gt=0) & ~Q(name="") & ~Q(file="") & ~Q(key=""), name="core_attachment_is_something"
            ),
        ]
        indexes = [
            models.Index(fields=["record_type", "record_id", "-id"], name="core_attachment_record"),
            models.Index(fields=["looked_at"], name="core_attachment_to_look_for"),
            models.Index(
                fields=["missing_since"], name="core_attachment_missing", condition=Q(missing_since__isnull=False)
            ),
            models.Index(
                fields=["deleted_at"], name="core_attachment_to_remove", condition=Q(deleted_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name
