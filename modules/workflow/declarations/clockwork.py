"""What time does while a record stays: repeats and promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from modules.workflow.declarations.given import Do, guards, keys
from modules.workflow.declarations.times import as_wait
from modules.workflow.graph import EffectUse, Escalation, Wait, Words
from modules.workflow.vocabulary.guards import Guard
from modules.workflow.vocabulary.names import Effect


@dataclass(frozen=True, eq=False)
class RepeatDeclaration:
    """A `repeat(…)` attribute of a flow, before its name is known."""

    states: tuple[str, ...]
    wait: Wait
    every: Wait | None
    times: int
    when: tuple[Guard, ...]
    do: Do
    title: Words


@dataclass(frozen=True, eq=False)
class SlaDeclaration:
    """An `sla(…)` attribute of a flow, before its name is known."""

    states: tuple[str, ...]
    within: Wait
    warn: Wait | None
    paused_in: tuple[str, ...]
    on_warning: Do
    on_breach: Do
    escalate: tuple[Escalation, ...]
    title: Words


def repeat(
    *states: str,
    after: timedelta | Wait,
    do: Sequence[Effect | EffectUse],
    every: timedelta | Wait | None = None,
    times: int | None = None,
    when: Guard | Sequence[Guard] = (),
    title: Words = "",
) -> RepeatDeclaration:
    """Effects that time runs while the record stays: first after `after`, then `every` so long; `times` in all, by
    default once, or with `every` until the record leaves (0)."""
    counted = times if times is not None else (0 if every is not None else 1)
    rhythm = None if every is None else as_wait(every)
    return RepeatDeclaration(keys(states), as_wait(after), rhythm, counted, guards(when), tuple(do), title)


def sla(
    *states: str,
    within: timedelta | Wait,
    warn: timedelta | Wait | None = None,
    paused_in: Sequence[str] = (),
    on_warning: Sequence[Effect | EffectUse] = (),
    on_breach: Sequence[Effect | EffectUse] = (),
    escalate: Sequence[Escalation] = (),
    title: Words = "",
) -> SlaDeclaration:
    """A promise: at most `within` in `states`, without the time in `paused_in`. `warn` counts from the start too."""
    warning = None if warn is None else as_wait(warn)
    return SlaDeclaration(
        keys(states), as_wait(within), warning, keys(paused_in), tuple(on_warning), tuple(on_breach), tuple(escalate),
        title,
    )  # fmt: skip
