"""The sandbox's time: the real clock plus what was moved forward."""

from __future__ import annotations

import time
from collections.abc import Callable

from modules.billing.sandbox.store import Store

MOVED = "clock_moved"


class Clock:
    """`real` is the clock of the machine (or of the test), `now` the sandbox's own, in whole seconds since 1970."""

    def __init__(self, store: Store, base: Callable[[], float] | None = None) -> None:
        self.store, self.base = store, base or time.time

    def real(self) -> int:
        return int(self.base())

    def now(self) -> int:
        return self.real() + self.moved

    @property
    def moved(self) -> int:
        return int(self.store.setting(MOVED, "0"))

    def advance(self, seconds: int) -> None:
        if seconds < 0:
            raise ValueError("The sandbox's clock only goes forward.")
        self.store.set_setting(MOVED, str(self.moved + seconds))
