"""A room from which nothing gets out: connections, processes, threads and files are refused, caches are thrown away.

What the engine does goes through the database and is rolled back by its transaction. This is for an effect that breaks
the rule and reaches for the world itself: it is refused, and the trial says which one it was. A connection that was
open before, such as that of a client which keeps it, sends nothing either; a thread would be outside of the room.
"""

import os
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any
from uuid import uuid4

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.utils.translation import gettext as _

_sealed: ContextVar[bool] = ContextVar("sealed", default=False)
_watching: list[bool] = []
REFUSED = frozenset({
    "socket.connect", "socket.sendto", "socket.sendmsg", "subprocess.Popen", "os.system", "os.posix_spawn", "os.exec",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree",
    "smtplib.connect", "ftplib.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "sqlite3.connect",
    "_thread.start_new_thread", "os.fork", "os.forkpty", "os.spawn", "os.chmod", "os.chown",
})  # fmt: skip
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class ReachesOut(OSError):
    """An effect reached for the world instead of writing a row of the outbox."""


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in REFUSED and event != "open":
        return
    if _sealed.get() and (event != "open" or _writes(arguments)):
        raise ReachesOut(_("It reaches for the world outside: {what}").format(what=event))


def _guard(kind: type, *names: str) -> None:
    """Let methods ask first whether they may: sending by an open socket, or starting a thread, is no event to watch."""
    for name in names:
        setattr(kind, name, _asking(f"{kind.__name__}.{name}", getattr(kind, name)))


def _asking(what: str, method: Any) -> Any:
    @wraps(method)
    def asking(*given: Any, **named: Any) -> Any:
        if _sealed.get():
            raise ReachesOut(_("It reaches for the world outside: {what}").format(what=what))
        return method(*given, **named)

    return asking


def _writes(arguments: tuple[Any, ...]) -> bool:
    """Whether a file is opened for writing; compiled modules that Python keeps for itself are none of our business."""
    path, flags = arguments[0], arguments[2]
    if not isinstance(path, str | bytes | os.PathLike) or "__pycache__" in os.fsdecode(path):
        return False
    return isinstance(flags, int) and bool(flags & WRITES)


@contextmanager
def sealed() -> Iterator[None]:
    """Refuse what reaches out, in this thread, until the end; let caches forget what was written meanwhile."""
    if not _watching:
        _watching.append(True)
        sys.addaudithook(_watch)
        for kind in (socket.socket, ssl.SSLSocket):
            _guard(kind, "send", "sendall")
        _guard(threading.Thread, "start")
    connection.ensure_connection()
    aliases = list(caches.settings)
    kept = {alias: caches[alias] for alias in aliases}
    rooms = {alias: LocMemCache(f"trial-{uuid4().hex}", {}) for alias in aliases}
    for alias, room in rooms.items():
        caches[alias] = room
    token = _sealed.set(True)
    try:
        yield
    finally:
        _sealed.reset(token)
        for alias, cache in kept.items():
            caches[alias] = cache
            rooms[alias].clear()
