"""What becomes of stored events: worked, parked, found by the sweep, forgotten."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe
from django.test import Client

from modules.billing.api import PaymentPage
from modules.billing.errors import NotParked
from modules.billing.events import EventParked
from modules.billing.models import Payment, Transaction, WebhookEvent
from modules.billing.sandbox.server import Sandbox
from modules.billing.services import working
from modules.billing.services.reconciling import reconcile, reconcile_when_due
from modules.billing.services.working import replay_event
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.core.models import AuditEntry, OutboxMessage
from modules.core.outbox import drain
from tests.billing.conftest import event, post, states, work_all
from tests.factories.accounts import UserFactory
from tests.factories.billing import WebhookEventFactory

Ask = Callable[..., PaymentPage]
Deliver = Callable[..., int]


@pytest.mark.django_db
def test_f16_the_same_event_again_is_200_and_one_row(client: Client, sandbox: Sandbox) -> None:
    assert {post(client, event()).status_code for _ in range(5)} == {200}
    assert WebhookEvent.objects.count() == 1
    assert OutboxMessage.objects.filter(effect="billing.event").count() == 1


@pytest.mark.django_db
def test_an_unknown_type_is_stored_and_ignored(client: Client, sandbox: Sandbox) -> None:
    post(client, event(type="some.new_thing"))
    work_all()
    assert states() == {"ignored": ["some.new_thing"]}


@pytest.mark.django_db
def test_an_event_of_an_unknown_subject_is_parked_and_staff_are_told(
    client: Client, sandbox: Sandbox, told: list[Any]
) -> None:
    client_of_stripe = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": sandbox.url})
    session = client_of_stripe.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://localhost/",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "eur", "unit_amount": 500, "product_data": {"name": "x"}},
                }
            ],
        }
    )
    sandbox.control.emit("checkout.session.completed", {"id": session.id, "object": "checkout.session"})
    for body in sandbox.objects("event"):
        post(client, json.dumps(body).encode())
    work_all()
    parked = WebhookEvent.objects.get(state="parked")
    assert "is not ours" in parked.error
    assert [type(fact) for fact in told] == [EventParked]
    assert OutboxMessage.objects.filter(payload__message="billing.webhook_parked").count() == 1


@pytest.mark.django_db
def test_an_event_about_an_object_that_the_provider_does_not_have_is_parked(client: Client, sandbox: Sandbox) -> None:
    post(client, event(type="refund.updated", data={"object": {"id": "re_none"}}))
    post(client, event(id="evt_2", type="refund.updated", data={"object": {}}))
    post(client, event(id="evt_3", type="refund.updated", data=[]))
    work_all()
    assert states() == {"parked": ["refund.updated"] * 3}


@pytest.mark.django_db
def test_a_live_event_at_the_test_endpoint_is_stored_not_worked_and_staff_are_told(
    ask: Ask, sandbox: Sandbox, deliver: Deliver, told: list[Any]
) -> None:
    sandbox.pay(ask().payment.session_id)
    completed = next(body for body in sandbox.objects("event") if body["type"] == "checkout.session.completed")
    deliver(completed | {"livemode": True})
    assert states() == {"parked": ["checkout.session.completed"]}
    assert Payment.objects.get().state == "open"
    assert [type(fact) for fact in told] == [EventParked]
    deliver(completed)  # the same id in the other mode is another event
    assert Payment.objects.get().state == "settled"


@pytest.mark.django_db
def test_an_event_of_another_api_version_is_worked_from_the_object_as_it_is_now(
    ask: Ask, sandbox: Sandbox, deliver: Deliver
) -> None:
    payment = ask().payment
    sandbox.pay(payment.session_id)
    old = {"id": payment.session_id, "object": "checkout.session", "status": "open", "amount": 1}
    sandbox.control.emit("checkout.session.completed", old, api_version="2015-01-01")
    deliver(sandbox.objects("event")[-1])
    assert Payment.objects.get().state == "settled"


@pytest.mark.django_db
def test_f19_a_poison_event_is_parked_after_some_tries_and_the_next_is_still_worked(
    ask: Ask, sandbox: Sandbox, deliver: Deliver, monkeypatch: pytest.MonkeyPatch, told: list[Any]
) -> None:
    def poison(*_: Any) -> None:
        raise ZeroDivisionError("poison")

    monkeypatch.setitem(working._HANDLERS, "customer.", poison)
    sandbox.control.emit("customer.created", {"id": "cus_1", "object": "customer"})
    sandbox.pay(ask().payment.session_id)
    deliver()
    work_all()
    parked = WebhookEvent.objects.get(state="parked")
    assert parked.error == "ZeroDivisionError: poison"
    assert parked.attempts == working.TRIES
    assert Payment.objects.get().state == "settled"
    assert any(isinstance(fact, EventParked) for fact in told)

    monkeypatch.delitem(working._HANDLERS, "customer.")
    replay_event(parked, actor=SYSTEM, at=clock.now())
    work_all()
    parked.refresh_from_db()
    assert (parked.state, parked.error) == ("ignored", "")
    assert AuditEntry.objects.filter(action="replayed", record_id=parked.pk).count() == 1


@pytest.mark.django_db
def test_only_a_parked_event_is_replayed(at: datetime) -> None:
    with pytest.raises(NotParked):
        replay_event(WebhookEventFactory(), actor=SYSTEM, at=at)


@pytest.mark.django_db
def test_an_unreachable_provider_delays_an_event_and_never_parks_it(
    ask: Ask, sandbox: Sandbox, deliver: Deliver, settings: Any
) -> None:
    sandbox.pay(ask().payment.session_id)
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    deliver()
    for hours in range(1, 30):
        drain(at=clock.now() + timedelta(hours=hours))
    assert "parked" not in states()
    assert Payment.objects.get().state == "open"
    settings.STRIPE_API_BASE = sandbox.url
    drain(at=clock.now() + timedelta(hours=40))
    assert Payment.objects.get().state == "settled"


@pytest.mark.django_db
def test_a_stored_row_that_nobody_enqueued_is_found_by_the_sweep(
    ask: Ask, sandbox: Sandbox, deliver: Deliver, at: datetime
) -> None:
    """As after a kill between storing and working, with the outbox row lost too."""
    sandbox.pay(ask().payment.session_id)
    deliver(work=False)
    OutboxMessage.objects.filter(effect="billing.event").delete()
    reconcile_when_due(at=at + timedelta(seconds=30))
    assert not OutboxMessage.objects.filter(effect="billing.event").exists()
    reconcile_when_due(at=clock.now() + timedelta(minutes=3))
    reconcile_when_due(at=clock.now() + timedelta(minutes=5))
    assert OutboxMessage.objects.filter(effect="billing.event").count() == len(sandbox.objects("event"))
    drain(at=clock.now() + timedelta(minutes=5))
    assert "stored" not in states()
    assert Payment.objects.get().state == "settled"


@pytest.mark.django_db
def test_a_provider_that_drops_deliveries_misses_nothing_after_one_sweep(
    ask: Ask, sandbox: Sandbox, deliver: Deliver, subject: Any, at: datetime
) -> None:
    reconcile(at=at)
    for _ in range(6):
        sandbox.pay(ask(subject=UserFactory()).payment.session_id)
    told = sandbox.objects("event")
    deliver(*told[::5])
    reconcile(at=clock.now() + timedelta(minutes=3))
    drain(at=clock.now() + timedelta(minutes=3))
    assert WebhookEvent.objects.count() == len(told)
    assert set(Payment.objects.values_list("state", flat=True)) == {"settled"}
    assert Transaction.objects.count() == 6


@pytest.mark.django_db
def test_the_first_sweep_reads_no_history(sandbox: Sandbox, at: datetime) -> None:
    sandbox.control.emit("customer.created", {"id": "cus_1", "object": "customer"}, created=int(at.timestamp()) - 9000)
    reconcile(at=at)
    assert not WebhookEvent.objects.exists()


@pytest.mark.django_db
def test_the_look_at_the_provider_is_asked_for_every_few_minutes(sandbox: Sandbox, at: datetime) -> None:
    for seconds in range(0, 300, 5):
        reconcile_when_due(at=at + timedelta(seconds=seconds))
        drain(at=at + timedelta(seconds=seconds))
    assert 2 <= sum(request["path"] == "/v1/events" for request in sandbox.control.state()["requests"]) <= 3


@pytest.mark.django_db
def test_bodies_are_forgotten_after_their_time_and_rows_stay(sandbox: Sandbox, at: datetime) -> None:
    old = WebhookEventFactory(state="worked", received_at=at - timedelta(days=91))
    parked = WebhookEventFactory(state="parked", received_at=at - timedelta(days=91))
    new = WebhookEventFactory(state="worked", received_at=at)
    reconcile_when_due(at=at)
    assert WebhookEvent.objects.get(pk=old.pk).payload == ""
    assert WebhookEvent.objects.get(pk=parked.pk).payload
    assert WebhookEvent.objects.get(pk=new.pk).payload


@pytest.mark.django_db
def test_a_dispute_is_parked_for_staff(client: Client, sandbox: Sandbox) -> None:
    post(client, event(type="charge.dispute.created", data={"object": {"id": "dp_1"}}))
    work_all()
    assert states() == {"parked": ["charge.dispute.created"]}
