"""What time will do to a record: set on entering a state, gone on leaving it, moved when a date of the record moves."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from modules.core.statements import execute, insert
from modules.workflow.choices import TimerScope
from modules.workflow.clocks.waits import due_at
from modules.workflow.graph import Repeat, Transition, Wait
from modules.workflow.models import HistoryEntry, Timer

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run

_COLUMNS = (
    "record_type", "record_id", "transition", "state", "scope", "started_at", "due_at", "next_try_at", "attempts",
    "error", "runs",
)  # fmt: skip
_DELETE = f"DELETE FROM {Timer._meta.db_table} WHERE record_type = %s AND record_id = %s AND scope = 'state'"  # noqa: S608 - our own name


def close_left(run: "Run") -> None:
    """Take away the timers of the state that was left; they go even when the record comes back to it at once."""
    if run.plan.has_clockwork.get(run.path[0]):
        execute(_DELETE, [run.graph.record_type, run.record_id])


def restore(run: "Run", rows: Iterable[Mapping[str, Any]]) -> None:
    """Bring back the timers of a step that was taken back, with their old due times, in place of those of the state.

    Those of promises are left alone: their clocks set them (`slas.py`).
    """
    ours = Timer.objects.filter(record_type=run.graph.record_type, record_id=run.record_id)
    ours.exclude(scope=TimerScope.SLA).delete()
    here = run.record.state
    known = {way.key for way in run.plan.timers[here]} | {repeat.key for repeat in run.plan.repeats[here]}
    Timer.objects.bulk_create(
        Timer(record_type=run.graph.record_type, record_id=run.record_id, **row)
        for row in rows
        if row["transition"] in known or row.get("scope") == TimerScope.TASK
    )


def open_here(run: "Run") -> None:
    """Start the timers of the state that was reached."""
    for transition in run.plan.timers[run.path[-1]]:
        due = None if transition.after is None else due_at(transition.after, run.record, run.at)
        if due is not None:
            open_timer(run, transition.key, due)


def open_timer(
    run: "Run",
    name: str,
    due: datetime,
    *,
    scope: str = TimerScope.STATE,
    started_at: datetime | None = None,
    runs: int = 0,
) -> None:
    """Set a timer of the record: a transition of its state, or a duty (`duties.py`); one there already stays.

    `started_at` is when what it counts from began, `runs` how often a repeat has run.
    """
    insert(Timer, _COLUMNS, ignore=True).run(
        run.graph.record_type, run.record_id, name, run.record.state, scope, started_at or run.at, due, due, 0, "", runs
    )


# Dates of the record that move


def retime(run: "Run") -> None:
    """Bring the timers of the state in line with the record's own moments and dates, which may have changed.

    A moment that moved moves its timer, one that is empty now takes it away, a new one sets it. A repeat that is over
    begins again only where its moment lies ahead.
    """
    dated = list(_dated(run))
    if not dated:
        return
    ours = Timer.objects.filter(record_type=run.graph.record_type, record_id=run.record_id, scope=TimerScope.STATE)
    rows = {timer.transition: timer for timer in ours}
    for node, wait in dated:
        due, timer = due_at(wait, run.record, run.at), rows.get(node.key)
        if timer is None:
            if due is not None and (due > run.at or not _has_run(run, node)):
                open_timer(run, node.key, due)
        elif due is None:
            timer.delete()
        elif due != timer.due_at and not timer.runs:
            _set(timer, due)


def comes_later(run: "Run", timer: Timer, wait: Wait) -> bool:
    """Whether the moment of a due timer has moved since, unseen by anybody; then it is set for the new one."""
    if not wait.field:
        return False
    due = due_at(wait, run.record, run.at)
    if due is not None and due <= run.at:
        return False
    if due is not None:
        open_timer(run, timer.transition, due, scope=timer.scope)
    return True


def _dated(run: "Run") -> Iterator[tuple[Transition | Repeat, Wait]]:
    state = run.record.state
    for way in run.plan.timers[state]:
        if way.after is not None and way.after.field:
            yield way, way.after
    for repeat in run.plan.repeats[state]:
        if repeat.wait.field:
            yield repeat, repeat.wait


def _has_run(run: "Run", node: Transition | Repeat) -> bool:
    """Whether a repeat did its work since the record came into the state; a transition would have left it."""
    if isinstance(node, Transition):
        return False
    since = HistoryEntry.objects.filter(
        record_type=run.graph.record_type, record_id=run.record_id, transition=node.key, at__gte=run.record.state_since
    )
    return since.exists()


def _set(timer: Timer, due: datetime) -> None:
    Timer.objects.filter(pk=timer.pk).update(due_at=due, next_try_at=due, attempts=0, error="")
