"""Lists: filters as a sentence, everything in the address, sorting along indexes, page sizes, empty states."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import unfold
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.console import lists
from modules.console.lists import index_orders, reversed_order
from modules.films.choices import OrderState
from modules.films.models import Edition, Film, Order
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.films import EditionFactory, FilmFactory, LocationFactory
from tests.factories.orders import OrderRowFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
ORDERS = "/console/films/order/"
PACKAGE = Path(unfold.__file__).parent / "templates"

EXTENDED = {
    "admin/change_list.html": "5885c39760f6085d55b2db8e740d4fdc340c402fc7cd43c0b5ef6ae7fb76f421",
    "admin/change_list_results.html": "1a2a072727ae72f9f6306a7f27c0df2dd73ea42408353a0eae462db377d83d76",
    "unfold/helpers/change_list_actions.html": "ac1d59b3ae5d7b49d8fac23507fdadf81fd0d2fba541d058061071ad70099170",
    "unfold/helpers/change_list_headers.html": "fe918b6eb4eece6968c1fc9d6c21236ca0aa09fdf3ea3ba11b131d6fc97d8f43",
}
"""When one of these fails after an upgrade of unfold: look at a list and at templates/console/list.html first."""


@pytest.fixture
def client(client_of: ClientOf, owner: User) -> Client:
    return client_of(owner)


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def sentence(response: Any) -> list[str]:
    assert response.status_code == 200
    return [str(chip) for chip in response.context["list_page"].chips]


def numbers(response: Any) -> set[str]:
    return {order.number for order in response.context["cl"].result_list}


@pytest.mark.any_database
@pytest.mark.parametrize(("name", "known"), EXTENDED.items())
def test_the_original_of_an_extended_template_is_the_one_we_know(name: str, known: str) -> None:
    assert hashlib.sha256((PACKAGE / name).read_bytes()).hexdigest() == known


# Filters


def test_several_states_read_as_a_sentence_and_can_be_taken_away(client: Client) -> None:
    paid, shipped = OrderRowFactory(state=OrderState.PAID), OrderRowFactory(state=OrderState.SHIPPED)
    OrderRowFactory(state=OrderState.CANCELLED)
    response = client.get(f"{ORDERS}?state__exact=paid&state__exact=shipped")
    assert sentence(response) == ["State is Paid or Shipped"]
    assert numbers(response) == {paid.number, shipped.number}
    assert "Orders where" in text_of(response)
    assert response.context["list_page"].chips[0].without == "?view=all"


def test_a_span_of_days_is_read_in_the_readers_zone_with_both_ends(client: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(time_zone="Europe/Madrid")
    first = OrderRowFactory(placed_at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))  # 0:30 on 1 November in Madrid
    last = OrderRowFactory(placed_at=datetime(2026, 11, 30, 22, 30, tzinfo=UTC))
    OrderRowFactory(placed_at=datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    response = client.get(f"{ORDERS}?placed_at__from=2026-11-01&placed_at__to=2026-11-30")
    assert numbers(response) == {first.number, last.number}
    assert sentence(response) == ["Placed Nov 1\u2009–\u200930, 2026"]


@pytest.mark.usefixtures("frozen_clock")
def test_a_span_that_moves_with_today(client: Client) -> None:
    today = OrderRowFactory(placed_at=datetime(2026, 11, 21, 9, tzinfo=UTC))
    week = OrderRowFactory(placed_at=datetime(2026, 11, 15, 9, tzinfo=UTC))
    OrderRowFactory(placed_at=datetime(2026, 11, 14, 9, tzinfo=UTC))
    assert numbers(client.get(f"{ORDERS}?placed_at__within=today")) == {today.number}
    response = client.get(f"{ORDERS}?placed_at__within=week")
    assert numbers(response) == {today.number, week.number}
    assert sentence(response) == ["Placed in the last 7 days"]


def test_another_record_is_found_by_its_own_search_and_named(client: Client) -> None:
    ana, ben = UserFactory(email="ana@example.test", name="Ana"), UserFactory(email="ben@example.test", name="Ben")
    mine = OrderRowFactory(customer=ana)
    OrderRowFactory(customer=ben)
    found = text_of(client.get(f"{ORDERS}choices/customer/?find=an", headers={"HX-Request": "true"}))
    assert f'name="customer__id__exact" value="{ana.pk}"' in found
    assert f'value="{ben.pk}"' not in found
    response = client.get(f"{ORDERS}?customer__id__exact={ana.pk}")
    assert numbers(response) == {mine.number}
    assert sentence(response) == [f"Customer is {ana}"]


def test_the_archive_and_yes_or_no(client: Client) -> None:
    EditionFactory(film=FilmFactory(title="Here"))
    gone = EditionFactory(film=FilmFactory(title="Gone"), sku="GONE")
    Edition.objects.filter(pk=gone.pk).update(archived_at=datetime(2026, 1, 1, tzinfo=UTC))
    response = client.get("/console/films/edition/?archived_at__isempty=0")
    assert [edition.sku for edition in response.context["cl"].result_list] == ["GONE"]
    assert sentence(response) == ["Archived is Yes"]
    people = client.get("/console/accounts/user/?is_staff__exact=1")
    assert sentence(people)[0].endswith("is Yes")


def test_what_an_address_asks_besides_the_filters_is_told_too(client: Client) -> None:
    order = OrderRowFactory(currency="EUR", email="ana@example.test")
    OrderRowFactory()
    response = client.get(f"{ORDERS}?email=ana@example.test&q={order.number[:3]}")
    assert numbers(response) == {order.number}
    assert sentence(response) == ["E-mail address is ana@example.test", f"starting with “{order.number[:3]}”"]


@pytest.mark.parametrize("query", ["name__icontains=a", "email__regex=a", "customer__password__startswith=a"])
def test_f37_an_address_may_ask_neither_what_scans_nor_what_is_hidden(client: Client, query: str) -> None:
    assert client.get(f"{ORDERS}?{query}").status_code == 400


def test_f37_hidden_fields_cannot_be_guessed_by_filtering(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    OrderRowFactory()
    assert client.get(f"{ORDERS}?email__gte=a").status_code == 200
    monkeypatch.setattr(Order, "hidden_fields", frozenset({"email"}), raising=False)
    buyer = Order.objects.get().email
    assert client.get(f"{ORDERS}?email__gte=a").status_code == 400
    assert buyer not in text_of(client.get(ORDERS))


@pytest.mark.parametrize(
    "query",
    ["placed_at__from=yesterday", "placed_at__to=0001-01-01", "customer__id__exact=x", "state__exact=", "size=1000",
     "o=-email.7", "o=99", "columns=password", "view=99999", "placed_at__within=ever", "placed_at__to=9999-12-31"],
)  # fmt: skip
def test_nonsense_in_the_address_narrows_nothing_and_breaks_nothing(client: Client, query: str) -> None:
    OrderRowFactory()
    response = client.get(f"{ORDERS}?{query}")
    assert response.status_code == 200
    assert response.context["cl"].result_count == 1
    assert response.context["cl"].list_per_page <= 50


def test_filters_are_drawn_without_reading_the_table(client: Client) -> None:
    OrderRowFactory(customer=UserFactory())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(ORDERS)
    assert not [query["sql"] for query in queries if "DISTINCT" in query["sql"] and "films_order" in query["sql"]]


def test_f37_filtering_by_a_record_needs_the_right_to_its_list(client_of: ClientOf) -> None:
    ana = UserFactory(email="ana@example.test")
    OrderRowFactory(customer=ana)
    clerk = client_of(StaffFactory(permissions=["films.view_order"]))
    page = clerk.get(ORDERS)
    assert "customer__id__exact" not in page.content.decode()
    assert clerk.get(f"{ORDERS}choices/customer/").status_code == 404
    assert sentence(clerk.get(f"{ORDERS}?customer__id__exact={ana.pk}")) == [f"Customer is #{ana.pk}"]


# Columns, order, pages


def test_columns_are_chosen_ordered_and_kept_for_the_person(client: Client, client_of: ClientOf) -> None:
    OrderRowFactory(customer=UserFactory())
    chosen = {"columns": ["number", "customer", "placed_at"], "query": "?state__exact=awaiting_payment"}
    response = client.post(f"{ORDERS}columns/", chosen)
    assert (response.status_code, response["Location"]) == (303, f"{ORDERS}?state__exact=awaiting_payment")
    assert client.get(ORDERS).context["cl"].column_names[1:] == ["number", "customer", "placed_at"]
    assert client_of(UserFactory(is_staff=True, is_superuser=True)).get(ORDERS).context["cl"].column_names[2] == "state"
    client.post(f"{ORDERS}columns/", {"columns": ["number"], "reset": "1"})
    assert client.get(ORDERS).context["cl"].column_names[2] == "state"


def test_columns_that_are_not_declared_are_not_shown(client: Client) -> None:
    OrderRowFactory()
    client.post(f"{ORDERS}columns/", {"columns": ["number", "placed_key", "address"]})
    assert client.get(ORDERS).context["cl"].column_names[1:] == ["number"]


def test_the_address_names_the_column_it_sorts_by(client: Client) -> None:
    early = OrderRowFactory(placed_at=datetime(2026, 1, 1, tzinfo=UTC), email="z@example.test")
    late = OrderRowFactory(placed_at=datetime(2026, 2, 1, tzinfo=UTC), email="a@example.test")
    page = client.get(f"{ORDERS}?o=email&columns=number&columns=email")
    assert [order.pk for order in page.context["cl"].result_list] == [late.pk, early.pk]
    assert "o=-email" in page.content.decode()
    upwards = client.get(f"{ORDERS}?o=placed_at")
    assert [order.pk for order in upwards.context["cl"].result_list] == [early.pk, late.pk]


def test_what_no_index_sorts_is_not_sorted(client: Client) -> None:
    page = client.get(f"{ORDERS}?o=gross").context["cl"]
    assert page.get_ordering(None, page.root_queryset) == ["-placed_at", "-pk"]


@pytest.mark.any_database
def test_a_sort_follows_its_whole_index() -> None:
    orders = index_orders(Order)
    assert orders["state"] == ["state", "-placed_at", "-id"]
    assert orders["email"] == ["email", "pk"]
    assert "customer" not in orders
    assert reversed_order(orders["state"]) == ["-state", "placed_at", "id"]
    assert index_orders(Film)["sort_title"] == ["sort_title", "id"]


def test_page_sizes_end_at_fifty(client: Client) -> None:
    OrderRowFactory.create_batch(12)
    page = client.get(f"{ORDERS}?size=10")
    assert len(page.context["cl"].result_list) == 10
    assert [size for size, _address, _current in page.context["list_page"].sizes] == [10, 25, 50]
    assert len(client.get(f"{ORDERS}?size=10&p=2").context["cl"].result_list) == 2


def test_f22_lists_make_as_many_queries_with_three_rows_as_with_one(client: Client) -> None:
    def count(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{ORDERS}{query}")
        return len(queries)

    query = "?state__exact=awaiting_payment&columns=number&columns=customer&columns=state"
    OrderRowFactory(customer=UserFactory())
    count(query)
    one = count(query)
    OrderRowFactory.create_batch(2)
    OrderRowFactory(customer=UserFactory())
    assert count(query) == one


# Nothing there


def test_an_empty_list_says_what_would_be_here_and_an_empty_search_the_way_out(client: Client) -> None:
    empty = text_of(client.get(ORDERS))
    assert "No orders yet" in empty
    assert "As soon as somebody buys" in empty
    LocationFactory()
    found = text_of(client.get("/console/films/location/?q=nowhere"))
    assert "No locations like this" in found
    assert 'href="?view=all"' in found
    films = text_of(client.get("/console/films/film/"))
    assert "Add the first one" in films
    assert 'href="/console/films/film/add/"' in films


def test_f36_pages_around_a_list_are_for_those_who_may_see_it(client_of: ClientOf, customer: User) -> None:
    pages = [
        ("get", "calendar/"), ("get", "choices/customer/"), ("get", "views/1/"), ("post", "views/"),
        ("post", "columns/"), ("post", "export/"), ("post", "views/1/remove/"), ("post", "views/1/open/"),
    ]  # fmt: skip
    for person in (customer, StaffFactory(permissions=["films.view_film", "console.export_records"])):
        client = client_of(person)
        for method, page in pages:
            assert getattr(client, method)(f"{ORDERS}{page}").status_code == 403, page


# A million rows: what the plans of the database say


def plan(query: str, client: Client, table: str = "films_order") -> str:
    """How the database finds the rows of a list's page and counts them."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"{ORDERS}{query}").status_code == 200
    plans = []
    for sql in [entry["sql"] for entry in queries if f'FROM "{table}"' in entry["sql"]]:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}")
            plans += [str(row[-1]) for row in cursor.fetchall()]
    return "\n".join(plans)


