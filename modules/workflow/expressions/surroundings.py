"""What stands beside the record when an expression or text is saved: the facts of its workflow and the data of its
step, with their kinds, as far as the code and the document declare them.

What runs knows values instead of kinds, so this is looked at by checks alone.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from modules.core.money import Money
from modules.workflow.expressions.scope import Kind, Variable, kind_of, nearest
from modules.workflow.graph import Transition, WorkflowGraph
from modules.workflow.vocabulary import names

Declared = tuple[Variable, ...]
DEPTH = 3


@dataclass(frozen=True)
class Surroundings:
    """The names below `facts` and `data`; None where nobody declares them, so that any may be read. And the owner."""

    facts: Declared | None = None
    data: Declared | None = None
    owner: str = ""
    """The field that says whose the record is, in the workflow that is being checked: no step writes it."""

    def of(self, base: str) -> Declared | None:
        return self.facts if base == "facts" else self.data

    def mend(self, name: str) -> str:
        """What to do about a name below `facts` or `data` that is not declared; nothing for another name."""
        base, _dot, rest = name.partition(".")
        if base not in ("facts", "data"):
            return ""
        known = [entry.name.removeprefix(f"{base}.") for entry in self.of(base) or ()]
        meant = nearest(rest, known)
        if meant:
            return _("Did you mean “{name}”?").format(name=f"{base}.{meant}")
        if known:
            return _("There are: {names}.").format(names=", ".join(f"{base}.{entry}" for entry in known[:20]))
        return _("The workflow has no facts.") if base == "facts" else _("Here nothing is given: ask for it in a form.")

    def meant(self, steps: list[str]) -> Variable | None:
        """What a path below `facts` or `data` means, by its longest declared beginning."""
        declared = self.of(steps[0])
        if declared is None:
            return Variable(".".join(steps), "any")
        known = {entry.name: entry for entry in declared}
        for count in range(len(steps), 1, -1):
            entry = known.get(".".join(steps[:count]))
            if entry is not None and (count == len(steps) or entry.kind == "any"):
                return entry
        return None


UNDECLARED = Surroundings()
_present: ContextVar[Surroundings] = ContextVar("surroundings", default=UNDECLARED)


def surroundings() -> Surroundings:
    """What is declared where something is being checked."""
    return _present.get()


@contextmanager
def checked_in(found: Surroundings) -> Iterator[None]:
    """Check what stands in such a place."""
    token = _present.set(found)
    try:
        yield
    finally:
        _present.reset(token)


def facts_of(graph: WorkflowGraph) -> Declared | None:
    """The facts that a workflow's selector says it gives: the fields of what it is annotated to return."""
    if not graph.facts:
        return ()
    selector = names.facts_selectors.get(graph.facts)
    return None if selector is None else _of_selector(selector)


@cache
def _of_selector(selector: names.FactsSelector) -> Declared | None:
    try:
        returned = get_type_hints(selector).get("return")
    except (NameError, TypeError):
        return None
    given = get_args(returned)
    return _of_class("facts", given[1], DEPTH) if len(given) == 2 else None


def _of_class(prefix: str, kind: Any, depth: int) -> Declared | None:
    """The fields of a dataclass or a typed dictionary."""
    if is_dataclass(kind):
        listed = [entry.name for entry in fields(kind)]
    elif hasattr(kind, "__required_keys__"):
        listed = [*kind.__annotations__]
    else:
        return None
    try:
        hints = get_type_hints(kind)
    except NameError:
        return tuple(Variable(f"{prefix}.{name}", "any") for name in listed)
    return tuple(entry for name in listed for entry in _of_hint(f"{prefix}.{name}", hints[name], depth - 1))


def _of_hint(name: str, hint: Any, depth: int) -> Declared:
    inner, nullable = hint, False
    if get_origin(hint) in (Union, UnionType):
        rest = [part for part in get_args(hint) if part is not NoneType]
        inner, nullable = rest[0] if len(rest) == 1 else Any, len(rest) < len(get_args(hint))
    below = _of_class(name, inner, depth) if depth and _kind(inner) == "any" else None
    if below is not None:
        return (Variable(name, "any"), *below) if nullable else below
    return (Variable(name, _kind(inner), nullable=nullable),)


_KINDS: tuple[tuple[type, Kind], ...] = (
    (bool, "bool"), (Money, "int"), (Enum, "text"), (int, "int"), (float, "number"), (Decimal, "number"),
    (str, "text"), (date, "moment"), (timedelta, "duration"),
)  # fmt: skip


def _kind(hint: Any) -> Kind:
    if get_origin(hint) is Literal:
        return "text" if all(isinstance(value, str) for value in get_args(hint)) else "any"
    if not isinstance(hint, type):
        return "any"
    return next((kind for base, kind in _KINDS if issubclass(hint, base)), "any")


def data_of(way: Transition, model: type[models.Model]) -> Declared | None:
    """What a step is given: the fields of its form, the fields it asks for, what its event brings."""
    if way.form:
        form = names.form_classes.get(way.form)
        return None if form is None else _of_form(getattr(form, "base_fields", {}))
    if not (way.brings or way.asks) and _takes_anything(way):
        return None
    asked = [model._meta.get_field(ask.field) for ask in way.asks if _has(model, ask.field)]
    found = {field.name: Variable(f"data.{field.name}", kind_of(field) or "any", nullable=True) for field in asked}
    return (*found.values(), *(Variable(f"data.{item.name}", BROUGHT[item.kind], nullable=True) for item in way.brings))


def _takes_anything(way: Transition) -> bool:
    """Whether code or an event fires it, with data that nobody declares."""
    return way.kind in ("event", "task") or any(rule.kind == "system" for rule in way.by if way.kind == "manual")


def _has(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())


BROUGHT: dict[str, Kind] = {
    "text": "text", "int": "int", "number": "number", "bool": "bool", "moment": "moment", "day": "moment",
}  # fmt: skip

_FORM_KINDS: tuple[tuple[type[forms.Field], Kind], ...] = (
    (forms.FileField, "any"), (forms.BooleanField, "bool"), (forms.FloatField, "number"),
    (forms.DecimalField, "number"), (forms.IntegerField, "int"), (forms.DateTimeField, "moment"),
    (forms.DateField, "moment"), (forms.DurationField, "duration"), (forms.ModelChoiceField, "any"),
    (forms.MultipleChoiceField, "any"), (forms.TypedChoiceField, "any"), (forms.ChoiceField, "text"),
    (forms.UUIDField, "text"), (forms.MultiValueField, "any"), (forms.JSONField, "any"), (forms.CharField, "text"),
)  # fmt: skip


def _of_form(given: Mapping[str, forms.Field]) -> Declared:
    return tuple(Variable(f"data.{name}", _kind_of_input(field), nullable=True) for name, field in given.items())


def _kind_of_input(field: forms.Field) -> Kind:
    return next((kind for base, kind in _FORM_KINDS if isinstance(field, base)), "any")
