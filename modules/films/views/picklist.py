"""What a place has to pack, as a list to walk the shelves with."""

from dataclasses import dataclass, field
from typing import cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from modules.core.http import PortalRequest
from modules.films.models import Location, ShipmentLine
from modules.films.selectors.shipments import lines_to_pick


@dataclass
class PickRow:
    """An edition with all copies to take from the shelf, and for whom."""

    title: str
    sku: str
    format: str
    copies: int = 0
    shipments: list[ShipmentLine] = field(default_factory=list)


@dataclass
class PickPlace:
    """A location with its rows in order of title."""

    location: Location
    rows: list[PickRow] = field(default_factory=list)

    @property
    def copies(self) -> int:
        return sum(row.copies for row in self.rows)


@require_safe
def picklist(request: HttpRequest) -> HttpResponse:
    """All open shipments by place; `?location=<slug>` shows one place."""
    viewer = cast(PortalRequest, request)
    if not viewer.actor.may("films.view_shipment"):
        raise PermissionDenied
    chosen = request.GET.get("location", "").replace("\x00", "")[:60]
    places: dict[int, PickPlace] = {}
    for line in lines_to_pick(chosen):
        location, edition = line.shipment.location, line.order_line.edition
        if edition is None:  # only films are shipped
            continue
        place = places.setdefault(location.pk, PickPlace(location))
        if not place.rows or place.rows[-1].sku != line.order_line.sku:
            place.rows.append(PickRow(str(edition.film), edition.sku, edition.get_format_display()))
        place.rows[-1].copies += line.quantity
        place.rows[-1].shipments.append(line)
    context = {
        **admin.site.each_context(request),
        "title": _("Pick list"),
        "places": list(places.values()),
        "locations": Location.objects.filter(archived_at__isnull=True),
        "chosen": chosen,
        "now": viewer.now,
    }
    return render(request, "films/console/picklist.html", context)
