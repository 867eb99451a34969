"""The one place that reads the time. Only doors (views, commands, tasks) call it; below them time is an argument."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def frozen(moment: datetime) -> Iterator[datetime]:
    """Let the clock stand still at an aware moment, for tests and for demo history."""
    if moment.tzinfo is None:
        raise ValueError("a frozen clock needs an aware moment")
    token = _frozen.set(moment)
    try:
        yield moment
    finally:
        _frozen.reset(token)
