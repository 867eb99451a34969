"""The pages derived from a declaration: whose they are, what they show, how the address steers them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.core.signing import dumps
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.portal.listing import build_listing
from modules.portal.ownership import granted_ids, owned
from tests.portal.pages import GRANT, address_pages

ClientOf = Callable[[Any], Client]
HTMX = {"headers": {"HX-Request": "true"}}


def test_list_shows_the_owners_records_and_nobody_elses(client_of: ClientOf, customer: User, stranger: User) -> None:
    page = client_of(customer).get("/addresses/").text
    assert "ana@example.test" in page
    assert stranger.email not in page


def test_stranger_gets_404_for_a_record_and_for_its_fragment(
    client_of: ClientOf, customer: User, stranger: User
) -> None:
    client = client_of(stranger)
    assert client.get("/addresses/ana@example.test/").status_code == 404
    assert client.get("/addresses/ana@example.test/live/", **HTMX).status_code == 404
    assert client.get("/addresses/nobody@example.test/").status_code == 404


@pytest.mark.parametrize("lookup", ["ana@example.test", "nobody@example.test"])
def test_who_is_not_signed_in_is_asked_to_whether_or_not_the_record_exists(
    client: Client, customer: User, lookup: str
) -> None:
    answer = client.get(f"/addresses/{lookup}/")
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{reverse('account_login')}?next=/addresses/{quote(lookup)}/",
    )


def test_live_look_without_a_session_leads_to_sign_in_and_back_to_the_page(client: Client, customer: User) -> None:
    answer = client.get("/addresses/ana@example.test/live/", **HTMX)
    assert answer["HX-Redirect"].endswith("?next=/addresses/ana%40example.test/")


def test_guest_with_a_grant_sees_that_record_and_no_other(client: Client, customer: User, more_addresses: Any) -> None:
    opened, shut = more_addresses[0], more_addresses[1]
    session = client.session
    session["grants"] = [f"{GRANT}:{opened.pk}"]
    session.save()
    assert client.get(f"/addresses/{opened.email}/").status_code == 200
    assert client.get(f"/addresses/{shut.email}/").status_code == 404
    assert shut.email not in client.get("/addresses/").text


def test_a_grant_of_another_kind_or_without_a_number_opens_nothing(customer: User) -> None:
    actor = Actor.guest(grants=frozenset({"films.order:1", f"{GRANT}:", f"{GRANT}:1 OR 1", f"{GRANT}:²", dumps("x")}))
    assert granted_ids(GRANT, actor) == []
    assert list(owned(address_pages, actor)) == []


def test_list_needs_the_same_queries_for_one_row_and_for_many(
    client_of: ClientOf, customer: User, more_addresses: Any, rf: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actor = Actor.of(customer)
    for params in ("", "q=ana"):
        with django_assert_num_queries(3):
            listing = build_listing(address_pages, address_pages.list, actor, rf.get(f"/?{params}").GET)
            assert listing.rows


def test_search_filter_and_order_stand_in_the_address(client_of: ClientOf, customer: User, more_addresses: Any) -> None:
    page = client_of(customer).get("/addresses/?q=example&verified=False&sort=-email")
    listing = page.context["listing"]
    assert [row.cells[0].value for row in listing.rows] == [f"{n}@example.test" for n in ("e.shop", "d.old", "c.home")]
    assert [chip.is_on for chip in listing.groups[0].chips] == [False, True]
    assert dict(listing.hidden) == {"verified": "False", "sort": "-email"}


def test_chip_that_is_on_leads_back_to_the_list_without_it(rf: Any, customer: User, more_addresses: Any) -> None:
    params = rf.get("/?verified=True&q=ana&page=2").GET
    chips = build_listing(address_pages, address_pages.list, Actor.of(customer), params).groups[0].chips
    assert [chip.url for chip in chips if chip.is_on] == ["/addresses/?q=ana"]


@pytest.mark.parametrize(
    "query", ["verified=perhaps", "sort=user__password", "sort=--email", "page=9999", "page=x", "q=%00", "verified=%00"]
)
def test_an_address_typed_by_hand_is_no_error(client_of: ClientOf, customer: User, query: str) -> None:
    assert client_of(customer).get(f"/addresses/?{query}").status_code == 200


def test_htmx_gets_the_list_alone_and_caches_keep_the_two_apart(client_of: ClientOf, customer: User) -> None:
    answer = client_of(customer).get("/addresses/", **HTMX)
    assert answer.text.lstrip().startswith('<div id="records">')
    assert "HX-Request" in answer["Vary"]
    assert "<html" not in answer.text


def test_empty_list_says_what_would_be_here(client_of: ClientOf, customer: User) -> None:
    customer.emailaddress_set.all().delete()  # type: ignore[attr-defined]
    assert "No address yet" in client_of(customer).get("/addresses/").text


def test_empty_search_offers_a_way_out(client_of: ClientOf, customer: User) -> None:
    page = client_of(customer).get("/addresses/?q=zzz").text
    assert "Nothing matches" in page
    assert 'href="/addresses/"' in page


def test_record_says_what_happens_now_and_shows_its_facts(client_of: ClientOf, customer: User) -> None:
    page = client_of(customer).get("/addresses/ana@example.test/").text
    assert "Confirmed." in page
    assert "Trust" in page


def test_what_people_type_is_shown_as_text(client_of: ClientOf, customer: User) -> None:
    page = client_of(customer).get("/addresses/?q=<script>alert(1)</script>").text
    assert "<script>alert" not in page


def test_page_looks_again_only_while_something_may_happen(
    client_of: ClientOf, customer: User, more_addresses: Any
) -> None:
    client = client_of(customer)
    assert "every 4s" in client.get("/addresses/b.work@example.test/").text
    assert "every" not in client.get("/addresses/ana@example.test/").text.partition('id="record-status"')[2][:300]


def test_live_look_swaps_the_status_and_stops_when_nothing_more_will_happen(
    client_of: ClientOf, customer: User, more_addresses: Any
) -> None:
    client, row = client_of(customer), more_addresses[0]
    assert client.get(f"/addresses/{row.email}/live/?revision=", **HTMX).status_code == 204
    row.verified = True
    row.save(update_fields=["verified"])
    answer = client.get(f"/addresses/{row.email}/live/?revision=", **HTMX)
    assert "Confirmed." in answer.text
    assert "hx-trigger" not in answer.text


def test_live_look_brings_actions_and_timeline_when_the_record_has_changed(
    client_of: ClientOf, customer: User, more_addresses: Any
) -> None:
    answer = client_of(customer).get("/addresses/b.work@example.test/live/?revision=7", **HTMX)
    assert answer.text.count('hx-swap-oob="true"') == 3
