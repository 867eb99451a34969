"""The worker and its ticker as one thread: what lies in the outbox is done, what time drives is swept."""

import threading
import time
from collections.abc import Callable

from django.db import connections

from modules.core import clock, outbox
from modules.core.sweeps import run_sweeps

POLL_SECONDS = 0.05
SWEEP_SECONDS = 2.0


class Worker(threading.Thread):
    """Works until it is stopped; what it stumbles over is kept and told then."""

    def __init__(self) -> None:
        super().__init__(name="worker", daemon=True)
        self.leaving = threading.Event()
        self.round = threading.Condition()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            swept = time.monotonic()
            while not self.leaving.wait(POLL_SECONDS):
                if outbox.any_due(at=clock.now()):
                    outbox.drain()
                if time.monotonic() - swept > SWEEP_SECONDS:
                    run_sweeps(at=clock.now())
                    swept = time.monotonic()
                with self.round:
                    self.round.notify_all()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def until(self, is_so: Callable[[], object], timeout: float = 60.0) -> None:
        """Wait for what the worker will bring about; asked after each of its rounds."""
        with self.round:
            assert self.round.wait_for(is_so, timeout), self.error or "the worker did not bring it about"

    def stop(self) -> None:
        self.leaving.set()
        self.join(timeout=60)
        if self.error:
            raise self.error
        assert not self.is_alive(), "the worker does not come to an end"
