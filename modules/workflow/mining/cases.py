"""The records behind a figure: who was in a state, took a step, went a way; or did it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from modules.workflow.flows import Flow
from modules.workflow.mining.figures import Move
from modules.workflow.mining.paths import STEP, condition
from modules.workflow.mining.promises import is_broken
from modules.workflow.mining.scope import Scope
from modules.workflow.models import SlaClock


@dataclass(frozen=True)
class Cases:
    """What the records have in common.

    `move` without a state to leave: whichever it left. `ways`: whole ways; with `is_other` the records went none of
    them.
    """

    now: str = ""
    state: str = ""
    move: Move | None = None
    is_again: bool = False
    ways: tuple[tuple[str, ...], ...] = ()
    is_other: bool = False
    broken: str = ""
    """A promise that was not kept."""


MOST = 10_000
"""Nobody reads further; so many are counted."""


def records_of(flow: Flow, scope: Scope, cases: Cases, at: datetime) -> QuerySet[Any]:
    """The records, newest first."""
    if cases.broken:
        clocks = SlaClock.objects.filter(is_broken(at), record_type=flow.graph.record_type, sla=cases.broken)
        return scope.records(flow).filter(pk__in=clocks.values("record_id")).order_by("-pk")
    if cases.now:
        return scope.records(flow).filter(state=cases.now).order_by("-pk")
    sql, params = condition(flow, scope, *_asked(cases))
    found = RawSQL(f"SELECT record_id {sql}", params)  # noqa: S611 - no value is in the text
    return flow.model._default_manager.filter(pk__in=found).order_by("-pk")


def _asked(cases: Cases) -> Iterable[tuple[str, list[Any]]]:
    least = 1 if cases.is_again else 0
    for happened, values in _happened(cases):
        yield f"{_times(happened)} > %s", [*values, least]
    if cases.ways:
        holes = ", ".join(["%s"] * len(cases.ways))
        word = "NOT IN" if cases.is_other else "IN"
        yield f"{_whole_way()} {word} ({holes})", [STEP, *(STEP.join(way) for way in cases.ways)]


def _happened(cases: Cases) -> Iterable[tuple[str, list[Any]]]:
    """Which rows of the history are what is asked for: coming into a state, taking a step."""
    if cases.state:
        yield "target = %s AND source <> target", [cases.state]
    if cases.move is not None:
        source, step, target = cases.move
        left = [source] if source else []
        yield f"{'source = %s AND ' * len(left)}transition = %s AND target = %s", [*left, step, target]


def _times(condition: str) -> str:
    return f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"


def times_of(flow: Flow, scope: Scope, cases: Cases) -> int:
    """How many times the records came into the state or took the step: more than once each where work went round.

    Nothing where records are asked for that did it again: the figure of those counts records.
    """
    total = 0
    for happened, values in () if cases.is_again else _happened(cases):
        rows, params = condition(flow, scope)
        sql = f"SELECT coalesce(sum(times), 0) FROM (SELECT {_times(happened)} AS times {rows}) AS counted"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, *params])
            total += int(cursor.fetchone()[0])
    return total


def _whole_way() -> str:
    if connection.vendor == "postgresql":
        return "string_agg(CASE WHEN source <> target THEN target END, %s ORDER BY id)"
    return "group_concat(CASE WHEN source <> target THEN target END, %s)"
