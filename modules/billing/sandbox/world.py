"""One sandbox's state in one place, and the lock around it."""

from __future__ import annotations

import secrets
import string
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from modules.billing.sandbox.clock import Clock
from modules.billing.sandbox.errors import ApiError, JsonObject, missing_resource
from modules.billing.sandbox.faults import Faults
from modules.billing.sandbox.store import Store

ALPHABET = string.ascii_letters + string.digits
LOG_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Call:
    """The API request being answered; events name it. A change from the provider's side has none."""

    request_id: str | None = None
    idempotency_key: str | None = None


def identity(prefix: str, length: int = 24) -> str:
    return f"{prefix}_{''.join(secrets.choice(ALPHABET) for _ in range(length))}"


class World:
    """`wake` is called after each change that may have made a delivery due."""

    def __init__(self, database: str, *, public_url: str = "", base_clock: Callable[[], float] | None = None) -> None:
        self.store = Store(database)
        self.clock = Clock(self.store, base_clock)
        self.faults = Faults()
        self.lock = threading.RLock()
        self.public_url = public_url
        self.call = Call()
        self.enqueue: Callable[[JsonObject], int] = lambda _event: 0
        self.wake: Callable[[], None] = lambda: None
        self.requests: deque[JsonObject] = deque(maxlen=LOG_LENGTH)
        self.depth = 0

    @contextmanager
    def transaction(self, call: Call | None = None) -> Iterator[None]:
        """All or nothing, one at a time; inner ones join the outer one."""
        with self.lock:
            if self.depth:
                yield
                return
            self.store.begin()
            self.depth, self.call = 1, call or Call()
            try:
                yield
                self.store.commit()
            except ApiError as error:
                # A refused card leaves a failed charge and events behind; any other refusal leaves nothing.
                if error.status == HTTPStatus.PAYMENT_REQUIRED:
                    self.store.commit()
                else:
                    self.store.roll_back()
                raise
            except BaseException:
                self.store.roll_back()
                raise
            finally:
                self.depth, self.call = 0, Call()
                self.wake()

    def now(self) -> int:
        return self.clock.now()

    def get(self, noun: str, wanted: str, *, param: str = "id") -> JsonObject:
        found = self.store.find(wanted, noun)
        if found is None:
            raise missing_resource(noun.replace(".", " "), wanted, param)
        return found
