"""Lists as files: what stands in them, what a spreadsheet would run, who may take them, what the trail says."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.console import exports
from modules.core.cells import plain_cell, safe_cell
from modules.core.models import AuditEntry
from modules.core.money import Money
from modules.core.tables import opened_table
from modules.films.choices import OrderState
from modules.films.models import Order
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.orders import OrderRowFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
ORDERS = "/console/films/order/"
FORMULAS = ["=1+1", "+1", "-5", "@SUM(A1)", "\tx", "\r=x", "'=1", "''-2", "＝1"]


@pytest.fixture
def client(client_of: ClientOf, owner: User) -> Client:
    return client_of(owner)


def csv_rows(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    body = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(body, newline="")))


def xlsx_rows(response: Any) -> list[list[tuple[str, str]]]:
    """(kind, text) of every cell: `n` is a number, everything else a text or truth; a formula would be `f`."""
    assert response.status_code == 200
    name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in sheet.iter(f"{name}row"):
        cells = []
        for cell in row.iter(f"{name}c"):
            kind = "f" if cell.find(f"{name}f") is not None else cell.get("t", "n")
            cells.append((kind, "".join(cell.itertext())))
        rows.append(cells)
    return rows


def export(client: Client, query: str = "", kind: str = "csv") -> Any:
    return client.post(f"{ORDERS}export/{query}", {"format": kind})


@pytest.mark.any_database
@pytest.mark.parametrize("text", [*FORMULAS, "Amélie", "'tis", "", "5-3", "O'Brien", "''"])
def test_f33_a_cell_is_safe_and_an_import_reads_the_text_back(text: str) -> None:
    assert safe_cell(text)[:1] not in ("=", "+", "-", "@", "\t", "\r", "＝")
    assert plain_cell(safe_cell(text)) == text


def test_f33_formulas_leave_as_text_and_numbers_as_numbers(client: Client) -> None:
    for formula in FORMULAS[:4]:
        OrderRowFactory(name=formula)
    query = "?columns=name&columns=gross&o=name"
    header, *rows = csv_rows(export(client, query))
    assert header == ["Name", "Total", "Currency"]
    assert sorted(plain_cell(row[0]) for row in rows) == sorted(FORMULAS[:4])
    assert all(row[0].startswith("'") for row in rows)
    assert {tuple(row[1:]) for row in rows} == {("12.10", "EUR")}
    _header, *sheet = xlsx_rows(export(client, query, "xlsx"))
    assert {row[0][0] for row in sheet} == {"s"} or {row[0][0] for row in sheet} == {"inlineStr"}
    assert sorted(row[0][1] for row in sheet) == sorted(FORMULAS[:4])
    assert {(row[1][0], float(row[1][1])) for row in sheet} == {("n", 12.1)}


def test_f33_an_import_reads_an_exported_table_back(client: Client, tmp_path: Path) -> None:
    for formula in FORMULAS:
        OrderRowFactory(name=formula)
    file = tmp_path / "orders.csv"
    file.write_bytes(b"".join(export(client, "?columns=name&columns=number").streaming_content))
    with opened_table(file) as table:
        assert table.header == ["Name", "Number"]
        assert sorted(row[0] for _line, row in table.rows) == sorted(FORMULAS)


@pytest.mark.any_database
def test_f33_minus_five_as_a_number_stays_one() -> None:
    assert exports._written(-5) == "-5"
    assert exports._written(Money(-500, "EUR").major) == "-5.00"
    assert exports._written("-5") == "'-5"


def test_the_file_holds_the_filtered_list_with_its_columns_in_their_order(client: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(time_zone="Europe/Madrid")
    order = OrderRowFactory(
        state=OrderState.PAID, customer=UserFactory(name="Ana"), placed_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    )
    OrderRowFactory(state=OrderState.CANCELLED)
    response = export(client, "?state__exact=paid&columns=placed_at&columns=state&columns=customer&columns=number")
    assert response["Content-Disposition"].startswith('attachment; filename="orders-')
    assert csv_rows(response) == [
        ["Placed", "State", "Customer", "Number"],
        ["2026-07-02T00:30:00+02:00", "Paid", str(order.customer), order.number],
    ]


def test_a_selection_is_taken_alone(client: Client) -> None:
    chosen = OrderRowFactory()
    OrderRowFactory()
    data = {"action": "export_csv", "_selected_action": [chosen.pk], "index": 0}
    rows = csv_rows(client.post(f"{ORDERS}?columns=number", data))
    assert rows == [["Number"], [chosen.number]]
    data["action"] = "export_xlsx"
    assert len(xlsx_rows(client.post(ORDERS, data))) == 2


def test_every_export_is_in_the_trail_before_a_row_leaves(client: Client, owner: User) -> None:
    OrderRowFactory.create_batch(3, state=OrderState.PAID)
    response = export(client, "?state__exact=paid&columns=number")
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.actor_id, entry.record_type, entry.record_id) == (owner.pk, "films.order", None)
    assert entry.changes == {"rows": 3, "format": "csv", "columns": ["number"], "filters": "State is Paid"}
    response.close()


def test_f37_taking_records_out_needs_its_permission(client_of: ClientOf) -> None:
    OrderRowFactory()
    viewer = client_of(StaffFactory(permissions=["films.view_order"]))
    assert "Export" not in viewer.get(ORDERS).content.decode()
    assert export(viewer).status_code == 403
    data = {"action": "export_csv", "_selected_action": [Order.objects.get().pk], "index": 0}
    assert viewer.post(ORDERS, data).status_code in (200, 302)  # an action that is not theirs does nothing
    stranger = client_of(StaffFactory(permissions=["films.view_film", "console.export_records"]))
    assert export(stranger).status_code == 403
    assert not AuditEntry.objects.filter(action="exported").exists()
    manager = client_of(StaffFactory(roles=["films.manager"]))
    assert len(csv_rows(export(manager))) == 2


def test_f37_hidden_fields_never_leave(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    order = OrderRowFactory()
    monkeypatch.setattr(Order, "hidden_fields", frozenset({"email"}), raising=False)
    rows = csv_rows(export(client, "?columns=number&columns=email"))
    assert rows == [["Number"], [order.number]]


def test_f44_a_get_takes_nothing(client: Client) -> None:
    assert client.get(f"{ORDERS}export/").status_code == 405


def test_a_file_is_made_in_pieces_with_as_many_queries_for_many_rows(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 2)

    def taken() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            pieces = list(export(client, "?columns=number&columns=customer").streaming_content)
        return len(pieces), len(queries)

    OrderRowFactory(customer=UserFactory())
    taken()
    pieces, one = taken()
    OrderRowFactory.create_batch(3)
    OrderRowFactory.create_batch(2, customer=UserFactory())
    assert pieces == 2  # the headings, and one row
    assert taken() == (4, one)  # the headings, and three times two rows


def test_a_workbook_that_takes_too_long_is_refused_in_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    OrderRowFactory.create_batch(2)
    monkeypatch.setattr(exports, "MOST_IN_A_SHEET", 1)
    response = client.post(f"{ORDERS}export/", {"format": "xlsx"}, follow=True)
    assert "Take them as CSV" in response.content.decode()
    assert not AuditEntry.objects.filter(action="exported").exists()
