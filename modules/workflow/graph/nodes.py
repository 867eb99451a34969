"""The parts of a workflow: states, transitions, tasks, and what time does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from django.utils.functional import Promise

Words = str | Promise
StateKind = Literal["initial", "normal", "final"]
Tone = Literal["neutral", "info", "success", "warning", "danger"]
TransitionKind = Literal["manual", "automatic", "timer", "task", "event"]
ActorKind = Literal[
    "owner", "system", "staff", "role", "person", "link", "assignee", "round_robin", "least_loaded", "members",
    "manager", "expression",
]  # fmt: skip
DecisionKind = Literal["any", "all", "quorum", "majority", "sequence", "each"]
BroughtKind = Literal["text", "int", "number", "bool", "moment", "day"]
Params = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Wait:
    """How long time waits, and from when: months, then days (of the calendar where the business is), then `amount`.

    Counted from entering the state (a task's from its opening), or from the moment or date in a field of the record; a
    date counts from its end. With a calendar, `amount` is open time of that business calendar. May be negative.
    """

    amount: timedelta = timedelta()
    days: int = 0
    months: int = 0
    field: str = ""
    calendar: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is elapsed time and nothing else."""
        return not (self.days or self.months or self.field or self.calendar)


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
    """Who may do something, or gets it to do.

    `value`: the permission (staff), the role's key (role, round_robin, least_loaded, members), the record's field
    (person; manager: of that person; link: the field with the address of somebody outside), the task (assignee: who
    holds it; empty: any), the expression.
    """

    kind: ActorKind
    value: str = ""


@dataclass(frozen=True)
class GuardUse:
    """A guard by name with its parameters, or an expression with the words of its refusal; perhaps turned round."""

    name: str = ""
    negated: bool = False
    params: Params = ()
    expression: str = ""
    words: Words = ""

    def __post_init__(self) -> None:
        _settle(self, "params", named(self.params))


@dataclass(frozen=True)
class EffectUse:
    """An effect by name, with its parameters."""

    name: str
    params: Params = ()

    def __post_init__(self) -> None:
        _settle(self, "params", named(self.params))


@dataclass(frozen=True)
class Ask:
    """A field of the record that a transition asks for and writes."""

    field: str
    required: bool = True
    title: Words = ""


@dataclass(frozen=True)
class Brought:
    """Something that an event brings with it, of what kind; its effects read it as `data.<name>`."""

    name: str
    kind: BroughtKind = "text"
    required: bool = True


@dataclass(frozen=True)
class Transition:
    """One way from some states to one state.

    `kind`: manual (somebody presses it, or the system by name), automatic (looked at on entering a source state),
    timer (`after` entering a source state), task (an outcome of a task; its key is `<task>.<outcome>`), event (a
    message from outside for the record whose field `match` holds what the message names).
    """

    key: str
    title: Words
    sources: tuple[str, ...]
    target: str
    kind: TransitionKind = "manual"
    by: tuple[ActorRule, ...] = ()
    guards: tuple[GuardUse, ...] = ()
    effects: tuple[EffectUse, ...] = ()
    form: str = ""
    after: Wait | None = None
    completes: str = ""
    """The key of the task that is done when this is fired."""
    confirm: Words = ""
    """A question that the button asks first."""
    destructive: bool = False
    """The button looks like what it does."""
    not_same_as: tuple[str, ...] = ()
    """Steps and tasks whose last doer may not do this (four eyes)."""
    undo: tuple[EffectUse, ...] | None = None
    """The effects that take the step back; None where it cannot be taken back."""
    hold: timedelta | None = None
    """So long the step's outbox rows wait, so that it can be taken back meanwhile."""
    asks: tuple[Ask, ...] = ()
    compensation: tuple[EffectUse, ...] = ()
    """The effects that make up for the step when a later one compensates."""
    compensates: bool = False
    """Whether it runs the compensation of every step that stands, newest first, before its own effects."""
    event: str = ""
    match: str = ""
    brings: tuple[Brought, ...] = ()
    """What an event brings; anything else that it brings is not kept."""
    many: bool = False
    """Whether an event is for every record that waits for it, and kept for none that comes later."""

    def __post_init__(self) -> None:
        _settle(self, "effects", uses(self.effects))
        _settle(self, "compensation", uses(self.compensation))
        _settle(self, "undo", None if self.undo is None else uses(self.undo))
        _settle(self, "after", waiting(self.after))


class Outcome(NamedTuple):
    """How a task may end; without a target the record stays where it is."""

    name: str
    title: Words
    target: str | None = None
    undo: tuple[EffectUse, ...] | None = None
    effects: tuple[EffectUse, ...] = ()
    """What it does where the record stays; where it moves, that stands with the transition `<task>.<outcome>`."""


@dataclass(frozen=True)
class Decision:
    """How several people come to one outcome.

    any: the first answer; all: everybody the first outcome, any other ends it; quorum: `count` equal answers; majority:
    more than half; sequence: one after the other; each: a seat for each row of the relation `over`, all of them or
    `count`. `otherwise`: the outcome where none can be reached any more; by default the last one.
    """

    kind: DecisionKind
    count: int = 0
    over: str = ""
    otherwise: str = ""


@dataclass(frozen=True)
class Escalation:
    """What happens when a task or a promise is not kept in time: somebody else gets it, effects run."""

    wait: Wait
    to: ActorRule | None = None
    effects: tuple[EffectUse, ...] = ()

    def __post_init__(self) -> None:
        _settle(self, "wait", waiting(self.wait))
        _settle(self, "effects", uses(self.effects))


@dataclass(frozen=True)
class TaskNode:
    """Work for people while the record is in one of `states`; open across a move between two of them."""

    key: str
    title: Words
    states: tuple[str, ...]
    assign: ActorRule
    outcomes: tuple[Outcome, ...] = ()
    due: Wait | None = None
    not_same_as: tuple[str, ...] = ()
    form: str = ""
    """What `complete` asks."""
    also: tuple[ActorRule, ...] = ()
    """The further assignees, in order."""
    decide: Decision | None = None
    remind: tuple[Wait, ...] = ()
    """When whoever has it is reminded: from the opening, or from the task's own due time (`field="due_at"`)."""
    escalate: tuple[Escalation, ...] = ()

    def __post_init__(self) -> None:
        _settle(self, "due", waiting(self.due))
        _settle(self, "remind", tuple(waiting(entry) for entry in self.remind))

    @property
    def assignees(self) -> tuple[ActorRule, ...]:
        """Everybody the task names, in order."""
        return (self.assign, *self.also)


@dataclass(frozen=True)
class Repeat:
    """What time does in a state without moving the record: after `wait`, then every `every`, `times` in all (0: until
    the record leaves)."""

    key: str
    title: Words
    states: tuple[str, ...]
    wait: Wait
    every: Wait | None = None
    times: int = 1
    guards: tuple[GuardUse, ...] = ()
    effects: tuple[EffectUse, ...] = ()

    def __post_init__(self) -> None:
        _settle(self, "wait", waiting(self.wait))
        _settle(self, "every", waiting(self.every))
        _settle(self, "effects", uses(self.effects))


@dataclass(frozen=True)
class Sla:
    """A promise: the record spends at most `within` in `states`; the clock stands still in `paused_in`."""

    key: str
    title: Words
    states: tuple[str, ...]
    within: Wait
    warn: Wait | None = None
    """When the warning comes, counted from the start like `within`."""
    paused_in: tuple[str, ...] = ()
    on_warning: tuple[EffectUse, ...] = ()
    on_breach: tuple[EffectUse, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    """What happens so long after the breach."""

    def __post_init__(self) -> None:
        _settle(self, "within", waiting(self.within))
        _settle(self, "warn", waiting(self.warn))
        _settle(self, "on_warning", uses(self.on_warning))
        _settle(self, "on_breach", uses(self.on_breach))


def waiting(value: Wait | timedelta | None) -> Wait | None:
    """A duration as a wait of elapsed time."""
    return Wait(value) if isinstance(value, timedelta) else value


def uses(named: Iterable[EffectUse | str]) -> tuple[EffectUse, ...]:
    """Effects given by their bare names, as uses without parameters."""
    return tuple(EffectUse(use) if isinstance(use, str) else use for use in named)


def named(params: Iterable[tuple[str, Any]]) -> Params:
    """Parameters by their names, as a document is read back."""
    return tuple(sorted(((name, frozen(value)) for name, value in params), key=lambda entry: entry[0]))


def frozen(value: Any) -> Any:
    """A parameter's value with tuples for its lists, as a document is read back."""
    if isinstance(value, Mapping):
        return {name: frozen(entry) for name, entry in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list | tuple) else value


def _settle(node: Any, name: str, value: Any) -> None:
    """Set an attribute of a frozen node while it is made."""
    object.__setattr__(node, name, value)
