"""What a step that can be taken back has touched: kept while it happens, read when it is undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from modules.core.outbox import collecting
from modules.workflow.choices import COMPENSATE, TaskDeed, TaskStatus
from modules.workflow.models import Footprint, Task, Timer

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run

TIMER_FIELDS = ("transition", "state", "scope", "started_at", "due_at", "next_try_at", "attempts", "error", "runs")


@contextmanager
def leaving_footprint(run: "Run", name: str, hold: timedelta | None = None) -> Iterator[None]:
    """Keep what the locked record's step touches, where the step can be taken back; else cost nothing."""
    if name not in run.plan.undoing:
        yield
        return
    since, before = run.record.state_since, _open_tasks(run)
    timers = _timers(run)
    with collecting(None if hold is None else run.at + hold) as sent:
        yield
    if not all(_is_reversible(run, step.transition) for step in run.steps):
        return
    now = _open_tasks(run)
    Footprint.objects.update_or_create(
        **_row(run),
        defaults={
            "entry_id": run.steps[-1].history_id,
            "entries": [step.history_id for step in run.steps],
            "state_since": since,
            "timers": timers,
            "closed_tasks": sorted(before - now),
            "opened_tasks": sorted(now - before),
            "outbox": sent.ids,
        },
    )


def _row(run: "Run") -> dict[str, Any]:
    return {"record_type": run.graph.record_type, "record_id": run.record_id}


def _timers(run: "Run") -> list[dict[str, Any]]:
    """The timers as JSON has them; moments to the microsecond, which Django's encoder would cut."""
    rows = Timer.objects.filter(**_row(run)).order_by("pk").values(*TIMER_FIELDS)
    return [{key: _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _open_tasks(run: "Run") -> set[int]:
    return set(Task.objects.filter(**_row(run), status=TaskStatus.OPEN).values_list("pk", flat=True))


def _is_reversible(run: "Run", name: str) -> bool:
    """Whether a step says how it is taken back, or has done nothing that would need it."""
    if name == COMPENSATE or (run.graph.has_transition(name) and run.graph.transition(name).kind == "event"):
        return False
    if name.rpartition(".")[2] in TaskDeed.values:  # said of a task that the step has closed
        return True
    return name in run.plan.undoing or not run.plan.step(name).effects
