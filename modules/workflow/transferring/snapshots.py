"""How a record stands, as JSON: what a transfer remembers so that it can be taken back."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime

from modules.workflow.choices import TaskStatus
from modules.workflow.engine.footprints import TIMER_FIELDS
from modules.workflow.models import SlaClock, Task, Timer

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run

TASK_FIELDS = ("id", "key", "state", "role", "person_id", "due_at")
CLOCK_FIELDS = (
    "id", "sla", "started_at", "spent", "running_since", "due_at", "warned_at", "breached_at", "escalated", "ended_at",
)  # fmt: skip


def about(run: "Run") -> dict[str, Any]:
    """What names the record in the engine's tables."""
    return {"record_type": run.graph.record_type, "record_id": run.record_id}


def snapshot(run: "Run") -> dict[str, Any]:
    """State, version, open tasks, timers and running clocks of the locked record."""
    record, ours = run.record, about(run)
    open_tasks = Task.objects.filter(**ours, status=TaskStatus.OPEN).order_by("pk")
    clocks = SlaClock.objects.filter(**ours, ended_at__isnull=True).order_by("pk")
    return {
        "state": record.state,
        "state_since": plain(record.state_since),
        "version": record.workflow_version,
        "revision": record.revision,
        "tasks": _rows(open_tasks.values(*TASK_FIELDS)),
        "timers": _rows(Timer.objects.filter(**ours).order_by("pk").values(*TIMER_FIELDS)),
        "clocks": _rows(clocks.values(*CLOCK_FIELDS)),
    }


def _rows(rows: Any) -> list[dict[str, Any]]:
    return [{key: plain(value) for key, value in row.items()} for row in rows]


def plain(value: Any) -> Any:
    """Moments to the microsecond, which Django's encoder would cut; durations in seconds."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, datetime) else value


def moment(text: str | None) -> datetime | None:
    """A moment as it was written down."""
    return parse_datetime(text) if text else None


def restored_clock(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a clock as the table wants them."""
    moments = ("started_at", "running_since", "due_at", "warned_at", "breached_at", "ended_at")
    given = {name: moment(row[name]) for name in moments}
    return given | {"sla": row["sla"], "spent": timedelta(seconds=row["spent"]), "escalated": row["escalated"]}
