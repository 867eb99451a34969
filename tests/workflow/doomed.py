"""A process that forks children which do one thing and SIGKILL themselves on the way, at a point the test names.

The product has no hooks for this: the child wraps functions before it starts. Reads lines of JSON from its standard
input, answers each with how the child ended. The parent of the children opens no database connection.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Any


def main() -> None:
    import django

    django.setup()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            act(order)
        _, status = os.waitpid(child, 0)
        print(-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), flush=True)


def act(order: dict[str, Any]) -> None:
    """Do what was ordered; leave without any farewell in every case."""
    try:
        doom(order["point"], order.get("call", 1))
        DEEDS[order["deed"]](order["record"], datetime.fromisoformat(order["at"]))
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(3)
    os._exit(0)


def doom(point: str, call: int) -> None:
    """Wrap `before package.module:Name.function` or `after …` so that its n-th call is the last thing that happens."""
    when, _, target = point.partition(" ")
    module, _, path = target.partition(":")
    owner: Any = import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original, calls = getattr(owner, name), 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if when == "before" and calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if when == "after" and calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


def fire_once(record: int, at: datetime) -> None:
    from modules.core.actors import SYSTEM
    from modules.workflow.api import fire
    from tests.workflow.app.models import Parcel

    fire(Parcel.objects.get(pk=record), "hand_over", actor=SYSTEM, at=at, key="once")


def fire_guarded(record: int, at: datetime) -> None:
    from modules.core.actors import SYSTEM
    from modules.workflow.api import fire
    from tests.workflow.app.models import Parcel

    fire(Parcel.objects.get(pk=record), "send_off", actor=SYSTEM, at=at, key="once")


def sweep(record: int, at: datetime) -> None:
    from modules.workflow.clocks.sweep import sweep_timers

    sweep_timers(at)


def deliver(record: int, at: datetime) -> None:
    from modules.core.outbox import drain

    drain(at=at)


DEEDS: dict[str, Callable[[int, datetime], None]] = {
    "fire": fire_once,
    "fire_guarded": fire_guarded,
    "sweep": sweep,
    "deliver": deliver,
}

if __name__ == "__main__":
    main()
