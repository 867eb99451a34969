"""A task that asks for nothing, finished without loading it or its record first.

The record is moved by compare-and-set and the task ended by an UPDATE that says whose it was; with the row of the
history three statements in all. Whatever does not fit (another state or version, somebody else's task, a delegated one)
is undone, and `complete` does it or says in words why not.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from modules.core.actors import Actor
from modules.core.statements import quote
from modules.workflow.engine.history import FireResult
from modules.workflow.engine.run import Run
from modules.workflow.engine.running import run_on
from modules.workflow.flows import Flow, Version
from modules.workflow.models import Task
from modules.workflow.people.rights import has_role
from modules.workflow.plan import Plan, Step

_END = (
    f"UPDATE {Task._meta.db_table} SET status = CASE WHEN question = '' THEN 'done' ELSE 'cancelled' END,"  # noqa: S608
    " outcome = CASE WHEN question = '' THEN %s ELSE '' END, reason = CASE WHEN question = '' THEN %s ELSE reason END,"
    " closed_at = %s, closed_by_id = %s, closed_by_label = %s"
    f" WHERE record_type = %s AND record_id = %s AND {quote('key')} = %s AND status = 'open'"
    " RETURNING id, question, role, person_id, delegated_by_id"
)


class NotStraight(Exception):
    """More has to be known of this task; what was done is undone."""


@dataclass(frozen=True)
class Ending:
    """How a task is to end. `source` is where its record is believed to be; `task_id` is None where any row will do."""

    key: str
    outcome: str
    source: str
    data: Any = None
    reason: str = ""
    task_id: int | None = None

    def step_in(self, plan: Plan) -> Step | None:
        """What the outcome does where neither it nor the task asks for anything; else None."""
        return plan.straight.get(f"{self.key}.{self.outcome}" if self.outcome else self.key)


def finish_straight(
    flow: Flow, record_id: int, ending: Ending, *, actor: Actor, at: datetime, version: Version | None = None
) -> tuple[Run, FireResult] | None:
    """Finish the task and move its record; None, and nothing done, where it is not that simple."""
    step = ending.step_in((version or flow.current).plan)
    if step is None:
        return None
    try:
        with run_on(flow, record_id, actor=actor, at=at, version=version) as run:
            if not run.leap(step, ending.source):
                raise NotStraight
            reason = ending.reason or str((ending.data or {}).get("reason") or "")
            _end(run, ending, step.transition.key.removeprefix(f"{ending.key}."), reason)
            result = run.take(step, data=ending.data or {}, reason=reason)
            run.rest()
    except NotStraight:
        return None
    return run, result


def _end(run: Run, ending: Ending, outcome: str, reason: str) -> None:
    """End the one open row of a task, and the questions about it; NotStraight unless it is the actor's to end."""
    moment = connection.ops.adapt_datetimefield_value(run.at)
    by = (run.actor.user_id, str(run.actor)[:254])
    with connection.cursor() as cursor:
        cursor.execute(_END, [outcome, reason, moment, *by, run.graph.record_type, run.record_id, ending.key])
        ended = [row for row in cursor.fetchall() if not row[1]]
    if len(ended) != 1:
        raise NotStraight
    (found, _question, role, person, delegated_by) = ended[0]
    is_meant = ending.task_id in (None, found)
    if not is_meant or delegated_by is not None or not _is_for(run.actor, role, person):
        raise NotStraight
    run.completed[ending.key] = outcome
    run.ended.add(ending.key)


def _is_for(actor: Actor, role: str, person: int | None) -> bool:
    """Whether a task is plainly this actor's: given to them, or still to nobody of a role that they have."""
    if person is not None:
        return person == actor.user_id
    return bool(role) and has_role(actor, role)
