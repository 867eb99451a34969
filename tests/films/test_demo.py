"""The demo: complete, plausible, the same everywhere, and loaded once."""

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db.models import Count, F, Q

from modules.accounts.demo import load as load_people
from modules.accounts.models import Invitation, User
from modules.billing.models import CreditNote, Invoice, RefundRequest
from modules.console.models import SavedView
from modules.core.actors import Actor
from modules.core.models import Attachment, Mention, OutboxMessage
from modules.core.money import Money
from modules.films.choices import OrderState, ShipmentState
from modules.films.demo import load
from modules.films.demo.catalogue import load_catalogue
from modules.films.demo.hours import days_before
from modules.films.demo.recent import MISTYPED
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
from modules.films.selectors.stock import levels_out_of_step, low_levels, orders_out_of_step, stock_value_gap
from modules.films.selectors.window import shop_window
from modules.notifications.models import Notification, SentMail
from modules.workflow.api import inbox_tasks, task_counts
from modules.workflow.models import HistoryEntry, SlaClock, Timer

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


NUMBER = 66


@pytest.fixture
def shop(at: datetime) -> list[str]:
    """A smaller demo with its people; what it told while it was loaded."""
    told: list[str] = []
    load_people(told.append, at)
    load_catalogue(told.append, at, films=250)
    load(told.append, at, orders=NUMBER)
    return told


@pytest.mark.django_db(transaction=True)
def test_the_history_of_the_demo_is_real_business_and_nobody_is_mailed(shop: list[str], at: datetime) -> None:
    """One loading, all its proofs: it is the slowest thing here."""
    _check_states(at)
    _check_books()
    _check_post()
    _check_desk(at)
    _check_promises(at)
    assert f"60 of {NUMBER} orders" in shop
    _check_second_loading(at)


def _check_states(at: datetime) -> None:
    orders = Order.objects.all()
    assert orders.count() == NUMBER
    assert set(orders.values_list("state", flat=True)) == set(OrderState.values)
    assert set(Shipment.objects.values_list("state", flat=True)) == set(ShipmentState.values)
    assert all(order.placed_at < at for order in orders)
    assert orders.filter(placed_at__lt=at - timedelta(days=120)).exists()
    today = orders.filter(placed_at__gte=days_before(at, 0, "00:00"))
    assert today.count() >= 10
    assert set(today.values_list("state", flat=True)) >= {"awaiting_payment", "paid", "partly_shipped", "shipped"}
    assert orders.filter(lines__is_digital=True).filter(lines__is_digital=False).exists()
    assert orders.filter(lines__cancelled__gt=0).exclude(state="cancelled").exists()
    for step in ("pay_late", "refuse_late_payment", "lapse", "close", "cancel_line", "get_stuck"):
        assert HistoryEntry.objects.filter(transition=step).exists(), step
    assert not HistoryEntry.objects.filter(at__gt=at).exists()


def _check_books() -> None:
    assert levels_out_of_step() == []
    assert orders_out_of_step() == []
    assert stock_value_gap() == Money(0, "EUR")
    assert low_levels().exists()
    call_command("ledger_check")
    call_command("workflow_check")
    for model in (Invoice, CreditNote):
        numbers = list(model.objects.order_by("issued_at", "pk").values_list("series", "number"))
        for series in {series for series, _number in numbers}:
            mine = [number for name, number in numbers if name == series]
            assert mine == list(range(1, len(mine) + 1))


def _check_post() -> None:
    """Nothing of the past is sent: an invitation waits for the shop to open, one mistyped address is given up."""
    assert not SentMail.objects.exists()
    left = OutboxMessage.objects.exclude(state="done").values_list("effect", "state")
    assert sorted(left) == [("accounts.invitation", "pending"), ("notifications.mail", "dead")]
    told = Notification.objects.filter(deliveries__channel="email").values_list("email", flat=True)
    assert list(told) == [MISTYPED]


def _check_desk(at: datetime) -> None:
    """Mine, my team's and nobody's, late and in time; two refunds wait for somebody else than who asked."""
    people = {user.email.partition("@")[0]: Actor.of(user) for user in User.objects.all()}
    counts = task_counts(people["staff"], at)
    assert all(0 < counts[whose].overdue < counts[whose].total for whose in ("mine", "free"))
    assert counts["team"].total > counts["free"].total
    assert {task.record_type for task in inbox_tasks(people["marc"], "free")} == {
        "billing.refundrequest",
        "films.shipment",
    }
    states = RefundRequest.objects.values_list("state", flat=True)
    assert sorted(set(states)) == ["approval", "declined", "done"]
    waiting = RefundRequest.objects.filter(state="approval")
    assert {request.asked_by for request in waiting} == {people["staff"].user}
    assert all(request.amount.minor > settings.REFUND_LIMIT for request in waiting)
    assert Mention.objects.exists()
    assert all(default_storage.exists(file.file) for file in Attachment.objects.all())
    assert Attachment.objects.count() == 1
    assert sorted(SavedView.objects.values_list("is_shared", flat=True)) == [False, True, True]
    assert Invitation.objects.filter(accepted_at=None, expires_at__gt=at).count() == 1


def _check_promises(at: datetime) -> None:
    """Most parcels left in time, some hardly, a few too late; whatever was due has happened."""
    clocks = SlaClock.objects.filter(record_type="films.shipment")
    assert 0 < clocks.filter(breached_at__isnull=False).count() < clocks.count() / 5
    assert clocks.filter(warned_at__isnull=False, breached_at=None).exists()
    assert clocks.filter(ended_at__isnull=True, running_since=None).exists()  # stuck: it stands still
    assert HistoryEntry.objects.filter(transition="packing.escalate").exists()
    assert not Timer.objects.filter(due_at__lte=at).exists()


def _check_second_loading(at: datetime) -> None:
    def everything() -> list[int]:
        return [model._default_manager.count() for model in apps.get_models()]

    before = everything()
    load_people(print, at + timedelta(hours=1))
    load(print, at + timedelta(hours=1))
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_without_people_and_right_after_midnight_the_demo_loads_as_well(at: datetime) -> None:
    midnight = days_before(at, 0, "00:04")
    load_catalogue(print, midnight, films=250)
    load(print, midnight, orders=36)
    assert Order.objects.count() == 36
    assert Order.objects.filter(placed_at__gte=days_before(at, 0, "00:00")).exists()
    assert orders_out_of_step() == []
    call_command("ledger_check")
