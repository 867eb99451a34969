"""Who stands where now, and for how long already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, ExpressionWrapper, F, IntegerField, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from modules.workflow.flows import Flow
from modules.workflow.mining.figures import place_of
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
    records = scope.records(flow)
    counts: dict[str, int] = dict(records.values_list("state").annotate(Count("pk")).order_by())
    ages = _ages(records, [state.key for state in flow.graph.states if state.kind != "final"], at)
    known = dict.fromkeys([state.key for state in flow.graph.states], 0) | counts
    return {state: Standing(count, *ages.get(state, ())) for state, count in known.items()}


def _ages(records: QuerySet[Any], states: Iterable[str], at: datetime) -> dict[str, tuple[int, int, int]]:
    """By state the age at 50, 90 and 100 of a hundred, each that of one record, in one query."""
    ranked = records.filter(state__in=list(states), state_since__isnull=False).annotate(
        place=Window(RowNumber(), partition_by=[F("state")], order_by=[F("state_since").desc(), F("pk").asc()]),
        size=Window(Count("pk"), partition_by=[F("state")]),
    )
    picked = ranked.filter(Q(place=_rank(50)) | Q(place=_rank(90)) | Q(place=F("size")))
    found: dict[str, tuple[int, dict[int, int]]] = {}
    for state, since, place, size in picked.values_list("state", "state_since", "place", "size"):
        found.setdefault(state, (size, {}))[1][place] = max(int((at - since).total_seconds()), 0)
    return {
        state: (ages[place_of(size, 50)], ages[place_of(size, 90)], ages[size]) for state, (size, ages) in found.items()
    }


def _rank(percent: int) -> Any:
    """As `place_of`, in the database."""
    return ExpressionWrapper((F("size") * percent + 99) / 100, output_field=IntegerField())
