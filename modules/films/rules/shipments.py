"""When the steps of a shipment are possible, and where a parcel can be followed. Pure."""

from django.utils.translation import gettext_lazy as _

from modules.films.choices import Carrier
from modules.films.models import Shipment
from modules.films.selectors.shipments import ShipmentFacts
from modules.workflow.api import guard

TRACKING_PAGES = {
    Carrier.CORREOS: "https://www.correos.es/es/es/herramientas/localizador/envios/detalle?tracking-number={number}",
    Carrier.SEUR: "https://www.seur.com/miseur/mis-envios?tracking={number}",
    Carrier.MRW: "https://www.mrw.es/seguimiento_envios/MRW_historico_nacional.asp?enviament={number}",
    Carrier.DHL: "https://www.dhl.com/es-es/home/tracking.html?tracking-id={number}",
    Carrier.UPS: "https://www.ups.com/track?tracknum={number}",
    Carrier.GLS: "https://gls-group.com/track/{number}",
}
"""Where carriers tell how a parcel stands."""


def tracking_link(carrier: str, number: str) -> str:
    """The carrier's page about a parcel; nothing where the carrier has none or there is no number."""
    page = TRACKING_PAGES.get(Carrier(carrier)) if carrier and number else None
    return page.format(number=number) if page else ""


@guard(_("Something lies in it"), negated=_("Nothing lies in it"))
def is_empty(shipment: Shipment, facts: ShipmentFacts) -> bool:
    return facts.copies == 0


@guard(
    _("No other place has all of it"), negated=_("Another place has all of it"),
    changed_by=_("a shop clerk, by receiving goods at another place"),
)  # fmt: skip
def is_elsewhere(shipment: Shipment, facts: ShipmentFacts) -> bool:
    return facts.elsewhere is not None
