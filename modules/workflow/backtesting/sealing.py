"""A room from which nothing gets out: connections, processes and files are refused, caches are thrown away.

What the engine does goes through the database and is rolled back by its transaction. This is for an effect that breaks
the rule and reaches for the world itself: it is refused, and the trial says which one it was.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.utils.translation import gettext as _

_sealed: ContextVar[bool] = ContextVar("sealed", default=False)
_watching: list[bool] = []
REFUSED = frozenset({
    "socket.connect", "socket.sendto", "socket.sendmsg", "subprocess.Popen", "os.system", "os.posix_spawn", "os.exec",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree",
    "smtplib.connect", "ftplib.connect",
})  # fmt: skip
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class ReachesOut(OSError):
    """An effect reached for the world instead of writing a row of the outbox."""


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in REFUSED and event != "open":
        return
    if _sealed.get() and (event != "open" or _writes(arguments)):
        raise ReachesOut(_("It reaches for the world outside: {what}").format(what=event))


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
