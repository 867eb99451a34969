"""The switches for requests: each does what the network or the provider may do."""

from typing import Any

import pytest
import stripe


def count(sandbox: Any) -> int:
    return len(sandbox.objects("customer"))


def test_a_500_does_nothing_and_is_kept_under_its_key(sandbox: Any, client: Any) -> None:
    sandbox.faults.add("error_500", method="post", path="/v1/customers", count=1)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            client.v1.customers.create({}, {"idempotency_key": "one"})
        assert caught.value.http_status == 500
    assert count(sandbox) == 0
    client.v1.customers.create({}, {"idempotency_key": "two"})
    assert count(sandbox) == 1


def test_a_500_can_come_after_the_effect(sandbox: Any, client: Any) -> None:
    sandbox.faults.add("error_500", after_effect=True, count=1)
    with pytest.raises(stripe.APIError):
        client.v1.customers.create({})
    assert count(sandbox) == 1


def test_a_429_is_not_kept_under_its_key(sandbox: Any, client: Any) -> None:
    sandbox.faults.add("rate_limit", path="/v1/customers*", count=1)
    with pytest.raises(stripe.RateLimitError):
        client.v1.customers.create({}, {"idempotency_key": "one"})
    client.v1.customers.create({}, {"idempotency_key": "one"})
    assert count(sandbox) == 1


@pytest.mark.parametrize(("kind", "done"), [("reset_after", 1), ("reset_before", 0)])
def test_a_reset_connection(sandbox: Any, client: Any, kind: str, done: int) -> None:
    sandbox.faults.add(kind, count=1)
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({}, {"idempotency_key": "one"})
    assert count(sandbox) == done
    client.v1.customers.create({}, {"idempotency_key": "one"})
    assert count(sandbox) == 1


def test_a_timeout_after_the_effect_and_the_retry_make_one(sandbox: Any, client_with: Any) -> None:
    sandbox.faults.add("timeout_after", count=1, ms=500)
    hasty = client_with(http_client=stripe.RequestsClient(timeout=0.1))
    with pytest.raises(stripe.APIConnectionError):
        hasty.v1.customers.create({"name": "Ana"}, {"idempotency_key": "one"})
    assert count(sandbox) == 1
    assert (
        hasty.v1.customers.create({"name": "Ana"}, {"idempotency_key": "one"}).id
        == sandbox.objects("customer")[0]["id"]
    )
    assert count(sandbox) == 1


def test_the_library_retries_a_reset_by_itself(sandbox: Any, client_with: Any) -> None:
    sandbox.faults.add("reset_after", count=1)
    assert client_with(max_network_retries=1).v1.customers.create({}).id == sandbox.objects("customer")[0]["id"]
    assert count(sandbox) == 1


def test_a_fault_skips_counts_and_aims(sandbox: Any, client: Any) -> None:
    fault = sandbox.faults.add("rate_limit", method="POST", path="/v1/customers", skip=1, count=1)
    client.v1.customers.create({})
    client.v1.customers.list()
    with pytest.raises(stripe.RateLimitError):
        client.v1.customers.create({})
    client.v1.customers.create({})
    assert (fault.struck, count(sandbox)) == (1, 2)


def test_a_slow_answer_is_slow(sandbox: Any, client_with: Any) -> None:
    sandbox.faults.add("slow", ms=400, count=1)
    with pytest.raises(stripe.APIConnectionError):
        client_with(http_client=stripe.RequestsClient(timeout=0.1)).v1.customers.list()


def test_an_unknown_fault_is_refused(sandbox: Any) -> None:
    with pytest.raises(ValueError, match="No such fault"):
        sandbox.faults.add("meteor")
