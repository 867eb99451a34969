"""One call of the engine on one record: lock, check, move, append, follow, rest. Always inside a transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from modules.core.actors import SYSTEM, Actor
from modules.workflow.clocks import repeats, slas, timers
from modules.workflow.engine import compensation, early, history
from modules.workflow.engine.footprints import leaving_footprint
from modules.workflow.engine.history import FireResult, KeyUsed
from modules.workflow.engine.lateness import refuse_late
from modules.workflow.engine.statements import statements_of
from modules.workflow.errors import (
    AutomaticLoop,
    GuardRefused,
    InvalidData,
    RecordGone,
    Superseded,
    TransitionNotAllowed,
)
from modules.workflow.flows import Flow, Version
from modules.workflow.people import assignments
from modules.workflow.people.four_eyes import Deed, refuse_same_person
from modules.workflow.people.rights import fits
from modules.workflow.plan import Step
from modules.workflow.related import children
from modules.workflow.vocabulary import asking
from modules.workflow.vocabulary.effects import Firing

CHAIN_LIMIT = 25
"""So many automatic transitions may follow one another; a longer chain is a loop."""

UNREAD = object()
"""Of facts that nobody has asked for yet."""


class Run:
    """What is known while one record moves. `record` is a copy of the row as locked; the caller's comes later."""

    record: Any = None
    takes_early = False
    """Whether it is taking events that came early."""

    def __init__(
        self, flow: Flow, record_id: int, *, actor: Actor, at: datetime, version: Version | None = None
    ) -> None:
        self.flow = flow
        self._settle(version or flow.current)
        self.record_id, self.actor, self.at = record_id, actor, at
        self.statements = statements_of(flow.model)
        self.path: list[str] = []
        """The states from the one in which the record was found to the present one."""
        self.completed: dict[str, str] = {}
        """Tasks that end with this run, and their outcome; the others of a left state are cancelled."""
        self.ended: set[str] = set()
        """Those of them whose rows are closed already."""
        self.steps: list[FireResult] = []
        """What this run wrote into the history."""
        self._facts: Any = UNREAD

    def _settle(self, version: Version) -> None:
        """Run by this version of the workflow."""
        self.version, self.graph, self.plan = version, version.graph, version.plan

    # Before the move

    def lock(self) -> None:
        """Lock the row and load it as it is now, to run by its own version; a parent is locked before its child."""
        above = children.lock_parent(self) if self.flow.graph.parent else None  # one order, whatever its own version
        self.hold(self.statements.lock(self.record_id))
        if self.flow.graph.parent:
            children.refuse_moved(self, above)

    def hold(self, record: Any, facts: Any = UNREAD) -> None:
        """Work with a row that is locked, and with the facts that the caller has read."""
        if record is None:
            raise RecordGone
        self.record, self.path, self._facts = record, [record.state], facts
        own = self.flow.version_of(record)
        if own is not self.version:
            self._settle(own)

    def manual(self, name: str) -> Step:
        """A manual step of the record's own version; Superseded where that has none of this name."""
        step = self.plan.manual_step(name)
        if step is None:
            raise Superseded(step=name.replace("_", " "))
        return step

    def leap(self, step: Step, source: str) -> bool:
        """Move at once by compare-and-set where nothing has to be known first; whether that worked."""
        if not step.asks_nothing or source not in step.transition.sources or self.flow.graph.parent:
            return False
        return self._move(source, step.transition.target)

    def refuse_used(self, transitions: list[str], key: str) -> None:
        """KeyUsed when one of the transitions has been fired under the key."""
        if key and history.find_by_key(self.graph, self.record_id, transitions, key):
            raise KeyUsed

    def check_actor(self, step: Step) -> None:
        """TransitionNotAllowed unless a rule of the transition means the actor."""
        if not fits(step.transition.by, self.record, self.actor, self.graph):
            raise TransitionNotAllowed

    def check(
        self,
        step: Step,
        *,
        data: Any,
        seen: str,
        expected: str | int | None,
        files: Any = None,
        deeds: Sequence[Deed] | None = None,
    ) -> Mapping[str, Any]:
        """The cleaned data, or the first refusal: of the actor, the state, what the actor did before, the form, the
        guards. `deeds` are the record's, where the caller has read them."""
        self.check_actor(step)
        refuse_late(self, step, seen=seen, expected=expected)
        refuse_same_person(self.graph, step.eyes, self.record_id, self.actor, deeds)
        cleaned = self._clean(step, data, files)
        self.check_guards(step)
        return cleaned

    def check_guards(self, step: Step) -> None:
        """GuardRefused, with every reason, unless all guards let pass."""
        if step.guards and (reasons := step.refusals(self.record, self.facts())):
            raise GuardRefused(reasons)

    def _clean(self, step: Step, data: Any, files: Any) -> Mapping[str, Any]:
        form = step.form(self.record, data if data is not None else {}, **({"files": files} if files else {}))
        if form is None:
            return data or {}
        if not form.is_valid():
            raise InvalidData(form)
        return form.cleaned_data

    def facts(self) -> Any:
        """What the flow's selector says of the record; read once for each step."""
        if self._facts is UNREAD:
            self._facts = self.plan.facts([self.record], self.at).get(self.record_id)
        return self._facts

    def forget_facts(self) -> None:
        """Read the facts anew when somebody asks for them next."""
        self._facts = UNREAD

    # The move

    def _move(self, source: str, target: str) -> bool:
        known = self.record.workflow_version if self.record is not None else None  # a fallback has another number
        moved = self.statements.move(
            self.record_id, source, target, version=self.graph.version, at=self.at, from_version=known
        )
        if moved is None:
            return False
        self.record = moved
        self.path = [*(self.path or [source]), target]
        return True

    def leave_for(self, target: str) -> bool:
        """Move the locked row to a state along no transition: by hand, or to another version."""
        return self._move(self.record.state, target)

    def go(self, step: Step) -> None:
        """Move the locked row along a transition."""
        if not self._move(self.record.state, step.transition.target):
            raise RecordGone  # not even its own lock holder finds the row

    def enter(self, name: str, data: Mapping[str, Any]) -> FireResult:
        """The first step of all: into the initial state."""
        source, target = self.record.state, self.graph.initial
        if not self._move(source, target):
            raise RecordGone
        self.path = ["", target]
        return history.append(
            self.graph, self.record_id, transition=name, source="", target=target, actor=self.actor, at=self.at,
            data=data,
        )  # fmt: skip

    def take(
        self, step: Step, *, data: Mapping[str, Any], actor: Actor | None = None, key: str = "", reason: str = ""
    ) -> FireResult:
        """Append the step that has just been gone to the history, and run its effects."""
        actor = actor or self.actor
        reason = reason or str(data.get("reason") or "")
        source, target = self.path[-2:]
        result = history.append(
            self.graph, self.record_id, transition=step.transition.key, source=source, target=target, actor=actor,
            at=self.at, reason=reason, data=data, key=key,
        )  # fmt: skip
        self.steps.append(result)
        if step.transition.compensates:
            compensation.compensate(self, result)
        if step.transition.asks and not step.transition.form:
            asking.write_asked(self.record, data, step.transition.asks)
        if step.transition.completes:
            self.completed[step.transition.completes] = step.transition.key.partition(".")[2] or step.transition.key
        if step.effects:
            firing = Firing(
                step.transition.key, source, target, actor, self.at,
                f"{self.graph.record_type}:{self.record_id}:{result.history_id}", reason, data, self.facts,
            )  # fmt: skip
            for effect in step.effects:
                effect(self.record, firing)
        self._facts = UNREAD
        return result

    def walk(self, step: Step, *, data: Mapping[str, Any], key: str = "", reason: str = "") -> FireResult:
        """Move the locked row along a transition with all that follows."""
        with leaving_footprint(self, step.transition.key, step.transition.hold):
            self.go(step)
            result = self.take(step, data=data, key=key, reason=reason)
            self.rest()
        return result

    def note(
        self, name: str, *, data: Mapping[str, Any] | None = None, reason: str = "", source: str | None = None
    ) -> FireResult:
        """Append something that happened and that no transition stands for."""
        state = self.record.state
        result = history.append(
            self.graph, self.record_id, transition=name, source=state if source is None else source, target=state,
            actor=self.actor, at=self.at, reason=reason, data=data,
        )  # fmt: skip
        self.steps.append(result)
        return result

    # After the move

    def follow(self) -> list[FireResult]:
        """Take automatic transitions until none may go; AutomaticLoop when there is no end to it."""
        results: list[FireResult] = []
        while step := self._next_automatic():
            if len(results) == CHAIN_LIMIT:
                raise AutomaticLoop(f"{self.graph.key}: more than {CHAIN_LIMIT} automatic transitions in a row")
            self.go(step)
            results.append(self.take(step, data={}, actor=SYSTEM))
        return results

    def _next_automatic(self) -> Step | None:
        for step in self.plan.automatic.get(self.record.state, ()):
            if not step.guards or not step.refusals(self.record, self.facts()):
                return step
        return None

    def rest(self) -> list[FireResult]:
        """Follow automatic transitions, close what the left states had open, open what the reached one declares."""
        followed = self.follow()
        if len(self.path) > 1:
            self._settle_in()
        else:
            timers.retime(self)
            if self.graph.slas:
                slas.retime(self)
        return followed

    def _settle_in(self) -> None:
        """What the left states had open ends; what the reached one declares begins."""
        assignments.close_left(self)
        timers.close_left(self)
        if self.graph.slas:
            slas.follow(self)
        timers.open_here(self)
        if self.plan.repeats[self.path[-1]]:
            repeats.open_here(self)
        assignments.open_here(self)
        if self.plan.events[self.path[-1]]:
            early.take_early(self)

    def show_in(self, record: models.Model) -> None:
        """Bring the caller's record up to date, after the transaction."""
        for name in self.statements.names:
            value = self.record.__dict__.get(name, UNREAD)
            if value is not UNREAD and record.__dict__.get(name, UNREAD) != value:
                setattr(record, name, value)
        record.__dict__.pop("_prefetched_objects_cache", None)
