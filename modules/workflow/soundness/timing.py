"""Time: something to wait for, no race, promises that can be kept, nothing that never stops."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from modules.workflow.finding import Finding, said
from modules.workflow.graph import Repeat, Sla, Transition, Wait, WorkflowGraph
from modules.workflow.soundness.guarding import exclude, includes

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COMPARED = 8
"""A timer is compared with so many that are due at the same time."""


def at_least(wait: Wait) -> timedelta | None:
    """The shortest time that a wait can take; None where it counts from a field."""
    if wait.field:
        return None
    return wait.amount + wait.days * (DAY - HOUR) + wait.months * (28 * DAY - HOUR)


def at_most(wait: Wait) -> timedelta | None:
    """The longest time; None where it counts from a field or in open hours."""
    if wait.field or wait.calendar:
        return None
    return wait.amount + wait.days * (DAY + HOUR) + wait.months * (31 * DAY + HOUR)


def is_sure_to_be_longer(one: Wait, other: Wait) -> bool:
    """Whether the first ends after the other in every case."""
    if (one.days, one.months, one.field, one.calendar) == (other.days, other.months, other.field, other.calendar):
        return one.amount > other.amount
    shortest, longest = at_least(one), at_most(other)
    return shortest is not None and longest is not None and shortest > longest


def _is_nothing(wait: Wait | None) -> bool:
    return wait is not None and wait.is_plain and wait.amount <= timedelta()


def timers(graph: WorkflowGraph) -> Iterator[Finding]:
    """Timers without a time, and those that race."""
    for way in graph.transitions:
        if way.kind == "timer" and (way.after is None or _is_nothing(way.after)):
            yield Finding(
                "timer_without_time", graph.key, f"transition:{way.key}", _("is a timer without a time to wait."),
                _("Use `automatic` for what happens at once."),
            )  # fmt: skip
    for state in graph.states:
        due: dict[Wait | None, list[Transition]] = {}
        for timer in graph.leaving(state.key, "timer"):
            together = due.setdefault(timer.after, [])
            for first in together[:COMPARED]:
                if not exclude(first.guards, timer.guards):
                    yield _race(graph, state.key, first, timer)
                    break
            together.append(timer)
        yield from _overtaken(graph, state.key, due)


def _overtaken(graph: WorkflowGraph, state: str, due: Mapping[Wait | None, Sequence[Transition]]) -> Iterator[Finding]:
    """Timers that another one, which asks for nothing, is sure to leave the state before."""
    sure = [timer for together in due.values() for timer in together if not timer.guards][:COMPARED]
    for wait, together in due.items():
        first = next((one for one in sure if one.after and wait and is_sure_to_be_longer(wait, one.after)), None)
        for timer in together if first is not None else ():
            yield Finding(
                "never_possible", graph.key, f"transition:{timer.key}",
                said(_("is never due in “{state}”, because “{first}” leaves it before."), state=state,
                     first=first.key),  # type: ignore[union-attr]
                _("Let it wait less long, or give the other one a guard."), "warning",
            )  # fmt: skip


def _race(graph: WorkflowGraph, state: str, first: Transition, timer: Transition) -> Finding:
    """Two timers for one moment: the second never has its turn, or has it where the first is refused."""
    return Finding(
        "timers_race", graph.key, f"transition:{timer.key}",
        said(_("is due at the same moment as “{first}” in “{state}”."), first=first.key, state=state),
        _("Give them different times, or guards that exclude each other."),
        "error" if includes(first.guards, timer.guards) else "warning",
    )  # fmt: skip


def repeats(graph: WorkflowGraph) -> Iterator[Finding]:
    """What would happen all at once, or does nothing."""
    for repeat in graph.repeats:
        place = f"repeat:{repeat.key}"
        if not _has_a_pace(repeat):
            yield Finding(
                "repeat_without_pace", graph.key, place, _("happens again and again without a pause between."),
                _("Say how long it pauses, with `every=`."),
            )  # fmt: skip
        if not repeat.effects:
            yield Finding(
                "does_nothing", graph.key, place, _("does nothing."), _("Say what happens, with `do=`."), "warning"
            )


def _has_a_pace(repeat: Repeat) -> bool:
    if repeat.times == 1:
        return True
    every = repeat.every
    return repeat.times >= 0 and every is not None and not _is_nothing(every) and not every.field


def promises(graph: WorkflowGraph) -> Iterator[Finding]:
    """Promises that are broken as they are made, that stand still while they run, or that warn too late."""
    for sla in graph.slas:
        place = f"sla:{sla.key}"
        if _is_nothing(sla.within):
            yield Finding(
                "timer_without_time", graph.key, place, _("promises to be done in no time."),
                _("Say how long it may take, with `within=`."),
            )  # fmt: skip
        for state in sla.states:
            if state in sla.paused_in:
                yield Finding(
                    "pause_while_running", graph.key, place,
                    said(_("runs and stands still at once in “{state}”."), state=state),
                    _("Name the state in one of the two places."),
                )  # fmt: skip
        yield from _warnings(graph, sla, place)
    yield from _slower_timers(graph)


def _warnings(graph: WorkflowGraph, sla: Sla, place: str) -> Iterator[Finding]:
    if sla.warn is not None and (sla.warn == sla.within or is_sure_to_be_longer(sla.warn, sla.within)):
        yield Finding(
            "warning_too_late", graph.key, place, _("warns when it is broken already."), _("Warn earlier."), "warning"
        )
    if sla.on_warning and sla.warn is None:
        yield Finding(
            "does_nothing", graph.key, place, _("says what to do as a warning, and not when."),
            _("Say when, with `warn=`."), "warning",
        )  # fmt: skip
    for step in sla.escalate:
        if step.wait.is_plain and step.wait.amount < timedelta():
            yield _too_early(graph, place)


def _slower_timers(graph: WorkflowGraph) -> Iterator[Finding]:
    """Timers that leave a state of a promise when it is broken for sure; the strictest promise of a state counts."""
    tightest: dict[str, Sla] = {}
    for sla in graph.slas:
        for state in sla.states:
            known = tightest.get(state)
            if known is None or is_sure_to_be_longer(known.within, sla.within):
                tightest[state] = sla
    for way in graph.transitions:
        for state in way.sources if way.kind == "timer" and way.after is not None else ():
            sla_here = tightest.get(state)
            if sla_here is not None and way.after is not None and is_sure_to_be_longer(way.after, sla_here.within):
                yield Finding(
                    "timer_after_promise", graph.key, f"transition:{way.key}",
                    said(_("waits in “{state}” longer than the promise “{sla}” allows."), state=state,
                         sla=sla_here.key), _("Shorten the timer, or lengthen the promise."), "warning",
                )  # fmt: skip
                break


def work(graph: WorkflowGraph) -> Iterator[Finding]:
    """Reminders and escalations of tasks that count from a due time which is not there, or come before it."""
    for task in graph.tasks:
        place = f"task:{task.key}"
        waits = [*task.remind, *(step.wait for step in task.escalate)]
        if task.due is None and any(wait.field == "due_at" for wait in waits):
            yield Finding(
                "no_due_time", graph.key, place, _("counts from its due time and has none."),
                _("Say by when it is done, with `due=`."),
            )  # fmt: skip
        if any(_is_early(step.wait, task.due) for step in task.escalate):
            yield _too_early(graph, place)


def _is_early(wait: Wait, due: Wait | None) -> bool:
    if wait.field == "due_at":
        return not (wait.months or wait.days) and wait.amount < timedelta()
    return due is not None and not wait.field and is_sure_to_be_longer(due, wait)


def _too_early(graph: WorkflowGraph, place: str) -> Finding:
    return Finding(
        "escalated_too_early", graph.key, place, _("is escalated before it is due."),
        _("Let it wait longer, or remind instead."), "warning",
    )  # fmt: skip
