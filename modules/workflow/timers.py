"""Transitions that time fires: opened on entering a state, gone on leaving it, swept when due."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from modules.core.statements import execute, insert
from modules.workflow.models import Timer

if TYPE_CHECKING:
    from modules.workflow.run import Run

_COLUMNS = (
    "record_type", "record_id", "transition", "state", "started_at", "due_at", "next_try_at", "attempts", "error",
)  # fmt: skip
_DELETE = f"DELETE FROM {Timer._meta.db_table} WHERE record_type = %s AND record_id = %s"  # noqa: S608 - our own name


def close_left(run: "Run") -> None:
    """Take away the timers of the state that was left; they go even when the record comes back to it at once."""
    if run.plan.timers.get(run.path[0]):
        execute(_DELETE, [run.graph.record_type, run.record_id])


def restore(run: "Run", rows: Iterable[Mapping[str, Any]]) -> None:
    """Bring back the timers of a step that was taken back, with their old due times, in place of those of the state."""
    Timer.objects.filter(record_type=run.graph.record_type, record_id=run.record_id).delete()
    known = {way.key for way in run.plan.timers[run.record.state]}
    Timer.objects.bulk_create(
        Timer(record_type=run.graph.record_type, record_id=run.record_id, **row)
        for row in rows
        if row["transition"] in known
    )


def open_here(run: "Run") -> None:
    """Start the timers of the state that was reached."""
    for transition in run.plan.timers[run.path[-1]]:
        if transition.after is not None:
            due = run.at + transition.after
            insert(Timer, _COLUMNS).run(
                run.graph.record_type, run.record_id, transition.key, run.path[-1], run.at, due, due, 0, ""
            )
