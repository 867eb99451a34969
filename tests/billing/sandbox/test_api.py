"""Keys, addresses, parameters and idempotency, refused as Stripe refuses."""

import threading
from typing import Any

import pytest
import stripe

DAY = 24 * 3600


@pytest.mark.parametrize("key", ["sk_live_real", "sk_test_other", "pk_test_sandbox"])
def test_a_key_that_is_not_ours_is_401(client_with: Any, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as caught:
        client_with(key).v1.balance.retrieve()
    assert key not in str(caught.value)


def test_an_address_that_is_not_spoken_is_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as caught:
        client.v1.subscriptions.list()
    assert caught.value.http_status == 404


def test_another_api_version_is_refused(client_with: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"2022-11-15"):
        client_with().v1.balance.retrieve(options={"stripe_version": "2022-11-15"})


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown"),
        ({"payment_intent_data": {"colour": "red"}}, "payment_intent_data[colour]", "parameter_unknown"),
        ({"line_items": [{"colour": "red"}]}, "line_items[0][colour]", "parameter_unknown"),
        ({"expires_at": "soon"}, "expires_at", "parameter_invalid_integer"),
        ({"mode": ""}, "mode", "parameter_invalid_empty"),
        ({"mode": "gift"}, "mode", None),
        ({"locale": "tlh"}, "locale", None),
        ({"metadata": "red"}, "metadata", None),
        ({"line_items": "red"}, "line_items", None),
        ({"client_reference_id": {"a": "b"}}, "client_reference_id", None),
        ({"discounts": [{"coupon": "HALF"}]}, "discounts", "sandbox_unsupported"),
        ({"mode": "subscription"}, "mode", "sandbox_unsupported"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(session_with: Any, changes: Any, param: str, code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        session_with(**changes)
    assert (caught.value.http_status, caught.value.param, caught.value.code) == (400, param, code)


def test_a_parameter_that_the_package_requires_is_asked_for(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Missing required param: currency") as caught:
        client.v1.payment_intents.create({"amount": 500})  # type: ignore[typeddict-item]
    assert caught.value.code == "parameter_missing"


def test_what_does_not_exist_is_resource_missing(client: stripe.StripeClient) -> None:
    for call in (
        client.v1.charges,
        client.v1.refunds,
        client.v1.customers,
        client.v1.payment_intents,
        client.v1.events,
    ):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            call.retrieve("nothing")
        assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_an_id_of_another_noun_is_not_found(client: stripe.StripeClient, paid: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.charges.retrieve(paid["payment_intent"])
    assert caught.value.code == "resource_missing"


def test_the_same_key_makes_one_object(client: stripe.StripeClient, sandbox: Any) -> None:
    options = {"idempotency_key": "payment-7"}
    first = client.v1.customers.create({"email": "ana@demo.test"}, options)
    again = client.v1.customers.create({"email": "ana@demo.test"}, options)
    assert first.id == again.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(sandbox.objects("customer")) == 1


def test_the_same_key_with_other_parameters_is_refused(client: stripe.StripeClient) -> None:
    client.v1.customers.create({"email": "ana@demo.test"}, {"idempotency_key": "one"})
    with pytest.raises(stripe.IdempotencyError) as caught:
        client.v1.customers.create({"email": "eva@demo.test"}, {"idempotency_key": "one"})
    assert caught.value.http_status == 400


def test_a_key_is_forgotten_after_a_day(client: stripe.StripeClient, sandbox: Any) -> None:
    first = client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "one"})
    sandbox.advance(DAY - 60)
    assert client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "one"}).id == first.id
    sandbox.advance(120)
    assert client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "one"}).id != first.id


def test_a_declined_card_is_kept_under_its_key(client: stripe.StripeClient, sandbox: Any) -> None:
    params: Any = {"amount": 500, "currency": "eur", "payment_method": "pm_card_chargeDeclined", "confirm": True}
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            client.v1.payment_intents.create(params, {"idempotency_key": "one"})
        assert caught.value.code == "card_declined"
    assert len(sandbox.objects("charge")) == 1


def test_refused_parameters_are_not_kept_under_the_key(session_with: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        session_with({"idempotency_key": "one"}, colour="red")
    assert session_with({"idempotency_key": "one"}).status == "open"


def test_a_key_that_is_being_worked_on_is_409(client: stripe.StripeClient, sandbox: Any) -> None:
    results: list[Any] = []

    def create() -> None:
        try:
            results.append(client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "one"}))
        except stripe.StripeError as error:
            results.append(error)

    # Whoever holds the state's lock keeps the first request at work.
    with sandbox.world.lock:
        first = threading.Thread(target=create)
        first.start()
        while "one" not in sandbox.server.api.in_flight:
            pass
        second = threading.Thread(target=create)
        second.start()
        second.join()
    first.join()
    assert [getattr(result, "http_status", "made") for result in results] == [409, "made"]


def test_a_refused_request_leaves_nothing_behind(session_with: Any, sandbox: Any) -> None:
    line = {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 10, "product_data": {"name": "Sticker"}}}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        session_with(line_items=[line])
    assert caught.value.code == "amount_too_small"
    assert sandbox.objects("product") == []


def test_metadata_is_merged_unset_and_bounded(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    changed = client.v1.customers.update(customer.id, {"metadata": {"b": "", "c": "3"}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"a": "1", "c": "3"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.update(customer.id, {"metadata": {"k" * 41: "long"}})
    emptied = client.v1.customers.update(customer.id, {"metadata": ""})
    assert emptied.metadata is not None
    assert emptied.metadata.to_dict() == {}


def test_an_object_can_be_expanded_and_other_fields_not(client: stripe.StripeClient, paid: dict[str, Any]) -> None:
    session = client.v1.checkout.sessions.retrieve(
        paid["id"], {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    )
    charge = session.payment_intent.latest_charge  # type: ignore[union-attr]
    assert (charge.amount, charge.balance_transaction.net) == (2500, 2437)  # type: ignore[union-attr]
    assert session.line_items is not None
    assert session.line_items.data[0].amount_total == 2500
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.checkout.sessions.retrieve(paid["id"], {"expand": ["success_url"]})
    listed = client.v1.charges.list({"expand": ["data.payment_intent"]})
    assert listed.data[0].payment_intent.id == paid["payment_intent"]  # type: ignore[union-attr]
