"""What time drives in the engine."""

from datetime import datetime

from modules.core.jobs import job
from modules.core.sweeps import sweep
from modules.workflow import bulk
from modules.workflow.sweep import sweep_timers


@sweep("workflow.timers")
def timers(at: datetime) -> int:
    """Fire the timers that are due."""
    return sweep_timers(at)


job(bulk.KIND)(bulk.move)
