"""The manifest of the notifications."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from modules.core.manifest import Manifest, ModuleConfig, Nav


class NotificationsConfig(ModuleConfig):
    name, label = "modules.notifications", "notifications"
    verbose_name = _("Notifications")
    manifest = Manifest(
        key="notifications",
        title=_("Notifications"),
        icon="bell",
        description=_("What people are told, in the app and by mail, each in their language."),
        requires=["accounts"],
        portal=["notifications/", "sent-mail/"],
        navigation=[
            Nav(_("Notifications"), "notifications.notification", "notifications"),
            Nav(_("Deliveries"), "notifications.delivery", "outgoing_mail"),
            *([Nav(_("Sent mail"), "notifications:sent_mail_list", "mark_email_read")] if settings.DEMO else []),
        ],
        settings=["SENT_MAIL_DAYS"],
    )
