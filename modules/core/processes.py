"""The processes of a running product: HTTP server, and queue with ticker. Each function blocks until told to stop."""

import logging
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.db import OperationalError, close_old_connections

from modules.core import clock, health, outbox

logger = logging.getLogger(__name__)

NICENESS = 10
"""Of the queue: where the processor is short, whoever waits for a page comes before whatever goes on behind."""


@cache
def application() -> Callable[..., Any]:
    """The WSGI application with its middleware; made before the fork."""
    from django.core.handlers.wsgi import WSGIHandler

    return WSGIHandler()


def run_web() -> None:
    """Serve HTTP with gunicorn's threaded worker, which finishes the requests under way on SIGTERM."""
    from gunicorn.app.base import BaseApplication

    class Product(BaseApplication):
        def load_config(self) -> None:
            for name, value in _gunicorn_options().items():
                self.cfg.set(name, value)

        def load(self) -> Callable[..., Any]:
            return application()

    Product().run()


def _gunicorn_options() -> dict[str, object]:
    return {
        "bind": f"{settings.HOST}:{settings.PORT}",
        "workers": settings.WEB_PROCESSES,
        "threads": settings.WEB_THREADS,
        "worker_class": "gthread",
        "preload_app": True,
        "timeout": 60,
        "graceful_timeout": 25,
        "keepalive": 5,
        "loglevel": "warning",
        "control_socket_disable": True,
        "forwarded_allow_ips": settings.FORWARDED_ALLOW_IPS,
    }


def run_queue() -> None:
    """Run django-q2's workers and what brings them their work."""
    from modules.core.cluster import LeanSentinel

    os.nice(NICENESS)
    LeanSentinel(tick=Ticker().look)


class Ticker:
    """Hands due outbox rows to the queue in batches, and asks for a sweep every few seconds.

    It does no business work itself: one read of a small index a round, so it is always on time.
    """

    def __init__(self) -> None:
        self._next_sweep = 0.0
        self._next_beat = 0.0

    def look(self) -> None:
        """One look at the outbox and at the time; a database that does not answer is asked again later."""
        try:
            self.round()
        except OperationalError:
            logger.warning("the database did not answer; the ticker waits a second", exc_info=True)
            close_old_connections()
            time.sleep(1)

    def round(self) -> None:
        """One look at the outbox and at the time."""
        from django_q.tasks import async_task

        at = clock.now()
        if outbox.any_due(at=at):
            ids = outbox.lease_due(at=at)
            if ids:
                async_task("modules.core.tasks.deliver_batch", ids)
        if time.monotonic() >= self._next_sweep:
            self._next_sweep = time.monotonic() + settings.SWEEP_SECONDS
            if health.claim_sweep():
                async_task("modules.core.tasks.sweep_once")
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + 5
            health.beat(at=at)
            close_old_connections()
