"""A running sandbox, the real `stripe` client pointed at it, and a receiver of its webhooks."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from modules.billing.sandbox.server import Sandbox

SECRETS = ("whsec_new", "whsec_old")


@dataclass
class Receiver:
    """What arrived, and what to answer: `answers` first, then 200."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def events(self) -> list[stripe.Event]:
        return [
            stripe.Webhook.construct_event(body, signature, SECRETS[0])
            for body, signature in zip(self.bodies, self.signatures, strict=True)
        ]

    def types(self) -> list[str]:
        return [event.type for event in self.events()]


@pytest.fixture(scope="session")
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.signatures.append(self.headers["Stripe-Signature"])
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks/stripe/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def running(receiving: Receiver) -> Iterator[Sandbox]:
    with Sandbox(webhook_url=receiving.url, webhook_secrets=SECRETS, automatic=False) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, receiving: Receiver) -> Sandbox:
    """Empty, with the machine's time; webhooks leave only by `deliver()`."""
    running.reset()
    receiving.bodies.clear()
    receiving.signatures.clear()
    receiving.answers.clear()
    return running


@pytest.fixture
def receiver(sandbox: Sandbox, receiving: Receiver) -> Receiver:
    return receiving


@pytest.fixture
def client_with(sandbox: Sandbox) -> Callable[..., stripe.StripeClient]:
    def make(key: str = "sk_test_sandbox", **options: Any) -> stripe.StripeClient:
        options = {"max_network_retries": 0} | options
        return stripe.StripeClient(key, base_addresses={"api": sandbox.url}, **options)

    return make


@pytest.fixture
def client(client_with: Callable[..., stripe.StripeClient]) -> stripe.StripeClient:
    return client_with()


ORDER: dict[str, Any] = {
    "mode": "payment",
    "success_url": "http://localhost:8000/thanks?session={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://localhost:8000/basket/",
    "client_reference_id": "ORDER-1",
    "metadata": {"order": "1"},
    "payment_intent_data": {"metadata": {"payment": "7"}},
    "line_items": [
        {
            "quantity": 2,
            "price_data": {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Alien <DVD>"}},
        }
    ],
}


@pytest.fixture
def session_with(client: stripe.StripeClient) -> Callable[..., stripe.checkout.Session]:
    def make(options: Any = None, **changes: Any) -> stripe.checkout.Session:
        return client.v1.checkout.sessions.create({**ORDER, **changes}, options)  # type: ignore[typeddict-item]

    return make


@pytest.fixture
def session(session_with: Callable[..., stripe.checkout.Session]) -> stripe.checkout.Session:
    """A session over 25.00 EUR."""
    return session_with()


@pytest.fixture
def paid(sandbox: Sandbox, session: stripe.checkout.Session) -> dict[str, Any]:
    """The same, paid with 4242."""
    return sandbox.pay(session.id)
