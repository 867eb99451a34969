"""All rules over one graph. Time and memory grow linearly with its states, transitions and works."""

from collections.abc import Callable, Iterator

from django.db import models

from modules.workflow.finding import Finding
from modules.workflow.graph import WorkflowGraph
from modules.workflow.soundness import (
    automatic,
    deciding,
    fields,
    others,
    outside,
    people,
    reach,
    structure,
    timing,
    vocabulary,
)

Rule = Callable[[WorkflowGraph], Iterator[Finding]]
ModelRule = Callable[[WorkflowGraph, type[models.Model]], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    structure.keys,
    reach.unreachable,
    reach.no_end,
    reach.after_the_end,
    people.nobody,
    people.permissions,
    people.roles,
    people.assignees,
    people.four_eyes,
    deciding.outcomes,
    deciding.decisions,
    timing.timers,
    timing.repeats,
    timing.promises,
    timing.work,
    automatic.never_possible,
    automatic.loops,
    outside.events,
    outside.compensations,
    vocabulary.unknown,
)


def written_in_data(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Expressions, parameters and asked fields; the language of expressions is loaded where there is one."""
    from modules.workflow.expressions import checking

    yield from checking.findings(graph, model)


MODEL_RULES: tuple[ModelRule, ...] = (fields.unknown, outside.told, written_in_data, others.unknown)


def findings(graph: WorkflowGraph, model: type[models.Model] | None = None) -> list[Finding]:
    """Everything that is wrong with a graph; with its model the fields that it names are looked up too."""
    broken = [*structure.broken(graph)]
    if broken:  # ways cannot be followed while their ends do not exist
        return broken
    found = [finding for rule in RULES for finding in rule(graph)]
    if model is not None:
        found += [finding for about in MODEL_RULES for finding in about(graph, model)]
    return found
