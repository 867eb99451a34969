"""Who works in the shop, and where its files lie."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from modules.core.actors import Actor
from tests.factories.accounts import StaffFactory


@pytest.fixture
def clerk(staff: Any) -> Actor:
    return Actor.of(staff)


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> None:
    """Uploaded files lie in a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def manager(client_of: Callable[[Any], Client]) -> Client:
    """The browser of somebody who may import."""
    return client_of(StaffFactory(roles=["films.manager"]))
