"""Telling an actor who came too late what happened meanwhile, and who did it."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.workflow.errors import AlreadyDone, Outdated, Overtaken, WrongState
from modules.workflow.models import HistoryEntry
from modules.workflow.plan import Step
from modules.workflow.titles import step_title

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


def refuse_late(run: "Run", step: Step, *, seen: str, expected: str | int | None) -> None:
    """Refuse when the record is not where the transition starts, or not as the actor saw it.

    AlreadyDone when this very transition was fired meanwhile, Overtaken when another was, WrongState when nothing
    happened, Outdated when only the record's content changed.
    """
    state, sources = run.record.state, step.transition.sources
    if state in sources and (expected is None or expected in (state, run.record.revision)):
        return
    last = _last_step(run, seen) if state != seen or isinstance(expected, int) else _last_step(run, None)
    title = run.graph.state(state).title if run.graph.has_state(state) else state
    facts = {"transition": step.transition.title, "state": title} | (told(run, last) if last else {})
    if last is not None and last.transition == step.transition.key and state not in sources:
        raise AlreadyDone(**facts)
    if last is not None and state != seen:
        raise Overtaken(**facts)
    if state in sources:
        raise Outdated
    raise WrongState(**facts)


def refuse_outdated(run: "Run", *, seen: str, expected: str | int | None) -> None:
    """Refuse when the record is not as the actor saw it, whatever is to be done with it."""
    if run.record.state == seen and (not isinstance(expected, int) or expected == run.record.revision):
        return
    last = _last_step(run, None)
    state = run.record.state
    if last is None or state == seen:
        raise Outdated
    title = run.graph.state(state).title if run.graph.has_state(state) else state
    raise Overtaken(**told(run, last), state=title)


def _last_step(run: "Run", source: str | None) -> HistoryEntry | None:
    """The record's newest step, or its newest step out of a state."""
    steps = HistoryEntry.objects.filter(record_type=run.graph.record_type, record_id=run.record_id).order_by("-pk")
    return steps.filter(**({} if source is None else {"source": source})).first()


def told(run: "Run", entry: HistoryEntry) -> dict[str, Any]:
    """What a refusal says of a step: who did it, when, and what it was."""
    return {
        "who": who(entry.actor_id, entry.actor_label, run.actor),
        "time": when(entry, run),
        "last": step_title(run.graph, entry.transition),
    }


def when(entry: HistoryEntry, run: "Run") -> str:
    """`10:42`, with the day when it was another one, in the reader's zone."""
    then, now = timezone.localtime(entry.at), timezone.localtime(run.at)
    clock = date_format(then, "H:i")
    return clock if then.date() == now.date() else f"{date_format(then, 'SHORT_DATE_FORMAT')}, {clock}"


def who(user_id: int | None, label: str, reader: Actor) -> str:
    """Who did something, as the reader may know it: customers are not told the names of staff."""
    if user_id is None:
        return _("the system") if label == "system" else _("a guest")
    if user_id == reader.user_id:
        return _("you")
    return label if reader.user is not None and reader.user.is_staff else _("somebody else")
