"""Who stands where now, and for how long already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import Any

from django.db import connection

from modules.workflow.flows import Flow
from modules.workflow.mining.figures import percentile
from modules.workflow.mining.paths import seconds
from modules.workflow.mining.scope import Scope


@dataclass(frozen=True)
class Standing:
    """The records of a state: how many, and in seconds for how long half of them, nine of ten, the oldest wait."""

    count: int
    median: int | None = None
    high: int | None = None
    oldest: int | None = None


def standing(flow: Flow, scope: Scope, at: datetime) -> dict[str, Standing]:
    """For every state of the workflow, and those that only records know. Ages are told where something comes next."""
    sql, params = _statement(flow, scope)
    now = floor(at.timestamp())
    found = {state.key: Standing(0) for state in flow.graph.states}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for state, count, since in cursor:
            found[state] = Standing(count, *_ages(sorted(max(now - int(then), 0) for then in (since or "").split())))
    return found


def _statement(flow: Flow, scope: Scope) -> tuple[str, list[Any]]:
    """Each record is read once: it is counted, and where something comes next it says since when it stands there."""
    records, values = scope.records(flow).values("state", "state_since").query.sql_with_params()
    going_on = [state.key for state in flow.graph.states if state.kind != "final"]
    join = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    holes = ", ".join(["%s"] * len(going_on))
    since = f"{join}(CASE WHEN state IN ({holes}) THEN {seconds('state_since')} END, ' ')" if going_on else "NULL"
    sql = f"SELECT state, count(*), {since} FROM ({records}) AS records GROUP BY state"  # noqa: S608 - no value is in it
    return sql, [*going_on, *values]


def _ages(ages: Sequence[int]) -> tuple[int, int, int] | tuple[()]:
    """At 50, 90 and 100 of a hundred, each that of one record."""
    return (percentile(ages, 50), percentile(ages, 90), ages[-1]) if ages else ()
