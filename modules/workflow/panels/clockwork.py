"""What time does to a record, as the console's page shows it: timers, repeats, promises."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from babel.units import format_unit
from django.utils.translation import gettext as _

from modules.core.moments import babel_locale
from modules.workflow.clocks.duties import find_duty, title_of
from modules.workflow.clocks.sla_states import SlaState, sla_state
from modules.workflow.flows import graph_of
from modules.workflow.graph import Sla, Words, WorkflowGraph
from modules.workflow.models import Timer
from modules.workflow.selectors import timers_of

Tone = str
DAYS_FROM = timedelta(hours=48)
MINUTES_BELOW = timedelta(hours=2)


@dataclass(frozen=True)
class OpenTimer:
    """What time will do, and when."""

    title: Words
    due_at: datetime
    target: Words
    error: str


@dataclass(frozen=True)
class Promise:
    """How a promise stands, in words."""

    title: Words
    tone: Tone
    icon: str
    words: str
    due_at: datetime | None


def timers_shown(record: Any) -> list[OpenTimer]:
    """The timers of the record, first due first; without those of a promise that do nothing but note the time."""
    graph = graph_of(record)
    return [_timer(graph, timer) for timer in timers_of(record) if not _only_notes(graph, timer.transition)]


def _timer(graph: WorkflowGraph, timer: Timer) -> OpenTimer:
    if not graph.has_transition(timer.transition):
        return OpenTimer(title_of(graph, timer.transition) or timer.transition, timer.due_at, "", timer.error)
    way = graph.transition(timer.transition)
    return OpenTimer(way.title, timer.due_at, graph.state(way.target).title, timer.error)


def _only_notes(graph: WorkflowGraph, name: str) -> bool:
    duty = find_duty(graph, name)
    if duty is None or not isinstance(duty.node, Sla) or duty.deed == "escalate":
        return False
    return not (duty.node.on_warning if duty.deed == "warn" else duty.node.on_breach)


def promises_shown(record: Any, at: datetime) -> list[Promise]:
    """The record's promises in the order of their declaration."""
    return [_promise(state) for state in sla_state([record], at)[record.pk]]


def _promise(state: SlaState) -> Promise:
    tone, icon = _look(state)
    return Promise(state.title, tone, icon, _words(state), state.due_at if state.status == "running" else None)


def _look(state: SlaState) -> tuple[Tone, str]:
    if state.is_broken:
        return "danger", "exclamation-circle"
    if state.status == "met":
        return "success", "check-circle"
    if state.status == "paused":
        return "neutral", "pause-circle"
    return ("warning", "exclamation-triangle") if state.is_warned else ("info", "clock")


def _words(state: SlaState) -> str:
    if state.status == "met":
        return _("kept")
    if state.status == "broken":
        return _("not kept")
    if state.remaining is None:
        return _("without a date so far")
    if state.is_broken and abs(state.remaining) < timedelta(minutes=1):
        return _("the time is up")
    time = span_in_words(abs(state.remaining), in_business_time=state.in_business_time)
    if state.status == "paused":
        words = _("stands still, {time} over") if state.is_broken else _("stands still, {time} left")
    elif state.in_business_time:
        words = _("{time} of working time over") if state.is_broken else _("{time} of working time left")
    else:
        words = _("{time} over") if state.is_broken else _("{time} left")
    return words.format(time=time)


def span_in_words(span: timedelta, *, in_business_time: bool = False) -> str:
    """`40 minutes`, `7 hours`, `3 days`; open time of a business is never days, which would be a day's hours."""
    if span < MINUTES_BELOW:
        unit, size = "duration-minute", timedelta(minutes=1)
    elif span < DAYS_FROM or in_business_time:
        unit, size = "duration-hour", timedelta(hours=1)
    else:
        unit, size = "duration-day", timedelta(days=1)
    return format_unit(round(span / size), unit, locale=babel_locale())
