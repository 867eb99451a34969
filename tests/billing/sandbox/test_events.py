"""The list of events, which our sweep reads."""

from typing import Any

import pytest
import stripe

DAY = 24 * 3600


@pytest.fixture
def seven(client: stripe.StripeClient) -> list[str]:
    """The ids of seven events, oldest first, all of one second."""
    for number in range(7):
        client.v1.customers.create({"name": str(number)})
    return [event.id for event in client.v1.events.list({"limit": 7}).data][::-1]


def test_events_are_listed_newest_first_in_pages(client: Any, seven: list[str]) -> None:
    first = client.v1.events.list({"limit": 3})
    assert ([event.id for event in first.data], first.has_more) == (seven[:3:-1], True)
    second = client.v1.events.list({"limit": 3, "starting_after": first.data[-1].id})
    assert [event.id for event in second.data] == [seven[3], seven[2], seven[1]]
    last = client.v1.events.list({"limit": 3, "starting_after": second.data[-1].id})
    assert ([event.id for event in last.data], last.has_more) == ([seven[0]], False)
    before = client.v1.events.list({"limit": 2, "ending_before": seven[3]})
    assert [event.id for event in before.data] == [seven[5], seven[4]]
    assert [event.id for event in client.v1.events.list({"limit": 2}).auto_paging_iter()] == seven[::-1]


def test_a_limit_out_of_bounds_is_refused(client: Any) -> None:
    for limit in (0, 101):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.events.list({"limit": limit})
        assert caught.value.param == "limit"


def test_a_cursor_that_does_not_exist_is_refused(client: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.events.list({"starting_after": "evt_nothing"})
    assert caught.value.code == "resource_missing"


def test_events_are_chosen_by_type_and_time(client: Any, sandbox: Any, paid: dict[str, Any]) -> None:
    kinds = {
        event.type
        for event in client.v1.events.list({"types": ["charge.succeeded", "checkout.session.completed"]}).data
    }
    assert kinds == {"charge.succeeded", "checkout.session.completed"}
    assert {event.type for event in client.v1.events.list({"type": "payment_intent.*"}).data} == {
        "payment_intent.created",
        "payment_intent.succeeded",
    }
    later = sandbox.advance(3600)
    client.v1.customers.create({"name": "Ana"})
    assert [event.type for event in client.v1.events.list({"created": {"gte": later}}).data] == ["customer.created"]
    assert len(client.v1.events.list({"created": {"lt": later}}).data) == 4


def test_an_event_keeps_the_object_as_it_was(client: Any) -> None:
    customer = client.v1.customers.create({"name": "Ana"}, {"idempotency_key": "one"})
    client.v1.customers.update(customer.id, {"name": "Eva"})
    updated, created = client.v1.events.list().data
    assert (created.data.object["name"], updated.data.object["name"]) == ("Ana", "Eva")
    assert created.request.idempotency_key == "one"
    assert client.v1.events.retrieve(created.id).api_version == stripe.api_version


def test_events_are_kept_thirty_days(client: Any, sandbox: Any, seven: list[str]) -> None:
    sandbox.advance(31 * DAY)
    assert client.v1.events.list().data == []
