"""The manifest of the console, and Django's admin with our site."""

from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _

from modules.core.manifest import Manifest, ModuleConfig


class ConsoleAdminConfig(admin_apps.AdminConfig):
    """`django.contrib.admin`, whose one site is the console."""

    default = False
    default_site = "modules.console.site.ConsoleSite"


class ConsoleConfig(ModuleConfig):
    name, label = "modules.console", "console"
    verbose_name = _("Console")
    manifest = Manifest(
        key="console",
        title=_("Console"),
        icon="computer-desktop",
        description=_("The pages of the staff."),
        requires=["core"],
        portal=["console"],
    )
