"""Moving a record by hand, past what its workflow designs: for staff with the right to, with a reason, written down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modules.core.actors import Actor
from modules.workflow.choices import MOVE
from modules.workflow.engine import history
from modules.workflow.engine.history import FireResult
from modules.workflow.engine.lateness import refuse_outdated
from modules.workflow.engine.run import Run
from modules.workflow.engine.running import running
from modules.workflow.errors import (
    NoReason,
    RecordGone,
    TransitionNotAllowed,
    UnknownState,
)
from modules.workflow.flows import flow_of
from modules.workflow.graph import StateNode
from modules.workflow.people.rights import may_change
from modules.workflow.plan import Step

PERMISSION = "workflow.move_record"


@dataclass(frozen=True)
class Place:
    """A state to which a record can be moved, and what the workflow itself says of that way."""

    state: StateNode
    steps: tuple[str, ...]
    """The designed steps from here to there; none where the workflow knows no such way."""
    reasons: tuple[str, ...]
    """What the guards of these steps refuse at present."""


def may_move(record: Any, actor: Actor) -> bool:
    """Whether the actor may move records by hand: the right to, and to change this kind of record."""
    return actor.may(PERMISSION) and may_change(record, actor)


def places(record: Any, at: datetime) -> list[Place]:
    """Every other state of the record's workflow, those first that a designed step leads to."""
    version = flow_of(record).version_of(record)
    ways = [version.plan.step(way.key) for way in version.graph.leaving(record.state)]
    facts = version.plan.facts([record], at).get(record.pk) if any(step.guards for step in ways) else None
    found = [
        _place(state, [step for step in ways if step.transition.target == state.key], record, facts)
        for state in version.graph.states
        if state.key != record.state
    ]
    return sorted(found, key=lambda place: not place.steps)


def _place(state: StateNode, steps: list[Step], record: Any, facts: Any) -> Place:
    titles = tuple(str(step.transition.title) for step in steps)
    reasons = dict.fromkeys(reason for step in steps for reason in step.refusals(record, facts))
    return Place(state, titles, tuple(reasons))


def move_by_hand(
    record: Any, to: str, *, actor: Actor, at: datetime, reason: str, expected: str | int | None = None
) -> FireResult:
    """Put a record into a state, whatever its workflow designs.

    No effect of a transition runs and no guard is asked; tasks and timers of the left state end, those of the new one
    begin, and automatic transitions are looked at. The history says `move`, who and why, and what guards would have
    refused. TransitionNotAllowed, NoReason, UnknownState (also for the present one), Overtaken or Outdated.
    """
    if not may_move(record, actor):
        raise TransitionNotAllowed
    if not reason.strip():
        raise NoReason
    seen = expected if isinstance(expected, str) else str(record.state)
    with running(record, actor=actor, at=at) as run:
        run.lock()
        refuse_outdated(run, seen=seen, expected=expected)
        if not run.graph.has_state(to) or to == run.record.state:
            raise UnknownState(state=to)
        result = put_by_hand(run, to, reason.strip())
    run.show_in(record)
    return result


def put_by_hand(run: Run, to: str, reason: str) -> FireResult:
    """Put the locked record into a state along no transition, and say so in the history."""
    source = run.record.state
    against = _against(run, to)
    if not run.leave_for(to):
        raise RecordGone
    result = history.append(
        run.graph, run.record_id, transition=MOVE, source=source, target=to, actor=run.actor, at=run.at,
        reason=reason, data={"against": against} if against else {},
    )  # fmt: skip
    run.steps.append(result)
    run.rest()
    return result


def _against(run: Run, to: str) -> list[str]:
    """What the guards of the designed steps between the two states refuse."""
    steps = [run.plan.step(way.key) for way in run.graph.leaving(run.record.state) if way.target == to]
    return list(dict.fromkeys(reason for step in steps for reason in step.refusals(run.record, run.facts())))
