"""The requests that the live server is at: a browser that is gone leaves some behind, and they still write."""

import threading
from typing import Any, Self

from django.core.signals import request_finished, request_started


class Traffic:
    """Counts them from their start to their end."""

    def __init__(self) -> None:
        self.count = 0
        self.change = threading.Condition()

    def __enter__(self) -> Self:
        request_started.connect(self._begin)
        request_finished.connect(self._end)
        return self

    def __exit__(self, *_error: object) -> None:
        request_started.disconnect(self._begin)
        request_finished.disconnect(self._end)

    def _begin(self, **_facts: Any) -> None:
        with self.change:
            self.count += 1

    def _end(self, **_facts: Any) -> None:
        with self.change:
            self.count -= 1
            self.change.notify_all()

    def rests(self, timeout: float = 60.0) -> None:
        """Wait until none is under way: before the tables are emptied under it."""
        with self.change:
            assert self.change.wait_for(lambda: self.count <= 0, timeout), f"{self.count} requests do not end"
