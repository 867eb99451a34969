"""A process of the product that kills itself with SIGKILL at a named place. Nothing in the product knows of it.

`python -m tests.integration.doomed` sets Django up once without touching the database, then forks a child for every
order (a line of JSON on stdin) and answers with a line: the signal that ended the child, or what it returned.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from importlib import import_module
from typing import Any


def kill_at(place: str, when: str = "before", nth: int = 1) -> None:
    """Wrap `package.module:function` so that its n-th call kills this process, before it runs or after it ran."""
    path, _, name = place.partition(":")
    owner = import_module(path)
    *outer, name = name.split(".")
    for part in outer:
        owner = getattr(owner, part)
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    @wraps(original)
    def doomed(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if when == "before" and calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if when == "after" and calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, doomed)


def request(path: str, data: Any, *, session: str = "", signature: str = "") -> int:
    """A POST as the browser or the provider sends it; the status of the answer."""
    from django.conf import settings
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    if signature:
        headers = {"Stripe-Signature": signature}
        return int(client.post(path, data, content_type="application/json", headers=headers).status_code)
    return int(client.post(path, data).status_code)


def work(now: str) -> int:
    """What the worker does with the outbox."""
    from modules.core import outbox

    return outbox.drain(at=datetime.fromisoformat(now))


def sweep(name: str, now: str) -> int:
    """What the worker does with the time."""
    from modules.core.sweeps import sweeps

    return sweeps[name](datetime.fromisoformat(now))


def fire_once(model: str, pk: int, transition: str, now: str, key: str = "") -> str:
    """A step of a workflow, by the system."""
    from django.apps import apps

    from modules.core.actors import SYSTEM
    from modules.workflow.api import fire

    record = apps.get_model(model)._default_manager.get(pk=pk)
    fire(record, transition, actor=SYSTEM, at=datetime.fromisoformat(now), key=key or None)
    return str(record.state)  # type: ignore[attr-defined]


DEEDS: dict[str, Callable[..., Any]] = {"request": request, "work": work, "sweep": sweep, "fire": fire_once}


def obey(order: dict[str, Any]) -> Any:
    """Prepare the child's settings and its end, then do what is asked."""
    from django.conf import settings

    for name, value in order["settings"].items():
        setattr(settings, name, value)
    if order["place"]:
        kill_at(order["place"], order["when"], order["nth"])
    return DEEDS[order["deed"]](**order["facts"])


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Let a child obey; how that ended."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said = {"result": obey(order)}
        except BaseException:
            said = {"error": traceback.format_exc()}
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = json.loads(pipe.read() or b"{}")
    status = os.waitpid(pid, 0)[1]
    return {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, **said}


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.urls import get_resolver

    settings.DATABASES["default"]["NAME"] = os.environ["DOOMED_DATABASE"]
    _ = get_resolver().url_patterns
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
