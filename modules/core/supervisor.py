"""One parent that forks the product's processes, brings back what dies and takes everything down with it.

The parent sets Django up, freezes what it loaded, and forks; the children share that memory. It opens no database
connection: a forked SQLite connection would be inherited at every respawn.
"""

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from modules.core import memory

logger = logging.getLogger(__name__)

STOP_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1
_depth = 0


def die_with_parent() -> None:
    """After each fork: a child gets SIGTERM, a grandchild SIGKILL, when its parent is gone (Linux only).

    A grandchild whose parent was killed has nobody to report to; its work is leased and will be done again.
    """
    global _depth
    _depth += 1
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM if _depth == 1 else signal.SIGKILL)


@dataclass
class Child:
    """A process that has to be there: what it runs, and how it has been doing."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    deaths: int = 0
    due: float = field(default=0.0)


class Supervisor:
    """Starts children, watches them, restarts what dies (at once first, then with pauses), stops all on SIGTERM."""

    def __init__(self, runs: dict[str, Callable[[], None]]) -> None:
        self.children = [Child(name, run) for name, run in runs.items()]
        self.stopping = False

    def serve(self) -> int:
        """Run until SIGTERM or SIGINT; 0 when everybody left in time."""
        os.register_at_fork(after_in_child=die_with_parent)
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._stop)
        memory.settle()
        while not self.stopping:
            self._start_missing()
            self._reap()
            time.sleep(0.1)
        return self._drain()

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _start_missing(self) -> None:
        for child in self.children:
            if not child.pid and time.monotonic() >= child.due:
                self._fork(child)

    def _fork(self, child: Child) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        pid = os.fork()
        if pid:
            child.pid, child.started = pid, time.monotonic()
            return
        status = 1
        try:
            for signum in (signal.SIGTERM, signal.SIGINT):
                signal.signal(signum, signal.SIG_DFL)
            os.setpgid(0, 0)  # Ctrl-C reaches the parent alone, which then drains
            if os.getppid() == parent:
                child.run()
                status = 0
        except SystemExit as leave:
            status = leave.code if isinstance(leave.code, int) else 0 if leave.code is None else 1
        except BaseException:
            logger.exception("the process %s failed", child.name)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _reap(self) -> None:
        for child in self.children:
            if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
                lived = time.monotonic() - child.started
                child.deaths = 0 if lived > 60 else child.deaths + 1
                pause = 0.0 if child.deaths <= 1 else min(2.0 ** (child.deaths - 2), 30.0)
                logger.error("the process %s died after %.0f s; it starts again in %.0f s", child.name, lived, pause)
                child.pid, child.due = 0, time.monotonic() + pause

    def _drain(self) -> int:
        living = [child for child in self.children if child.pid]
        for child in living:
            os.kill(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while living and time.monotonic() < deadline:
            living = [child for child in living if not os.waitpid(child.pid, os.WNOHANG)[0]]
            time.sleep(0.05)
        for child in living:
            logger.error("the process %s did not leave in time", child.name)
            os.killpg(child.pid, signal.SIGKILL)
        return 1 if living else 0


def in_child(function: Callable[[], None]) -> bool:
    """Run a function in a child process of its own and wait for it, so that the caller keeps no connection open."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            function()
            status = 0
        except KeyboardInterrupt:
            pass
        except SystemExit as leave:
            status = leave.code if isinstance(leave.code, int) else 1
        except BaseException:
            logger.exception("a step before the start failed")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
