"""Payments and events for tests."""

from datetime import UTC, datetime

import factory

from modules.accounts.models import User
from modules.billing.choices import PaymentState, Provider
from modules.billing.models import Payment, WebhookEvent
from tests.factories.accounts import StaffFactory

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class PaymentFactory(factory.django.DjangoModelFactory[Payment]):
    """A payment of 12.10 that waits for its page at the provider; its subject is a number that nobody has."""

    class Meta:
        model = Payment

    subject_type = "accounts.user"
    subject_id = factory.Sequence(lambda number: 1_000_000 + number)
    amount = 1210
    currency = "EUR"
    state = PaymentState.REQUESTED
    provider = Provider.STRIPE
    livemode = False
    call_key = factory.LazyAttribute(lambda payment: f"payment:{payment.subject_id}:1")
    expires_at = NOON
    description = "Order A"
    back_to = "/orders/a/"
    cancel_to = "/basket/"
    created_at = NOON


class WebhookEventFactory(factory.django.DjangoModelFactory[WebhookEvent]):
    """A stored event of a kind that means nothing to us."""

    class Meta:
        model = WebhookEvent

    livemode = False
    event_id = factory.Sequence(lambda number: f"evt_{number}")
    type = "customer.created"
    payload = '{"data": {"object": {"id": "cus_1"}}}'
    happened_at = NOON
    received_at = NOON


def clerk_of_billing() -> User:
    """Somebody who may ask for refunds."""
    return StaffFactory.create(roles=["billing.clerk"])


def manager_of_billing() -> User:
    """Somebody who may ask for refunds and approve those of others."""
    return StaffFactory.create(roles=["billing.manager"])
