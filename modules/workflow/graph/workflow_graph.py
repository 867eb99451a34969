"""A whole workflow, and its canonical JSON."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import translation

from modules.workflow.graph import written
from modules.workflow.graph.nodes import Repeat, Sla, StateNode, TaskNode, Transition, TransitionKind, Words
from modules.workflow.graph.translated import words
from modules.workflow.graph.written import FORMAT, LOOKS, plain

PARTS = ("states", "transitions", "tasks", "repeats", "slas")


@dataclass(frozen=True)
class WorkflowGraph:
    """A whole workflow. The order of states, transitions and tasks is the order of declaration."""

    key: str
    version: int
    record_type: str
    title: Words
    description: Words
    states: tuple[StateNode, ...]
    transitions: tuple[Transition, ...]
    tasks: tuple[TaskNode, ...] = ()
    owner: str = ""
    """The record's field that holds its owner; `order__customer` follows a relation."""
    facts: str = ""
    """The name of the selector whose facts the guards are given."""
    repeats: tuple[Repeat, ...] = ()
    slas: tuple[Sla, ...] = ()
    parent: str = ""
    """The record's field with the record that looks at its automatic transitions when this one has moved."""

    @cached_property
    def _states(self) -> dict[str, StateNode]:
        return {state.key: state for state in self.states}

    @cached_property
    def _transitions(self) -> dict[str, Transition]:
        return {transition.key: transition for transition in self.transitions}

    @cached_property
    def _leaving(self) -> dict[str, tuple[Transition, ...]]:
        found: dict[str, list[Transition]] = {state.key: [] for state in self.states}
        for transition in self.transitions:
            for source in found.keys() & transition.sources:
                found[source].append(transition)
        return {key: tuple(ways) for key, ways in found.items()}

    @cached_property
    def initial(self) -> str:
        """The key of the first state."""
        return next(state.key for state in self.states if state.kind == "initial")

    def state(self, key: str) -> StateNode:
        """A state by key; LookupError names the workflow."""
        try:
            return self._states[key]
        except KeyError:
            raise LookupError(f"the workflow “{self.key}” has no state “{key}”") from None

    def has_state(self, key: str) -> bool:
        return key in self._states

    def transition(self, key: str) -> Transition:
        """A transition by key; LookupError names the workflow."""
        try:
            return self._transitions[key]
        except KeyError:
            raise LookupError(f"the workflow “{self.key}” has no transition “{key}”") from None

    def has_transition(self, key: str) -> bool:
        return key in self._transitions

    def task(self, key: str) -> TaskNode:
        """A task by key; LookupError names the workflow."""
        for task in self.tasks:
            if task.key == key:
                return task
        raise LookupError(f"the workflow “{self.key}” has no task “{key}”")

    def leaving(self, state: str, kind: TransitionKind | None = None) -> tuple[Transition, ...]:
        """The transitions that start in a state, in order of declaration; nothing for a state that is not here."""
        found = self._leaving.get(state, ())
        return found if kind is None else tuple(transition for transition in found if transition.kind == kind)

    def tasks_in(self, state: str) -> tuple[TaskNode, ...]:
        """The tasks that are open while a record is in a state."""
        return tuple(task for task in self.tasks if state in task.states)

    def completing(self, task: str) -> tuple[Transition, ...]:
        """The transitions by which a task is done, instead of by its outcomes."""
        return tuple(way for way in self.transitions if way.completes == task and way.kind != "task")

    def repeats_in(self, state: str) -> tuple[Repeat, ...]:
        """What time does again and again while a record is in a state."""
        return tuple(repeat for repeat in self.repeats if state in repeat.states)

    @cached_property
    def hash(self) -> str:
        """Names this very definition: 16 hex digits over the canonical JSON."""
        return _digest(self.to_data())

    @cached_property
    def behaviour(self) -> str:
        """Names what runs, without words and looks: two definitions that differ only in these have the same."""
        with translation.override(None):
            data = {part: plain(getattr(self, part), LOOKS) for part in PARTS}
        return _digest(data | {"owner": self.owner, "facts": self.facts, "parent": self.parent})

    def to_json(self) -> str:
        """The canonical text: the same graph gives the same bytes, in whatever language the caller works."""
        return _canonical(self.to_data())

    def to_data(self) -> dict[str, Any]:
        """Plain JSON data, with words in the source language; `from_data` gives an equal graph back."""
        with translation.override(None):
            data = {
                "format": FORMAT,
                "key": self.key,
                "version": self.version,
                "record_type": self.record_type,
                "title": plain(self.title),
                "description": plain(self.description),
                "owner": self.owner,
                "facts": self.facts,
                "parent": self.parent,
            }
            parts = {part: plain(getattr(self, part)) for part in PARTS}
        return {name: value for name, value in (data | parts).items() if value not in ("", [])}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "WorkflowGraph":
        """Read what `to_data` wrote, its words in the reader's language again; ValueError for another format."""
        if data.get("format") not in (1, FORMAT):
            raise ValueError(f"this is workflow format {data.get('format')!r}; {FORMAT} is understood")
        return cls(
            data["key"],
            data["version"],
            data["record_type"],
            words(data.get("title", "")),
            words(data.get("description", "")),
            tuple(map(written.state, data["states"])),
            tuple(map(written.transition, data.get("transitions", ()))),
            tuple(map(written.task, data.get("tasks", ()))),
            data.get("owner", ""),
            data.get("facts", ""),
            tuple(map(written.repeat, data.get("repeats", ()))),
            tuple(map(written.sla, data.get("slas", ()))),
            data.get("parent", ""),
        )


def _canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _digest(data: Any) -> str:
    return hashlib.sha256(_canonical(data).encode()).hexdigest()[:16]
