"""The console's list of a million orders beside its raw SQL, and beside the same page over fifty orders."""

import statistics
import time
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.films.models import Order
from tests.bench import Measurement, benchmark
from tests.factories.orders import OrderRowFactory

MANY = 1_000_000
FEW = 50
ROUNDS = 15
LIST = "/console/films/order/"
QUERIES = {
    "the whole list": "",
    "one state": "?state__exact=paid",
    "two states": "?state__exact=delivered&state__exact=paid",
    "a week": "?placed_at__from=2026-11-01&placed_at__to=2026-11-07",
    "search": "?q=buyer77",
    "by e-mail": "?o=email",
    "last page counted": "?p=200",
}
COLUMNS = "id, revision, created_at, updated_at, state, state_since, number, email, name, gross, currency, placed_at"
STATE = (
    "CASE WHEN i % 20 = 0 THEN 'paid' WHEN i % 50 = 1 THEN 'awaiting_payment' WHEN i % 30 = 2 THEN 'cancelled' "
    "ELSE 'delivered' END"
)


def insert(start: int, end: int) -> None:
    """Orders back through two years, copied by the database from one of them: a factory would take an hour."""
    template = OrderRowFactory(number="TEMPLATE")
    if connection.vendor == "sqlite":
        rows = f"WITH RECURSIVE n(i) AS (SELECT {start} UNION ALL SELECT i + 1 FROM n WHERE i < {end} - 1)"
        own = {
            "placed_at": "datetime('2026-11-21 12:00:00', '-' || (i * 63) || ' seconds')",
            "number": "printf('%08X', i * 2654435761 % 4294967296)",
            "placed_key": "printf('%032x', i)",
        }
    else:
        rows = f"WITH n(i) AS (SELECT generate_series({start}::bigint, {end}::bigint - 1))"
        own = {
            "placed_at": "timestamptz '2026-11-21 12:00:00+00' - i * interval '63 seconds'",
            "number": "upper(lpad(to_hex(i * 2654435761 % 4294967296), 8, '0'))",
            "placed_key": "lpad(to_hex(i), 32, '0')::uuid",
        }
    own |= {"email": "'buyer' || i || '@example.test'", "name": "'Buyer ' || (i % 5000)", "state": STATE}
    columns = [field.column for field in Order._meta.concrete_fields if not field.primary_key]
    values = ", ".join(own.get(column, f"films_order.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO films_order ({', '.join(columns)}) {rows} "
            f"SELECT {values} FROM n, films_order WHERE films_order.id = {template.pk}"
        )
        cursor.execute(f"DELETE FROM films_order WHERE id = {template.pk}")
        cursor.execute("ANALYZE")


def client() -> Client:
    from tests.factories.accounts import OwnerFactory

    owner = OwnerFactory(email=f"bench-{uuid.uuid4().hex[:8]}@example.test")
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(owner)
    return browser


def timed(function: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of several rounds, after a few that warm up."""
    taken = []
    for number in range(rounds + 3):
        begin = time.perf_counter()
        function()
        if number >= 3:
            taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def page(browser: Client, query: str) -> Callable[[], object]:
    def ask() -> object:
        response = browser.get(f"{LIST}{query}")
        assert response.status_code == 200
        return response

    return ask


def statements(browser: Client, query: str) -> list[str]:
    """What the list itself asks: its rows, its count, its views, its setting, names in its sentence."""
    with CaptureQueriesContext(connection) as queries:
        page(browser, query)()
    tables = ("films_order", "console_savedview", "console_listsetting")
    return [entry["sql"] for entry in queries if any(f'"{table}"' in entry["sql"] for table in tables)]


def run(statement: str) -> Callable[[], object]:
    def ask() -> object:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    return ask


@cache
def measured() -> dict[str, Any]:
    """Fifty orders first, then a million; every figure from the same process."""
    browser = client()
    insert(0, FEW)
    few = timed(page(browser, ""))
    insert(FEW, MANY)
    raw = f"SELECT {COLUMNS} FROM films_order ORDER BY placed_at DESC, id DESC LIMIT 50"
    found: dict[str, Any] = {"raw": timed(run(raw)), "few": few, "many": {}, "sql": {}, "queries": {}}
    for name, query in QUERIES.items():
        found["many"][name] = timed(page(browser, query))
        asked = statements(browser, query)
        found["queries"][name] = len(asked)
        found["sql"][name] = sum(timed(run(statement), 5) for statement in asked)
    Order.objects.all()._raw_delete(Order.objects.db)
    return found


@benchmark("console_list_sql", unit="s", aim=10)
def sql_of_the_list() -> Measurement:
    """All statements of the plain list beside the bare SELECT of its fifty rows."""
    found = measured()
    told = ", ".join(f"{name} {seconds * 1000:.1f} ms" for name, seconds in found["sql"].items())
    return Measurement(found["sql"]["the whole list"], found["raw"], f"a million orders; {told}")


@benchmark("console_list_queries", unit="queries", aim=1)
def queries_of_the_list() -> Measurement:
    """Statements of the list itself, beside the five it may have."""
    return Measurement(max(measured()["queries"].values()), 5, "rows, count, views, setting")


@benchmark("console_list", unit="s", aim=1.3)
def page_of_the_list() -> Measurement:
    """The whole page over a million orders beside the same page over fifty."""
    found = measured()
    told = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in found["many"].items())
    return Measurement(found["many"]["the whole list"], found["few"], f"a million orders, beside fifty; {told}")
