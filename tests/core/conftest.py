"""What tests of the core share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from modules.core.actors import Actor
from modules.core.jobs import job, kinds
from tests.core.counting import KIND, Work


@pytest.fixture
def work() -> Iterator[Callable[..., None]]:
    """`work(function)`: what the kind of job of these tests does."""

    def use(function: Work, **options: Any) -> None:
        kinds.unregister(KIND)
        job(KIND, **options)(function)

    yield use
    kinds.unregister(KIND)


@pytest.fixture
def actor(staff: Any) -> Actor:
    return Actor.of(staff)
