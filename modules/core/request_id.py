"""The id that ties log lines, history rows and outbox rows to the request or job that caused them."""

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="")
_SAFE = re.compile(r"[A-Za-z0-9-]{8,40}")


def current() -> str:
    """The id of what is going on, or an empty string outside of any request or job."""
    return _current.get()


@contextmanager
def request_id(given: str = "") -> Iterator[str]:
    """Work under an id; a given one is kept if it is harmless to print."""
    value = given if _SAFE.fullmatch(given) else secrets.token_hex(8)
    token = _current.set(value)
    try:
        yield value
    finally:
        _current.reset(token)


class RequestIdFilter(logging.Filter):
    """Puts the id on every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get() or "-"
        return True
