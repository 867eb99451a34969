"""Events that came before anybody waited for them: kept in order, taken once, looked at again, dropped when too old."""

import logging
import traceback
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from modules.core.actors import SYSTEM
from modules.core.outbox import collecting
from modules.core.statements import insert
from modules.workflow.engine import history
from modules.workflow.engine.history import FireResult, KeyUsed
from modules.workflow.errors import EventTooLate, InvalidData, Refused
from modules.workflow.models import EarlyEvent, HistoryEntry
from modules.workflow.models.events import WAITING
from modules.workflow.plan import Step

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
"""How long an event waits for its record, and how long a key is remembered."""
FIRST_LOOK, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
BATCH = 100
_COLUMNS = (
    "event", "value", "key", "data", "received_at", "expires_at", "taken_at", "record_type", "record_id", "entry_id",
    "looks", "next_look_at", "error",
)  # fmt: skip


@dataclass(frozen=True)
class Message:
    """An event on its way; `row` where it was kept before."""

    event: str
    value: str
    data: Mapping[str, Any]
    key: str
    received_at: datetime
    row: EarlyEvent | None = None

    @property
    def stamp(self) -> dict[str, Any]:
        """What the history adds to the data of an event that had to wait."""
        return {} if self.row is None else {"received_at": self.received_at}


def known(message: Message) -> EarlyEvent | None:
    """The row of an idempotency key."""
    if not message.key:
        return None
    return EarlyEvent.objects.filter(event=message.event, value=message.value, key=message.key).first()


def result_of(row: EarlyEvent) -> FireResult | None:
    """What a known event did; None while nobody has taken it."""
    if row.entry_id is None:
        return None
    entry = HistoryEntry.objects.filter(pk=row.entry_id).first()
    return None if entry is None else history.replayed(entry)


def keep(message: Message) -> None:
    """Keep an event for a record to come; KeyUsed where its key is known by now."""
    if _insert(message, None, "", None, None) is None:
        raise KeyUsed


def claim(message: Message, run: "Run") -> bool:
    """Take a kept event for this record, before anybody else does; one that was not kept is nobody else's."""
    if message.row is None:
        return True
    waiting = EarlyEvent.objects.filter(WAITING, pk=message.row.pk)
    return bool(waiting.update(taken_at=run.at, record_type=run.graph.record_type, record_id=run.record_id, error=""))


def note_taken(message: Message, run: "Run", result: FireResult) -> None:
    """Remember which step an event became; KeyUsed where another record was faster with the same key."""
    if message.row is not None:
        EarlyEvent.objects.filter(pk=message.row.pk).update(entry_id=result.history_id)
    elif message.key and _insert(message, run.at, run.graph.record_type, run.record_id, result.history_id) is None:
        raise KeyUsed


def _insert(
    message: Message, taken: datetime | None, kind: str, record_id: int | None, entry: int | None
) -> int | None:
    at = message.received_at
    return insert(EarlyEvent, _COLUMNS, ignore=True).run(
        message.event, message.value, message.key, history.plain(message.data), at, at + KEPT, taken, kind, record_id,
        entry, 0, at + FIRST_LOOK, "",
    )  # fmt: skip


def first_possible(run: "Run", steps: Iterable[Step], data: Mapping[str, Any]) -> tuple[Step, dict[str, Any]]:
    """The first step that nothing speaks against, with its cleaned data; or the last refusal."""
    refusal: Refused = EventTooLate()
    for step in steps:
        try:
            cleaned = run._clean(step, dict(data), None)
            run.check_guards(step)
            return step, dict(cleaned)
        except InvalidData:
            raise
        except Refused as refused:
            refusal = refused
    raise refusal


def take_early(run: "Run") -> None:
    """Take what came before the record was ready for it, in the order of arrival, as long as its states wait for it.

    One whose transition is refused or fails is put off with the reason, and stops neither the record nor the others.
    """
    from modules.workflow.engine.run import CHAIN_LIMIT

    if run.takes_early:  # the outer call goes on with it
        return
    run.takes_early, put_off = True, set[int]()
    try:
        for _step in range(CHAIN_LIMIT):
            row = next_for(run, put_off)
            if row is None:
                return
            if not _take(run, row):
                put_off.add(row.pk)
    finally:
        run.takes_early = False


