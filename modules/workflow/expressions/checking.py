"""What is found when a workflow that is data is saved: expressions, parameters, asked fields, texts."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from modules.workflow.expressions.assignees import RESULT, named_roles
from modules.workflow.expressions.compiling import Result, compile_expression
from modules.workflow.expressions.constants import without_zone
from modules.workflow.expressions.errors import ExpressionError, NotHere
from modules.workflow.expressions.folding import never
from modules.workflow.expressions.scope import nearest, variable, variables
from modules.workflow.expressions.surroundings import (
    Declared,
    Surroundings,
    checked_in,
    data_of,
    facts_of,
    surroundings,
)
from modules.workflow.expressions.tree import Node
from modules.workflow.finding import Finding, Severity
from modules.workflow.graph import GuardUse, WorkflowGraph
from modules.workflow.graph.translated import texts_of
from modules.workflow.vocabulary import names
from modules.workflow.vocabulary.asking import may_be_written
from modules.workflow.vocabulary.effects import Action
from modules.workflow.vocabulary.parameters import Fault, faults, language_faults


def findings(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Everything wrong with what the graph says in data."""
    for place, fault in _faults(graph, model):
        severity: Severity = "warning" if fault.code == NotHere.code else fault.severity
        yield Finding(fault.code, graph.key, place, fault.problem, fault.mend, severity)


