"""A graph made ready to run, once: names resolved in today's code, transitions and work sorted by state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, partial
from inspect import signature
from typing import Any, cast

from django import forms
from django.db import models

from modules.workflow.choices import TaskDeed
from modules.workflow.graph import EffectUse, GuardUse, Repeat, TaskNode, Transition, WorkflowGraph
from modules.workflow.people import finished_work
from modules.workflow.people.deciding import takes_votes
from modules.workflow.related import neighbours
from modules.workflow.vocabulary import names
from modules.workflow.vocabulary.guards import Guard

Eyes = tuple[frozenset[str], ...]
"""For each step that somebody else must have done: the names under which the history may hold it."""


@dataclass(frozen=True, eq=False)
class Step:
    """A transition with its functions."""

    transition: Transition
    guards: tuple[Guard, ...]
    effects: tuple[names.Effect, ...]
    form_class: names.FormClass | None
    eyes: Eyes = ()

    @cached_property
    def asks_nothing(self) -> bool:
        """Whether the row may be moved before anything about it is known."""
        return not (self.guards or self.form_class or self.eyes or self.transition.undo is not None)

    @cached_property
    def reads_relations(self) -> bool:
        """Whether a guard is an expression, or given one, and so may follow relations of the record."""
        return any(guard.expression or guard.params for guard in self.guards)

    def form(self, record: Any, data: Any = None, **extra: Any) -> forms.BaseForm | None:
        """The form that asks the person, bound where data are given."""
        return make_form(self.form_class, record, data, **extra)

    def refusals(self, record: Any, facts: Any) -> tuple[str, ...]:
        """What every guard that refuses has to say."""
        answers = (guard.why_not(record, facts) for guard in self.guards)
        return tuple(answer for answer in answers if answer is not None)


class Plan:
    """The graph as `fire`, `can` and the sweep use it. LookupError for a name that today's code does not have."""

    def __init__(self, graph: WorkflowGraph, model: type[models.Model] | None = None) -> None:
        self.graph, self.model = graph, model
        self.task_eyes = {task.key: eyes_of(graph, task.not_same_as) for task in graph.tasks}
        self.task_forms = {task.key: names.form_classes[task.form] for task in graph.tasks if task.form}
        self.steps = {transition.key: self._step(transition) for transition in graph.transitions}
        self.staying = self._staying()
        """By the name in the history, the effects of outcomes after which the record stays where it is."""
        self.undoing = self._undoing()
        """By the name in the history, the effects that compensate a step which can be taken back."""
        self.straight = self._straight()
        """By task and outcome (by the task alone where it has but one), what ends a task that asks for nothing."""
        self.automatic = self._by_state("automatic")
        self.manual = self._by_state("manual")
        self.timers = {
            state.key: tuple(entry for entry in graph.leaving(state.key, "timer") if entry.after is not None)
            for state in graph.states
        }
        self.tasks: dict[str, tuple[TaskNode, ...]] = {state.key: graph.tasks_in(state.key) for state in graph.states}
        self.repeats: dict[str, tuple[Repeat, ...]] = {state.key: graph.repeats_in(state.key) for state in graph.states}
        self.events = self._by_state("event")
        self.has_clockwork = {key: bool(self.timers[key] or self.repeats[key]) for key in self.timers}
        asked = [use for way in graph.transitions for use in way.guards]
        self.paths, self.asks_tasks = neighbours.paths_asked(asked), finished_work.asks(asked)
        self._selector = names.facts_selectors[graph.facts] if graph.facts else None

    def _by_state(self, kind: Any) -> dict[str, tuple[Step, ...]]:
        return {
            state.key: tuple(self.steps[entry.key] for entry in self.graph.leaving(state.key, kind))
            for state in self.graph.states
        }

    def _staying(self) -> dict[str, tuple[names.Effect, ...]]:
        return {
            f"{node.key}.{end.name}": self.effects(end.effects)
            for node in self.graph.tasks
            for end in node.outcomes
            if end.target is None and end.effects
        }

    def _undoing(self) -> dict[str, tuple[names.Effect, ...]]:
        declared = {way.key: way.undo for way in self.graph.transitions if way.undo is not None}
        for node in self.graph.tasks:
            declared |= {f"{node.key}.{end.name}": end.undo for end in node.outcomes if end.undo is not None}
        return {key: self.effects(undo) for key, undo in declared.items()}

    def _straight(self) -> dict[str, Step]:
        found: dict[str, Step] = {}
        for node in self.graph.tasks:
            if takes_votes(node) or node.form or self.task_eyes[node.key]:
                continue
            for outcome in node.outcomes:
                step = self.steps.get(name := f"{node.key}.{outcome.name}")
                if step is not None and step.asks_nothing and name not in self.undoing:
                    found |= {name: step} | ({node.key: step} if len(node.outcomes) == 1 else {})
        return found

    def effects(self, uses: Iterable[EffectUse]) -> tuple[names.Effect, ...]:
        """The functions of effects, with their parameters bound."""
        return tuple(_bound(use) for use in uses)

    def guards(self, uses: Iterable[GuardUse]) -> tuple[Guard, ...]:
        """The guards of a transition or of a repeat."""
        return tuple(self._guard(use) for use in uses)

    def _guard(self, use: GuardUse) -> Guard:
        if use.expression or use.params:
            from modules.workflow.expressions.guards import guard_of

            return guard_of(use, self.model)
        return ~names.guards[use.name] if use.negated else names.guards[use.name]

    def _form(self, transition: Transition) -> names.FormClass | None:
        if transition.form:
            return names.form_classes[transition.form]
        if not (transition.asks or transition.brings) or self.model is None:
            return None
        from modules.workflow.vocabulary.asking import form_class_for

        return form_class_for(self.model, transition.asks, transition.brings)

    def _step(self, transition: Transition) -> Step:
        eyes = eyes_of(self.graph, transition.not_same_as) + self.task_eyes.get(transition.completes, ())
        return Step(
            transition,
            self.guards(transition.guards),
            self.effects(transition.effects),
            self._form(transition),
            tuple(dict.fromkeys(eyes)),
        )

    def step(self, key: str) -> Step:
        """A step by the transition's key; LookupError names the workflow."""
        return self.steps.get(key) or self.steps[self.graph.transition(key).key]

    def manual_step(self, key: str) -> Step | None:
        """A step that somebody fires by hand; None where this version has none of that name."""
        step = self.steps.get(key)
        return step if step is not None and step.transition.kind == "manual" else None

    def facts(self, records: Sequence[Any], at: datetime) -> Mapping[int, Any]:
        """What the flow's selector knows of the records, nothing without one; what guards ask of others is read too."""
        neighbours.look(records, self.paths)
        if self.asks_tasks:
            finished_work.look(records)
        return {} if self._selector is None else self._selector(records, at)


