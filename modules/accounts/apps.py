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
        portal=["account", "invitation", "language", "open"],
        navigation=[
            Nav(_("People"), "accounts.user", "person"),
            Nav(_("Invitations"), "accounts.invitation", "person_add"),
            Nav(_("Roles"), "accounts.role", "badge"),
            Nav(_("Roles and rights"), "admin:accounts_role_matrix", "grid_on", "accounts.view_role"),
        ],
        roles={"owner": [ALL]},
        role_titles={"owner": _("Owner")},
        settings=["STAFF_MFA_REQUIRED"],
        demo=Demo("modules.accounts.demo:load"),
    )
