"""The history as paths: every way on which records went, how many went it, and when. One statement, read once.

Counts are of all records. Times are of all of them as long as those are few; of a large set a part is taken, always the
same one, because half a million times say no more about a median than fifty thousand do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import sqlite_version_info
from typing import Any

from django.db import connection

from modules.workflow.flows import Flow
from modules.workflow.mining.scope import Scope
from modules.workflow.models import Definition

SAMPLE = 12_000
"""Of so many records the times are taken."""
CIRCLE, GOLDEN, MOST = 2**31, 1_327_217_885, 2**30
"""Golden steps around a circle: neighbours end far apart, and any arc holds its share of all keys."""
STEP, PART = "\x1e", "\x1f"

Step = tuple[str, str]
"""A transition's name in the history, and the state that it led to."""


@dataclass(frozen=True)
class Path:
    """Records that took the same steps. `times` has for each step the seconds at which the timed ones took it."""

    steps: tuple[Step, ...]
    count: int
    times: tuple[Sequence[int], ...]

    @property
    def timed(self) -> int:
        return len(self.times[0]) if self.times else 0


def read_paths(flow: Flow, scope: Scope) -> list[Path]:
    """Every path of the records in a scope."""
    sql, params = statement(flow, scope)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [_path(*row) for row in cursor]


def _path(text: str, count: int, times: str | None) -> Path:
    steps = []
    for step in text.split(STEP):
        transition, _part, target = step.partition(PART)
        steps.append((transition, target))
    taken = list(map(int, times.split())) if times else []
    return Path(tuple(steps), count, tuple(taken[place :: len(steps)] for place in range(len(steps))) if taken else ())


def statement(flow: Flow, scope: Scope) -> tuple[str, list[Any]]:
    """Paths with their counts and times."""
    rows, params = condition(flow, scope)
    timed = f"((record_id & {MOST - 1}) * {GOLDEN} & {CIRCLE - 1}) < %s"
    if connection.vendor == "postgresql":
        path, whens, every = (
            "string_agg(transition || %s || target, %s ORDER BY id)",
            f"string_agg(CASE WHEN {timed} THEN floor(extract(epoch FROM at))::bigint::text END, ' ' ORDER BY id)",
            "string_agg(times, ' ')",
        )
    else:  # the index gives each record's rows in order
        path, whens, every = (
            "group_concat(transition || %s || target, %s)",
            f"group_concat(CASE WHEN {timed} THEN {_seconds()} END, ' ')",
            "group_concat(times, ' ')",
        )
    inner = f"SELECT {path} AS path, {whens} AS times {rows}"
    return (
        f"SELECT path, count(*), {every} FROM ({inner}) AS paths GROUP BY path",  # noqa: S608 - no value is in the text
        [PART, STEP, _threshold(flow, scope), *params],
    )


def _seconds() -> str:
    """A moment in whole seconds, by the quickest function that this SQLite has."""
    return "unixepoch(at)" if sqlite_version_info >= (3, 38) else "CAST(strftime('%%s', at) AS integer)"


def condition(flow: Flow, scope: Scope, *having: tuple[str, Sequence[Any]]) -> tuple[str, list[Any]]:
    """FROM to HAVING: the steps of the records in a scope, grouped by record; `having` is asked of each record.

    What people write beside the steps (a task taken, given back) starts and ends in the same state and is no step.
    """
    is_sqlite = connection.vendor == "sqlite"
    table = "workflow_historyentry" + (" INDEXED BY workflow_history_path" if is_sqlite else "")
    rounds = rounds_of(flow)
    sql = f"FROM {table} WHERE record_type = %s AND (source <> target{' OR transition = %s' * len(rounds)})"
    params: list[Any] = [flow.graph.record_type, *rounds]
    if scope:
        wanted, values = scope.keys(flow).query.sql_with_params()
        # The plus sign keeps SQLite on the index, which gives the order.
        sql, params = f"{sql} AND {'+' if is_sqlite else ''}record_id IN ({wanted})", [*params, *values]
    sql += " GROUP BY record_id" + (" HAVING " if having else "") + " AND ".join(text for text, _ in having)
    return sql, [*params, *(value for _, values in having for value in values)]


def rounds_of(flow: Flow) -> list[str]:
    """Transitions that lead back to where they start, in any version: steps, though the state stays."""
    graphs = [flow.graph.to_data(), *Definition.objects.filter(key=flow.graph.key).values_list("graph", flat=True)]
    return sorted({key for graph in graphs for key in _rounds(graph)})


def _rounds(graph: dict[str, Any]) -> Iterator[str]:
    for transition in graph.get("transitions", ()):
        if transition.get("target") in transition.get("sources", ()):
            yield transition["key"]


def _threshold(flow: Flow, scope: Scope) -> int:
    """Below it lies the part of the records whose times are taken."""
    count = scope.keys(flow).count() if scope else scope.records(flow).count()
    return CIRCLE if count <= SAMPLE else CIRCLE * SAMPLE // count
