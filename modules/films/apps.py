"""The manifest of the film shop."""

from django.utils.translation import gettext_lazy as _

from modules.core.manifest import ALL, VIEW, Demo, Manifest, ModuleConfig, Nav, PortalNav


class FilmsConfig(ModuleConfig):
    name, label = "modules.films", "films"
    verbose_name = _("Films")
    manifest = Manifest(
        key="films",
        title=_("Films"),
        icon="film",
        description=_("Selling films: catalogue, stock, basket, orders and the library of digital films."),
        requires=["billing", "notifications"],
        portal=["films/", "basket/", "checkout/", "orders/", "library/"],
        navigation=[
            Nav(_("Orders"), "films.order", "shopping_bag"),
            Nav(_("Shipments"), "films.shipment", "local_shipping"),
            Nav(_("Pick list"), "films:picklist", "checklist", permission="films.view_shipment"),
            Nav(_("Films"), "films.film", "movie"),
            Nav(_("Editions"), "films.edition", "album"),
            Nav(_("Stock"), "films.stocklevel", "inventory_2"),
            Nav(_("Stock movements"), "films.stockmovement", "swap_horiz"),
            Nav(_("People"), "films.person", "groups"),
            Nav(_("Imports"), "console:imports", "upload_file", permission="films.import_films"),
            Nav(_("Genres"), "films.genre", "sell"),
            Nav(_("Locations"), "films.location", "location_on"),
        ],
        portal_navigation=[
            PortalNav(_("Films"), "films:film_list", "film"),
            PortalNav(_("Orders"), "portal:films_order_list", "shopping-bag", signed_in=True),
            PortalNav(_("Library"), "films:library", "rectangle-stack", signed_in=True),
        ],
        roles={
            "clerk": [
                VIEW,
                "films.receive_stock",
                "films.adjust_stock",
                "films.add_order",
                "films.change_order",
                "films.cancel_order",
                "films.cancel_line",
                "films.pick_shipment",
                "films.ship_shipment",
                "films.deliver_shipment",
                "billing.ask_refund",
                "billing.view_payment",
                "billing.view_refund",
                "billing.view_refundrequest",
                "billing.view_invoice",
                "billing.view_creditnote",
            ],
            "manager": [ALL, "console.export_records", "console.share_savedview"],
        },
        role_titles={"clerk": _("Shop clerk"), "manager": _("Shop manager")},
        demo=Demo("modules.films.demo:load", after=["accounts"]),
    )
