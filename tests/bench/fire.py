"""What `fire` costs beside a bare ORM UPDATE and INSERT in one transaction."""

import gc
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from modules.core.actors import SYSTEM
from modules.workflow.api import fire, start
from modules.workflow.models import HistoryEntry
from tests.bench import Measurement, benchmark
from tests.workflow.app.models import Letter

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROUNDS = 60
BLOCK = 10


def letters(count: int) -> list[Letter]:
    """Started letters of one customer."""
    customer, _ = get_user_model().objects.get_or_create(email="bench@example.test")
    made = [Letter.objects.create(customer=customer, weight=500) for _ in range(count)]
    for letter in made:
        start(letter, actor=SYSTEM, at=AT)
    return made


def floor(letter: Letter) -> None:
    """The least that the ORM can do: one UPDATE, one INSERT, one transaction."""
    with transaction.atomic():
        Letter.objects.filter(pk=letter.pk, state="written").update(state="posted", state_since=AT)
        HistoryEntry.objects.create(
            record_type="parcels.letter", record_id=letter.pk, transition="post", source="written", target="posted",
            actor=None, actor_label="system", at=AT, workflow="parcels.letter", workflow_version=1,
            definition_hash="0" * 16,
        )  # fmt: skip


def compare(
    value: Callable[[Letter], object], prepare: Callable[[list[Letter]], object] | None = None, note: str = ""
) -> Measurement:
    """The medians of a value and of the floor, measured in turns so that both meet the same weather."""
    values, floors = [], []
    for number in range(ROUNDS + 5):
        ours, theirs = letters(BLOCK), letters(BLOCK)
        if prepare is not None:
            prepare(ours)
        gc.collect()
        gc.disable()
        begin = time.perf_counter()
        for letter in ours:
            value(letter)
        middle = time.perf_counter()
        for letter in theirs:
            floor(letter)
        end = time.perf_counter()
        gc.enable()
        if number >= 5:  # the first rounds warm up
            values.append((middle - begin) / BLOCK)
            floors.append((end - middle) / BLOCK)
    return Measurement(statistics.median(values), statistics.median(floors), note)


@benchmark("fire", unit="s", aim=1.25)
def fire_with_one_outbox_row() -> Measurement:
    """A transition with one outbox row, in its own transaction."""
    return compare(lambda letter: fire(letter, "post", actor=SYSTEM, at=AT), note="one outbox row")


@benchmark("fire_guards", unit="s", aim=1.5)
def fire_with_guards_and_timer() -> Measurement:
    """A transition with two guards into a state with a timer."""
    return compare(lambda letter: fire(letter, "weigh", actor=SYSTEM, at=AT), note="two guards, one timer opened")


@benchmark("fire_savepoint", unit="s")
def fire_inside_a_callers_transaction() -> Measurement:
    """The same as `fire`, joined to a caller's transaction by a savepoint."""

    def value(letter: Letter) -> None:
        with transaction.atomic():
            fire(letter, "post", actor=SYSTEM, at=AT)

    return compare(value, note="one outbox row, inside the caller's transaction")
