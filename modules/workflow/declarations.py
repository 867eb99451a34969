"""The words in which a workflow is written: transitions, automations, timers, tasks, and who may do them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from modules.core.actors import Actor
from modules.workflow.graph import ActorRule, TransitionKind, Words
from modules.workflow.guards import Guard
from modules.workflow.names import Effect, FormClass

By = ActorRule | Actor

OWNER = ActorRule("owner")
"""The person whose record it is (the flow's `owner` field), or a guest with a signed link to it."""


def Staff(permission: str) -> ActorRule:  # noqa: N802 - reads as a kind of people
    """Whoever holds a permission such as `films.cancel_order`; the permission is derived from the flow."""
    return ActorRule("staff", permission)


def role(key: str) -> ActorRule:
    """Whoever has a role such as `films.clerk`."""
    return ActorRule("role", key)


def person(field: str) -> ActorRule:
    """The person in a field of the record, such as `assignee`."""
    return ActorRule("person", field)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    return timedelta(days=count)


@dataclass(frozen=True)
class Due:
    """A time to be done by: so long after a moment in a field of the record."""

    field: str
    wait: timedelta


def after(field: str, wait: timedelta) -> Due:
    """`due=after("placed_at", hours(48))`: counted from a moment of the record; a date counts from its end."""
    return Due(field, wait)


def at_date(field: str) -> Due:
    """`due=at_date("release_on")`: that moment, or the end of that day where the business is."""
    return Due(field, timedelta())


@dataclass(frozen=True)
class End:
    """How a task ends: where the record goes, if anywhere, what people read, and how it is taken back, if at all."""

    target: str | None = None
    title: Words = ""
    undo: tuple[Effect, ...] | None = None


def stay(title: Words = "", *, undo: Sequence[Effect] | None = None) -> End:
    """The task ends and the record stays where it is."""
    return End(None, title, _optional(undo))


def go(target: str, title: Words = "", *, undo: Sequence[Effect] | None = None) -> End:
    """The task ends and the record moves."""
    return End(str(target), title, _optional(undo))


@dataclass(frozen=True, eq=False)
class TaskDeclaration:
    """A `task(…)` attribute of a flow, before its name is known."""

    states: tuple[str, ...]
    to_do: Words
    assign: ActorRule
    due: timedelta | Due | None
    outcomes: Mapping[str, End]
    not_same_as: tuple[str, ...] = ()
    form: FormClass | None = None


@dataclass(frozen=True, eq=False)
class TransitionDeclaration:
    """A `transition(…)`, `automatic(…)` or `timer(…)` attribute of a flow, before its name is known."""

    kind: TransitionKind
    sources: tuple[str, ...]
    to: str
    by: tuple[ActorRule, ...] = ()
    when: tuple[Guard, ...] = ()
    do: tuple[Effect, ...] = ()
    form: FormClass | None = None
    after: timedelta | None = None
    completes: TaskDeclaration | None = None
    title: Words = ""
    confirm: Words = ""
    destructive: bool = False
    not_same_as: tuple[str, ...] = ()
    undo: tuple[Effect, ...] | None = None
    hold: timedelta | None = None


def transition(
    *sources: str,
    to: str,
    by: By | Sequence[By] = (),
    when: Guard | Sequence[Guard] = (),
    do: Sequence[Effect] = (),
    form: FormClass | None = None,
    completes: TaskDeclaration | None = None,
    title: Words = "",
    confirm: Words = "",
    destructive: bool = False,
    not_same_as: str | Sequence[str] = (),
    undo: Sequence[Effect] | None = None,
    hold: timedelta | None = None,
) -> TransitionDeclaration:
    """Somebody of `by` may move the record from any of the sources, while every guard of `when` says yes.

    Effects of `do` run in order, in the same transaction. `form` validates what the person is asked; by default that of
    the task that this `completes`. `title` is the button's word; by default the attribute's name. `not_same_as` names
    steps or tasks whose last doer may not do this. With `undo`, the effects that compensate (perhaps none), the step
    can be taken back until something of it has left the house; `hold` keeps its outbox rows so long.
    """
    return TransitionDeclaration(
        "manual", _keys(sources), str(to), _rules(by), _guards(when), tuple(do), form,
        completes=completes, title=title, confirm=confirm, destructive=destructive,
        not_same_as=_several(not_same_as), undo=_optional(undo), hold=hold,
    )  # fmt: skip


def automatic(
    *sources: str,
    to: str,
    when: Guard | Sequence[Guard] = (),
    do: Sequence[Effect] = (),
    title: Words = "",
    undo: Sequence[Effect] | None = None,
) -> TransitionDeclaration:
    """The record moves on by itself when its guards say yes: looked at on entering a source state, after a task of it
    ended, and by `advance`; the first declared one that may, goes. One with effects needs `undo`, so that the step that
    it followed can be taken back together with it."""
    return TransitionDeclaration(
        "automatic", _keys(sources), str(to), (), _guards(when), tuple(do), title=title, undo=_optional(undo)
    )


def timer(
    *sources: str,
    to: str,
    after: timedelta,
    when: Guard | Sequence[Guard] = (),
    do: Sequence[Effect] = (),
    title: Words = "",
) -> TransitionDeclaration:
    """The record moves when it has been in a source state for `after`; leaving the state before that cancels it."""
    return TransitionDeclaration(
        "timer", _keys(sources), str(to), (), _guards(when), tuple(do), after=after, title=title
    )


def task(
    *states: str,
    to_do: Words,
    assign: ActorRule,
    due: timedelta | Due | None = None,
    outcomes: Mapping[str, End] | None = None,
    not_same_as: str | Sequence[str] = (),
    form: FormClass | None = None,
) -> TaskDeclaration:
    """Work for a role or a person while the record is in one of `states`; leaving them cancels it.

    `due`: `hours(8)` from the opening, `after("placed_at", hours(48))` or `at_date("release_on")`. `form` validates
    what `complete` is given. `not_same_as` as with a transition, for taking the task and for finishing it.
    """
    return TaskDeclaration(_keys(states), to_do, assign, due, dict(outcomes or {}), _several(not_same_as), form)


def _keys(states: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(state) for state in states)


def _several(named: str | Sequence[str]) -> tuple[str, ...]:
    return (named,) if isinstance(named, str) else tuple(named)


def _optional(effects: Sequence[Effect] | None) -> tuple[Effect, ...] | None:
    return None if effects is None else tuple(effects)


def _rules(by: By | Sequence[By]) -> tuple[ActorRule, ...]:
    given = [by] if isinstance(by, ActorRule | Actor) else by
    return tuple(ActorRule("system") if isinstance(rule, Actor) else rule for rule in given)


def _guards(when: Guard | Sequence[Guard]) -> tuple[Guard, ...]:
    return (when,) if isinstance(when, Guard) else tuple(when)
