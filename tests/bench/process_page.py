"""What the figures of a workflow's page cost for 100,000 records, beside the barest count of their history."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

from django.db import connection

from modules.workflow.mining.design import discover
from modules.workflow.mining.figures import Figures, measure
from modules.workflow.mining.paths import read_paths
from modules.workflow.mining.promises import promises
from modules.workflow.mining.scope import Scope
from modules.workflow.mining.standing import standing
from modules.workflow.models import HistoryEntry
from tests.bench import Measurement, benchmark
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Parcel

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
COUNT, ROUNDS = 100_000, 7
LIMIT = 0.3
"""Seconds within which the page's figures must be there (SQLite)."""
FLOW = ParcelFlow.flow
BARE = "SELECT source, transition, target, count(*) FROM workflow_historyentry WHERE record_type = %s GROUP BY 1, 2, 3"
WAYS = (
    ("hand_over:packed", "send_off:sent", "arrive:arrived"),
    ("hand_over:packed", "inspect:inspected", "send_off:sent", "arrive:arrived"),
    ("pack:packed", "restamp:packed", "send_off:sent", "lose:lost", "arrive:arrived"),
    ("hand_over:packed", "send_off:sent", "lose:lost", "give_up:cancelled"),
    ("cancel:cancelled",),
    ("pack:packed", "send_off:sent", "move:packed", "send_off:sent", "arrive:arrived"),
    ("pack:packed", "send_off:sent"),
    ("hand_over:packed",),
)
WEIGHTS = (34, 22, 10, 4, 8, 4, 10, 8)
"""Of a hundred records so many went each way; eighteen are still on theirs."""


@cache
def shop() -> None:
    """Parcels of half a year with their history, as rows: a notion of a large firm, not of how it came about. The
    database gives them their keys, since other benchmarks make parcels too."""
    courses = [list(_course(number)) for number in range(1, COUNT + 1)]
    parcels = Parcel.objects.bulk_create(
        (
            Parcel(weight=number % 3000, is_fragile=number % 3 == 0, state=course[-1][2], state_since=course[-1][3])
            for number, course in enumerate(courses, start=1)
        ),
        batch_size=5000,
    )
    entries = [_entry(parcel.pk, *step) for parcel, course in zip(parcels, courses, strict=True) for step in course]
    entries.sort(key=lambda entry: entry.at)  # a history grows in the order of time, not by record
    HistoryEntry.objects.bulk_create(entries, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


_EACH = [way for way, weight in zip(WAYS, WEIGHTS, strict=True) for _ in range(weight)]


def _course(number: int) -> Iterator[tuple[str, str, str, datetime]]:
    """The steps of a parcel: name, from, to, when."""
    state, at = "ordered", AT - timedelta(seconds=number * 157)
    yield "start", "", state, at
    for place, step in enumerate(_EACH[number * 37 % 100]):
        transition, _colon, target = step.partition(":")
        at += timedelta(seconds=600 + number * (7919 + place * 104_729) % 400_000)
        yield transition, state, target, at
        state = target


def _entry(record: int, transition: str, source: str, target: str, at: datetime) -> HistoryEntry:
    return HistoryEntry(
        record_type=FLOW.graph.record_type, record_id=record, transition=transition, source=source, target=target,
        at=at, actor_label="system", workflow=FLOW.graph.key, workflow_version=1, definition_hash="0" * 16,
    )  # fmt: skip


def page(scope: Scope) -> Figures:
    """Everything that the page asks of the database, and what it makes of it."""
    figures = measure(read_paths(FLOW, scope))
    standing(FLOW, scope, AT)
    promises(FLOW, scope, AT)
    discover(FLOW.graph, figures)
    return figures


def compare(scope: Scope, note: str) -> Measurement:
    """The medians of the figures and of the bare count, measured in turns."""
    shop()
    figures = page(scope)
    if figures.records < COUNT // 4 or not figures.timed or len(figures.variants) < len(WAYS):
        raise AssertionError(f"the figures are of {figures.records} records, {figures.timed} timed")
    value, floor = in_turns(lambda: page(scope), bare)
    steps = sum(passage.count for passage in figures.moves.values())
    verdict = "within" if value <= LIMIT else "ABOVE"
    told = f"{figures.records:,} records, {steps:,} steps, times of {figures.timed:,}; {verdict} 300 ms"
    return Measurement(value, floor, f"{note}: {told}")


def bare() -> object:
    with connection.cursor() as cursor:
        cursor.execute(BARE, [FLOW.graph.record_type])
        return cursor.fetchall()


def in_turns(ours: Callable[[], object], floor: Callable[[], object]) -> tuple[float, float]:
    values, floors = [], []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        ours()
        middle = time.perf_counter()
        floor()
        values.append(middle - begin)
        floors.append(time.perf_counter() - middle)
    return statistics.median(values), statistics.median(floors)


@benchmark("process_page", aim=1.5)
def process_page() -> Measurement:
    """All records."""
    return compare(Scope(), "all")


@benchmark("process_page_filtered", aim=1.5)
def process_page_filtered() -> Measurement:
    """Records that began since a day."""
    return compare(Scope(first=(AT - timedelta(days=90)).date()), "90 days")


@benchmark("process_page_by_field", aim=1.5)
def process_page_by_field() -> Measurement:
    """Records whose field holds a value: a third of them."""
    return compare(Scope(values=(("is_fragile", True),)), "a third, by a field")
