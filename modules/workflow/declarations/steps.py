"""The steps of a workflow: transitions that somebody fires, and those that the system, time or an event takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from modules.workflow.declarations.given import By, Do, asked, guards, keys, optional, rules, several
from modules.workflow.declarations.times import as_wait
from modules.workflow.declarations.work import TaskDeclaration
from modules.workflow.graph import ActorRule, Ask, Brought, EffectUse, TransitionKind, Wait, Words
from modules.workflow.vocabulary.guards import Guard
from modules.workflow.vocabulary.names import Effect, FormClass


@dataclass(frozen=True, eq=False)
class TransitionDeclaration:
    """A `transition(…)`, `automatic(…)` or `timer(…)` attribute of a flow, before its name is known."""

    kind: TransitionKind
    sources: tuple[str, ...]
    to: str
    by: tuple[ActorRule, ...] = ()
    when: tuple[Guard, ...] = ()
    do: Do = ()
    form: FormClass | None = None
    after: Wait | None = None
    completes: TaskDeclaration | None = None
    title: Words = ""
    confirm: Words = ""
    destructive: bool = False
    not_same_as: tuple[str, ...] = ()
    undo: Do | None = None
    hold: timedelta | None = None
    asks: tuple[Ask, ...] = ()
    compensation: Do = ()
    compensates: bool = False
    event: str = ""
    match: str = ""
    brings: tuple[Brought, ...] = ()
    many: bool = False


def transition(
    *sources: str,
    to: str,
    by: By | Sequence[By] = (),
    when: Guard | Sequence[Guard] = (),
    do: Sequence[Effect | EffectUse] = (),
    form: FormClass | None = None,
    completes: TaskDeclaration | None = None,
    title: Words = "",
    confirm: Words = "",
    destructive: bool = False,
    not_same_as: str | Sequence[str] = (),
    undo: Sequence[Effect | EffectUse] | None = None,
    hold: timedelta | None = None,
    asks: Sequence[str | Ask] = (),
    compensation: Sequence[Effect | EffectUse] = (),
    compensates: bool = False,
) -> TransitionDeclaration:
    """Somebody of `by` may move the record from any of the sources, while every guard of `when` says yes.

    Effects of `do` run in order, in the same transaction. `form` validates what the person is asked; by default that of
    the task that this `completes`. `title` is the button's word; by default the attribute's name. `not_same_as` names
    steps or tasks whose last doer may not do this. With `undo`, the effects that compensate (perhaps none), the step
    can be taken back until something of it has left the house; `hold` keeps its outbox rows so long.

    `asks` names fields of the record that the person fills in. `compensation` makes up for the step when a later one
    that `compensates` is taken: all compensation since the start runs then, newest first, before that one's effects.
    """
    return TransitionDeclaration(
        "manual", keys(sources), str(to), rules(by), guards(when), tuple(do), form,
        completes=completes, title=title, confirm=confirm, destructive=destructive,
        not_same_as=several(not_same_as), undo=optional(undo), hold=hold, asks=asked(asks),
        compensation=tuple(compensation), compensates=compensates,
    )  # fmt: skip


def automatic(
    *sources: str,
    to: str,
    when: Guard | Sequence[Guard] = (),
    do: Sequence[Effect | EffectUse] = (),
    title: Words = "",
    undo: Sequence[Effect | EffectUse] | None = None,
) -> TransitionDeclaration:
    """The record moves on by itself when its guards say yes: looked at on entering a source state, after a task of it
    ended, and by `advance`; the first declared one that may, goes. One with effects needs `undo`, so that the step that
    it followed can be taken back together with it."""
    return TransitionDeclaration(
        "automatic", keys(sources), str(to), (), guards(when), tuple(do), title=title, undo=optional(undo)
    )


def timer(
    *sources: str,
    to: str,
    after: timedelta | Wait,
    when: Guard | Sequence[Guard] = (),
    do: Sequence[Effect | EffectUse] = (),
    title: Words = "",
    compensates: bool = False,
) -> TransitionDeclaration:
    """The record moves when it has been in a source state for `after`; leaving the state before that cancels it.

    `after` may also be `business_hours(4)`, `months(1)`, `after("field", …)` or `at_date("field", …)`.
    """
    return TransitionDeclaration(
        "timer", keys(sources), str(to), (), guards(when), tuple(do), after=as_wait(after), title=title,
        compensates=compensates,
    )  # fmt: skip


def event(
    *sources: str,
    to: str,
    on: str,
    match: str,
    when: Guard | Sequence[Guard] = (),
    do: Sequence[Effect | EffectUse] = (),
    asks: Sequence[str | Ask] = (),
    form: FormClass | None = None,
    completes: TaskDeclaration | None = None,
    title: Words = "",
    compensates: bool = False,
    brings: Sequence[Brought] = (),
    many: bool = False,
) -> TransitionDeclaration:
    """The record moves when `deliver(on, value)` names the value of its field `match`; one that comes before the record
    is in a source state is kept for it. `brings` says what the event carries, so that effects read it by its kind.

    With `many` it is for every record that waits for it when it comes, each in its own transaction, and kept for none.
    """
    return TransitionDeclaration(
        "event", keys(sources), str(to), (), guards(when), tuple(do), form, completes=completes, title=title,
        asks=asked(asks), compensates=compensates, event=on, match=match, brings=tuple(brings),
        many=many,
    )  # fmt: skip
