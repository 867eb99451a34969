"""Payment intents, refunds, customers, payment methods, the balance."""

from typing import Any

import pytest
import stripe

HELD = {
    "amount": 2000,
    "currency": "eur",
    "capture_method": "manual",
    "confirm": True,
    "payment_method": "pm_card_visa",
}
WEEK = 7 * 24 * 3600


def charged(client: stripe.StripeClient, card: str = "visa", **changes: Any) -> stripe.PaymentIntent:
    params: Any = {"amount": 2000, "currency": "eur", "confirm": True, "payment_method": f"pm_card_{card}"}
    return client.v1.payment_intents.create({**params, **changes})


def test_a_hold_is_captured_in_part_once(client: Any, sandbox: Any) -> None:
    intent = client.v1.payment_intents.create(HELD)
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 2000)
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert charge.payment_method_details.card.capture_before == charge.created + WEEK
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2001})
    assert caught.value.code == "amount_too_large"
    captured = client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1500})
    assert (captured.status, captured.amount_received, captured.amount_capturable) == ("succeeded", 1500, 0)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.capture(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 1501})


def test_a_hold_lapses_after_seven_days(client: Any, sandbox: Any) -> None:
    intent = client.v1.payment_intents.create(HELD)
    sandbox.advance(WEEK + 1)
    lapsed = client.v1.payment_intents.retrieve(intent.id)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "automatic")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.capture(intent.id)


def test_a_paid_intent_is_not_canceled_and_an_open_one_is(client: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.cancel(charged(client).id)
    assert caught.value.error.payment_intent.status == "succeeded"
    waiting = client.v1.payment_intents.create({"amount": 500, "currency": "eur"})
    canceled = client.v1.payment_intents.cancel(waiting.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")


def test_a_declined_intent_takes_another_card(client: Any) -> None:
    with pytest.raises(stripe.CardError) as caught:
        charged(client, "chargeDeclinedInsufficientFunds")
    error = caught.value
    assert (error.http_status, error.code, error.error.decline_code) == (402, "card_declined", "insufficient_funds")
    intent = error.error.payment_intent
    assert (intent.status, intent.last_payment_error.charge) == ("requires_payment_method", error.error.charge)
    assert client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"


def test_an_off_session_charge_that_needs_3d_secure_is_an_error(client: Any) -> None:
    with pytest.raises(stripe.CardError) as caught:
        charged(client, "authenticationRequired", off_session=True)
    assert caught.value.code == "authentication_required"
    asked = charged(client, "authenticationRequired", return_url="http://localhost:8000/back")
    assert asked.next_action.redirect_to_url.url.endswith(f"/authenticate/{asked.id}")


def test_a_saved_card_belongs_to_its_customer(client: Any) -> None:
    customer = client.v1.customers.create({"email": "ana@demo.test"})
    charged(client, customer=customer.id, setup_future_usage="off_session")
    saved = client.v1.payment_methods.list({"customer": customer.id, "type": "card"}).data
    assert [method.card.last4 for method in saved] == ["4242"]
    assert charged(client, customer=customer.id, payment_method=saved[0].id, off_session=True).status == "succeeded"
    assert client.v1.payment_methods.detach(saved[0].id).customer is None


def test_refunds_end_at_the_remainder(client: Any, paid: dict[str, Any]) -> None:
    intent = paid["payment_intent"]
    first = client.v1.refunds.create({"payment_intent": intent, "amount": 1000, "reason": "requested_by_customer"})
    assert (first.amount, first.status, first.reason) == (1000, "succeeded", "requested_by_customer")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent, "amount": 1501})
    assert caught.value.param == "amount"
    assert client.v1.refunds.create({"charge": first.charge}).amount == 1500
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent})
    assert caught.value.code == "charge_already_refunded"
    charge = client.v1.charges.retrieve(first.charge, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded, len(charge.refunds.data)) == (True, 2500, 2)
    assert len(client.v1.refunds.list({"payment_intent": intent}).data) == 2


@pytest.mark.parametrize("amount", [0, -100])
def test_a_refund_of_nothing_is_refused(client: Any, paid: dict[str, Any], amount: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": paid["payment_intent"], "amount": amount})
    assert caught.value.param == "amount"


def test_what_was_not_captured_is_not_refunded(client: Any) -> None:
    held = client.v1.payment_intents.create(HELD)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": held.id})
    assert caught.value.code == "charge_not_refundable"
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create(
            {"payment_intent": client.v1.payment_intents.create({"amount": 500, "currency": "eur"}).id}
        )


@pytest.mark.parametrize("by", ["card", "fault"])
def test_a_refund_can_fail_later(client: Any, sandbox: Any, by: str) -> None:
    intent = charged(client, "refundFail" if by == "card" else "visa")
    if by == "fault":
        sandbox.faults.add("refund_fails", ms=3_600_000, count=1)
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 700})
    assert refund.status == "succeeded"
    sandbox.advance(3600)
    refund = client.v1.refunds.retrieve(refund.id)
    assert (refund.status, bool(refund.failure_reason)) == ("failed", True)
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert [event.type for event in client.v1.events.list({"types": ["refund.failed"]}).data] == ["refund.failed"]
    net = sum(item.net for item in client.v1.balance_transactions.list({"type": "refund"}).data)
    back = sum(item.net for item in client.v1.balance_transactions.list({"type": "refund_failure"}).data)
    assert (net, back) == (-700, 700)


def test_a_refund_that_pends_is_finished_by_hand(client: Any, sandbox: Any) -> None:
    refund = client.v1.refunds.create({"payment_intent": charged(client, "pendingRefund").id})
    assert refund.status == "pending"
    assert sandbox.control.finish_refund(refund.id)["status"] == "succeeded"
    assert sandbox.objects("event")[-2]["type"] == "refund.updated"


def test_a_refund_on_the_dashboard_names_no_request(sandbox: Any, paid: dict[str, Any]) -> None:
    sandbox.refund(payment_intent=paid["payment_intent"], amount=500)
    created = [event for event in sandbox.objects("event") if event["type"] == "refund.created"]
    assert [event["request"] for event in created] == [{"id": None, "idempotency_key": None}]


def test_a_customer_lives_and_is_deleted(client: Any, sandbox: Any) -> None:
    customer = client.v1.customers.create({"email": "ana@demo.test", "address": {"city": "Bilbao", "country": "ES"}})
    assert customer.address.city == "Bilbao"
    assert client.v1.customers.update(customer.id, {"name": "Ana"}).name == "Ana"
    assert client.v1.customers.list({"email": "ana@demo.test"}).data[0].id == customer.id
    assert client.v1.customers.delete(customer.id).deleted is True
    assert client.v1.customers.retrieve(customer.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.update(customer.id, {"name": "Eva"})
    assert client.v1.customers.list().data == []
    assert [event["type"] for event in sandbox.objects("event")] == [
        "customer.created",
        "customer.updated",
        "customer.deleted",
    ]
    assert sandbox.objects("event")[1]["data"]["previous_attributes"] == {"name": None}


def test_money_is_pending_and_then_available(client: Any, sandbox: Any, paid: dict[str, Any]) -> None:
    balance = client.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 2437)
    sandbox.advance(2 * 24 * 3600)
    balance = client.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (2437, 0)
