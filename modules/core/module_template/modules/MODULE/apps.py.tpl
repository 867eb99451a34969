"""The manifest of ${nouns}."""

from django.utils.translation import gettext_lazy as _

from modules.core.manifest import ALL, VIEW, Demo, Manifest, ModuleConfig, Nav, PortalNav


class ${Module}Config(ModuleConfig):
    name, label = "modules.${module}", "${module}"
    verbose_name = _("${Nouns}")
    manifest = Manifest(
        key="${module}",
        title=_("${Nouns}"),
        icon="inbox-stack",
        description=_("${Nouns}: customers ask, staff answer."),
        requires=["accounts", "notifications"],
        portal=["${path}/"],
        navigation=[Nav(_("${Nouns}"), "${module}.${model}", "inbox")],
        portal_navigation=[PortalNav(_("${Nouns}"), "portal:${module}_${model}_list", "inbox-stack", signed_in=True)],
        roles={
            "clerk": [VIEW, "${module}.finish_${record}", "${module}.reject_${record}"],
            "manager": [ALL],
        },
        role_titles={"clerk": _("${Nouns}: clerk"), "manager": _("${Nouns}: manager")},
        demo=Demo("modules.${module}.demo:load", after=["accounts"]),
    )
