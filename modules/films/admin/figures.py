"""True figures of the shop for the start page; each leads to the list that shows exactly what it counts."""

from datetime import datetime, time
from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from modules.core.figures import Figure, figure
from modules.core.http import PortalRequest
from modules.films.choices import IN_HOUSE, ShipmentState
from modules.films.models import Order, Shipment
from modules.films.selectors.stock import low_levels


@figure("films.orders_today", order=10)
def orders_today(request: HttpRequest) -> Figure | None:
    """Orders placed since midnight of whoever looks."""
    if not request.user.has_perm("films.view_order"):
        return None
    day = timezone.localdate(cast(PortalRequest, request).now)
    count = Order.objects.filter(placed_at__gte=timezone.make_aware(datetime.combine(day, time.min))).count()
    return Figure(
        _("Orders today"), str(localize(count)), _list("films_order", [("placed_at__within", "today")]), "shopping-bag"
    )


@figure("films.waiting_to_ship", order=20)
def waiting_to_ship(request: HttpRequest) -> Figure | None:
    """Shipments that are still in the house."""
    if not request.user.has_perm("films.view_shipment"):
        return None
    now = cast(PortalRequest, request).now
    waiting = Shipment.objects.filter(state__in=IN_HOUSE)
    late = waiting.filter(state=ShipmentState.OPEN, due_at__lt=now).count()
    return Figure(
        _("Waiting to ship"),
        str(localize(waiting.count())),
        _list("films_shipment", [("state__exact", state.value) for state in IN_HOUSE]),
        "truck",
        tone="warning" if late else "neutral",
        note=_("{count} should be packed by now").format(count=localize(late)) if late else "",
    )


@figure("films.low_stock", order=60)
def low_stock(request: HttpRequest) -> Figure | None:
    """Editions that should be ordered."""
    if not request.user.has_perm("films.view_stocklevel"):
        return None
    count = low_levels().count()
    tone = "warning" if count else "neutral"
    url = _list("films_stocklevel", [("reorder_point__low", "1")])
    return Figure(_("Stock runs low"), str(localize(count)), url, "archive-box", tone=tone)


def _list(stem: str, filters: list[tuple[str, str]]) -> str:
    return f"{reverse(f'admin:{stem}_changelist')}?{urlencode(filters)}"
