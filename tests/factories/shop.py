"""A shop whose money goes through the sandbox over real HTTP; `tests/conftest.py` imports its fixtures."""

import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest
from django.test import Client

from modules.billing.api import PaymentPage, payments_of, request_payment
from modules.billing.sandbox.server import Sandbox
from modules.core import clock, outbox
from modules.core.actors import Actor
from modules.core.money import Money
from modules.films.choices import Carrier, OrderState, ShipmentState
from modules.films.models import Basket, Edition, Film, Location, Order, OrderLine, Shipment
from modules.films.services.basket import add_to_basket, open_basket
from modules.films.services.orders import Buyer, place_order
from modules.films.services.stock import receive_stock
from modules.workflow.api import fire

SECRET = "whsec_tests"
ADDRESS = {"street": "Calle Mayor 1", "extra": "", "postcode": "28013", "city": "Madrid", "country": "ES"}
GUEST = Actor.guest("guest@example.test")
_numbers = count(1)


@dataclass
class Post:
    """A webhook as it arrived."""

    body: bytes
    signature: str

    def to(self, client: Client) -> int:
        response = client.post(
            "/webhooks/stripe/",
            self.body,
            content_type="application/json",
            headers={"Stripe-Signature": self.signature},
        )
        return int(response.status_code)


@dataclass
class Shop:
    """What tests do in the shop, in one word each. Times are the machine's, as the sandbox's are."""

    sandbox: Sandbox
    posts: list[Post] = field(default_factory=list)

    def edition(self, *, format: str = "dvd", price: int = 1290, stock: int = 5, title: str = "") -> Edition:  # noqa: A002
        number = next(_numbers)
        name = title or f"Film {number}"
        film = Film.objects.create(
            title=name, sort_title=name.lower(), year=1960, slug=f"film-{number}", search_text=name.lower()
        )
        edition = Edition.objects.create(
            film=film, format=format, sku=f"SKU-{number}", price=Money(price, "EUR"), currency="EUR"
        )
        if stock and not edition.is_digital:
            self.stock(edition, stock)
        return edition

    def stock(self, edition: Edition, quantity: int, place: str = "store", cost: int | None = 500) -> None:
        location, _made = Location.objects.get_or_create(slug=place, defaults={"name": place.title()})
        unit_cost = None if cost is None else Money(cost, "EUR")
        receive_stock(
            edition=edition, location=location, quantity=quantity, unit_cost=unit_cost, actor=Actor("system"),
            at=clock.now(),
        )  # fmt: skip

    def basket(self, *editions: Edition, actor: Actor = GUEST, quantity: int = 1) -> Basket:
        at = clock.now()
        basket = open_basket(token=None, actor=actor, at=at)
        for edition in editions:
            add_to_basket(basket=basket, edition=edition, quantity=quantity, at=at)
        return basket

    def place(self, *editions: Edition, actor: Actor = GUEST, quantity: int = 1, at: datetime | None = None) -> Order:
        basket = self.basket(*editions, actor=actor, quantity=quantity)
        buyer = Buyer(email=actor.label, name="Carmen Cliente", language="en", address=ADDRESS)
        return place_order(basket=basket, buyer=buyer, actor=actor, at=at or clock.now(), key=uuid.uuid4())

    def payment_page(self, order: Order, actor: Actor = GUEST) -> PaymentPage:
        address = order.get_absolute_url()
        return request_payment(
            subject=order, amount=order.gross, back_to=address, cancel_to=address, description=order.number,
            email=order.email, language=order.language, actor=actor, at=clock.now(),
        )  # fmt: skip

    def pay(self, order: Order, card: str = "4242424242424242") -> None:
        """The customer pays on the provider's page; nothing has reached us yet."""
        self.payment_page(order)
        self.sandbox.pay(payments_of(order).last().session_id, card=card)

    def deliver(self) -> list[Post]:
        """Let the provider's webhooks arrive and their work be done."""
        self.posts.clear()
        self.sandbox.deliver()
        arrived = list(self.posts)
        for post in arrived:
            assert post.to(Client()) == 200
        outbox.drain()
        return arrived

    def pack(self, shipment: Shipment, *, actor: Actor, **found: int) -> Shipment:
        """A clerk packs what is found, by SKU; everything where nothing is said."""
        lines = {line.order_line.sku: line for line in shipment.lines.select_related("order_line")}
        data = {f"line_{lines[sku].pk}": count for sku, count in found.items()}
        fire(shipment, "pick", actor=actor, at=clock.now(), data=data)
        return shipment

    def ship(self, shipment: Shipment, *, actor: Actor, tracking: str = "PK123") -> Shipment:
        """A clerk packs all of it and hands it over."""
        if shipment.state == ShipmentState.OPEN:
            self.pack(shipment, actor=actor)
        data = {"carrier": Carrier.CORREOS, "tracking_number": tracking}
        fire(shipment, "ship", actor=actor, at=clock.now(), data=data)
        return shipment

    def cancel_line(self, order: Order, line: OrderLine, quantity: int, *, actor: Actor) -> None:
        """Staff give up some of a line."""
        name = "cancel_line" if order.state == OrderState.PAID else "cancel_open_line"
        data = {"line": line.pk, "quantity": quantity, "reason": "sold out at the supplier"}
        fire(order, name, actor=actor, at=clock.now(), data=data)

    def buy(self, *editions: Edition, actor: Actor = GUEST, quantity: int = 1) -> Order:
        """A paid order."""
        order = self.place(*editions, actor=actor, quantity=quantity)
        self.pay(order)
        self.deliver()
        order.refresh_from_db()
        return order


@pytest.fixture(scope="session")
def running_shop() -> Iterator[Shop]:
    shop = Shop(sandbox=None)  # type: ignore[arg-type]

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            shop.posts.append(Post(body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/webhooks/stripe/"
    with Sandbox(webhook_url=url, webhook_secrets=(SECRET,), automatic=False) as sandbox:
        shop.sandbox = sandbox
        yield shop
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(running_shop: Shop, settings: Any) -> Shop:
    """An empty shop; webhooks arrive only by `deliver()`."""
    settings.STRIPE_API_BASE = running_shop.sandbox.url
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    running_shop.sandbox.reset()
    running_shop.posts.clear()
    return running_shop
