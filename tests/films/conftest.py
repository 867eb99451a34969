"""Who works in the shop."""

from typing import Any

import pytest

from modules.core.actors import Actor


@pytest.fixture
def clerk(staff: Any) -> Actor:
    return Actor.of(staff)
