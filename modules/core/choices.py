"""The core's fixed words."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OutboxState(TextChoices):
    PENDING = "pending", _("Pending")
    DONE = "done", _("Done")
    DEAD = "dead", _("Dead letter")


class JobState(TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    STOPPING = "stopping", _("Stopping")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Finished")
    FAILED = "failed", _("Failed")


class JobItemState(TextChoices):
    PENDING = "pending", _("Waiting")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")
