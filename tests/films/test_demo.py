"""The demo's catalogue: complete, plausible, the same everywhere, and loaded once."""

from datetime import datetime

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Q

from modules.core.models import OutboxMessage
from modules.core.money import Money
from modules.films.demo import load
from modules.films.demo.catalogue import load_catalogue
from modules.films.demo.orders import ORDERS
from modules.films.models import (
    Edition,
    EditionPrice,
    Film,
    Genre,
    Location,
    Order,
    Shipment,
    StockLevel,
    StockMovement,
)
from modules.films.models.editions import FEW, check_ean
from modules.films.rules.editions import shop_day
from modules.films.selectors.stock import levels_out_of_step, stock_value_gap
from modules.films.selectors.window import shop_window
from modules.notifications.models import SentMail

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_demo_shop_is_complete_and_loaded_once(at: datetime) -> None:
    told: list[str] = []
    load_catalogue(told.append, at)
    counts = [model.objects.count() for model in (Film, Genre, Edition, EditionPrice, StockLevel, StockMovement)]
    load_catalogue(told.append, at)
    assert [
        model.objects.count() for model in (Film, Genre, Edition, EditionPrice, StockLevel, StockMovement)
    ] == counts
    assert len(told) == 2

    assert Film.objects.count() >= 700
    assert Film.objects.filter(genres=None).count() == 0
    assert all({"en", "es"} <= set(genre.name) for genre in Genre.objects.all())
    assert Film.objects.annotate(number=Count("editions")).filter(number=0).count() == 0
    assert sorted(Location.objects.values_list("slug", flat=True)) == ["shop", "warehouse"]
    for edition in Edition.objects.exclude(ean=None)[:50]:
        check_ean(edition.ean or "")
    assert levels_out_of_step() == []

    discs = Edition.objects.physical()
    sold_out = discs.filter(stock=None).count()
    low = discs.annotate(places=Count("stock")).filter(Q(places=1) & Q(stock__on_hand__lte=FEW)).count()
    assert 20 < sold_out < low < discs.count() / 4

    window = shop_window(shop_day(at))
    assert (len(window.arrivals), len(window.last_copies), len(window.formats)) == (6, 6, 3)
    assert not StockLevel.objects.filter(on_hand__lt=F("allocated")).exists()


@pytest.mark.django_db(transaction=True)
def test_the_last_weeks_orders_are_real_ones_and_nobody_is_mailed(at: datetime) -> None:
    told: list[str] = []
    load(told.append, at)
    orders = Order.objects.all()
    assert orders.count() == ORDERS
    assert set(orders.values_list("state", flat=True)) >= {"delivered", "cancelled", "lapsed"}
    assert Shipment.objects.filter(state="delivered").exists()
    assert stock_value_gap() == Money(0, "EUR")
    assert all(order.placed_at < at for order in orders)
    assert levels_out_of_step() == []
    call_command("ledger_check")
    assert not SentMail.objects.exists()
    assert not OutboxMessage.objects.filter(state="pending").exists()
    load(told.append, at)
    assert orders.count() == ORDERS
