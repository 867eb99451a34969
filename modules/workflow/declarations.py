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
class End:
    """How a task ends: where the record goes, if anywhere, and what people read."""

    target: str | None = None
    title: Words = ""


def stay(title: Words = "") -> End:
    """The task ends and the record stays where it is."""
    return End(None, title)


def go(target: str, title: Words = "") -> End:
    """The task ends and the record moves."""
    return End(str(target), title)


@dataclass(frozen=True, eq=False)
class TaskDeclaration:
    """A `task(…)` attribute of a flow, before its name is known."""

    states: tuple[str, ...]
    to_do: Words
    assign: ActorRule
    due: timedelta | None
    outcomes: Mapping[str, End]


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
) -> TransitionDeclaration:
    """Somebody of `by` may move the record from any of the sources, while every guard of `when` says yes.

    Effects of `do` run in order, in the same transaction. `form` validates what the person is asked. `completes` is the
    task that this ends. `title` is the button's word; by default the attribute's name.
    """
    return TransitionDeclaration(
        "manual", _keys(sources), str(to), _rules(by), _guards(when), tuple(do), form,
        completes=completes, title=title, confirm=confirm, destructive=destructive,
    )  # fmt: skip


def automatic(
    *sources: str, to: str, when: Guard | Sequence[Guard] = (), do: Sequence[Effect] = (), title: Words = ""
) -> TransitionDeclaration:
    """The record moves on by itself when its guards say yes: looked at on entering a source state, after a task of it
    ended, and by `advance`; the first declared one that may, goes."""
    return TransitionDeclaration("automatic", _keys(sources), str(to), (), _guards(when), tuple(do), title=title)


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
    due: timedelta | None = None,
    outcomes: Mapping[str, End] | None = None,
) -> TaskDeclaration:
    """Work for a role or a person while the record is in one of `states`; leaving them cancels it."""
    return TaskDeclaration(_keys(states), to_do, assign, due, dict(outcomes or {}))


def _keys(states: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(state) for state in states)


def _rules(by: By | Sequence[By]) -> tuple[ActorRule, ...]:
    given = [by] if isinstance(by, ActorRule | Actor) else by
    return tuple(ActorRule("system") if isinstance(rule, Actor) else rule for rule in given)


def _guards(when: Guard | Sequence[Guard]) -> tuple[Guard, ...]:
    return (when,) if isinstance(when, Guard) else tuple(when)
