"""What the queue calls."""

import logging

from modules.core import clock, health, job_runs, outbox
from modules.core.request_id import request_id
from modules.core.sweeps import sweeps

logger = logging.getLogger(__name__)

__all__ = ["deliver_batch", "job_runs", "sweep_once"]


def deliver_batch(ids: list[int]) -> int:
    """Do a batch of leased outbox rows."""
    return outbox.deliver(ids)


def sweep_once() -> None:
    """Run every sweep; one that fails is logged and stops no other."""
    try:
        for name, function in sweeps.items():
            with request_id():
                try:
                    function(clock.now())
                except Exception:
                    logger.exception("the sweep %s failed", name)
    finally:
        health.release_sweep()
