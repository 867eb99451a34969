"""Orders as bare rows, for lists, files and boards: no stock moves, nothing is paid."""

import uuid
from datetime import UTC, datetime

import factory

from modules.core.money import Money
from modules.films.choices import OrderState
from modules.films.models import Order


class OrderRowFactory(factory.django.DjangoModelFactory[Order]):
    """An order of a guest; `state`, `placed_at`, `name`, `email`, `customer` as wanted."""

    class Meta:
        model = Order

    state = OrderState.AWAITING_PAYMENT
    email = factory.Sequence(lambda number: f"buyer{number}@example.test")
    name = factory.Sequence(lambda number: f"Buyer {number}")
    language = "en"
    placed_key = factory.LazyFunction(uuid.uuid4)
    placed_at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    currency = "EUR"
    net = Money(1000, "EUR")
    tax = Money(210, "EUR")
    gross = Money(1210, "EUR")