def _take(run: "Run", row: EarlyEvent) -> bool:
    message = Message(row.event, row.value, row.data, row.key, row.received_at, row)
    with _leg(run, row) as leg:
        steps = [
            step
            for step in run.plan.events[run.record.state]
            if step.transition.event == row.event
            and not step.transition.many
            and value_at(run.record, step.transition.match) == row.value
        ]
        step, cleaned = first_possible(run, steps, row.data)
        if claim(message, run):
            run.go(step)
            result = run.take(step, data=cleaned | message.stamp, key=row.key)
            note_taken(message, run, result)
            run.rest()
            leg.taken = True
    return leg.taken


def next_for(run: "Run", put_off: Collection[int]) -> EarlyEvent | None:
    """The first event that came for what the record waits for now."""
    wanted = Q()
    for step in run.plan.events.get(run.record.state, ()):
        if step.transition.many:  # nothing is kept for it
            continue
        value = value_at(run.record, step.transition.match)
        if value is not None:
            wanted |= Q(event=step.transition.event, value=value)
    if not wanted:
        return None
    return EarlyEvent.objects.filter(WAITING, wanted).exclude(pk__in=put_off).order_by("pk").first()


def value_at(record: Any, path: str) -> str | None:
    """What a field holds, as events name it; `order__number` follows a relation."""
    value = record
    for part in path.split("__"):
        value = getattr(value, part, None)
    return None if value is None else str(getattr(value, "pk", value))


@dataclass
class _Leg:
    """A part of a run that may fail for itself."""

    taken: bool = False


@contextmanager
def _leg(run: "Run", row: EarlyEvent) -> Iterator[_Leg]:
    """Let a run go on from where it stands, as the system; what goes wrong is undone and noted on the event's row."""
    kept, found = (run.record, run.path, list(run.steps), dict(run.completed), run.actor), _Leg()
    ended, run.ended = run.ended, set()  # what ended on the way here may have opened again where the record stands
    run.path, run.completed, run.actor = [run.record.state], {}, SYSTEM
    try:
        with transaction.atomic(), collecting():
            yield found
    except Exception as error:
        run.record, run.path, run.steps, run.completed, _actor = kept
        run.forget_facts()
        found.taken = False
        _put_off(row, run.at, error)
    else:
        run.path, run.completed = [*kept[1], *run.path[1:]], kept[3]
    finally:
        run.actor, run.ended = kept[4], ended


def _put_off(row: EarlyEvent, at: datetime, error: Exception) -> None:
    """Say on the row why it was not taken; a fault goes to the log too."""
    if isinstance(error, Refused):
        words = str(error)
    else:
        logger.error("event %s for “%s” failed", row.event, row.value, exc_info=error)
        words = "".join(traceback.format_exception_only(error)).strip()
    pause = min(FIRST_LOOK * 2**row.looks, LONGEST_PAUSE)
    looks = min(row.looks + 1, 20)
    EarlyEvent.objects.filter(WAITING, pk=row.pk).update(error=words[:2000], looks=looks, next_look_at=at + pause)


def sweep_early(at: datetime) -> int:
    """Drop what is too old, and look again for records that wait: with growing pauses, for an event may have come
    while its record was being made, or the value may have been filled in later. How many were taken."""
    _drop_expired(at)
    due = EarlyEvent.objects.filter(WAITING, next_look_at__lte=at).order_by("next_look_at", "pk")
    return sum(look_again(row, at) for row in due[:BATCH])


def look_again(row: EarlyEvent, at: datetime) -> bool:
    """Bring a kept event to a record that waits for it by now; whether there is one."""
    from modules.workflow.events import redeliver

    try:
        if redeliver(row, at) is not None:
            return True
        pause = min(FIRST_LOOK * 2**row.looks, LONGEST_PAUSE)
        waiting = EarlyEvent.objects.filter(WAITING, pk=row.pk)
        waiting.update(looks=min(row.looks + 1, 20), next_look_at=at + pause)
    except Exception as error:
        _put_off(row, at, error)
    return False


def discard(row: EarlyEvent, *, at: datetime) -> bool:
    """Give an event up: nobody takes it any more. Whether it was still waiting."""
    return bool(EarlyEvent.objects.filter(WAITING, pk=row.pk).update(discarded_at=at))


def waiting_events() -> Any:
    """What nobody has taken yet, the oldest first."""
    return EarlyEvent.objects.filter(WAITING).order_by("pk")


def _drop_expired(at: datetime) -> None:
    old = list(EarlyEvent.objects.filter(expires_at__lte=at).order_by("expires_at")[:BATCH])
    for row in old:
        if row.taken_at is None and row.discarded_at is None:
            logger.warning("event %s for “%s” of %s was never taken", row.event, row.value, row.received_at)
    if old:
        EarlyEvent.objects.filter(pk__in=[row.pk for row in old]).delete()
