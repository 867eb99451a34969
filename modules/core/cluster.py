"""django-q2's cluster in three processes: the sentinel, its workers, and one mover.

django-q2 itself starts a parent, a sentinel, a pusher, a monitor and the workers; with our ticker that made six
processes of 10 to 15 MB each (docs/decisions/0020-memory-of-the-process-group.md). Here the sentinel runs in the
supervisor's child, and what only carries work runs as threads of one child: the ticker and the pusher (outbox to
broker to workers) and the monitor (results to broker). The code that does the work is django-q2's own.
"""

import logging
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable
from multiprocessing import Event
from types import FrameType
from typing import Any

from django_q import cluster
from django_q.brokers.orm import ORM
from django_q.cluster import Sentinel, get_mp_context
from django_q.conf import Conf
from django_q.monitor import monitor
from django_q.pusher import pusher

logger = logging.getLogger(__name__)


class Flag:
    """An event that a signal handler may set; multiprocessing's would wait for the very waiter that it interrupts."""

    def __init__(self) -> None:
        self._raised = False

    def set(self) -> None:
        self._raised = True

    def is_set(self) -> bool:
        return self._raised

    def wait(self, seconds: float) -> bool:
        """Whether it was raised within that time."""
        end = time.monotonic() + seconds
        while not self._raised and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        return self._raised


class Pushing:
    """The mover's pusher as the sentinel sees it: a process that has ended once nothing more is pushed."""

    def __init__(self, mover: Any, ended: Any) -> None:
        self.mover, self.ended = mover, ended
        self.name, self.pid = mover.name, mover.pid

    def is_alive(self) -> bool:
        return bool(self.mover.is_alive()) and not self.ended.is_set()


class NoStat:
    """In place of django-q2's statistics: two writes a second that nobody reads. Health has a beat of its own."""

    def __init__(self, sentinel: Sentinel) -> None:
        pass

    def save(self) -> None:
        pass


class LeanSentinel(Sentinel):
    """django-q2's sentinel with one mover in place of pusher and monitor. It never touches the database."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self.tick = tick
        self.pushing_ended: Any = None
        super().__init__(Flag(), Flag(), uuid.uuid4())

    def start(self) -> None:
        """Work until SIGTERM, then let the tasks under way finish."""
        cluster.Stat = NoStat
        signal.signal(signal.SIGTERM, self._leave)
        signal.signal(signal.SIGCHLD, self._look_at_children)
        os.register_at_fork(after_in_child=_forget_handlers)
        super().start()

    def _leave(self, signum: int, frame: FrameType | None) -> None:
        self.stop_event.set()

    def _look_at_children(self, signum: int, frame: FrameType | None) -> None:
        """Leave when a child was killed: it may have died with a queue's lock in its hand (a waiting reader holds it),
        on which a successor would wait for ever. The supervisor starts all of it anew, with new queues."""
        children = [*self.pool, *([self.monitor] if self.monitor else [])]
        if all(child.exitcode in (None, 0) for child in children):
            return
        logger.critical("a process of the queue was killed; the queue starts anew")
        for child in children:
            child.kill()
        raise SystemExit(1)

    def spawn_monitor(self) -> Any:
        """The mover; a new one brings its own pusher."""
        self.pushing_ended = Event()
        mover = get_mp_context().Process(
            target=move,
            args=(self.task_queue, self.result_queue, self.event_out, self.pushing_ended, self.tick),
            name="mover",
            daemon=True,
        )
        mover.start()
        self.pusher = Pushing(mover, self.pushing_ended)
        return mover

    def spawn_pusher(self) -> Any:
        return self.pusher


def _forget_handlers() -> None:
    """Workers inherit the sentinel's handlers, under which they could not be ended."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def move(task_queue: Any, result_queue: Any, leaving: Any, pushing_ended: Any, tick: Callable[[], None]) -> None:
    """Push, tick and monitor until told to leave; the monitor stays until the last result is in.

    A thread that fails takes the process along, and so the queue starts anew: what was under way comes back.
    """

    def push() -> None:
        pusher(task_queue, leaving, TickingBroker(tick) if Conf.ORM else None)

    def keep_ticking() -> None:
        while not leaving.is_set():
            tick()
            time.sleep(Conf.POLL)

    threads = [threading.Thread(target=_or_end, args=(push, leaving, pushing_ended.set), name="pusher", daemon=True)]
    if not Conf.ORM:  # Redis blocks for a second where the database is asked again and again
        threads.append(threading.Thread(target=_or_end, args=(keep_ticking, leaving), name="ticker", daemon=True))
    for thread in threads:
        thread.start()
    monitor(result_queue)


class TickingBroker(ORM):
    """The queue in the database, whose reader looks at the outbox first: one connection, no wait between the two."""

    def __init__(self, tick: Callable[[], None]) -> None:
        super().__init__()
        self.tick = tick

    def dequeue(self) -> Any:
        self.tick()
        return super().dequeue()


def _or_end(run: Callable[[], None], leaving: Any, done: Callable[[], None] = lambda: None) -> None:
    """Run for as long as the process; end it when that ends before its time."""
    try:
        run()
    except BaseException:
        logger.exception("%s failed", threading.current_thread().name)
    if not leaving.is_set():
        os._exit(1)
    done()
