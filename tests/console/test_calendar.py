"""Lists as calendars: a month by the index of its day, a few records a day, the rest behind a link."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.admin import site
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.console.api import RecordAdmin
from modules.console.month import COUNTED, Day, month_asked
from modules.films.choices import OrderState
from modules.films.models import Order
from tests.factories.orders import OrderRowFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
CALENDAR = "/console/films/order/calendar/"


@pytest.fixture
def client(client_of: Callable[[Any], Client], owner: User) -> Client:
    User.objects.filter(pk=owner.pk).update(time_zone="Europe/Madrid")
    return client_of(owner)


def days(response: Any) -> dict[date, Day]:
    assert response.status_code == 200
    return {day.date: day for week in response.context["month"].weeks for day in week}


def test_a_record_stands_on_its_day_in_the_readers_zone(client: Client) -> None:
    order = OrderRowFactory(placed_at=datetime(2026, 11, 14, 23, 30, tzinfo=UTC), state=OrderState.PAID)
    sheet = days(client.get(CALENDAR))
    assert [day for day, found in sheet.items() if found.entries] == [date(2026, 11, 15)]
    entry = sheet[date(2026, 11, 15)].entries[0]
    assert (entry.title, entry.url, str(entry.look.title)) == (
        order.number, f"/console/films/order/{order.pk}/change/", "Paid",
    )  # fmt: skip
    assert sheet[date(2026, 11, 21)].is_today


def test_a_full_day_shows_a_few_and_leads_to_the_rest(client: Client) -> None:
    OrderRowFactory.create_batch(7, placed_at=datetime(2026, 11, 10, 9, tzinfo=UTC))
    response = client.get(CALENDAR)
    day = days(response)[date(2026, 11, 10)]
    assert (len(day.entries), day.more) == (4, "+3")
    assert "+3 more" in response.content.decode()
    assert client.get(f"/console/films/order/{day.url}").context["cl"].result_count == 7


def test_months_are_turned_and_keep_the_filters(client: Client) -> None:
    OrderRowFactory(placed_at=datetime(2026, 10, 5, tzinfo=UTC), state=OrderState.CANCELLED)
    paid = OrderRowFactory(placed_at=datetime(2026, 10, 5, tzinfo=UTC), state=OrderState.PAID)
    now = client.get(f"{CALENDAR}?state__exact=paid").context["month"]
    assert now.is_this_month
    assert now.earlier == "?state__exact=paid&month=2026-10"
    earlier = client.get(CALENDAR + now.earlier)
    assert [entry.title for entry in days(earlier)[date(2026, 10, 5)].entries] == [paid.number]
    assert earlier.context["list_page"].chips[0].words == "Paid"


@pytest.mark.parametrize("month", ["", "2026-13", "x", "99999-01", "0001-01", "9999-12"])
def test_a_month_that_is_none_is_this_one(client: Client, month: str) -> None:
    assert client.get(f"{CALENDAR}?month={month}").context["month"].is_this_month


@pytest.mark.any_database
def test_months_have_whole_weeks() -> None:
    assert month_asked("2027-02", date(2026, 11, 21)) == date(2027, 2, 1)


def test_a_day_is_never_read_to_its_end(client: Client) -> None:
    rows = OrderRowFactory.build_batch(COUNTED + 5, placed_at=datetime(2026, 11, 10, 9, tzinfo=UTC))
    Order.objects.bulk_create(rows)
    assert days(client.get(CALENDAR))[date(2026, 11, 10)].more == f"+{COUNTED - 4}…"


def test_f22_a_full_month_takes_as_many_queries_as_an_empty_one(client: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(CALENDAR)
        return len(queries)

    OrderRowFactory(placed_at=datetime(2026, 11, 1, 9, tzinfo=UTC))
    count()
    one = count()
    for day in range(2, 20):
        OrderRowFactory(placed_at=datetime(2026, 11, day, 9, tzinfo=UTC))
    assert count() == one


def test_a_calendar_needs_an_index() -> None:
    class Unindexed(RecordAdmin):
        calendar = "updated_at"

    with pytest.raises(ImproperlyConfigured, match="updated_at"):
        Unindexed(Order, site)
