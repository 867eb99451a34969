"""Workflows that only one test knows: made in it, forgotten after it."""

from collections.abc import Iterator
from typing import Any

import pytest

from modules.workflow import flows
from modules.workflow.api import history_of


@pytest.fixture(autouse=True)
def only_here() -> Iterator[None]:
    """Forget the workflows that a test has declared."""
    before = {flow.graph.key for flow in flows.flows}
    yield
    for flow in flows.flows:
        if flow.graph.key not in before:
            flows.unregister(flow)


def state_of(record: Any) -> str:
    """Where the record stands in the database."""
    return str(type(record).objects.get(pk=record.pk).state)


def steps_of(record: Any) -> list[str]:
    """What happened to the record, by name."""
    return list(history_of(record).values_list("transition", flat=True))
