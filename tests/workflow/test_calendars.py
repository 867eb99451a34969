"""Business calendars in the console: hours as people write them, holidays by country, special days, what comes next."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from modules.accounts.models import User
from modules.core.models import AuditEntry
from modules.workflow.clocks.calendars import WEEKDAYS, closed_days, hours_of, make_default
from modules.workflow.clocks.public_holidays import countries, holidays_in, regions_of
from modules.workflow.drift import drift
from modules.workflow.graph import Sla, Wait
from modules.workflow.models import BusinessCalendar
from tests.factories.accounts import StaffFactory
from tests.workflow.clocks import Made, local

pytestmark = pytest.mark.django_db
LIST, ADD = "admin:workflow_businesscalendar_changelist", "admin:workflow_businesscalendar_add"


@pytest.fixture
def console(owner: User, client_of: Callable[[Any], Client], frozen_clock: Any) -> Client:
    make_default()
    return client_of(owner)


def form(**values: str) -> dict[str, str]:
    empty = dict.fromkeys(WEEKDAYS, "")
    rows = {"closed_days-TOTAL_FORMS": "0", "closed_days-INITIAL_FORMS": "0"}
    return {"title": "Shop", "key": "shop", "time_zone": "", "country": "", "region": "", **empty, **rows, **values}


def address(key: str = "business") -> str:
    return reverse("admin:workflow_businesscalendar_change", args=[BusinessCalendar.objects.get(key=key).pk])


def test_the_list_says_when_each_is_open(console: Client) -> None:
    BusinessCalendar.objects.filter(key="business").update(country="ES", region="MD", saturday="9:00-14:00")
    page = console.get(reverse(LIST)).content.decode()
    assert "Mon–Fri 9:00-17:00 · Sat 9:00-14:00" in page
    assert "Spain, MD" in page


def test_a_title_that_we_gave_is_in_the_readers_language(console: Client, owner: User) -> None:
    BusinessCalendar.objects.filter(key="business").update(title="Monday")  # a word that the catalogue surely has
    owner.language = "es"
    owner.save()
    assert ">lunes</a>" in console.get(reverse(LIST)).content.decode()
    assert str(BusinessCalendar(title="")) == ""


def test_a_calendar_is_made_from_hours_as_people_write_them(console: Client) -> None:
    week = {"monday": "9-14, 16.30–20", "tuesday": " 9:00 - 14:00 "}
    answer = console.post(reverse(ADD), form(country="ES", time_zone="Atlantic/Canary", **week))
    assert answer.status_code == 302
    made = BusinessCalendar.objects.get(key="shop")
    assert (made.monday, made.tuesday, made.sunday) == ("9:00-14:00, 16:30-20:00", "9:00-14:00", "")
    assert AuditEntry.objects.filter(record_type="workflow.businesscalendar", record_id=made.pk).count() == 1
    page = console.get(address("shop")).content.decode()
    assert "Andalucía" in page  # its regions are offered now
    assert "Immaculate Conception" in page  # and what comes next is shown


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({}, "monday", "Open it on at least one day of the week."),
        ({"friday": "9-25"}, "friday", "“9-25” is no time of a day."),
        ({"friday": "late"}, "friday", "Write “late” like 9:00-17:00"),
        ({"friday": "22-6"}, "friday", "What is open past midnight is written on both days."),
        ({"friday": "9-17", "country": "ES", "region": "BY"}, "region", "This is no region of that country."),
        ({"friday": "9-17", "country": "XX"}, "country", "Select a valid choice"),
        ({"friday": "9-17", "time_zone": "Europe/Atlantis"}, "time_zone", "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(
    console: Client, values: dict[str, str], field: str, words: str
) -> None:
    answer = console.post(reverse(ADD), form(**values))
    assert answer.status_code == 422
    errors = answer.context["adminform"].form.errors
    assert list(errors) == [field]
    assert words in errors[field][0]


def test_the_key_stays_and_a_calendar_in_use_is_not_deleted(console: Client) -> None:
    answer = console.post(address(), form(key="other", title="Office", monday="9-17"))
    assert answer.status_code == 302
    assert BusinessCalendar.objects.get().key == "business"
    assert console.post(address().replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_special_days_are_rows_of_the_calendar(console: Client) -> None:
    row = {"closed_days-0-day": "2026-12-24", "closed_days-0-title": "Christmas Eve", "closed_days-0-hours": "9-12"}
    values = form(title="Office", monday="9-17", thursday="9-17") | {"closed_days-TOTAL_FORMS": "1"} | row
    assert console.post(address(), values).status_code == 302
    calendar = BusinessCalendar.objects.get()
    assert [(day.day, day.title, day.hours) for day in calendar.closed_days.all()] == [
        (date(2026, 12, 24), "Christmas Eve", "9:00-12:00")
    ]
    hours = hours_of("business")
    assert hours.between(local(2026, 12, 24), local(2026, 12, 25)) == timedelta(hours=3)
    assert "Christmas Eve" in console.get(address()).content.decode()


def test_whoever_has_no_right_does_not_come_in(client_of: Callable[[Any], Client]) -> None:
    make_default()
    clerk = client_of(StaffFactory.create(roles=[]))
    assert clerk.get(reverse(LIST)).status_code == 403
    assert clerk.post(reverse(ADD), form(monday="9-17")).status_code == 403


def test_a_week_without_an_open_hour_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BusinessCalendar.objects.create(key="never", title="Never")


def test_holidays_that_fall_on_closed_days_are_not_shown_and_own_days_come_first() -> None:
    make_default()
    calendar = BusinessCalendar.objects.get()
    calendar.country, calendar.region = "ES", "MD"
    calendar.save()
    calendar.closed_days.create(day=date(2026, 12, 7), title="Stocktaking")
    days = closed_days(calendar, date(2026, 11, 21), "es", 4)
    assert days == [
        (date(2026, 12, 7), "Stocktaking"),
        (date(2026, 12, 8), "Inmaculada Concepción"),
        (date(2026, 12, 25), "Natividad del Señor"),
        (date(2027, 1, 1), "Año Nuevo"),
    ]


def test_holidays_come_from_the_library_by_country_and_region() -> None:
    assert date(2026, 2, 28) in holidays_in("ES", "AN", 2026)
    assert date(2026, 2, 28) not in holidays_in("ES", "MD", 2026)
    assert holidays_in("DE", "", 2026, "de")[date(2026, 10, 3)] == "Tag der Deutschen Einheit"
    assert ("AN", "Andalucía") in regions_of("ES")
    assert {"ES", "DE", "US"} <= countries()
    with pytest.raises(LookupError):
        holidays_in("ES", "ZZ", 2026)


def test_the_library_is_not_loaded_where_the_cache_knows_the_year(monkeypatch: pytest.MonkeyPatch) -> None:
    holidays_in("ES", "MD", 2031)
    holidays_in.cache_clear()

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("loaded")

    monkeypatch.setattr("modules.workflow.clocks.public_holidays._entity", refuse)
    assert date(2031, 1, 1) in holidays_in("ES", "MD", 2031)


def test_a_calendar_that_a_workflow_names_and_nobody_has_made_is_found(slip_by: Made) -> None:
    moon = Wait(timedelta(hours=1), calendar="moon")
    slip_by("new", slas=[Sla("answer", "Answer", ("open",), Wait(timedelta(hours=8)), warn=moon)])
    found = [finding for finding in drift() if finding.code == "unknown_calendar"]
    assert [(finding.workflow, finding.place) for finding in found] == [("parcels.slip", "sla:answer")]
    BusinessCalendar.objects.create(key="moon", title="Moon", monday="9:00-17:00")
    assert "unknown_calendar" not in {finding.code for finding in drift()}
