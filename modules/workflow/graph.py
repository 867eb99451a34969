"""The compiled form of a workflow: immutable, comparable, and the same whether written as a class or as data.

Everything that runs, draws, checks or compares a workflow reads this and nothing else. Guards, effects, forms and the
facts selector stand here by name and are looked up in today's code (`names.py`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Literal, NamedTuple

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

Words = str | Promise
StateKind = Literal["initial", "normal", "final"]
Tone = Literal["neutral", "info", "success", "warning", "danger"]
TransitionKind = Literal["manual", "automatic", "timer", "task"]
ActorKind = Literal["owner", "system", "staff", "role", "person"]

FORMAT = 1
"""The version of the JSON form; grows when `to_data` changes its meaning."""


@dataclass(frozen=True)
class StateNode:
    """A state. `tone` and `icon` say how it looks everywhere."""

    key: str
    title: Words
    kind: StateKind = "normal"
    tone: Tone = "neutral"
    icon: str = ""


@dataclass(frozen=True)
class ActorRule:
    """Who may do something. `value`: the permission (staff), the role's key (role), the record's field (person)."""

    kind: ActorKind
    value: str = ""


@dataclass(frozen=True)
class GuardUse:
    """A guard by name, perhaps turned round."""

    name: str
    negated: bool = False


@dataclass(frozen=True)
class Transition:
    """One way from some states to one state.

    `kind`: manual (somebody presses it, or the system by name), automatic (looked at on entering a source state),
    timer (`after` entering a source state), task (an outcome of a task; its key is `<task>.<outcome>`).
    """

    key: str
    title: Words
    sources: tuple[str, ...]
    target: str
    kind: TransitionKind = "manual"
    by: tuple[ActorRule, ...] = ()
    guards: tuple[GuardUse, ...] = ()
    effects: tuple[str, ...] = ()
    form: str = ""
    after: timedelta | None = None
    completes: str = ""
    """The key of the task that is done when this is fired."""
    confirm: Words = ""
    """A question that the button asks first."""
    destructive: bool = False
    """The button looks like what it does."""
    not_same_as: tuple[str, ...] = ()
    """Steps and tasks whose last doer may not do this (four eyes)."""
    undo: tuple[str, ...] | None = None
    """The effects that take the step back; None where it cannot be taken back."""
    hold: timedelta | None = None
    """So long the step's outbox rows wait, so that it can be taken back meanwhile."""


class Outcome(NamedTuple):
    """How a task may end; without a target the record stays where it is."""

    name: str
    title: Words
    target: str | None = None
    undo: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TaskNode:
    """Work for a person while the record is in one of `states`; open across a move between two of them."""

    key: str
    title: Words
    states: tuple[str, ...]
    assign: ActorRule
    outcomes: tuple[Outcome, ...] = ()
    due: timedelta | None = None
    due_from: str = ""
    """The record's field, a moment or a date, from which `due` counts; empty: from the opening."""
    not_same_as: tuple[str, ...] = ()
    form: str = ""
    """What `complete` asks."""


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

    @cached_property
    def _states(self) -> dict[str, StateNode]:
        return {state.key: state for state in self.states}

    @cached_property
    def _transitions(self) -> dict[str, Transition]:
        return {transition.key: transition for transition in self.transitions}

    @cached_property
    def _leaving(self) -> dict[str, tuple[Transition, ...]]:
        return {
            state.key: tuple(transition for transition in self.transitions if state.key in transition.sources)
            for state in self.states
        }

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

    @cached_property
    def hash(self) -> str:
        """Names this very definition: 16 hex digits over the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """The canonical text: the same graph gives the same bytes, in whatever language the caller works."""
        return json.dumps(self.to_data(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def to_data(self) -> dict[str, Any]:
        """Plain JSON data, with words in the source language; `from_data` gives an equal graph back."""
        with translation.override(None):
            return {
                "format": FORMAT,
                "key": self.key,
                "version": self.version,
                "record_type": self.record_type,
                "title": str(self.title),
                "description": str(self.description),
                "owner": self.owner,
                "facts": self.facts,
                "states": [_plain(state) for state in self.states],
                "transitions": [_plain(transition) for transition in self.transitions],
                "tasks": [_plain(task) for task in self.tasks],
            }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "WorkflowGraph":
        """Read what `to_data` wrote, its words in the reader's language again; ValueError for another format."""
        if data.get("format") != FORMAT:
            raise ValueError(f"this is workflow format {data.get('format')!r}; {FORMAT} is understood")
        plain = {
            name: data[name] for name in ("key", "version", "record_type", "title", "description", "owner", "facts")
        }
        return cls(
            **plain | {"title": _words(data["title"]), "description": _words(data["description"])},
            states=tuple(StateNode(**state | {"title": _words(state["title"])}) for state in data["states"]),
            transitions=tuple(_transition(entry) for entry in data["transitions"]),
            tasks=tuple(_task(entry) for entry in data["tasks"]),
        )


def _plain(value: Any) -> Any:
    """A dataclass, tuple, duration or lazy words as JSON has it; durations are seconds."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value) if isinstance(value, str | Promise) else value


def _words(text: str) -> Words:
    """Words that were stored in the source language: a flow that is written in code has them in the catalogue."""
    return gettext_lazy(text) if text else ""


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _names(found: list[str] | None) -> tuple[str, ...] | None:
    return None if found is None else tuple(found)


def _outcome(name: str, title: str, target: str | None, undo: list[str] | None = None) -> Outcome:
    return Outcome(name, _words(title), target, _names(undo))


def _transition(data: Mapping[str, Any]) -> Transition:
    return Transition(
        **{
            **data,
            "title": _words(data["title"]),
            "confirm": _words(data["confirm"]),
            "sources": tuple(data["sources"]),
            "by": tuple(ActorRule(**rule) for rule in data["by"]),
            "guards": tuple(GuardUse(**use) for use in data["guards"]),
            "effects": tuple(data["effects"]),
            "after": _duration(data["after"]),
            "not_same_as": tuple(data.get("not_same_as", ())),
            "undo": _names(data.get("undo")),
            "hold": _duration(data.get("hold")),
        }
    )


def _task(data: Mapping[str, Any]) -> TaskNode:
    return TaskNode(
        **{
            **data,
            "title": _words(data["title"]),
            "states": tuple(data["states"]),
            "assign": ActorRule(**data["assign"]),
            "outcomes": tuple(_outcome(*entry) for entry in data["outcomes"]),
            "due": _duration(data["due"]),
            "not_same_as": tuple(data.get("not_same_as", ())),
        }
    )
