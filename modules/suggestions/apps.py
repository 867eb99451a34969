"""The manifest of suggestions."""

from django.utils.translation import gettext_lazy as _

from modules.core.manifest import ALL, VIEW, Demo, Manifest, ModuleConfig, Nav, PortalNav


class SuggestionsConfig(ModuleConfig):
    name, label, verbose_name = "modules.suggestions", "suggestions", _("Suggestions")
    manifest = Manifest(
        key="suggestions", title=_("Suggestions"), icon="light-bulb", requires=["accounts", "notifications"],
        description=_("Films that customers would like us to sell: voted on, priced, asked back and bought."),
        portal=["suggestions/"], navigation=[Nav(_("Suggestions"), "suggestions.suggestion", "lightbulb")],
        portal_navigation=[
            PortalNav(_("Suggestions"), "portal:suggestions_suggestion_list", "light-bulb", signed_in=True)
        ],
        roles={"staff": [VIEW], "buyer": [VIEW, "suggestions.change_suggestion"], "manager": [ALL]},
        role_titles={"staff": _("Votes on films"), "buyer": _("Buys films"), "manager": _("Answers for suggestions")},
        demo=Demo("modules.suggestions.demo:load", after=["accounts", "films"]),
    )  # fmt: skip
