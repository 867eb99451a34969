"""Messages from outside: brought to the record that waits for them, kept for the one that does not yet.

An event names a value, and finds the record whose field, said by `match` of the transition, holds it. The record's row
is locked before anything is decided, also where it does not wait yet: an event that comes while the record is on its
way finds it arrived, or is kept and found by it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from modules.core.actors import SYSTEM, Actor
from modules.workflow.choices import DefinitionStatus
from modules.workflow.engine import broadcasts, early
from modules.workflow.engine.early import Message, take_early
from modules.workflow.engine.history import FireResult, KeyUsed
from modules.workflow.engine.run import Run
from modules.workflow.engine.running import is_running_id, run_on
from modules.workflow.errors import EventTooLate, RecordGone
from modules.workflow.flows import Flow, Version, find_flow, flows
from modules.workflow.models import Definition, EarlyEvent
from modules.workflow.plan import Step
from modules.workflow.soundness.ways import backward, closure

__all__ = ["deliver", "deliver_to", "given_up", "redeliver", "take_early"]

MOST_CANDIDATES = 20
"""So many records with the same value that wait, or may come to, are looked at; more than one is rare."""


def deliver(
    event: str,
    value: object,
    *,
    data: Mapping[str, Any] | None = None,
    at: datetime,
    key: object = None,
    actor: Actor = SYSTEM,
) -> FireResult | None:
    """Bring an event to the record that waits for it, the oldest first; None where it is kept for one to come.

    Where transitions wait for it with `many`, every record that waits gets it, within seconds (`broadcasts.py`).

    The same `key` for an event and a value has one effect; a second call gives the first one's result. A refusal is
    raised and nothing kept: GuardRefused, InvalidData, or EventTooLate where the record can never wait for it again.
    """
    message = Message(event, str(value), data or {}, "" if key is None else str(key), at)
    listeners = _listeners(event)
    alone = [(flow, match) for flow, match, many in listeners if not many]
    if len(alone) == len(listeners):
        return _bring(message, at, actor, alone)
    with transaction.atomic():
        broadcasts.spread(message, actor, at)
        with suppress(EventTooLate):  # for many it never comes too late
            return _bring(message, at, actor, alone) if alone else None
    return None


def deliver_to(
    record_type: str, record_id: int, event: str, *, data: Mapping[str, Any], at: datetime, key: str
) -> FireResult | None:
    """Bring an event to one record by its key; None where its workflow knows nothing of it, or not yet."""
    flow = find_flow(record_type)
    if flow is None or not (found := [match for listener, match in listening(event) if listener is flow]):
        return None
    message = Message(event, str(record_id), data, key, at)
    return _bring(message, at, SYSTEM, [(flow, match) for match in found])


def given_up(effect: str) -> str:
    """The event that an effect of the record has become a dead letter: `event(…, on=given_up("trips.book_car"),
    match="id")`."""
    return f"given_up:{effect}"


def redeliver(row: EarlyEvent, at: datetime) -> FireResult | None:
    """Look again for a record that waits for an event that was kept."""
    message = Message(row.event, row.value, row.data, row.key, row.received_at, row)
    return _bring(message, at, SYSTEM, listening(row.event))


def listening(event: str, *, many: bool = False) -> list[tuple[Flow, str]]:
    """The workflows, in any version that runs, with a transition on the event, and the fields that it names."""
    return [(flow, match) for flow, match, for_many in _listeners(event) if for_many == many]


def _listeners(event: str) -> list[tuple[Flow, str, bool]]:
    found, stored = {}, _stored_numbers()
    for flow in flows:
        for version in versions_of(flow, stored):
            for way in version.graph.transitions:
                if way.kind == "event" and way.event == event and way.match:
                    found[flow, way.match, way.many] = True
    return list(found)


def versions_of(flow: Flow, stored: Mapping[str, Sequence[int]]) -> Iterator[Version]:
    """The version for new records, and those that records may still run on."""
    yield flow.current
    for number in stored.get(flow.graph.key, ()):
        version = flow.version(number)
        if version is not None and version is not flow.current:
            yield version


def _stored_numbers(**about: str) -> dict[str, list[int]]:
    """By workflow, the numbers of the versions that ran or run; one query."""
    found: dict[str, list[int]] = {}
    rows = Definition.objects.filter(**about).exclude(status=DefinitionStatus.DRAFT).order_by("key", "version")
    for key, number in rows.values_list("key", "version").distinct():
        found.setdefault(key, []).append(number)
    return found


@dataclass
class _Search:
    """What was found on the way to a record that waits."""

    early: bool = False
    """Whether a record may wait for it later."""
    late: list[tuple[Version, str]] = field(default_factory=list)
    """Records that cannot wait for it any more, by their state."""


def _bring(message: Message, at: datetime, actor: Actor, listeners: Iterable[tuple[Flow, str]]) -> FireResult | None:
    try:
        with transaction.atomic():
            if message.row is None and (known := early.known(message)) is not None:
                return early.result_of(known)
            search = _Search()
            for flow, match in listeners:
                for pk in _candidates(flow, match, message, search):
                    result = _try(flow, pk, match, message, at, actor)
                    if result is not None:
                        return result
            if search.late and not search.early:
                if (known := early.known(message)) is not None:  # the same key was faster
                    return early.result_of(known)
                version, state = search.late[0]
                raise EventTooLate(event=message.event, state=version.graph.state(state).title)
            if message.row is None:
                early.keep(message)
            return None
    except KeyUsed:
        used = early.known(message)
        return None if used is None else early.result_of(used)


def _candidates(flow: Flow, match: str, message: Message, search: _Search) -> Iterator[int]:
    """The records with the value that wait for the event, or may come to; the oldest first. Those that are past it are
    not looked at one by one: a customer may have many orders that have ended."""
    manager: Any = flow.model._base_manager
    versions = versions_of(flow, _stored_numbers(key=flow.graph.key))
    before = {state for version in versions for state in _states_before(version, message.event, match)}
    try:
        rows = manager.filter(**{match: message.value}).order_by("pk")
        found = list(rows.filter(state__in=before)[:MOST_CANDIDATES]) or list(rows.exclude(state__in=before)[:1])
    except (ValueError, ValidationError):  # no value of that field: another workflow's
        return
    for record in found:
        version = flow.version_of(record)
        if record.state in _states_before(version, message.event, match):
            search.early = True
            yield record.pk
        elif version.graph.has_state(record.state):
            search.late.append((version, record.state))


def _states_before(version: Version, event: str, match: str) -> set[str]:
    """The states in which a record waits for the event, and those from which it may come to."""
    ways = [way for way in version.graph.transitions if (way.event, way.match, way.many) == (event, match, False)]
    return closure((source for way in ways for source in way.sources), backward(version.graph))


def _try(flow: Flow, pk: int, match: str, message: Message, at: datetime, actor: Actor) -> FireResult | None:
    """Fire the first possible transition of the event under the record's lock; None where it does not wait now."""
    if is_running_id(flow, pk):  # it looks for what was kept when it comes to rest
        return None
    with run_on(flow, pk, actor=actor, at=at) as run:
        try:
            run.lock()
        except RecordGone:
            return None
        if message.row is None and (known := early.known(message)) is not None:
            return early.result_of(known)
        steps = waiting(run, message.event, match)
        if not steps or not flow.model._base_manager.filter(pk=pk).filter(**{match: message.value}).exists():
            return None
        step, cleaned = early.first_possible(run, steps, message.data)
        if not early.claim(message, run):
            return None
        result = run.walk(step, data=cleaned | message.stamp, key=message.key)
        early.note_taken(message, run, result)
    return result


def waiting(run: Run, event: str, match: str, *, many: bool = False) -> list[Step]:
    """The transitions by which the record waits for the event now."""
    if run.record.state_since is None:  # it looks for what was kept when it is started
        return []
    steps = run.plan.events.get(run.record.state, ())
    wanted = (event, match, many)
    return [step for step in steps if (step.transition.event, step.transition.match, step.transition.many) == wanted]
