"""Names that today's code does not have."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.utils.translation import gettext_lazy as _

from modules.core.registry import Registry
from modules.workflow.finding import Finding, said
from modules.workflow.graph import EffectUse, GuardUse, WorkflowGraph
from modules.workflow.vocabulary import names
from modules.workflow.vocabulary.guards import Words

GONE: dict[str, Words] = {
    "guard": _("uses the guard “{name}”, which the code does not have."),
    "effect": _("uses the effect “{name}”, which the code does not have."),
    "form": _("uses the form “{name}”, which the code does not have."),
    "facts_selector": _("uses the facts selector “{name}”, which the code does not have."),
}


def effect_uses(graph: WorkflowGraph) -> Iterator[tuple[str, EffectUse]]:
    """Every effect with its place."""
    for way in graph.transitions:
        for use in (*way.effects, *(way.undo or ()), *way.compensation):
            yield f"transition:{way.key}", use
    for task in graph.tasks:
        staying = [outcome for outcome in task.outcomes if outcome.target is None]
        for use in [use for outcome in staying for use in (*outcome.effects, *(outcome.undo or ()))]:
            yield f"task:{task.key}", use
        for use in [use for step in task.escalate for use in step.effects]:
            yield f"task:{task.key}", use
    for repeat in graph.repeats:
        for use in repeat.effects:
            yield f"repeat:{repeat.key}", use
    for sla in graph.slas:
        for use in (*sla.on_warning, *sla.on_breach, *(use for step in sla.escalate for use in step.effects)):
            yield f"sla:{sla.key}", use


def guard_uses(graph: WorkflowGraph) -> Iterator[tuple[str, GuardUse]]:
    """Every guard with its place."""
    for way in graph.transitions:
        yield from ((f"transition:{way.key}", use) for use in way.guards)
    for repeat in graph.repeats:
        yield from ((f"repeat:{repeat.key}", use) for use in repeat.guards)


def unknown(graph: WorkflowGraph) -> Iterator[Finding]:
    """Guards, effects, forms and selectors that nothing answers to, and icons that nobody has drawn."""
    guards = [(place, use.name) for place, use in guard_uses(graph) if use.name or not use.expression]
    yield from _missing(graph, "guard", names.guards, guards)
    yield from _missing(graph, "effect", names.effects, [(place, use.name) for place, use in effect_uses(graph)])
    forms = [(f"transition:{way.key}", way.form) for way in graph.transitions if way.form]
    forms += [(f"task:{task.key}", task.form) for task in graph.tasks if task.form]
    yield from _missing(graph, "form", names.form_classes, forms)
    yield from _missing(graph, "facts_selector", names.facts_selectors, [("", graph.facts)] if graph.facts else [])
    for state in graph.states:
        if state.icon and state.icon not in _icons():
            yield Finding(
                "unknown_icon", graph.key, f"state:{state.key}",
                said(_("has the icon “{name}”, which there is not."), name=state.icon),
                _("Name one of the heroicons, such as “clock”."),
            )  # fmt: skip


@cache
def _icons() -> frozenset[str]:
    """The icons that can be drawn in every size: a page that names another one breaks."""
    import heroicons

    with ZipFile(Path(heroicons.__file__).with_name("heroicons.zip")) as drawn:
        named = [name.removesuffix(".svg").split("/") for name in drawn.namelist() if name.endswith(".svg")]
    sizes = {style for style, _name in named}
    return frozenset.intersection(*(frozenset(name for style, name in named if style == size) for size in sizes))


def _missing(
    graph: WorkflowGraph, what: str, known: Registry[Any], used: Iterable[tuple[str, str]]
) -> Iterator[Finding]:
    for place, name in used:
        if name not in known:
            yield Finding(
                f"unknown_{what}", graph.key, place, said(GONE[what], name=name),
                _("Bring it back, or take it out of the workflow."),
            )  # fmt: skip
