"""People, roles, rights and invitations in the console."""

from django.utils.translation import gettext_lazy as _

from modules.accounts.admin import invitations, people, roles  # noqa: F401 - they register themselves
from modules.console.api import trail_words

trail_words(
    {
        "deactivated": _("closed the account"),
        "reactivated": _("opened the account again"),
        "pseudonymised": _("removed the personal data"),
        "mfa_reset": _("reset the second step"),
        "view_as_started": _("began to view as this person"),
        "view_as_ended": _("stopped viewing as this person"),
        "rights_changed": _("changed its rights"),
        "invited": _("sent the invitation"),
        "sent_again": _("sent it again"),
        "withdrawn": _("withdrew it"),
        "joined": _("accepted the invitation"),
    }
)
