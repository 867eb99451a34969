"""What every test may use: time, people, real parallel connections."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from hypothesis import HealthCheck, settings

from modules.core import clock
from tests.append_only import let_flush_empty_append_only_tables
from tests.factories.people import customer, owner, staff, stranger, teammate  # noqa: F401 - fixtures
from tests.factories.shop import running_shop, shop  # noqa: F401

let_flush_empty_append_only_tables()
# How long an example takes says how busy the machine is, not whether the example is right.
settings.register_profile("suite", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


@pytest.fixture
def at() -> datetime:
    """A fixed moment: noon UTC on 21 November 2026."""
    return datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def frozen_clock(at: datetime) -> Iterator[datetime]:
    """The same moment, for everything that reads the clock in this thread."""
    with clock.frozen(at):
        yield at


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    """A client signed in as somebody."""

    def make(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def parallel() -> Callable[..., list[Any]]:
    """Call a function n times at once, each in a thread with its own connection; results or exceptions, in order.

    Needs `django_db(transaction=True)`. On PostgreSQL these are real parallel transactions.
    """

    def run(function: Callable[[int], Any], count: int) -> list[Any]:
        barrier = threading.Barrier(count)

        def one(number: int) -> Any:
            try:
                barrier.wait(timeout=30)
                return function(number)
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(max_workers=count) as pool:
            return list(pool.map(one, range(count)))

    return run


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that need PostgreSQL run where the suite runs on it; `.ci/run` requires that run.

    What drives browsers and processes depends on the machine's mood: a second try, and the summary names it
    (docs/decisions/0021).
    """
    for item in items:
        if {"browser", "slow"} & set(item.keywords) or "kill" in item.path.stem:
            item.add_marker(pytest.mark.flaky(reruns=1))
    if connection.vendor == "postgresql":
        return
    left_out = pytest.mark.skip(reason="needs PostgreSQL: set DATABASE_URL=postgres://… (docs/install.md)")
    for item in items:
        if "postgres" in item.keywords:
            item.add_marker(left_out)
