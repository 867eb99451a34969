"""What people keep of their lists: views under a name, and how each person wants a list."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A list as somebody wants to see it again: filters, search, order, columns and page size under a name.

    It holds a question, never an answer: whoever opens a shared view sees what their own rights let them see.
    """

    record_type = "console.saved_view"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner"))
    model = models.CharField(_("list"), max_length=80)
    name = models.CharField(_("name"), max_length=60)
    query = models.JSONField(_("query"), default=dict)
    is_shared = models.BooleanField(_("shared with all staff"), default=False)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("saved view"), _("saved views")
        default_permissions = ()
        permissions = [
            ("share_savedview", _("Can share views of lists with all staff")),
            ("export_records", _("Can export lists as CSV and Excel files")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "model", "name"], condition=Q(removed_at=None), name="console_savedview_name_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="console_savedview_has_name"),
            models.CheckConstraint(condition=~Q(model=""), name="console_savedview_has_model"),
        ]
        indexes = [
            models.Index(
                fields=["model", "name"], condition=Q(is_shared=True, removed_at=None), name="console_savedview_shared"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListSetting(models.Model):
    """How one person wants one list: the view it opens with, and the columns it shows without a view."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    model = models.CharField(_("list"), max_length=80)
    default_view = models.ForeignKey(
        SavedView, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("opens with")
    )
    columns = models.JSONField(_("columns"), default=list, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("setting of a list"), _("settings of lists")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "model"], name="console_listsetting_once_a_person"),
            models.CheckConstraint(condition=~Q(model=""), name="console_listsetting_has_model"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.model}"


class ImportStep(models.TextChoices):
    """How far an import is."""

    COLUMNS = "columns", _("columns")
    CHECK = "check", _("checked")
    RUN = "run", _("imported")
    UNDO = "undo", _("undone")


class ImportRun(models.Model):
    """A file that somebody imports: how it is read, what its columns tell, the jobs that check, write and take back."""

    record_type = "console.import_run"

    importer = models.CharField(_("importer"), max_length=80)
    step = models.CharField(_("step"), max_length=10, choices=ImportStep, default=ImportStep.COLUMNS)
    name = models.CharField(_("file"), max_length=120)
    size = models.PositiveIntegerField(_("size"))
    stored = models.CharField(_("stored file"), max_length=200, blank=True)
    """Under a random name; empty once the file is removed."""
    kind = models.CharField(_("kind"), max_length=10)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True, default="")
    delimiter = models.CharField(_("delimiter"), max_length=1, blank=True, default="")
    header = models.JSONField(_("header"), default=list)
    samples = models.JSONField(_("samples"), default=list)
    fingerprint = models.CharField(_("fingerprint of the header"), max_length=64)
    mapping = models.JSONField(_("mapping"), default=dict)
    """The place of the column that tells a field, by the field's name."""
    rows = models.PositiveIntegerField(_("rows"))
    is_all_or_nothing = models.BooleanField(_("all or nothing"), default=False)
    checks = models.PositiveIntegerField(_("checks"), default=0)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("when"))
    check_job = models.ForeignKey(
        "core.Job", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("check")
    )
    run_job = models.ForeignKey(
        "core.Job", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("run")
    )
    undo_job = models.ForeignKey(
        "core.Job", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undoing")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("import"), _("imports")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(step__in=ImportStep.values), name="console_importrun_step_known"),
            models.CheckConstraint(condition=~Q(name=""), name="console_importrun_has_name"),
            models.CheckConstraint(
                condition=Q(step=ImportStep.COLUMNS) | Q(check_job__isnull=False),
                name="console_importrun_checked_first",
            ),
            models.CheckConstraint(
                condition=Q(step__in=[ImportStep.RUN, ImportStep.UNDO], run_job__isnull=False)
                | Q(step__in=[ImportStep.COLUMNS, ImportStep.CHECK], run_job__isnull=True),
                name="console_importrun_run_has_job",
            ),
            models.CheckConstraint(
                condition=Q(step=ImportStep.UNDO, undo_job__isnull=False)
                | (~Q(step=ImportStep.UNDO) & Q(undo_job__isnull=True)),
                name="console_importrun_undo_has_job",
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="console_importrun_newest"),
            models.Index(fields=["importer", "fingerprint", "-id"], name="console_importrun_mapped"),
            models.Index(fields=["importer", "step", "-id"], name="console_importrun_last"),
            models.Index(fields=["at"], condition=~Q(stored=""), name="console_importrun_stored"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def job(self) -> Any:
        """The job that is at it, or was last."""
        return self.undo_job or self.run_job or self.check_job

    @property
    def source(self) -> str:
        """How documents and movements call this import."""
        return f"import:{self.pk}"
