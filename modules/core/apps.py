"""The manifest of the core."""

from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from modules.core.manifest import Manifest, ModuleConfig, Nav


class CoreConfig(ModuleConfig):
    name, label = "modules.core", "core"
    verbose_name = _("System")
    manifest = Manifest(
        key="core",
        title=_("System"),
        icon="cog-6-tooth",
        description=_("The outbox, the audit trail and the counters."),
        navigation=[
            Nav(_("Jobs"), "console:jobs", "autorenew"),
            Nav(_("Outbox"), "core.outboxmessage", "outbox"),
            Nav(_("Audit trail"), "core.auditentry", "history"),
        ],
    )

    def ready(self) -> None:
        super().ready()
        from modules.core.subscribers import run_after_migrate

        post_migrate.connect(run_after_migrate, dispatch_uid="core.after_migrate")
