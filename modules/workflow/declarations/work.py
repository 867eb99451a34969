"""Tasks: work for people while a record is in a state, and how it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from modules.workflow.declarations.given import Do, keys, optional, several, use
from modules.workflow.declarations.times import as_wait
from modules.workflow.graph import ActorRule, Decision, EffectUse, Escalation, Wait, Words
from modules.workflow.vocabulary.names import Effect, FormClass


@dataclass(frozen=True)
class End:
    """How a task ends: where the record goes, if anywhere, what people read, what it does, and how it is taken back, if
    at all."""

    target: str | None = None
    title: Words = ""
    undo: Do | None = None
    do: Do = ()
    compensation: Do = ()


def stay(
    title: Words = "", *, do: Sequence[Effect | EffectUse] = (), undo: Sequence[Effect | EffectUse] | None = None
) -> End:
    """The task ends and the record stays where it is; effects of `do` run as those of a transition do."""
    return End(None, title, optional(undo), tuple(do))


def go(
    target: str,
    title: Words = "",
    *,
    do: Sequence[Effect | EffectUse] = (),
    undo: Sequence[Effect | EffectUse] | None = None,
    compensation: Sequence[Effect | EffectUse] = (),
) -> End:
    """The task ends and the record moves; `do`, `undo` and `compensation` as with a transition."""
    return End(str(target), title, optional(undo), tuple(do), tuple(compensation))


@dataclass(frozen=True, eq=False)
class TaskDeclaration:
    """A `task(…)` attribute of a flow, before its name is known."""

    states: tuple[str, ...]
    to_do: Words
    assign: tuple[ActorRule, ...]
    due: Wait | None
    outcomes: Mapping[str, End]
    not_same_as: tuple[str, ...] = ()
    form: FormClass | None = None
    decide: Decision | None = None
    remind: tuple[Wait, ...] = ()
    escalate: tuple[Escalation, ...] = ()


def task(
    *states: str,
    to_do: Words,
    assign: ActorRule | Sequence[ActorRule],
    due: timedelta | Wait | None = None,
    outcomes: Mapping[str, End] | None = None,
    not_same_as: str | Sequence[str] = (),
    form: FormClass | None = None,
    decide: Decision | None = None,
    remind: Sequence[timedelta | Wait] = (),
    escalate: Sequence[Escalation] = (),
) -> TaskDeclaration:
    """Work for a role or a person while the record is in one of `states`; leaving them cancels it.

    `due`: `hours(8)` from the opening, `after("placed_at", hours(48))` or `at_date("release_on")`. `form` validates
    what `complete` is given. `not_same_as` as with a transition, for taking the task and for finishing it. Several
    people answer for themselves as `decide` says: `ALL`, `ANY`, `MAJORITY`, `SEQUENCE`, `quorum(2)`, `each("lines")`.
    `remind` and `escalate` count from the opening.
    """
    rules = (assign,) if isinstance(assign, ActorRule) else tuple(assign)
    return TaskDeclaration(
        keys(states), to_do, rules, None if due is None else as_wait(due), dict(outcomes or {}), several(not_same_as),
        form, decide, tuple(map(as_wait, remind)), tuple(escalate),
    )  # fmt: skip


def escalation(
    wait: timedelta | Wait, *, to: ActorRule | None = None, do: Sequence[Effect | EffectUse] = ()
) -> Escalation:
    """So long after the opening of a task (or the breach of a promise) somebody else gets it, and effects run."""
    return Escalation(as_wait(wait), to, tuple(use(effect) for effect in do))
