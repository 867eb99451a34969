"""The board: columns by state with counts and sums, the list's filters, where a card may go and why not."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.films.models import Order
from modules.workflow.api import fire
from modules.workflow.worklists import board
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db
BOARD = "/console/workflow/films.order/board/"
HTMX = {"HX-Request": "true"}
Make = Callable[[int], list[Order]]


@pytest.fixture
def orders(frozen_clock: datetime) -> Make:
    """So many orders that wait for their payment."""
    shop = Shop(sandbox=None)  # type: ignore[arg-type]
    edition = shop.edition(stock=100)
    return lambda count: [shop.place(edition) for _ in range(count)]


def part(client: Client, query: str = "") -> str:
    return client.get(f"{BOARD}{query}", headers=HTMX).content.decode()


def column(text: str, state: str) -> str:
    found = re.search(rf'data-state="{state}" aria-labelledby.*?</section>', text, re.DOTALL)
    assert found is not None
    return found[0]


def test_columns_are_the_states_with_counts_and_sums(
    client_of: Any, owner: User, orders: Make, frozen_clock: datetime, monkeypatch: Any
) -> None:
    first, second, third = orders(3)
    fire(third, "cancel", actor=SYSTEM, at=frozen_clock)
    from django.contrib import admin

    monkeypatch.setattr(admin.site.get_model_admin(Order), "board_sum", "gross", raising=False)
    text = part(client_of(owner))
    waiting, gone = column(text, "awaiting_payment"), column(text, "cancelled")
    assert re.search(r'board-count">2<', waiting)
    assert (first.gross + second.gross).format("en") in waiting
    assert first.number in waiting
    assert f"/console/films/order/{first.pk}/change/" in waiting
    assert re.search(r'board-count">1<', gone)
    assert third.number not in gone, "a final state is folded"
    shown = client_of(owner).get(f"{BOARD}cards/cancelled/0/").content.decode()
    assert third.number in shown


def test_the_amount_on_a_card_is_written_as_the_sum_above_it(client_of: Any, owner: User, orders: Make) -> None:
    (order,) = orders(1)
    User.objects.filter(pk=owner.pk).update(language="es")
    page = client_of(owner).get(BOARD, headers={**HTMX, "Accept-Language": "es"}).content.decode()
    assert column(page, "awaiting_payment").count(order.gross.format("es")) == 2


def test_the_page_stands_without_a_script_and_the_part_is_the_columns(
    client_of: Any, owner: User, orders: Make
) -> None:
    orders(1)
    client = client_of(owner)
    page = client.get(BOARD)
    assert "HX-Request" in page["Vary"]
    assert "<!DOCTYPE html>" in page.content.decode()
    assert 'id="board"' in page.content.decode()
    assert "<!DOCTYPE html>" not in part(client)
    assert BOARD in client.get("/console/films/order/").content.decode(), "the list has a tab"


def test_the_lists_search_and_filters_narrow_the_board(client_of: Any, owner: User, orders: Make) -> None:
    first, second = orders(2)
    client = client_of(owner)
    found = part(client, f"?q={first.number}")
    assert first.number in found
    assert second.number not in found
    only = part(client, "?state__exact=cancelled")
    assert 'data-state="cancelled"' in only
    assert 'data-state="awaiting_payment" aria-labelledby' not in only


def test_a_long_column_shows_the_newest_and_more_on_demand(
    client_of: Any, owner: User, orders: Make, monkeypatch: Any
) -> None:
    monkeypatch.setattr(board, "CARDS", 2)
    monkeypatch.setattr(board, "COUNTED", 4)
    rows = orders(5)
    client = client_of(owner)
    text = column(part(client), "awaiting_payment")
    assert len(re.findall("<li class=.board-card", text)) == 2
    assert "more than 4" in text
    more = client.get(f"{BOARD}cards/awaiting_payment/4/").content.decode()
    assert len(re.findall("<li class=.board-card", more)) == 1
    assert "data-board-more" not in more
    assert {row.number for row in rows} >= {rows[0].number}


def test_as_many_queries_for_three_cards_as_for_one(client_of: Any, owner: User, orders: Make) -> None:
    client, counts = client_of(owner), []
    part(client)
    for count in (1, 2):
        orders(count)
        with CaptureQueriesContext(connection) as queries:
            part(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_where_a_card_may_go_and_why_not(client_of: Any, owner: User, orders: Make) -> None:
    (order,) = orders(1)
    text = client_of(owner).get(f"{BOARD}moves/{order.pk}/awaiting_payment/").content.decode()
    open_targets = re.findall(r'data-target="(\w+)" data-open', text)
    assert open_targets == ["cancelled"]
    assert f"/console/workflow/films.order/{order.pk}/cancel/" in text
    paid = re.search(r'data-target="paid".*?</li>', text, re.DOTALL)
    assert paid is not None
    assert "This happens by itself." in paid[0]
    lapsed = re.search(r'data-target="lapsed".*?</li>', text, re.DOTALL)
    assert lapsed is not None
    assert "No step leads there from “" in lapsed[0]


def test_without_the_right_the_card_stays_and_says_so(client_of: Any, orders: Make) -> None:
    from django.contrib.auth.models import Permission

    (order,) = orders(1)
    viewer = User.objects.create_user(email="viewer@shop.test", password="x", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_order", content_type__app_label="films"))
    text = client_of(viewer).get(f"{BOARD}moves/{order.pk}/awaiting_payment/").content.decode()
    assert "data-open" not in text
    assert "You do not have the right to do this." in text


def test_two_clerks_at_one_card_the_second_reads_who_was_faster(
    client_of: Any, owner: User, staff: User, orders: Make, frozen_clock: datetime
) -> None:
    from modules.core.actors import Actor

    (order,) = orders(1)
    fire(order, "cancel", actor=Actor.of(staff), at=frozen_clock)
    client = client_of(owner)
    moves = client.get(f"{BOARD}moves/{order.pk}/awaiting_payment/").content.decode()
    assert re.findall(r'data-target="(\w+)" data-open', moves) == ["cancelled"]
    late = client.post(
        f"/console/workflow/films.order/{order.pk}/cancel/", {"_expected": "awaiting_payment"}, headers=HTMX
    )
    assert late.status_code == 409
    assert staff.email in late.content.decode()


def test_who_may_not_see_orders_sees_no_board(client_of: Any, customer: User, orders: Make) -> None:
    (order,) = orders(1)
    nobody = User.objects.create_user(email="nobody@shop.test", password="x", is_staff=True)
    for address in (BOARD, f"{BOARD}cards/paid/0/", f"{BOARD}moves/{order.pk}/paid/"):
        assert client_of(nobody).get(address).status_code == 403
        assert client_of(customer).get(address).status_code == 403
    assert client_of(nobody).get("/console/workflow/no.such/board/").status_code == 404


def test_what_is_not_there(client_of: Any, owner: User, orders: Make, monkeypatch: Any) -> None:
    from django.contrib import admin

    client = client_of(owner)
    assert client.get(f"{BOARD}cards/no_state/0/").status_code == 404
    assert client.get(f"{BOARD}moves/987654/paid/").status_code == 404
    monkeypatch.setattr(admin.site.get_model_admin(Order), "board", "", raising=False)
    assert client.get(BOARD).status_code == 404
    assert BOARD not in client.get("/console/films/order/").content.decode()
