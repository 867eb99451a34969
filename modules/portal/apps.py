"""The manifest of the portal."""

from django.utils.translation import gettext_lazy as _

from modules.core.manifest import Manifest, ModuleConfig


class PortalConfig(ModuleConfig):
    name, label = "modules.portal", "portal"
    verbose_name = _("Portal")
    manifest = Manifest(
        key="portal",
        title=_("Portal"),
        icon="storefront",
        description=_("The pages of customers, derived from what modules declare."),
    )
