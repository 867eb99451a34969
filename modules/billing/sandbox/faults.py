"""The switches that make the sandbox misbehave the way a provider and a network can.

A fault is aimed by method and path (requests), by event type (deliveries), and used up by `count`. It can leave out the
first `skip` matches and strike only a `fraction` of the rest (seeded, so that a test is the same twice).
"""

from __future__ import annotations

import random
import threading
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from modules.billing.sandbox.errors import JsonObject

REQUEST_KINDS = {
    "error_500": "answers 500; with after_effect the request was done",
    "rate_limit": "answers 429, nothing done",
    "slow": "waits `ms` before doing anything",
    "timeout_after": "does the request, says nothing for `ms` (30,000), then hangs up",
    "reset_after": "does the request, then resets the connection",
    "reset_before": "resets the connection, nothing done",
}
DELIVERY_KINDS = {
    "drop": "the webhook is never sent",
    "repeat": "the webhook is sent `times` (1) more",
    "delay": "the webhook is sent `ms` later",
    "reorder": "webhooks wait until `times` (2) are there, then go in reverse",
    "bad_signature": "the webhook is signed with another secret",
}
MONEY_KINDS = {
    "refund_fails": "the refund succeeds and fails `ms` of sandbox time later",
    "refund_pends": "the refund stays pending until settled",
}
KINDS = REQUEST_KINDS | DELIVERY_KINDS | MONEY_KINDS


@dataclass(slots=True)
class Fault:
    """`path` and `event` are patterns with `*`; None as `count` means for ever."""

    kind: str
    method: str = "*"
    path: str = "*"
    event: str = "*"
    count: int | None = None
    skip: int = 0
    fraction: float = 1.0
    ms: int | None = None
    times: int | None = None
    after_effect: bool = False
    id: int = 0
    struck: int = 0
    seed: int = 1
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"No such fault: {self.kind}. There are: {', '.join(KINDS)}.")
        self.dice.seed(self.seed)

    def aims_at(self, *, method: str, path: str, event: str) -> bool:
        return (
            fnmatchcase(method, self.method.upper()) and fnmatchcase(path, self.path) and fnmatchcase(event, self.event)
        )

    def strikes(self) -> bool:
        if self.count == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.fraction < 1 and self.dice.random() >= self.fraction:
            return False
        self.struck += 1
        if self.count is not None:
            self.count -= 1
        return True

    def as_json(self) -> JsonObject:
        return {name: value for name, value in asdict(self).items() if name != "dice"}


class Faults:
    """All switches of one sandbox. Safe from any thread."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.faults: list[Fault] = []
        self.last = 0

    def add(self, kind: str, **aim: Any) -> Fault:
        """Raises ValueError for an unknown kind and TypeError for an unknown setting."""
        fault = Fault(kind=kind, **aim)
        with self.lock:
            self.last += 1
            fault.id = self.last
            self.faults.append(fault)
        return fault

    def remove(self, identity: int) -> None:
        with self.lock:
            self.faults = [fault for fault in self.faults if fault.id != identity]

    def clear(self) -> None:
        with self.lock:
            self.faults = []

    def struck(self, kind: str, *, method: str = "*", path: str = "*", event: str = "*") -> Fault | None:
        """The first fault of this kind that strikes now."""
        with self.lock:
            for fault in self.faults:
                if fault.kind == kind and fault.aims_at(method=method, path=path, event=event) and fault.strikes():
                    return fault
        return None

    def as_json(self) -> list[JsonObject]:
        with self.lock:
            return [fault.as_json() for fault in self.faults]