def test_a_search_that_finds_too_much_walks_along_the_order(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL decides so by its statistics")
    first, second = OrderRowFactory(email="ana@example.test"), OrderRowFactory(name="Ana")
    OrderRowFactory()
    assert "MULTI-INDEX OR" in plan("?q=ana", client)
    monkeypatch.setattr(lists, "COUNT_CAP", 1)
    rows = plan("?q=ana", client).splitlines()
    assert "SCAN films_order USING INDEX films_order_newest" in rows
    assert numbers(client.get(f"{ORDERS}?q=ana")) == {first.number, second.number}


@pytest.mark.parametrize(
    "query",
    ["", "?state__exact=paid", "?placed_at__from=2026-11-01&placed_at__to=2026-11-07", "?q=ABCD", "?o=email",
     "?o=-state", "?o=number", "?customer__id__exact=1", "?state__exact=paid&placed_at__within=week"],
)  # fmt: skip
def test_lists_of_orders_go_by_an_index(client: Client, query: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    OrderRowFactory(state=OrderState.PAID)
    found = plan(query, client)
    assert "INDEX" in found.upper()
    scans = [line for line in found.splitlines() if line.startswith("SCAN films_order") and "INDEX" not in line]
    assert not scans, found
    assert "Seq Scan on films_order" not in found, found
    if not query.startswith("?q="):
        assert "USE TEMP B-TREE" not in found, found
        assert not re.search(r"(?<!Incremental )Sort  \(", found), found
