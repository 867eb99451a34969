"""Firing the timers that are due."""

import logging
import time
import traceback
from datetime import datetime, timedelta

from django.db import connection, transaction

from modules.core.actors import SYSTEM
from modules.core.outbox import backoff
from modules.workflow.clocks import duties, timers
from modules.workflow.engine.running import run_on
from modules.workflow.errors import RecordGone, Refused
from modules.workflow.flows import find_flow
from modules.workflow.models import Timer

logger = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(minutes=2)
"""How long a worker may take for a batch before another may have its timers."""


SPELL = 4.0
"""So many seconds the sweep goes on at most, so that the queue's other work has its turn; the rest is next time's."""
PAUSE = 0.0005
"""Seconds between two timers in which SQLite's only writer is free: without it a page that writes asks in vain."""


def sweep_timers(at: datetime, *, spell: float | None = None) -> int:
    """Fire what is due, in order of the due times, batch after batch; returns how many fired.

    Each timer fires in a transaction of its own at the present moment: after a downtime the history says when things
    really happened. With a `spell` it stops after so many seconds and leaves the rest for the next time. Two workers
    never hold the same timer, and a killed one's timers are free again after the lease.
    """
    fired, begun, pause = 0, time.monotonic(), PAUSE if connection.vendor == "sqlite" else 0
    while batch := _claim(at):
        for timer in batch:
            fired += _attempt(timer, at)
            if pause:
                time.sleep(pause)
        if len(batch) < BATCH or (spell is not None and time.monotonic() - begun > spell):
            break
    return fired


def _claim(at: datetime) -> list[Timer]:
    """Lease the next due timers to this worker, first due first; never one that this sweep itself has started."""
    due = Timer.objects.filter(next_try_at__lte=at, started_at__lt=at).order_by("next_try_at", "pk")
    if not due.exists():  # the ticker looks every few seconds: a read keeps it from taking SQLite's only writer
        return []
    with transaction.atomic():
        if connection.vendor == "postgresql":
            due = due.select_for_update(skip_locked=True)
        batch = list(due[:BATCH])
        Timer.objects.filter(pk__in=[timer.pk for timer in batch]).update(next_try_at=at + LEASE)
    return batch


def _attempt(timer: Timer, at: datetime) -> bool:
    """Fire one timer; what goes wrong is kept on its row and stops no other."""
    try:
        return _fire(timer, at)
    except Refused as refusal:  # a guard says not yet: no fault, but people can see why it waits
        _put_off(timer, at, str(refusal))
    except Exception as error:
        logger.exception("timer %s of %s %s failed", timer.transition, timer.record_type, timer.record_id)
        _put_off(timer, at, "".join(traceback.format_exception_only(error)).strip())
    return False


def _put_off(timer: Timer, at: datetime, error: str) -> None:
    pause = timedelta(seconds=backoff(min(timer.attempts + 1, 12)))
    Timer.objects.filter(pk=timer.pk).update(
        attempts=timer.attempts + 1, error=error[:2000], next_try_at=max(at, timer.due_at) + pause
    )


def _fire(timer: Timer, at: datetime) -> bool:
    """Fire a claimed timer under the record's lock, unless the record has left the state meanwhile."""
    flow = find_flow(timer.record_type)
    if flow is None:
        raise LookupError(f"no workflow for {timer.record_type}: is its module installed?")
    with run_on(flow, timer.record_id, actor=SYSTEM, at=at) as run:
        try:
            run.lock()
        except RecordGone:
            Timer.objects.filter(pk=timer.pk).delete()
            return False
        taken, _rows = Timer.objects.filter(pk=timer.pk, due_at=timer.due_at).delete()
        if not taken:  # left, or moved to another time, since it was claimed
            return False
        if not run.graph.has_transition(timer.transition):
            return duties.perform(run, timer)
        if run.record.state != timer.state:
            return False
        step = run.plan.step(timer.transition)
        if step.transition.after is not None and timers.comes_later(run, timer, step.transition.after):
            return False
        run.check_guards(step)
        run.go(step)
        run.take(step, data={"due_at": timer.due_at})
        run.rest()
    return True
