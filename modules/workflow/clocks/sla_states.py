"""How the promises of records stand: what is left, what is overdue, what stands still."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from modules.workflow.clocks import calendars
from modules.workflow.clocks.business_time import Hours
from modules.workflow.clocks.waits import counted, due_at
from modules.workflow.flows import flow_of
from modules.workflow.graph import Sla, Words
from modules.workflow.models import SlaClock

Status = Literal["running", "paused", "met", "broken"]


@dataclass(frozen=True)
class SlaState:
    """One promise of one record. `remaining` is counted in the promise's own unit and negative when it is overdue; a
    broken one that still runs says by how much so far, an ended one nothing."""

    key: str
    title: Words
    status: Status
    due_at: datetime | None
    remaining: timedelta | None
    is_broken: bool
    is_warned: bool
    in_business_time: bool

    @property
    def is_open(self) -> bool:
        return self.status in ("running", "paused")


def sla_state(records: Sequence[Any], at: datetime) -> dict[int, list[SlaState]]:
    """The newest clock of each promise, by record: one query for all records of one type, and two for each business
    calendar that is counted by."""
    found: dict[int, list[SlaState]] = {record.pk: [] for record in records}
    if not records:
        return found
    flow = flow_of(records[0])
    clocks = _newest_clocks(flow.graph.record_type, list(found))
    hours = cache(calendars.hours_of)
    for record in records:
        for sla in flow.graph_for(record).slas:
            clock = clocks.get((record.pk, sla.key))
            if clock is not None:
                found[record.pk].append(_state(record, sla, clock, at, hours))
    return found


def _newest_clocks(record_type: str, ids: Sequence[int]) -> dict[tuple[int, str], SlaClock]:
    rows = SlaClock.objects.filter(record_type=record_type, record_id__in=ids).order_by("pk")
    return {(clock.record_id, clock.sla): clock for clock in rows}


def _state(record: Any, sla: Sla, clock: SlaClock, at: datetime, hours: Callable[[str], Hours]) -> SlaState:
    calendar = sla.within.calendar
    remaining: timedelta | None = None
    if clock.ended_at is not None:
        status: Status = "broken" if clock.breached_at else "met"
    elif clock.running_since is None:
        status = "paused"
        end = due_at(sla.within, record, clock.started_at, hours)
        if end is not None:
            remaining = counted(calendar, clock.started_at, end, hours) - clock.spent
    else:
        status = "running"
        if clock.due_at is not None:
            remaining = counted(calendar, at, clock.due_at, hours)
    is_late = remaining is not None and remaining < timedelta()
    is_late = is_late or (status == "running" and clock.due_at is not None and clock.due_at < at)  # on a closed day too
    return SlaState(
        sla.key, sla.title, status, clock.due_at, remaining, bool(clock.breached_at) or is_late,
        clock.warned_at is not None, bool(calendar),
    )  # fmt: skip
