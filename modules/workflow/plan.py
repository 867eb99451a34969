"""A graph made ready to run, once: names resolved in today's code, transitions and work sorted by state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from inspect import signature
from typing import Any

from django import forms

from modules.workflow import names
from modules.workflow.graph import TaskNode, Transition, WorkflowGraph
from modules.workflow.guards import Guard


@dataclass(frozen=True, eq=False)
class Step:
    """A transition with its functions."""

    transition: Transition
    guards: tuple[Guard, ...]
    effects: tuple[names.Effect, ...]
    form_class: names.FormClass | None

    @cached_property
    def asks_nothing(self) -> bool:
        """Whether the row may be moved before anything about it is known: no guard, no form."""
        return not self.guards and self.form_class is None

    @cached_property
    def _form_takes_record(self) -> bool:
        return self.form_class is not None and "record" in signature(self.form_class).parameters

    def form(self, record: Any, data: Any = None, **extra: Any) -> forms.BaseForm | None:
        """The form that asks the person, bound where data are given; a form class may ask for the `record`."""
        if self.form_class is None:
            return None
        if self._form_takes_record:
            extra["record"] = record
        return self.form_class(data, **extra)

    def refusals(self, record: Any, facts: Any) -> tuple[str, ...]:
        """What every guard that refuses has to say."""
        answers = (guard.why_not(record, facts) for guard in self.guards)
        return tuple(answer for answer in answers if answer is not None)


class Plan:
    """The graph as `fire`, `can` and the sweep use it. LookupError for a name that today's code does not have."""

    def __init__(self, graph: WorkflowGraph) -> None:
        self.graph = graph
        self.steps = {transition.key: _step(transition) for transition in graph.transitions}
        self.automatic = self._by_state("automatic")
        self.manual = self._by_state("manual")
        self.timers = {
            state.key: tuple(entry for entry in graph.leaving(state.key, "timer") if entry.after is not None)
            for state in graph.states
        }
        self.tasks: dict[str, tuple[TaskNode, ...]] = {state.key: graph.tasks_in(state.key) for state in graph.states}
        self._selector = names.facts_selectors[graph.facts] if graph.facts else None

    def _by_state(self, kind: Any) -> dict[str, tuple[Step, ...]]:
        return {
            state.key: tuple(self.steps[entry.key] for entry in self.graph.leaving(state.key, kind))
            for state in self.graph.states
        }

    def step(self, key: str) -> Step:
        """A step by the transition's key; LookupError names the workflow."""
        return self.steps.get(key) or self.steps[self.graph.transition(key).key]

    def facts(self, records: Sequence[Any], at: datetime) -> Mapping[int, Any]:
        """What the flow's selector knows of the records; nothing without one."""
        return {} if self._selector is None else self._selector(records, at)


def _step(transition: Transition) -> Step:
    return Step(
        transition,
        tuple(~names.guards[use.name] if use.negated else names.guards[use.name] for use in transition.guards),
        tuple(names.effects[name] for name in transition.effects),
        names.form_classes[transition.form] if transition.form else None,
    )
