"""Timers follow the dates of their record."""

from datetime import datetime

from django.db import models

from modules.core.actors import SYSTEM
from modules.workflow.clocks import slas, timers
from modules.workflow.engine.running import is_running, running


def retime(record: models.Model, *, at: datetime) -> None:
    """Bring the open timers and promises of a record in line with its moments and dates, because one has changed.

    `advance` does so too. Without either, a timer whose moment was put off still never fires early, but one that was
    brought forward waits for its old moment.
    """
    if is_running(record):  # its step looks at them when the effects have run
        return
    with running(record, actor=SYSTEM, at=at) as run:
        run.lock()
        timers.retime(run)
        if run.graph.slas:
            slas.retime(run)
