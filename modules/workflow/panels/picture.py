"""The diagram of one record: the way taken, the time in each state, what is open now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.core.actors import Actor
from modules.core.moments import relatively
from modules.workflow.diagram.sketch import sketch
from modules.workflow.diagram.svg import Marks, draw
from modules.workflow.diagram.ways import ways_of
from modules.workflow.graph import Transition, WorkflowGraph
from modules.workflow.mining.spans import short_span
from modules.workflow.models import HistoryEntry, Task
from modules.workflow.panels.story import trail_of
from modules.workflow.panels.work import holder_of
from modules.workflow.selectors import open_tasks_of, timers_of


def picture_of(
    record: Any, graph: WorkflowGraph, entries: Sequence[HistoryEntry], reader: Actor, at: datetime
) -> dict[str, Any]:
    """What the diagram element shows. `graph` is the version that the record runs on, `entries` are newest first."""
    trail, tasks = trail_of(record, entries), list(open_tasks_of(record).select_related("person"))
    states = _state_notes(record, graph, entries, tasks, at)
    arrows = _timer_notes(record, at) | _task_notes(graph, tasks, reader)
    sketched = sketch(graph, state_notes=states, edge_notes=arrows, around=str(record.state))
    drawing = draw(sketched, Marks(trail), name="workflow")
    return {"drawing": drawing, "ways": ways_of(sketched.graph, trail, notes=states, arrows=arrows)}


def times_in(entries: Sequence[HistoryEntry], at: datetime) -> dict[str, tuple[timedelta, int]]:
    """By state, how long the record was in it all in all, and how often it came."""
    found: dict[str, tuple[timedelta, int]] = {}
    moves = [entry for entry in reversed(entries) if entry.source != entry.target]
    for entry, following in zip(moves, [*(after.at for after in moves[1:]), at], strict=False):  # none without moves
        spent, visits = found.get(entry.target, (timedelta(), 0))
        found[entry.target] = (spent + max(following - entry.at, timedelta()), visits + 1)
    return found


def _state_notes(
    record: Any, graph: WorkflowGraph, entries: Sequence[HistoryEntry], tasks: Sequence[Task], at: datetime
) -> dict[str, str]:
    notes = {}
    for key, (spent, visits) in times_in(entries, at).items():
        is_final = graph.has_state(key) and graph.state(key).kind == "final"
        parts = [] if is_final else [short_span(spent.total_seconds())]
        if visits > 1:
            parts.append(_("{count} times").format(count=visits))
        if key == str(record.state) and tasks:
            parts.append(ngettext("{count} task", "{count} tasks", len(tasks)).format(count=len(tasks)))
        notes[key] = " · ".join(parts)
    return notes


def _timer_notes(record: Any, at: datetime) -> dict[str, str]:
    """When a timer will go its arrow."""
    return {timer.transition: relatively(timer.due_at, at) for timer in timers_of(record)}


def _task_notes(graph: WorkflowGraph, tasks: Sequence[Task], reader: Actor) -> dict[str, str]:
    """Who has the task whose end goes an arrow."""
    holders = {task.key: holder_of(task, reader) for task in tasks}
    ends = {way.key: way.completes or way.key.partition(".")[0] for way in graph.transitions if _ends_task(way)}
    return {key: holders[task] for key, task in ends.items() if task in holders}


def _ends_task(way: Transition) -> bool:
    return bool(way.completes) or way.kind == "task"
