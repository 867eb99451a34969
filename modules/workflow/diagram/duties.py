"""What a state brings beside its ways out, in few words: promises, repetitions, how many decide."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from modules.workflow.diagram.wording import after
from modules.workflow.graph import Decision, Repeat, TaskNode, WorkflowGraph
from modules.workflow.words.lengths import length
from modules.workflow.words.vocabulary import Vocabulary


def duties_in(graph: WorkflowGraph, state: str) -> tuple[str, ...]:
    """A line for each promise, repetition and decision of a state; nothing for most states."""
    return tuple(_duties(graph, state))


def short_duties_in(graph: WorkflowGraph, state: str) -> tuple[str, ...]:
    """The same for the picture, where there is little room: each promise once, at the first state where it holds."""
    return tuple(_short_duties(graph, state))


def _short_duties(graph: WorkflowGraph, state: str) -> Iterator[str]:
    for sla in graph.slas:
        if state == next((node.key for node in graph.states if node.key in sla.states), None):
            yield str(sla.title)
        elif state in sla.paused_in:
            yield _("{title}: paused").format(title=sla.title)
    yield from (str(repeat.title) for repeat in graph.repeats_in(state))
    yield from (_decided(task, task.decide) for task in graph.tasks_in(state) if task.decide is not None)


def _duties(graph: WorkflowGraph, state: str) -> Iterator[str]:
    for sla in graph.slas:
        if state in sla.states:
            told = _("{title}: until {moment}") if sla.within.field else _("{title}: at most {length}")
            moment = after(Vocabulary(graph), sla.within)
            yield told.format(title=sla.title, moment=moment, length=length(sla.within))
        elif state in sla.paused_in:
            yield _("{title}: paused").format(title=sla.title)
    yield from (_repeat(graph, repeat) for repeat in graph.repeats_in(state))
    yield from (_decided(task, task.decide) for task in graph.tasks_in(state) if task.decide is not None)


def _repeat(graph: WorkflowGraph, repeat: Repeat) -> str:
    told = _("{title} {moment}")
    first = told.format(title=repeat.title, moment=after(Vocabulary(graph), repeat.wait))
    if repeat.every is None:
        return first
    return _("{first}, then every {length}").format(first=first, length=length(repeat.every))


def _decided(task: TaskNode, rule: Decision) -> str:
    words = {
        "any": _("{title}: the first decides"),
        "all": _("{title}: all decide"),
        "quorum": _("{title}: {count} decide"),
        "majority": _("{title}: the majority decides"),
        "sequence": _("{title}: one after the other"),
        "each": _("{title}: one for each row"),
    }
    return words[rule.kind].format(title=task.title, count=rule.count)
