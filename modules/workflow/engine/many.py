"""One transition for many records: each for itself in a savepoint, what is asked of all asked once."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.workflow.engine.firing import manual_step
from modules.workflow.engine.run import UNREAD, Run
from modules.workflow.engine.running import run_on
from modules.workflow.engine.statements import statements_of
from modules.workflow.errors import RecordGone, Refused
from modules.workflow.flows import Flow, flow_of
from modules.workflow.models import HistoryEntry
from modules.workflow.people.four_eyes import Deed, deeds_of
from modules.workflow.plan import Step
from modules.workflow.related import children

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one record. `code` is that of the refusal, or `failed` where something broke; empty when done."""

    record_id: int
    done: bool
    message: str
    code: str = ""


@dataclass
class _Chunk:
    """What was read once for all records of a call."""

    flow: Flow
    name: str
    has_guards: bool
    locked: Mapping[int, Any]
    done_before: frozenset[int]
    deeds: Mapping[int, Sequence[Deed]]
    facts: Mapping[int, Any]
    facts_hold: bool = True
    """Until an effect has run: it may have changed what the guards of the next record ask."""


def fire_many(
    records: Sequence[Any], name: str, *, actor: Actor, at: datetime, data: Any = None, key: object = None
) -> list[Outcome]:
    """Fire a manual transition of many records of one kind, in the order of their keys; one answer for each.

    A refusal or a fault of one leaves the others as they are. `key` makes the call idempotent for each record. Give a
    few hundred at a time: all stay locked until the caller's transaction ends.
    """
    if not records:
        return []
    given = {record.pk: record for record in sorted(records, key=lambda record: int(record.pk))}
    key = "" if key is None else str(key)
    with transaction.atomic():
        chunk = _read(flow_of(records[0]), records[0], name, list(given), actor, at, key)
        return list(_each(chunk, given, actor, at, data, key))


def _read(flow: Flow, first: Any, name: str, ids: list[int], actor: Actor, at: datetime, key: str) -> _Chunk:
    if flow.graph.parent:
        children.lock_parents(flow, ids)
    locked = statements_of(flow.model).lock_many(ids)
    kind, done = flow.graph.record_type, frozenset[int]()
    steps = _steps(flow, [first, *locked.values()], name)
    if key:
        rows = HistoryEntry.objects.filter(record_type=kind, record_id__in=ids, transition=name, key=key)
        done = frozenset(rows.values_list("record_id", flat=True))
    eyes = [step.eyes for step in steps if step.eyes]
    deeds = deeds_of(flow.graph, ids, eyes) if eyes and not actor.is_system else {}
    has_guards = any(step.guards for step in steps)
    facts = flow.facts(list(locked.values()), at) if has_guards else {}
    return _Chunk(flow, name, has_guards, locked, done, deeds, facts)


def _steps(flow: Flow, records: Sequence[Any], name: str) -> list[Step]:
    """The step in each version that a record runs on; TransitionNotAllowed or LookupError where none has it."""
    plans = {flow.plan_for(record) for record in records}
    found = [step for plan in plans if (step := plan.manual_step(name)) is not None]
    return found or [manual_step(records[0], name)]


def _each(
    chunk: _Chunk, given: Mapping[int, Any], actor: Actor, at: datetime, data: Any, key: str
) -> Iterator[Outcome]:
    for pk, record in given.items():
        if pk in chunk.done_before:
            yield Outcome(pk, True, _("Done before."))
            continue
        try:
            _one(chunk, record, actor, at, data, key)
        except Refused as refusal:
            yield Outcome(pk, False, str(refusal), refusal.code)
        except Exception:
            logger.exception("%s of %s %s failed", chunk.name, chunk.flow.graph.record_type, pk)
            yield Outcome(pk, False, _("Something went wrong; nothing was changed."), "failed")
        else:
            yield Outcome(pk, True, "")


def _one(chunk: _Chunk, record: Any, actor: Actor, at: datetime, data: Any, key: str) -> None:
    """As `fire`, with the lock held and the questions asked already."""
    with run_on(chunk.flow, record.pk, actor=actor, at=at) as run:
        locked = chunk.locked.get(record.pk)
        if locked is None:
            raise RecordGone
        if run.graph.parent or run.plan.paths:  # others of this call may have moved it, or what its guards ask for
            run.lock()
        else:
            run.hold(locked, chunk.facts.get(record.pk) if chunk.facts_hold and chunk.has_guards else UNREAD)
        deeds = chunk.deeds.get(record.pk, ())
        step = run.manual(chunk.name)
        cleaned = run.check(step, data=data, seen=str(record.state), expected=None, deeds=deeds)
        run.walk(step, data=cleaned, key=key)
    chunk.facts_hold = chunk.facts_hold and not any(_had_effects(run, each.transition) for each in run.steps)
    run.show_in(record)


def _had_effects(run: Run, name: str) -> bool:
    """Whether a step has changed more than its record; of what is no transition nobody knows."""
    return not run.graph.has_transition(name) or bool(run.plan.step(name).effects)