def _bound(use: EffectUse) -> names.Effect:
    effect = names.effects[use.name]
    return partial(effect, **dict(use.params)) if use.params else effect


def make_form(form_class: names.FormClass | None, record: Any, data: Any, **extra: Any) -> forms.BaseForm | None:
    """A form, bound where data are given; its class may ask for the `record`."""
    if form_class is None:
        return None
    if _takes_record(cast(Any, form_class)):
        extra["record"] = record
    return form_class(data, **extra)


@cache
def _takes_record(form_class: Any) -> bool:
    return "record" in signature(form_class).parameters


def eyes_of(graph: WorkflowGraph, named: Iterable[str]) -> Eyes:
    """The names of transitions and tasks as the history writes them: a task is done by an outcome or a transition."""
    return tuple(frozenset(_written(graph, name)) for name in dict.fromkeys(named))


def _written(graph: WorkflowGraph, name: str) -> Iterable[str]:
    if graph.has_transition(name):
        yield name
    for node in graph.tasks:
        outcomes = [f"{node.key}.{outcome.name}" for outcome in node.outcomes]
        if node.key == name:
            yield from outcomes
            if takes_votes(node):
                yield f"{node.key}.{TaskDeed.VOTE}"
            yield from (way.key for way in graph.transitions if way.completes == name)
        elif name in outcomes:
            yield name