def _faults(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[tuple[str, Fault]]:
    from modules.workflow.soundness.people import actor_rules
    from modules.workflow.soundness.vocabulary import effect_uses, guard_uses

    beside = Surroundings(facts_of(graph), (), graph.owner.partition("__")[0])
    for place, use in guard_uses(graph):
        yield from ((place, fault) for fault in _in(beside, _of_guard(use, model)))
    yield from _never(graph, model)
    for place, deed in effect_uses(graph):
        effect = names.effects.get(deed.name)
        if isinstance(effect, Action):
            here = replace(beside, data=_data_at(place, graph, model))
            yield from ((place, fault) for fault in _in(here, _of_action(effect, dict(deed.params), model)))
    for place, rule in actor_rules(graph):
        if rule.kind == "expression":
            yield from ((place, fault) for fault in _in(beside, assignment_faults(rule.value, model)))
    for place, texts in written_words(graph):
        yield from ((place, fault) for fault in language_faults(texts))
    for way in graph.transitions:
        for ask in way.asks:
            found = _in(beside, field_faults(ask.field, model, to_write=True))
            yield from ((f"transition:{way.key}", fault) for fault in found)


def _never(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[tuple[str, Fault]]:
    """Steps and repeats whose expressions can never all say yes."""
    asking = [(f"transition:{way.key}", way.guards) for way in graph.transitions]
    asking += [(f"repeat:{repeat.key}", repeat.guards) for repeat in graph.repeats]
    for place, guards in asking:
        trees: dict[bool, list[Node]] = {False: [], True: []}
        for use in guards:
            if use.expression:
                with suppress(ExpressionError), checked_in(Surroundings(facts_of(graph), ())):
                    trees[use.negated].append(compile_expression(use.expression, model).tree)
        if never(trees[False], trees[True]):
            yield (
                place,
                Fault("never_possible", _("asks for something that can never be so."), _("Put its expression right.")),
            )


def _in(beside: Surroundings, found: Iterator[Fault]) -> list[Fault]:
    """What is found where these facts and data are declared."""
    with checked_in(beside):
        return list(found)


def _data_at(place: str, graph: WorkflowGraph, model: type[models.Model]) -> Declared | None:
    """What effects at a place are given; a task's answers are not declared, time gives nothing."""
    kind, _colon, key = place.partition(":")
    if kind == "transition" and graph.has_transition(key):
        return data_of(graph.transition(key), model)
    return None if kind == "task" else ()


def written_words(graph: WorkflowGraph) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The words that are written in several languages, with their places."""
    from modules.workflow.soundness.vocabulary import guard_uses

    found: list[tuple[str, Any]] = [("", graph.title), ("", graph.description)]
    found += [(f"state:{state.key}", state.title) for state in graph.states]
    for way in graph.transitions:
        found += [(f"transition:{way.key}", text) for text in (way.title, way.confirm, *(a.title for a in way.asks))]
    for task in graph.tasks:
        found += [(f"task:{task.key}", text) for text in (task.title, *(end.title for end in task.outcomes))]
    found += [(f"repeat:{repeat.key}", repeat.title) for repeat in graph.repeats]
    found += [(f"sla:{sla.key}", sla.title) for sla in graph.slas]
    found += [(place, use.words) for place, use in guard_uses(graph)]
    yield from ((place, texts) for place, words in found if (texts := texts_of(words)) is not None)


def _of_guard(use: GuardUse, model: type[models.Model]) -> Iterator[Fault]:
    if use.expression:
        yield from expression_faults(use.expression, model, "bool")
    elif use.name in names.guards:
        yield from faults(names.guards[use.name].parameters, dict(use.params), model)


def _of_action(action: Action, params: dict[str, Any], model: type[models.Model]) -> Iterator[Fault]:
    more = action.check(params, model) if action.check is not None else ()
    yield from dict.fromkeys((*faults(action.parameters, params, model), *more))


def expression_faults(text: str, model: type[models.Model], result: Result) -> Iterator[Fault]:
    """What is wrong with an expression."""
    try:
        made = compile_expression(text, model, result=result)
    except ExpressionError as error:
        yield as_fault(error, text)
        return
    asked = without_zone(made.tree)
    if asked:
        problem = _("“{text}”: “{name}” is asked without a time zone.").format(text=_short(text), name=asked)
        mend = _("Write {name}(“{zone}”).").format(name=asked, zone=settings.BUSINESS_TIME_ZONE)
        yield Fault("expression_without_zone", problem, mend)


def as_fault(error: ExpressionError, text: str) -> Fault:
    """A refusal of an expression or text, with its place in words."""
    problem = _("“{text}”: {problem}").format(text=_short(text), problem=error)
    if error.column:
        problem = _("“{text}”, column {column}: {problem}").format(
            text=_short(text), column=error.column, problem=error
        )
    return Fault(error.code, problem, str(error.mend) or _("Put it right."))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def assignment_faults(text: str, model: type[models.Model]) -> Iterator[Fault]:
    """What is wrong with an expression that names people, as far as it can be seen before it runs."""
    try:
        expression = compile_expression(text, model, result=RESULT)
    except ExpressionError as error:
        yield as_fault(error, text)
        return
    yield from (fault for role in named_roles(expression) for fault in role_faults(role))


def role_faults(role: str) -> Iterator[Fault]:
    """A role that nobody declares."""
    from modules.workflow.soundness.people import is_declared

    if not is_declared(role):
        yield Fault(
            "unknown_role", _("names the role “{role}”, which nobody declares.").format(role=role),
            _("Declare it in the module's manifest, or name another."),
        )  # fmt: skip


def field_faults(name: Any, model: type[models.Model], *, to_write: bool = False) -> Iterator[Fault]:
    """A field that the record does not have, or that no workflow may write."""
    is_owner = to_write and bool(name) and name == surroundings().owner
    if to_write and not is_owner and may_be_written(model, str(name)):
        return
    if variable(model, f"record.{name}") is None:
        known = [entry.name.removeprefix("record.") for entry in variables(model) if len(entry.path) == 1]
        meant = nearest(str(name), known)
        mend = _("Did you mean “{name}”?").format(name=meant) if meant else _("Name a field of the record.")
        yield Fault("unknown_field", _("names the field “{name}”, which the record lacks.").format(name=name), mend)
    elif to_write:
        yield Fault(
            "fixed_field", _("would write the field “{name}”, which no workflow may write.").format(name=name),
            _("Name another field."),
        )  # fmt: skip


def people_faults(value: str, model: type[models.Model]) -> Iterator[Fault]:
    """What is wrong with `owner`, `role:…`, `person:…` or an expression that names people."""
    if value.startswith("="):
        yield from assignment_faults(value[1:], model)
        return
    kind, _colon, named = value.partition(":")
    if kind == "role" and named:
        yield from role_faults(named)
    elif kind == "person" and named:
        yield from field_faults(named.replace("__", "."), model)
    elif value != "owner":
        yield Fault(
            "wrong_parameter", _("“{text}” names nobody.").format(text=_short(value)),
            _("Write “owner”, “role:…”, “person:…” or an expression."),
        )  # fmt: skip


def text_faults(text: str, model: type[models.Model]) -> Iterator[Fault]:
    """What is wrong with a message's text."""
    from modules.workflow.expressions.texts import check_text

    yield from check_text(text, model)
