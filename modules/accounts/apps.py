"""The manifest of the accounts."""

from django.utils.translation import gettext_lazy as _

from modules.core.manifest import ALL, Demo, Manifest, ModuleConfig, Nav


class AccountsConfig(ModuleConfig):
    name, label = "modules.accounts", "accounts"
    verbose_name = _("Accounts")
    manifest = Manifest(
        key="accounts",
        title=_("Accounts"),
        icon="users",
        description=_("Who signs in, and what each role may do."),
        requires=["core"],
        portal=["account", "language", "open"],
        navigation=[
            Nav(_("People"), "accounts.user", "person"),
            Nav(_("Roles"), "accounts.role", "badge"),
        ],
        roles={"owner": [ALL]},
        role_titles={"owner": _("Owner")},
        demo=Demo("modules.accounts.demo:load"),
    )
