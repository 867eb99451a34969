"""What the audit trail says of deeds of the engine."""

from django.utils.translation import gettext_lazy as _

from modules.console.api import trail_words

trail_words(
    {
        "ended": _("ended it"),
        "removed": _("removed it"),
        "retried": _("tried it again"),
        "mended": _("put it right and tried it again"),
        "skipped": _("left it undone"),
        "workflow_published": _("published a workflow"),
        "workflow_withdrawn": _("withdrew a workflow"),
    }
)
