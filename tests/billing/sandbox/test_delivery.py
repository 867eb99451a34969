"""Signed webhooks: sent, tried again, and disturbed by faults."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from modules.billing.sandbox.delivery import signature
from modules.billing.sandbox.server import Sandbox

PAYING = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def test_each_change_is_told_in_order(sandbox: Any, receiver: Any, paid: dict[str, Any]) -> None:
    sandbox.deliver()
    assert receiver.types() == PAYING
    assert receiver.events()[-1].data.object["id"] == paid["id"]


def test_both_secrets_verify_and_a_third_does_not(sandbox: Any, receiver: Any, client: Any) -> None:
    client.v1.customers.create({})
    sandbox.deliver()
    body, header = receiver.bodies[0], receiver.signatures[0]
    for secret in ("whsec_new", "whsec_old"):
        assert stripe.Webhook.construct_event(body, header, secret).type == "customer.created"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, header, "whsec_other")


def test_our_signature_is_the_librarys() -> None:
    official = stripe.WebhookSignature.generate_signature_header('{"a": "ñ"}', "whsec_x", 1700000000)
    assert signature('{"a": "ñ"}'.encode(), ["whsec_x"], at=1700000000) == official


def test_a_moved_clock_does_not_age_the_signature(sandbox: Any, receiver: Any, client: Any) -> None:
    now = sandbox.advance(3600)
    client.v1.customers.create({})
    sandbox.deliver()
    assert int(receiver.signatures[0].partition(",")[0].removeprefix("t=")) < now - 3000
    assert receiver.events()[0].created >= now


def test_a_refused_webhook_is_tried_again(sandbox: Any, receiver: Any, client: Any) -> None:
    receiver.answers[:] = [500]
    client.v1.customers.create({})
    assert [(row["state"], row["status"], row["attempts"]) for row in sandbox.deliver()] == [("pending", 500, 1)]
    assert client.v1.events.list({"delivery_success": False}).data[0].pending_webhooks == 1
    assert [(row["state"], row["status"], row["attempts"]) for row in sandbox.deliver()] == [("delivered", 200, 2)]
    assert client.v1.events.list({"delivery_success": False}).data == []


def test_a_receiver_that_is_down_blocks_nothing(receiver: Any) -> None:
    with Sandbox(webhook_url="http://127.0.0.1:1/webhooks/stripe/") as sandbox:
        client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": sandbox.url})
        client.v1.customers.create({})
        until(lambda: bool(sandbox.deliverer.log()[0]["error"]))
        assert client.v1.events.list().data[0].pending_webhooks == 1
        row = sandbox.deliverer.log()[0]
    assert (row["state"], row["attempts"]) == ("pending", 1)


def test_the_thread_delivers_by_itself(receiver: Any) -> None:
    with Sandbox(webhook_url=receiver.url, webhook_secrets=("whsec_new",)) as sandbox:
        client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": sandbox.url})
        client.v1.customers.create({})
        until(lambda: len(receiver.bodies) == 1)
        until(lambda: sandbox.deliverer.count("delivered") == 1)


def test_dropped_webhooks_are_still_in_the_list_of_events(sandbox: Any, receiver: Any, client: Any) -> None:
    sandbox.faults.add("drop", event="customer.*", fraction=0.2)
    for _ in range(40):
        client.v1.customers.create({})
    sandbox.deliver()
    assert 20 < len(receiver.bodies) < 40
    assert len(client.v1.events.list({"limit": 100}).data) == 40


def test_webhooks_can_be_repeated_reordered_and_delayed(sandbox: Any, receiver: Any, session_with: Any) -> None:
    sandbox.faults.add("repeat", event="checkout.session.completed", times=2, count=1)
    sandbox.pay(session_with().id)
    sandbox.deliver()
    assert receiver.types() == [*PAYING, PAYING[-1], PAYING[-1]]
    assert len({event.id for event in receiver.events()}) == 4
    receiver.bodies.clear(), receiver.signatures.clear()
    sandbox.faults.add("reorder", times=4, count=4)
    sandbox.pay(session_with().id)
    sandbox.deliver()
    assert receiver.types() == PAYING[::-1]
    receiver.bodies.clear(), receiver.signatures.clear()
    sandbox.faults.add("delay", event="charge.succeeded", ms=60_000, count=1)
    sandbox.pay(session_with().id)
    waiting = [row for row in sandbox.deliverer.log() if row["state"] == "pending" and row["due"] > time.time() + 50]
    assert [row["type"] for row in waiting] == ["charge.succeeded"]


def test_a_bad_signature_is_for_the_receiver_to_refuse(sandbox: Any, receiver: Any, client: Any) -> None:
    sandbox.faults.add("bad_signature", count=1)
    client.v1.customers.create({})
    sandbox.deliver()
    with pytest.raises(stripe.SignatureVerificationError):
        receiver.events()


def test_an_endpoint_gets_what_it_asked_for_with_its_own_secret(sandbox: Any, receiver: Any, client: Any) -> None:
    endpoint = client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["customer.deleted"]})
    abroad = client.v1.webhook_endpoints.create({"url": "https://example.com/hook", "enabled_events": ["*"]})
    customer = client.v1.customers.create({})
    client.v1.customers.delete(customer.id)
    states = {(row["endpoint"], row["type"]): row["state"] for row in sandbox.deliver()}
    assert states == {
        ("we_sandbox", "customer.created"): "delivered",
        ("we_sandbox", "customer.deleted"): "delivered",
        (endpoint.id, "customer.deleted"): "delivered",
        (abroad.id, "customer.created"): "skipped",
        (abroad.id, "customer.deleted"): "skipped",
    }
    assert stripe.Webhook.construct_event(receiver.bodies[-1], receiver.signatures[-1], endpoint.secret)
    assert "secret" not in client.v1.webhook_endpoints.retrieve(endpoint.id)
    assert client.v1.webhook_endpoints.delete(endpoint.id).deleted is True


def test_an_event_of_any_kind_can_be_sent(sandbox: Any, receiver: Any) -> None:
    sandbox.emit("weather.changed", {"id": "w_1", "object": "weather"}, api_version="2019-01-01", livemode=True)
    sandbox.deliver()
    event = receiver.events()[0]
    assert (event.type, event.api_version, event.livemode) == ("weather.changed", "2019-01-01", True)
