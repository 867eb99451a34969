"""What customers see and read of their parcels, with an account and as guests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from modules.accounts.api import guest_link
from modules.core import clock, outbox
from modules.core.actors import Actor
from modules.core.messages import messages
from modules.films.models import Order
from modules.films.pages import OrderPages
from modules.notifications.models import SentMail
from modules.workflow.api import fire
from tests.factories.shop import GUEST, Shop

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]


def split_order(shop: Shop, actor: Actor = GUEST) -> Order:
    """An order of two places."""
    edition = shop.edition(stock=1)
    shop.stock(edition, 1, "warehouse")
    return shop.buy(edition, actor=actor, quantity=2)


def test_the_customer_sees_each_parcel_and_follows_it(
    shop: Shop, client_of: ClientOf, customer: Any, staff: Any
) -> None:
    order = split_order(shop, Actor.of(customer))
    client = client_of(customer)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Your 2 parcels" in page
    assert page.count("Being packed") == 2
    assert "expected by" in page
    first, second = order.shipments.order_by("position")
    shop.ship(first, actor=Actor.of(staff), tracking="PK42")
    page = client.get(order.get_absolute_url()).content.decode()
    assert "A part of it is on its way" in page
    assert "PK42" in page
    assert "correos.es" in page
    shop.ship(second, actor=Actor.of(staff))
    for shipment in (first, second):
        fire(shipment, "deliver", actor=Actor.of(staff), at=clock.now())
    order.refresh_from_db()
    assert [(step.title, step.status) for step in OrderPages().steps(order)] == [
        ("Placed", "done"), ("Paid", "done"), ("Shipped", "done"), ("Delivered", "done"),
    ]  # fmt: skip


def test_the_page_notices_a_parcel_even_where_the_order_stays_as_it_is(
    shop: Shop, client_of: ClientOf, customer: Any, staff: Any
) -> None:
    edition = shop.edition(stock=1)
    for place in ("warehouse", "cellar"):
        shop.stock(edition, 1, place)
    order = shop.buy(edition, actor=Actor.of(customer), quantity=3)
    first, second, _third = order.shipments.order_by("position")
    shop.ship(first, actor=Actor.of(staff))
    order.refresh_from_db()
    client, address = client_of(customer), f"{order.get_absolute_url()}live/?revision={order.revision}"
    headers = {"HX-Request": "true"}
    assert client.get(address, headers=headers).status_code == 204
    shop.ship(second, actor=Actor.of(staff), tracking="PK99")
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    assert "PK99" in answer.content.decode()


def test_a_guest_sees_the_parcels_and_the_own_reason(shop: Shop, client: Client, stranger: Any, client_of: Any) -> None:
    order = shop.buy(shop.edition())
    client.get(guest_link(order, order.get_absolute_url(), at=clock.now()).split("localhost:8000")[-1])
    assert "Your parcel" in client.get(order.get_absolute_url()).content.decode()
    answer = client.post(f"{order.get_absolute_url()}actions/cancel/", {"reason": "bought it twice"})
    assert answer.status_code in (302, 303)
    assert "bought it twice" in client.get(order.get_absolute_url()).content.decode()
    assert client_of(stranger).get(order.get_absolute_url()).status_code == 404


def test_customers_read_of_every_step_in_their_language(shop: Shop, staff: Any, customer: Any) -> None:
    order = split_order(shop, Actor.of(customer))
    outbox.drain()
    SentMail.objects.all().delete()
    first, second = order.shipments.order_by("position")
    shop.ship(first, actor=Actor.of(staff), tracking="PK42")
    outbox.drain()
    order.refresh_from_db()
    line = order.lines.get(position=1)
    shop.cancel_line(order, line, 1, actor=Actor.of(staff))
    shop.deliver()
    fire(first, "deliver", actor=Actor.of(staff), at=clock.now() + timedelta(days=2))
    outbox.drain(at=clock.now() + timedelta(days=2, minutes=1))
    mails = {mail.subject: mail for mail in SentMail.objects.filter(to=customer.email).order_by("pk")}
    assert list(mails) == [
        f"Part of order {order.number} is on its way",
        f"Part of order {order.number} is cancelled",
        "€12.90 given back",
        f"Order {order.number} has arrived",
    ]
    assert "PK42" in mails[f"Part of order {order.number} is on its way"].text
    assert "sold out at the supplier" in mails[f"Part of order {order.number} is cancelled"].text
    second.refresh_from_db()
    assert second.state == "cancelled"


def test_every_message_of_the_shop_has_text_html_and_note() -> None:
    from django.template.loader import get_template

    ours = [message for message in messages if message.key.startswith("films.")]
    assert len(ours) >= 15
    with translation.override("es"):
        for message in ours:
            for suffix in (".subject.txt", ".txt", ".html", ".note.txt"):
                assert get_template(f"{message.template}{suffix}")
