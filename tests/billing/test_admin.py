"""Billing's pages in the console."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from modules.accounts.models import User
from modules.billing.api import PaymentPage, SoldLine, issue_invoice, refund_all
from modules.billing.models import Account, Entry, Invoice, Payment, Refund, Transaction, WebhookEvent
from modules.billing.sandbox.server import Sandbox
from modules.billing.services.settlement import look
from modules.core.actors import SYSTEM
from modules.core.money import Money
from modules.core.outbox import drain
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.billing import WebhookEventFactory

MODELS = [Account, Entry, Invoice, Payment, Refund, Transaction, WebhookEvent]


@pytest.fixture
def bookkeeper(db: None) -> User:
    return StaffFactory(roles=["billing.bookkeeper"])


@pytest.fixture
def manager(db: None) -> User:
    return StaffFactory(roles=["billing.manager"])


@pytest.fixture
def story(ask: Callable[..., PaymentPage], sandbox: Sandbox, subject: User, at: datetime) -> Payment:
    """Paid, invoiced, refunded, and one event parked."""
    payment = ask().payment
    sandbox.pay(payment.session_id)
    look(payment.pk, at=at)
    issue_invoice(
        subject, lines=[SoldLine("Film", 1, Money(1210, "EUR"), Decimal("0.21"))], buyer={"name": "Ada"}, at=at
    )
    refund_all(subject, reason="cancelled", actor=SYSTEM, at=at, key="cancel")
    drain(at=at)
    WebhookEventFactory(state="parked", error="unknown")
    return payment


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.django_db
def test_staff_read_every_list_and_page_and_change_nothing(
    model: type[Any], story: Payment, manager: User, client_of: Callable[[User], Client]
) -> None:
    client, name = client_of(manager), f"admin:billing_{model._meta.model_name}"
    listing = client.get(reverse(f"{name}_changelist"))
    assert listing.status_code == 200
    record = model.objects.order_by("pk").first()
    address = reverse(f"{name}_change", args=[record.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"memo": "x"}).status_code == 403
    assert client.post(reverse(f"{name}_delete", args=[record.pk]), {"post": "yes"}).status_code == 403
    assert client.get(reverse(f"{name}_add")).status_code == 403


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.django_db
def test_others_see_nothing(model: type[Any], client_of: Callable[[User], Client]) -> None:
    address = reverse(f"admin:billing_{model._meta.model_name}_changelist")
    assert client_of(StaffFactory()).get(address).status_code == 403
    assert client_of(UserFactory()).get(address).status_code in {302, 403, 404}


@pytest.mark.django_db
def test_a_parked_event_is_found_by_filter_and_replayed(
    story: Payment, manager: User, client_of: Callable[[User], Client]
) -> None:
    client, address = client_of(manager), reverse("admin:billing_webhookevent_changelist")
    event = WebhookEvent.objects.get(state="parked")
    assert event.event_id in client.get(address, {"state__exact": "parked"}).content.decode()
    client.post(address, {"action": "replay_selected", "_selected_action": [event.pk]})
    event.refresh_from_db()
    assert event.state == "stored"


@pytest.mark.django_db
def test_a_bookkeeper_reads_but_does_not_replay(
    story: Payment, bookkeeper: User, client_of: Callable[[User], Client]
) -> None:
    client, address = client_of(bookkeeper), reverse("admin:billing_webhookevent_changelist")
    event = WebhookEvent.objects.get(state="parked")
    assert client.get(address).status_code == 200
    client.post(address, {"action": "replay_selected", "_selected_action": [event.pk]})
    event.refresh_from_db()
    assert event.state == "parked"


@pytest.mark.django_db
def test_the_page_of_a_record_shows_its_money(
    story: Payment, subject: User, client_of: Callable[[User], Client]
) -> None:
    seer = StaffFactory(roles=["billing.bookkeeper"], permissions=["accounts.view_user"])
    page = client_of(seer).get(reverse("admin:accounts_user_change", args=[subject.pk])).content.decode()
    assert "€12.10" in page
    assert "2026-000001" in page
    assert reverse("admin:billing_refund_change", args=[Refund.objects.get().pk]) in page
    blind = StaffFactory(permissions=["accounts.view_user"])
    page = client_of(blind).get(reverse("admin:accounts_user_change", args=[subject.pk])).content.decode()
    assert "€12.10" not in page


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.django_db
def test_lists_ask_a_constant_number_of_queries(
    model: type[Any],
    ask: Callable[..., PaymentPage],
    sandbox: Sandbox,
    subject: User,
    at: datetime,
    manager: User,
    client_of: Callable[[User], Client],
    django_assert_num_queries: Any,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def one_more() -> None:
        person = UserFactory()
        payment = ask(subject=person).payment
        sandbox.pay(payment.session_id)
        look(payment.pk, at=at)
        lines = [SoldLine("Film", 1, Money(1210, "EUR"), Decimal("0.21"))]
        issue_invoice(person, lines=lines, buyer={"name": "Ada"}, at=at)
        refund_all(person, reason="", actor=SYSTEM, at=at, key=f"cancel {person.pk}")
        drain(at=at)
        WebhookEventFactory()

    client, address = client_of(manager), reverse(f"admin:billing_{model._meta.model_name}_changelist")
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            one_more()
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
