"""Money in the console is written in the reader's language, where it is only read."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from modules.core.money import Money
from tests.factories.accounts import StaffFactory
from tests.factories.billing import PaymentFactory
from tests.factories.films import EditionFactory

pytestmark = pytest.mark.django_db
WORDS = {"en": "€12,345.60", "es": "12.345,60\N{NO-BREAK SPACE}€"}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("place", ["list", "page", "inline"])
def test_a_price_is_written_as_the_reader_writes_it(
    language: str, place: str, client_of: Callable[[Any], Client]
) -> None:
    edition = EditionFactory(price=Money(1_234_560, "EUR"))
    address = {
        "list": reverse("admin:films_edition_changelist"),
        "page": reverse("admin:films_edition_change", args=[edition.pk]),
        "inline": reverse("admin:films_film_change", args=[edition.film_id]),
    }[place]
    clerk = client_of(StaffFactory(roles=["films.clerk"], language=language))
    assert WORDS[language] in clerk.get(address).content.decode()


@pytest.mark.parametrize("language", WORDS)
def test_on_a_page_that_nobody_may_change_too(language: str, client_of: Callable[[Any], Client]) -> None:
    payment = PaymentFactory(amount=Money(1_234_560, "EUR"))
    manager = client_of(StaffFactory(roles=["billing.manager"], language=language))
    page = manager.get(reverse("admin:billing_payment_change", args=[payment.pk])).content.decode()
    assert WORDS[language] in page
