"""What time drives in the engine."""

from datetime import datetime

from django.core.cache import cache

from modules.core.jobs import job
from modules.core.sweeps import sweep
from modules.workflow.backtesting.jobs import KIND, try_some
from modules.workflow.clocks.sweep import SPELL, sweep_timers
from modules.workflow.engine.early import sweep_early
from modules.workflow.incidents import sweep_incidents
from modules.workflow.people.absences import hand_over_due
from modules.workflow.publishing import refresh
from modules.workflow.sealing import seal_settled, verify_daily
from modules.workflow.transferring import transfers
from modules.workflow.worklists import bulk


@sweep("workflow.timers")
def timers(at: datetime) -> int:
    """Fire the timers that are due."""
    return sweep_timers(at, spell=SPELL)


@sweep("workflow.absences")
def absences(at: datetime) -> int:
    """Give the tasks of who has gone to their substitutes, and those of who is back to them again."""
    return hand_over_due(at)


@sweep("workflow.early_events")
def early_events(at: datetime) -> int:
    """Look again for the records that events wait for, and drop what is too old."""
    return sweep_early(at)


@sweep("workflow.incidents")
def incidents(at: datetime) -> int:
    """Look once a minute for what has been given up or has mended itself."""
    return sweep_incidents(at) if cache.add("workflow:incidents:looked", 1, timeout=60) else 0


@sweep("workflow.seals")
def seals(at: datetime) -> int:
    """Seal the history, and compare it with its seals every night."""
    return seal_settled(at) + verify_daily(at)


@sweep("workflow.versions")
def versions(at: datetime) -> int:
    """Take over what another process has published."""
    return int(refresh())


job(bulk.KIND)(bulk.move)
job(transfers.THERE, finished=transfers.finish_there)(transfers.move_there)
job(transfers.BACK, finished=transfers.finish_back)(transfers.move_back)
job(KIND)(try_some)
