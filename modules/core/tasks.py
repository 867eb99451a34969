"""What the queue calls."""

import logging
from datetime import datetime

from modules.core import attachments, clock, health, job_runs, outbox
from modules.core.request_id import request_id
from modules.core.sweeps import sweep, sweeps

logger = logging.getLogger(__name__)

__all__ = ["deliver_batch", "job_runs", "sweep_once"]


@sweep("core.files")
def look_after_files(at: datetime) -> int:
    """Remove what was deleted long ago, and miss what is not there."""
    return attachments.remove_deleted(at=at) + attachments.look_for_files(at=at)


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
