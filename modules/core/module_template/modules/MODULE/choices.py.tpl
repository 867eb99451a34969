"""Words for states."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ${Record}State(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    DONE = "done", _("Done")
    REJECTED = "rejected", _("Rejected")
