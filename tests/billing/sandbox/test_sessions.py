"""Checkout sessions: created, paid, expired."""

import time
from typing import Any

import pytest
import stripe

MINUTE = 60


def test_a_session_knows_what_the_shop_said(session: stripe.checkout.Session, sandbox: Any) -> None:
    assert (session.amount_total, session.currency, session.status, session.payment_status) == (
        2500,
        "eur",
        "open",
        "unpaid",
    )
    assert (session.client_reference_id, session.metadata["order"]) == ("ORDER-1", "1")  # type: ignore[index]
    assert session.url == f"{sandbox.url}/pay/{session.id}"
    assert session.payment_intent is None
    assert session.expires_at - session.created == 24 * 3600


@pytest.mark.parametrize("seconds", [30 * MINUTE - 30, 24 * 3600 + 60])
def test_a_session_lives_from_30_minutes_to_a_day(session_with: Any, seconds: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        session_with(expires_at=int(time.time()) + seconds)
    assert caught.value.param == "expires_at"
    assert session_with(expires_at=int(time.time()) + 30 * MINUTE + 5).status == "open"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"success_url": "/thanks"}, "success_url"),
        ({"cancel_url": "javascript:alert(1)"}, "cancel_url"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"customer": "cus_nobody"}, "customer"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0]"),
        ({"line_items": [{"quantity": 0, "price": "price_nothing"}]}, "line_items[0][price]"),
    ],
)
def test_a_session_that_cannot_be_is_refused(session_with: Any, changes: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        session_with(**changes)
    assert caught.value.param == param


def test_paying_makes_intent_charge_and_events_that_carry_the_metadata(client: Any, paid: dict[str, Any]) -> None:
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    assert paid["customer_details"]["email"] == "customer@demo.test"
    intent = client.v1.payment_intents.retrieve(paid["payment_intent"])
    assert (intent.status, intent.amount_received, intent.metadata["payment"]) == ("succeeded", 2500, "7")
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.paid, charge.captured, charge.metadata["payment"]) == (True, True, "7")
    assert [event.type for event in client.v1.events.list().data][::-1] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_a_declined_card_leaves_the_session_open_for_another(sandbox: Any, client: Any, session: Any) -> None:
    with pytest.raises(Exception, match="declined"):
        sandbox.pay(session.id, "4000 0000 0000 0002")
    open_session = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert open_session.status == "open"
    assert open_session.payment_intent.last_payment_error.code == "card_declined"
    paid = sandbox.pay(session.id)
    assert (paid["status"], paid["payment_intent"]) == ("complete", open_session.payment_intent.id)
    assert [charge["status"] for charge in sandbox.objects("charge")] == ["failed", "succeeded"]


def test_a_card_with_3d_secure_pays_when_approved(sandbox: Any, session: Any) -> None:
    assert sandbox.pay(session.id, "4000000000003155")["status"] == "complete"
    assert "payment_intent.requires_action" in [event["type"] for event in sandbox.objects("event")]
    card = sandbox.objects("charge")[0]["payment_method_details"]["card"]
    assert card["three_d_secure"]["result"] == "authenticated"


def test_a_card_with_3d_secure_refused_keeps_the_session_open(sandbox: Any, session: Any) -> None:
    with pytest.raises(Exception, match="authenticate"):
        sandbox.pay(session.id, "4000002500003155", approve=False)
    assert sandbox.objects("checkout.session")[0]["status"] == "open"
    assert sandbox.objects("charge") == []


def test_a_paid_session_cannot_be_paid_again(sandbox: Any, paid: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="no longer be paid"):
        sandbox.pay(paid["id"])
    assert len(sandbox.objects("charge")) == 1


def test_the_shop_expires_a_session_once(client: Any, session: Any, sandbox: Any) -> None:
    expired = client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        client.v1.checkout.sessions.expire(session.id)
    with pytest.raises(Exception, match="no longer be paid"):
        sandbox.pay(session.id)
    assert [event["type"] for event in sandbox.objects("event")] == ["checkout.session.expired"]


def test_a_paid_session_is_not_expired(client: Any, paid: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="status of `complete`"):
        client.v1.checkout.sessions.expire(paid["id"])


def test_a_session_expires_when_its_time_comes(sandbox: Any, session_with: Any, client: Any) -> None:
    session = session_with(expires_at=int(time.time()) + 31 * MINUTE)
    sandbox.advance(30 * MINUTE)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    sandbox.advance(2 * MINUTE)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert [event["type"] for event in sandbox.objects("event")] == ["checkout.session.expired"]


def test_expiring_cancels_the_intent_of_a_failed_attempt(sandbox: Any, client: Any, session: Any) -> None:
    with pytest.raises(Exception, match="declined"):
        sandbox.pay(session.id, "4000000000000002")
    intent = sandbox.objects("payment_intent")[0]["id"]
    with pytest.raises(stripe.InvalidRequestError, match="Expire the Session"):
        client.v1.payment_intents.cancel(intent)
    client.v1.checkout.sessions.expire(session.id)
    assert client.v1.payment_intents.retrieve(intent).status == "canceled"


def test_a_customer_is_made_only_when_asked(sandbox: Any, session_with: Any) -> None:
    assert sandbox.pay(session_with().id)["customer"] is None
    made = sandbox.pay(session_with(customer_creation="always").id, email="ana@demo.test")["customer"]
    assert [(body["id"], body["email"]) for body in sandbox.objects("customer")] == [(made, "ana@demo.test")]


def test_a_delayed_method_completes_unpaid_and_settles_later(sandbox: Any, session_with: Any) -> None:
    for succeeded, status, word in ((True, "paid", "succeeded"), (False, "unpaid", "failed")):
        session = session_with()
        assert sandbox.control.pay_delayed(session.id)["payment_status"] == "unpaid"
        assert sandbox.control.settle(session.id, succeeded=succeeded)["payment_status"] == status
        assert sandbox.objects("event")[-1]["type"] == f"checkout.session.async_payment_{word}"


def test_sessions_are_listed_by_intent_and_status(client: Any, paid: dict[str, Any], session_with: Any) -> None:
    waiting = session_with()
    by_intent = client.v1.checkout.sessions.list({"payment_intent": paid["payment_intent"]})
    assert [item.id for item in by_intent.data] == [paid["id"]]
    assert [item.id for item in client.v1.checkout.sessions.list({"status": "open"}).data] == [waiting.id]
    assert client.v1.checkout.sessions.line_items.list(waiting.id).data[0].description == "Alien <DVD>"
