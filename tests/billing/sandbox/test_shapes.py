"""Our objects have the fields of Stripe's own examples, and none that the installed package does not know."""

from typing import Any

import pytest
import stripe

from tests.billing.sandbox.shared import examples

# Left out of the object unless the feature behind them is used or they are asked for by `expand`.
ABSENT = {
    "checkout.session": set(),
    "payment_intent": {"source"},
    "charge": {"refunds"},
    "refund": set(),
    "customer": set(),
    "event": set(),
    "balance": {"connect_reserved"},
    "balance_transaction": set(),
    "payment_method": set(),
    "webhook_endpoint": set(),
    "item": set(),
    "price": set(),
    "product": set(),
}
# Free-form, or empty in ours where the example shows a feature that we do not have.
OPEN = {
    "metadata",
    "data",
    "amount_details",
    "payment_method_options",
    "fraud_details",
    "source_types",
    "billing_details",
}
CLASSES: dict[str, type[stripe.StripeObject]] = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "customer": stripe.Customer,
    "event": stripe.Event,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "payment_method": stripe.PaymentMethod,
    "webhook_endpoint": stripe.WebhookEndpoint,
    "item": stripe.LineItem,
    "price": stripe.Price,
    "product": stripe.Product,
}


@pytest.fixture
def ours(sandbox: Any, client: Any, paid: dict[str, Any]) -> dict[str, Any]:
    """One object of each noun, as the API shows it."""
    customer = client.v1.customers.create({"email": "ana@demo.test"})
    client.v1.refunds.create({"payment_intent": paid["payment_intent"], "amount": 100})
    client.v1.webhook_endpoints.create({"url": "http://localhost:1/", "enabled_events": ["*"]})
    item = sandbox.world.store.private(paid["id"])["line_items"][0]
    found = {noun: sandbox.objects(noun)[0] for noun in CLASSES if noun not in ("item", "balance")}
    balance = client.v1.balance.retrieve().to_dict()
    return found | {"item": item, "balance": balance, "customer": sandbox.objects("customer")[0] | {"id": customer.id}}


@pytest.mark.parametrize("noun", CLASSES)
def test_no_field_of_stripes_example_is_missing(ours: dict[str, Any], noun: str) -> None:
    # Facts newer than the examples: what the package's class no longer has is not missed.
    wanted = {name for name in examples()[noun] if name in names_of(CLASSES[noun])}
    assert wanted - set(ours[noun]) == ABSENT[noun]


@pytest.mark.parametrize("noun", CLASSES)
def test_no_field_is_ours_alone(ours: dict[str, Any], noun: str) -> None:
    assert strangers(ours[noun], examples()[noun], names_of(CLASSES[noun]), noun) == []


def names_of(cls: type[stripe.StripeObject]) -> set[str]:
    return set(cls.__annotations__)


def strangers(body: dict[str, Any], example: dict[str, Any], known: set[str], path: str) -> list[str]:
    """Fields that neither the example nor the package's class has, at any depth that the example shows."""
    found = [f"{path}.{name}" for name in body if name not in example and name not in known]
    for name, value in body.items():
        inner = example.get(name)
        if name in OPEN or not inner:
            continue
        if isinstance(value, list) and isinstance(inner, list) and value:
            value, inner = value[0], inner[0]
        if isinstance(value, dict) and isinstance(inner, dict):
            found += strangers(value, inner, set(), f"{path}.{name}")
    return found
