"""Orders and shipments in the console: taken by phone, changed until sent, cancelled, packed from a list, counted."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modules.core import clock, outbox
from modules.core.actors import Actor
from modules.core.figures import Figure
from modules.core.models import AuditEntry
from modules.films.admin.figures import low_stock, orders_today, waiting_to_ship
from modules.films.choices import OrderState
from modules.films.models import Basket, Edition, Order, Shipment, StockLevel
from modules.films.selectors.stock import available_by_edition
from modules.films.services.stock import adjust_stock
from modules.notifications.models import SentMail
from modules.workflow.api import fire
from tests.factories.accounts import OwnerFactory, StaffFactory
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
ADD = "/console/films/order/add/"


@pytest.fixture
def clerk(client_of: ClientOf, staff: Any) -> Client:
    return client_of(staff)


def called(edition: Edition, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    """What a clerk types while somebody is on the phone."""
    return {
        "_submission": str(uuid4()), "email": "Caller@Example.test", "name": "Carla Caller", "spoken": "es",
        "note": "calls back at five", "street": "Calle Mayor 1", "extra": "", "postcode": "28013", "city": "Madrid",
        "country": "ES", "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0, "lines-0-edition": edition.pk,
        "lines-0-quantity": quantity, **changes,
    }  # fmt: skip


def problems(answer: Any) -> str:
    form = answer.context["adminform"].form
    rows = answer.context["inline_admin_formsets"][0].formset
    return f"{form.errors} {rows.errors} {rows.non_form_errors()}"


def page(order: Order) -> str:
    return reverse("admin:films_order_change", args=[order.pk])


def test_staff_take_an_order_by_phone_and_the_caller_gets_the_link_to_pay(shop: Shop, clerk: Client) -> None:
    edition = shop.edition(stock=3)
    assert clerk.get(ADD).status_code == 200
    answer = clerk.post(ADD, called(edition, 2))
    assert answer.status_code == 302, problems(answer)
    order = Order.objects.get()
    assert (order.email, order.customer, order.language) == ("caller@example.test", None, "es")
    assert (order.state, order.note) == (OrderState.AWAITING_PAYMENT, "calls back at five")
    assert available_by_edition([edition.pk]) == {edition.pk: 1}
    outbox.drain()
    mail = SentMail.objects.get()
    assert mail.to == "caller@example.test"
    assert order.number in mail.subject
    assert "/open/" in mail.text
    assert not Basket.objects.exists()
    assert AuditEntry.objects.filter(record_type="films.order", action="taken").count() == 1


def test_who_has_an_account_owns_the_order(shop: Shop, clerk: Client, customer: Any) -> None:
    digital = shop.edition(format="digital")
    answer = clerk.post(ADD, called(digital, email=customer.email, street=""))
    assert answer.status_code == 302, problems(answer)
    assert Order.objects.get().customer == customer


def test_f25_the_add_button_pressed_twice_takes_one_order(shop: Shop, clerk: Client) -> None:
    data = called(shop.edition(stock=5))
    assert [clerk.post(ADD, data).status_code for _press in range(2)] == [302, 302]
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"lines-0-quantity": 9}, "Only 3 are left"),
        ({"lines-0-quantity": 0}, "from 1 to 20"),
        ({"lines-0-edition": ""}, "Choose at least one film"),
        ({"email": "nobody"}, "email"),
        ({"name": ""}, "name"),
        ({"street": ""}, "delivery address"),
        ({"city": ""}, "city"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_ordered(
    shop: Shop, clerk: Client, wrong: dict[str, Any], words: str
) -> None:
    answer = clerk.post(ADD, {**called(shop.edition(stock=3)), **wrong})
    assert answer.status_code == 422
    assert words in problems(answer)
    assert not Order.objects.exists()


def test_a_guest_gets_no_digital_films_by_phone(shop: Shop, clerk: Client) -> None:
    answer = clerk.post(ADD, called(shop.edition(format="digital"), street=""))
    assert answer.status_code == 422
    assert "need an account" in problems(answer)


def changed(clerk: Client, order: Order, **changes: Any) -> Any:
    given = {"email": order.email, "name": order.name, "note": order.note, **order.address}
    return clerk.post(page(order), {**given, "_revision": order.revision, **changes, **no_rows()})


def no_rows() -> dict[str, int]:
    return {f"{rows}-{what}_FORMS": 0 for rows in ("lines", "shipments") for what in ("TOTAL", "INITIAL")}


def test_the_address_changes_until_something_is_sent(shop: Shop, clerk: Client, staff: Any) -> None:
    order = shop.buy(shop.edition())
    answer = changed(clerk, order, city="Sevilla", email="new@example.test", note="moved")
    assert answer.status_code == 302, answer.context["errors"]
    order.refresh_from_db()
    assert (order.address["city"], order.email, order.note) == ("Sevilla", "new@example.test", "moved")
    trail = AuditEntry.objects.get(record_type="films.order", record_id=order.pk, action="changed")
    assert set(trail.changes) == {"address", "email", "note"}
    shop.ship(order.shipments.get(), actor=Actor.of(staff))
    order.refresh_from_db()
    assert changed(clerk, order, city="Cádiz", email="late@example.test", note="was told").status_code == 302
    order.refresh_from_db()
    assert (order.address["city"], order.email, order.note) == ("Sevilla", "new@example.test", "was told")


def test_f26_the_second_editor_of_an_order_sees_what_the_first_wrote(shop: Shop, clerk: Client) -> None:
    order = shop.buy(shop.edition())
    assert changed(clerk, order, note="first").status_code == 302
    assert changed(clerk, order, note="second").status_code == 409
    order.refresh_from_db()
    assert order.note == "first"


def test_the_five_verbs_of_an_order_have_rights_of_their_own(shop: Shop, client_of: ClientOf) -> None:
    order = shop.buy(shop.edition(stock=9))
    onlooker = client_of(StaffFactory(permissions=["films.view_order"]))
    assert onlooker.get(reverse("admin:films_order_changelist")).status_code == 200
    assert onlooker.get(page(order)).status_code == 200
    assert onlooker.get(ADD).status_code == 403
    assert onlooker.post(ADD, called(shop.edition())).status_code == 403
    assert changed(onlooker, order, note="mine").status_code == 403
    cancel = f"/console/workflow/films.order/{order.pk}/cancel/"
    assert onlooker.post(cancel).status_code == 403
    assert onlooker.post(reverse("admin:films_order_delete", args=[order.pk]), {"post": "yes"}).status_code == 403
    manager = client_of(StaffFactory(roles=["films.manager"]))
    assert manager.post(cancel).status_code in (200, 302, 303)
    order.refresh_from_db()
    assert (order.state, order.note) == (OrderState.CANCELLED, "")


def test_the_page_of_an_order_says_what_became_of_each_line(shop: Shop, clerk: Client, staff: Any) -> None:
    edition = shop.edition(stock=2)
    shop.stock(edition, 2, "warehouse")
    order = shop.buy(edition, quantity=4)
    first, second = order.shipments.order_by("position")
    shop.ship(first, actor=Actor.of(staff), tracking="PK777")
    order.refresh_from_db()
    shop.cancel_line(order, order.lines.get(position=1), 1, actor=Actor.of(staff))
    shop.deliver()
    text = clerk.get(page(order)).content.decode()
    assert first.number in text
    assert second.number in text
    assert "PK777" in text
    assert "12.90" in text


def test_shipments_are_found_by_number_tracking_place_and_state(shop: Shop, clerk: Client, staff: Any) -> None:
    sent, waiting = (shop.buy(shop.edition()).shipments.get() for _order in range(2))
    shop.ship(sent, actor=Actor.of(staff), tracking="PK4711")
    address = reverse("admin:films_shipment_changelist")

    def found(**asked: str) -> list[str]:
        return [row.number for row in clerk.get(address, asked).context["cl"].result_list]

    assert found(q="PK4711") == [sent.number]
    assert found(q=waiting.order.number) == [waiting.number]
    assert found(state__exact="open") == [waiting.number]
    assert found(location__id__exact=str(sent.location_id), state__exact="shipped") == [sent.number]
    assert clerk.get(reverse("admin:films_shipment_change", args=[sent.pk])).status_code == 200


@pytest.mark.parametrize("model", ["order", "shipment"])
def test_lists_and_pages_take_as_many_queries_for_three_as_for_one(shop: Shop, client_of: ClientOf, model: str) -> None:
    client, address = client_of(OwnerFactory()), reverse(f"admin:films_{model}_changelist")

    def look() -> int:
        shop.buy(shop.edition())
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    look()
    counts = [look() for _order in range(3)]
    assert counts == [counts[0]] * 3


def test_the_pick_list_gathers_what_a_place_has_to_pack(shop: Shop, clerk: Client) -> None:
    alien, zorro = shop.edition(title="Alien", stock=5), shop.edition(title="Zorro", stock=5)
    shop.buy(zorro, quantity=2)
    second = shop.buy(alien, zorro)
    answer = clerk.get(reverse("films:picklist"))
    place = answer.context["places"][0]
    assert [(row.sku, row.copies) for row in place.rows] == [(alien.sku, 1), (zorro.sku, 3)]
    assert second.shipments.get().number in answer.content.decode()
    assert clerk.get(reverse("films:picklist"), {"location": "elsewhere"}).context["places"] == []
    fire(second.shipments.get(), "pick", actor=Actor("system", None, "system"), at=clock.now())
    assert clerk.get(reverse("films:picklist"), {"location": "store"}).context["places"][0].copies == 2


def test_the_pick_list_is_for_staff_who_see_shipments(client_of: ClientOf, customer: Any) -> None:
    assert client_of(customer).get(reverse("films:picklist")).status_code == 403
    assert client_of(StaffFactory(permissions=[])).get(reverse("films:picklist")).status_code == 403


def shown(measure: Callable[[Any], Figure | None], user: Any) -> Figure:
    request = RequestFactory().get("/console/")
    request.user, request.now = user, clock.now()  # type: ignore[attr-defined]
    found = measure(request)
    assert found is not None
    return found


def test_each_figure_leads_to_exactly_what_it_counts(shop: Shop, clerk: Client, staff: Any) -> None:
    edition = shop.edition(stock=3)
    StockLevel.objects.filter(edition=edition).update(reorder_point=2)
    shop.edition(stock=9)
    shop.buy(edition)
    shop.ship(shop.buy(shop.edition()).shipments.get(), actor=Actor.of(staff))
    for measure, count in ((orders_today, 2), (waiting_to_ship, 1), (low_stock, 1)):
        figure = shown(measure, staff)
        assert figure.value == str(count)
        assert len(clerk.get(figure.url).context["cl"].result_list) == count


def test_figures_are_for_those_who_may_see_the_records(customer: Any) -> None:
    request = RequestFactory().get("/console/")
    request.user, request.now = customer, clock.now()  # type: ignore[attr-defined]
    assert [measure(request) for measure in (orders_today, waiting_to_ship, low_stock)] == [None] * 3


def test_managers_are_told_once_when_stock_runs_low(shop: Shop) -> None:
    manager = StaffFactory(roles=["films.manager"])
    edition = shop.edition(stock=4)
    StockLevel.objects.filter(edition=edition).update(reorder_point=2)
    for _order in range(3):
        shop.place(edition)
    outbox.drain()
    told = SentMail.objects.filter(to=manager.email)
    assert [mail.subject for mail in told] == [f"{edition.film.title} (DVD) runs low at Store"]
    level = edition.stock.get()
    adjust_stock(level=level, on_hand=-1, reason="lost", actor=Actor("system", None, "system"), at=clock.now())
    outbox.drain()
    assert told.count() == 1


def test_clerks_do_their_part_and_no_more(client_of: ClientOf, shop: Shop) -> None:
    client = client_of(StaffFactory(permissions=["films.view_shipment"]))
    shipment = shop.buy(shop.edition()).shipments.get()
    for step in ("pick", "ship", "deliver"):
        assert client.post(f"/console/workflow/films.shipment/{shipment.pk}/{step}/").status_code == 403
    assert Shipment.objects.get().state == "open"
