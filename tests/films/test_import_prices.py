"""Prices and stock imported on the page, and taken back."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from modules.console.models import ImportRun
from modules.core import outbox
from modules.core.money import Money
from modules.films.models import Edition, StockLevel
from modules.films.selectors.stock import levels_out_of_step, stock_value_gap
from tests.factories.accounts import StaffFactory
from tests.factories.films import EditionFactory, FilmFactory, LocationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client_of: Any, settings: Any, tmp_path: Path) -> Client:
    settings.MEDIA_ROOT = tmp_path
    client: Client = client_of(StaffFactory(roles=["films.manager"]))
    return client


def checked(client: Client, text: str) -> ImportRun:
    file = SimpleUploadedFile("prices.csv", text.encode())
    assert client.post("/console/imports/new/films.edition/", {"file": file}).status_code == 303
    run = ImportRun.objects.latest("pk")
    columns = client.get(f"/console/imports/{run.pk}/columns/").context["columns"].columns
    form = {f"column-{column.place}": column.tells for column in columns} | {"checks": "0"}
    assert client.post(f"/console/imports/{run.pk}/columns/", form).status_code == 303
    outbox.drain(rounds=50)
    return run


def pressed(client: Client, run: ImportRun, what: str) -> list[int]:
    assert client.post(f"/console/imports/{run.pk}/{what}/").status_code == 303
    outbox.drain(rounds=50)
    return counts(client, run)


def counts(client: Client, run: ImportRun) -> list[int]:
    return [count.value for count in client.get(f"/console/imports/{run.pk}/").context["counts"]]


def test_prices_and_counted_stock_go_in_once_and_out_again(manager: Client) -> None:
    known = EditionFactory(sku="A-1", format="dvd", price=Money(1000, "EUR"))
    FilmFactory(title="Ran", year=1985)
    LocationFactory(name="Warehouse", slug="depot")
    text = (
        "SKU;Precio;Formato;Location;Stock;Cost;Title;Year\n"
        "A-1;12,90;;depot;5;4.00;;\nB-1;9.90;Blu-ray;;;;Ran;1985\nC-1;9.90;DVD;Warehouse;2;3.00;Ran;1985\n"
    )
    run = checked(manager, text)
    assert (counts(manager, run), Edition.objects.count()) == ([2, 1, 0, 0], 1)
    assert pressed(manager, run, "start") == [2, 1, 0, 0]
    known.refresh_from_db()
    assert (known.price, known.prices.count()) == (Money(1290, "EUR"), known.prices.count())
    assert sorted(StockLevel.objects.values_list("edition__sku", "on_hand")) == [("A-1", 5), ("C-1", 2)]
    assert counts(manager, checked(manager, text)) == [0, 0, 3, 0]
    assert pressed(manager, run, "undo") == [2, 1, 0]
    known.refresh_from_db()
    assert known.price == Money(1000, "EUR")
    assert list(StockLevel.objects.values_list("on_hand", flat=True)) == [0, 0]
    assert not Edition.objects.filter(sku="B-1").exists()
    assert Edition.objects.get(sku="C-1").archived_at is not None
    assert levels_out_of_step() == []
    assert not stock_value_gap()


def test_f32_what_cannot_be_is_named_at_its_column(manager: Client) -> None:
    EditionFactory(sku="A-1", format="dvd")
    EditionFactory(sku="D-1", format="digital")
    LocationFactory(name="Warehouse", slug="depot")
    run = checked(
        manager,
        "sku,price,format,location,on hand,title,year\nA-1,cheap,,,,,\nA-1,1.234,,,,,\nA-1,,Blu-ray,,,,\n"
        "A-1,,,moon,3,,\nA-1,,,depot,-3,,\nD-1,,,depot,3,,\nX-1,5,,,,,\nX-1,5,DVD,,,None,1985\nA-1,,,depot,,,\n",
    )
    problems = manager.get(f"/console/imports/{run.pk}/").context["problems"]
    assert [(problem.line, problem.column) for problem in problems] == [
        (2, "price"), (3, "price"), (4, "format"), (5, "location"), (6, "on hand"), (7, "on hand"), (8, "title"),
        (9, ""), (10, "on hand"),
    ]  # fmt: skip


def test_what_moved_since_stays(manager: Client) -> None:
    edition = EditionFactory(sku="A-1", format="dvd", price=Money(1000, "EUR"))
    run = checked(manager, "sku,price\nA-1,11.00\n")
    pressed(manager, run, "start")
    Edition.objects.filter(pk=edition.pk).update(price=900)
    assert pressed(manager, run, "undo") == [0, 0, 1]
    edition.refresh_from_db()
    assert edition.price == Money(900, "EUR")
