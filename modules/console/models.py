"""What people keep of their lists: views under a name, and how each person wants a list."""

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
