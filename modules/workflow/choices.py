"""The engine's fixed words."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

START, UNDO = "start", "undo"
"""The names of the first history row and of a step taken back; no transition may be called so."""


class TaskDeed(TextChoices):
    """What people do with a task beside finishing it; in the history as `<task>.claim`."""

    CLAIM = "claim", pgettext_lazy("task", "Taken")
    RELEASE = "release", pgettext_lazy("task", "Given back")
    ASSIGN = "assign", pgettext_lazy("task", "Given to somebody")


class TaskStatus(TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", pgettext_lazy("task", "Cancelled")
