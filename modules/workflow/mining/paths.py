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
    transitions, _part, targets = text.partition(PART)
    steps = tuple(zip(transitions.split(STEP), targets.split(STEP), strict=True))
    taken = list(map(int, times.split())) if times else []
    return Path(steps, count, tuple(taken[place :: len(steps)] for place in range(len(steps))) if taken else ())


def statement(flow: Flow, scope: Scope) -> tuple[str, list[Any]]:
    """Paths with their counts and times. Transitions and targets are joined apart: half the work of joining pairs."""
    if scope and connection.vendor == "sqlite":
        return _one_by_one(flow, scope)
    rows, params = condition(flow, scope)
    if connection.vendor == "postgresql":
        path = "string_agg(transition, %s ORDER BY id) || %s || string_agg(target, %s ORDER BY id)"
        whens = f"string_agg(CASE WHEN {_timed('record_id')} THEN {seconds()} END, ' ' ORDER BY id)"
        every = "string_agg(times, ' ')"
    else:  # the index gives each record's rows in order
        path = JOINED
        whens = f"group_concat(CASE WHEN {_timed('record_id')} THEN {seconds()} END, ' ')"
        every = "group_concat(times, ' ')"
    inner = f"SELECT {path} AS path, {whens} AS times {rows}"
    return (
        f"SELECT path, count(*), {every} FROM ({inner}) AS paths GROUP BY path",  # noqa: S608 - no value is in the text
        [STEP, PART, STEP, _threshold(flow, scope), *params],
    )


JOINED = "group_concat(transition, %s) || %s || group_concat(target, %s)"


def _one_by_one(flow: Flow, scope: Scope) -> tuple[str, list[Any]]:
    """SQLite, of part of the records: each one's rows are looked up, instead of asking of every row whose it is.

    The limit that limits nothing keeps SQLite from doing that again wherever the path is named.
    """
    wanted, values = scope.keys(flow).query.sql_with_params()
    steps, rounds = _is_step(flow)
    rows = (
        "FROM workflow_historyentry INDEXED BY workflow_history_path "
        f"WHERE record_type = %s AND record_id = wanted.id AND {steps}"
    )
    one = [flow.graph.record_type, *rounds]
    whens = f"CASE WHEN {_timed('wanted.id')} THEN (SELECT group_concat({seconds()}, ' ') {rows}) END"
    taken = f"SELECT (SELECT {JOINED} {rows}) AS path, {whens} AS times FROM wanted LIMIT -1"  # noqa: S608
    sql = (
        f"WITH wanted(id) AS ({wanted}), taken AS ({taken}) "  # noqa: S608 - no value is in the text
        "SELECT path, count(*), group_concat(times, ' ') FROM taken WHERE path IS NOT NULL GROUP BY path"
    )
    return sql, [*values, STEP, PART, STEP, *one, _threshold(flow, scope), *one]


def _timed(record: str) -> str:
    """Whether a record is one of those whose times are taken."""
    return f"(({record} & {MOST - 1}) * {GOLDEN} & {CIRCLE - 1}) < %s"


def seconds(column: str = "at") -> str:
    """A moment in whole seconds as text or number, by the quickest function that this database has."""
    if connection.vendor == "postgresql":
        return f"floor(extract(epoch FROM {column}))::bigint::text"
    return f"unixepoch({column})" if sqlite_version_info >= (3, 38) else f"CAST(strftime('%%s', {column}) AS integer)"


def condition(flow: Flow, scope: Scope, *having: tuple[str, Sequence[Any]]) -> tuple[str, list[Any]]:
    """FROM to HAVING: the steps of the records in a scope, grouped by record; `having` is asked of each record.

    What people write beside the steps (a task taken, given back) starts and ends in the same state and is no step.
    """
    is_sqlite = connection.vendor == "sqlite"
    table = "workflow_historyentry" + (" INDEXED BY workflow_history_path" if is_sqlite else "")
    steps, rounds = _is_step(flow)
    sql = f"FROM {table} WHERE record_type = %s AND {steps}"
    params: list[Any] = [flow.graph.record_type, *rounds]
    if scope:
        wanted, values = scope.keys(flow).query.sql_with_params()
        # The plus sign keeps SQLite on the index, which gives the order.
        sql, params = f"{sql} AND {'+' if is_sqlite else ''}record_id IN ({wanted})", [*params, *values]
    sql += " GROUP BY record_id" + (" HAVING " if having else "") + " AND ".join(text for text, _ in having)
    return sql, [*params, *(value for _, values in having for value in values)]


def _is_step(flow: Flow) -> tuple[str, list[str]]:
    """What a step is, with its parameters."""
    rounds = rounds_of(flow)
    return f"(source <> target{' OR transition = %s' * len(rounds)})", rounds


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
