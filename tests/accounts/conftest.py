"""What the tests of accounts share: the mail that was posted, and a quiet cache."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client

from modules.core.outbox import drain


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Rate limits count in the cache; each test starts at none."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def post(mailoutbox: list[EmailMessage]) -> Callable[[], list[EmailMessage]]:
    """Deliver what the outbox holds and give all mail so far."""

    def deliver() -> list[EmailMessage]:
        drain()
        return mailoutbox

    return deliver


@pytest.fixture
def code_in() -> Callable[[EmailMessage], str]:
    """The code that a mail carries: the line of its own."""

    def find(mail: EmailMessage) -> str:
        found = re.search(r"^([A-Z0-9]{3,6}-?[A-Z0-9]{3,6})$", str(mail.body), re.MULTILINE)
        assert found, mail.body
        return found[1]

    return find


@pytest.fixture
def guest() -> Client:
    """A browser that nobody signed in with."""
    return Client()
