"""The only way a state changes: `start`, `fire`, `fire_first` and `advance`, each one transaction.

A call locks the row (or moves it by compare-and-set where nothing has to be asked first), checks, moves it, appends to
the history, runs effects, follows automatic transitions, and opens what the new state declares. A refusal raises and
undoes all of it. The caller's record is brought up to date when the call has ended well, and not before.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from modules.core.actors import SYSTEM, Actor
from modules.workflow.choices import START
from modules.workflow.engine import history
from modules.workflow.engine.history import FireResult, KeyUsed
from modules.workflow.engine.run import Run
from modules.workflow.engine.running import is_running, running
from modules.workflow.errors import AlreadyStarted, InvalidData, Refused, TransitionNotAllowed
from modules.workflow.flows import plan_of
from modules.workflow.plan import Step
from modules.workflow.services.finishing import settle_rows
from modules.workflow.vocabulary.effects import Firing

Otherwise = Callable[[Any, Firing], object]


def start(record: models.Model, *, actor: Actor, at: datetime, data: Mapping[str, Any] | None = None) -> FireResult:
    """Let a saved record enter its workflow: first history row, first automatic steps, timers and tasks.

    AlreadyStarted when it was started before.
    """
    with running(record, actor=actor, at=at) as run:
        run.lock()
        if run.record.state_since is not None:
            raise AlreadyStarted
        result = run.enter(START, data or {})
        run.rest()
    run.show_in(record)
    return result


def fire(
    record: models.Model,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    data: Any = None,
    files: Any = None,
    key: object = None,
    reason: str = "",
    expected: str | int | None = None,
) -> FireResult:
    """Fire a manual transition, or raise a `Refused` that says why not.

    `data` and `files` are what the transition's form validates; without a form data are kept as they are. `key` makes
    the call idempotent for this record and transition: a second call gives the first one's result. `expected` is the
    state or the revision that the actor saw; without it the state of the given record counts as seen.
    """
    step, key = manual_step(record, name), "" if key is None else str(key)
    seen = expected if isinstance(expected, str) else _state(record)
    try:
        with running(record, actor=actor, at=at) as run:
            if not isinstance(expected, int) and run.leap(step, seen):
                run.check_actor(step)
                result = run.take(step, data=data or {}, key=key, reason=reason)
                run.rest()
            else:
                run.lock()
                run.refuse_used([name], key)
                step = run.manual(name)
                cleaned = run.check(step, data=data, files=files, seen=seen, expected=expected)
                result = run.walk(step, data=cleaned, key=key, reason=reason)
    except KeyUsed:
        return _first_result(record, [name], key, actor=actor, at=at)
    run.show_in(record)
    return result


def fire_first(
    record: models.Model,
    names: Sequence[str],
    *,
    actor: Actor,
    at: datetime,
    data: Any = None,
    key: object = None,
    reason: str = "",
    otherwise: Otherwise | None = None,
) -> FireResult | None:
    """Fire the first of several manual transitions that is possible, decided under one lock.

    When none is, `otherwise(record, firing)` runs in the same transaction and None is returned (its `firing` has no
    transition and the caller's key); without `otherwise` the last refusal is raised. InvalidData is raised at once.
    """
    key = "" if key is None else str(key)
    result: FireResult | None = None
    try:
        with running(record, actor=actor, at=at) as run:
            run.lock()
            run.refuse_used(list(names), key)
            step, found = _first_possible(run, names, data)
            if step is not None:
                result = run.walk(step, data=found, key=key, reason=reason)
            elif otherwise is None:
                raise found
            else:
                state = run.record.state
                otherwise(run.record, Firing("", state, state, actor, at, key, reason, data or {}, run.facts))
    except KeyUsed:
        return _first_result(record, list(names), key, actor=actor, at=at)
    run.show_in(record)
    return result


def advance(record: models.Model, *, at: datetime, actor: Actor = SYSTEM) -> list[FireResult]:
    """Look at the automatic transitions of the record's state, because something that their guards ask has changed.

    Inside an effect of the same record this does nothing: they are looked at after the effects anyway.
    """
    if is_running(record):
        return []
    with running(record, actor=actor, at=at) as run:
        run.lock()
        results = settle_rows(run) or run.rest()
    run.show_in(record)
    return results


def _first_possible(run: Run, named: Sequence[str], data: Any) -> tuple[Any, Any]:
    """The first step that nothing speaks against, with its cleaned data; or None with the last refusal."""
    refusal: Refused | None = None
    for name in named:
        try:
            step = run.manual(name)
            return step, run.check(step, data=data, seen=run.record.state, expected=None)
        except InvalidData:
            raise
        except Refused as refused:
            refusal = refused
    return None, refusal


def manual_step(record: models.Model, name: str) -> Step:
    """The step of a manual transition; TransitionNotAllowed for what nobody fires by hand."""
    step = plan_of(record).step(name)
    if step.transition.kind != "manual":
        raise TransitionNotAllowed
    return step


def _state(record: Any) -> str:
    return str(record.state)


def _first_result(record: models.Model, names: list[str], key: str, *, actor: Actor, at: datetime) -> FireResult:
    """What the first call with the key did; the record is shown as it is now."""
    with running(record, actor=actor, at=at) as run:
        run.lock()
        result = history.find_by_key(run.graph, run.record_id, names, key)
    if result is None:
        raise RuntimeError("a used key has no history")
    run.show_in(record)
    return result
