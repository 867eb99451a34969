"""When something is due: so long after it began, or before or after a moment in a field of the record."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from modules.workflow.clocks import calendars
from modules.workflow.clocks.business_time import Hours
from modules.workflow.clocks.local_times import business_zone, end_of_day, instant, shifted

if TYPE_CHECKING:
    from modules.workflow.graph import Wait, WorkflowGraph


HoursOf = Callable[[str], Hours]


def due_at(wait: "Wait", record: Any, start: datetime, hours_of: HoursOf = calendars.hours_of) -> datetime | None:
    """The moment that a wait ends; None while the record's field is empty, and where no calendar reaches so far.

    Months and days are counted on the wall's clock where the business is: a month later is at most the last day of the
    month, and what the clocks skip is the next moment that exists. What remains is elapsed time, or open time of the
    business calendar that the wait names. Who asks often gives an `hours_of` that remembers.
    """
    if wait.is_plain:
        return start + wait.amount
    try:
        moment = _shifted(wait, start) if not wait.field else _in_field(wait, record)
        if moment is None or not wait.amount:
            return moment
        if wait.calendar:
            return hours_of(wait.calendar).add(moment, wait.amount)
        return moment + wait.amount
    except OverflowError:  # a date such as 31 December 9999 stands for never
        return None


def counted(calendar: str, first: datetime, last: datetime, hours_of: HoursOf = calendars.hours_of) -> timedelta:
    """The time between two moments: open time of a business calendar, or elapsed time without one."""
    return hours_of(calendar).between(first, last) if calendar else last - first


def _in_field(wait: "Wait", record: Any) -> datetime | None:
    """The moment in the record's field, moved by months and days; a date counts from its end where the business is."""
    found = field_value(record, wait.field)
    if found is None or isinstance(found, datetime):
        return None if found is None else _shifted(wait, found)
    zone = business_zone()
    return end_of_day(shifted(found, wait.months, wait.days), zone)


def _shifted(wait: "Wait", moment: datetime) -> datetime:
    """The same time of the day on another day."""
    if not (wait.months or wait.days):
        return moment
    zone = business_zone()
    local = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    day = shifted(local.date(), wait.months, wait.days)
    return instant(datetime.combine(day, local.time()), zone).astimezone(UTC)


def field_value(record: Any, path: str) -> date | None:
    """What stands in a field of the record; `order__placed_at` follows a relation."""
    *relations, last = path.split("__")
    for relation in relations:
        record = getattr(record, relation, None)
    found: date | None = getattr(record, last, None)
    return found


def waits_of(graph: "WorkflowGraph") -> Iterator[tuple[str, "Wait"]]:
    """Everything that a workflow waits for, with its place."""
    for way in graph.transitions:
        yield from _given(f"transition:{way.key}", way.after)
    for task in graph.tasks:
        yield from _given(f"task:{task.key}", task.due, *task.remind, *(step.wait for step in task.escalate))
    for repeat in graph.repeats:
        yield from _given(f"repeat:{repeat.key}", repeat.wait, repeat.every)
    for sla in graph.slas:
        yield from _given(f"sla:{sla.key}", sla.within, sla.warn, *(step.wait for step in sla.escalate))


def _given(place: str, *waits: "Wait | None") -> Iterator[tuple[str, "Wait"]]:
    yield from ((place, wait) for wait in waits if wait is not None)
