"""Typed parameters of guards and actions: a frozen dataclass says which there are, people who build fill them in.

The kinds, by annotation: `str`, `int`, `float`, `bool`, `FieldName` (of the record), `WritableField`, `Value`
(anything), `People` (`owner`, `role:films.clerk`, `person:assignee`), `LiquidText` (a text, or one for each language:
`{"en": …, "es": …}`). A text that begins with `=` is an
expression where a value, text, number or yes and no is wanted; `==` begins a text that begins with `=`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NewType, get_type_hints

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from modules.core.actors import Actor

Words = str | Promise
FieldName = NewType("FieldName", str)
WritableField = NewType("WritableField", str)
Value = NewType("Value", object)
People = NewType("People", str)
LiquidText = NewType("LiquidText", str)

ParameterKind = Literal[
    "text", "int", "number", "bool", "field", "writable", "value", "people", "liquid", "seconds", "assignees"
]
"""The last two are no parameters of guards and actions, but of waits and of tasks."""
_KINDS: dict[Any, ParameterKind] = {
    str: "text", int: "int", float: "number", bool: "bool", FieldName: "field", WritableField: "writable",
    Value: "value", People: "people", LiquidText: "liquid",
}  # fmt: skip
_PYTHON: dict[ParameterKind, tuple[type, ...]] = {
    "text": (str,), "int": (int,), "number": (int, float), "bool": (bool,), "field": (str,), "writable": (str,),
    "people": (str,), "liquid": (str, Mapping),
}  # fmt: skip
COMPUTED: dict[ParameterKind, Any] = {
    "text": "text", "int": "int", "number": "number", "bool": "bool", "value": "any"
}  # fmt: skip
"""The kinds that may be expressions, and what the expression must come to."""
_CHOOSE: dict[ParameterKind, str] = {"field": "fields", "writable": "writable", "people": "people"}


@dataclass(frozen=True)
class Parameter:
    """One parameter, for a form that asks for it."""

    name: str
    kind: ParameterKind
    required: bool
    default: Any = None
    title: Words = ""
    help: Words = ""
    choose: str = ""
    """What is chosen from: `children`, `states`, `steps` … (`offering/choices.py`); empty: it is written freely."""
    by: str = ""
    """The parameter on which the choices depend."""
    many: bool = False
    """Whether several may be chosen, written with commas."""

    def as_data(self) -> dict[str, Any]:
        return {
            "name": self.name, "kind": self.kind, "required": self.required, "default": self.default,
            "title": str(self.title), "help": str(self.help), "choose": self.choose, "by": self.by, "many": self.many,
            "may_be_expression": self.kind in COMPUTED or self.kind == "people", "translated": self.kind == "liquid",
        }  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """Something wrong with what was filled in."""

    code: str
    problem: str
    mend: str
    severity: Literal["error", "warning"] = "error"


@cache
def described(parameters: type) -> tuple[Parameter, ...]:
    """The parameters of a dataclass, in order. TypeError for an annotation that is none of the kinds."""
    hints = get_type_hints(parameters)
    found = []
    for entry in fields(parameters):
        kind = _KINDS.get(hints[entry.name])
        if kind is None:
            raise TypeError(f"{parameters.__name__}.{entry.name}: {hints[entry.name]} is no kind of parameter")
        required = entry.default is MISSING and entry.default_factory is MISSING
        default = None if entry.default is MISSING else entry.default
        title = entry.metadata.get("title") or entry.name.replace("_", " ").capitalize()
        given = {name: value for name, value in entry.metadata.items() if name in ("help", "choose", "by", "many")}
        found.append(Parameter(entry.name, kind, required, default, title, **{"choose": _CHOOSE.get(kind, "")} | given))
    return tuple(found)


def is_computed(value: Any) -> bool:
    """Whether a parameter's value is an expression."""
    return isinstance(value, str) and value.startswith("=") and not value.startswith("==")


def made(
    parameters: type, given: Mapping[str, Any], record: Any, facts: Any, actor: "Actor | None", at: "datetime | None",
    data: Any = None,
) -> Any:  # fmt: skip
    """The parameters with their expressions worked out; ExpressionError where one has no answer."""
    from modules.workflow.expressions.compiling import compile_expression
    from modules.workflow.expressions.errors import ExpressionError

    values = {}
    for entry in described(parameters):
        if entry.name not in given:
            continue
        value = given[entry.name]
        if entry.kind in COMPUTED and is_computed(value):
            expression = compile_expression(value[1:], type(record), result=COMPUTED[entry.kind])
            value = expression.evaluate(record, facts, actor=actor, at=at, data=data)
        elif entry.kind in COMPUTED and isinstance(value, str) and value.startswith("=="):
            value = value[1:]
        values[entry.name] = value
    try:
        return parameters(**values)
    except (TypeError, ValueError) as error:
        raise ExpressionError(_("Something is not filled in.")) from error


def faults(parameters: type | None, given: Mapping[str, Any], model: type[models.Model]) -> Iterator[Fault]:
    """What is wrong with parameters as they are saved."""
    known = {entry.name: entry for entry in (described(parameters) if parameters is not None else ())}
    for name in given:
        if name not in known:
            yield Fault("unknown_parameter", _("has no parameter “{name}”.").format(name=name), _nearest(name, known))
    for name, entry in known.items():
        if name in given:
            yield from _faults_of(entry, given[name], model)
        elif entry.required:
            yield Fault(
                "missing_parameter", _("needs “{name}”.").format(name=entry.title), _("Fill it in.")
            )  # fmt: skip


def _faults_of(entry: Parameter, value: Any, model: type[models.Model]) -> Iterator[Fault]:
    from modules.workflow.expressions.checking import expression_faults, field_faults, people_faults

    wanted = _PYTHON.get(entry.kind)
    if entry.kind in COMPUTED and is_computed(value):
        yield from expression_faults(value[1:], model, COMPUTED[entry.kind])
    elif wanted and not _is(value, wanted):
        yield Fault(
            "wrong_parameter", _("“{name}” is not of the kind it should be.").format(name=entry.title),
            _("Give a value of the kind “{kind}”.").format(kind=entry.kind),
        )  # fmt: skip
    elif entry.kind in ("field", "writable"):
        yield from field_faults(value, model, to_write=entry.kind == "writable")
    elif entry.kind == "liquid":
        yield from _text_faults(value, model)
    elif entry.kind == "people":
        yield from people_faults(value, model)


def _text_faults(value: str | Mapping[str, Any], model: type[models.Model]) -> Iterator[Fault]:
    """What is wrong with a text, or with the text of each language."""
    from modules.workflow.expressions.checking import text_faults

    if isinstance(value, str):
        yield from text_faults(value, model)
        return
    yield from language_faults(value)
    for code, text in value.items():
        if isinstance(text, str):
            yield from (replace(fault, problem=f"[{code}] {fault.problem}") for fault in text_faults(text, model))
        else:
            yield Fault("wrong_parameter", _("The text in “{code}” is none.").format(code=code), _("Write a text."))


def language_faults(texts: Mapping[str, Any]) -> Iterator[Fault]:
    """Languages of the installation for which there is no text, and texts for languages that it does not have."""
    known = dict(settings.LANGUAGES)
    read = {code for code in known if any(texts.get(part) for part in (code, code.partition("-")[0]))}
    for code, title in known.items():
        if code not in read:
            yield Fault(
                "missing_translation", _("has no text in {language}.").format(language=_(str(title))),
                _("Add it; until then it is read in another language."), "warning",
            )  # fmt: skip
    for code in texts:
        if code not in known and not any(other.startswith(f"{code}-") for other in known):
            yield Fault(
                "unknown_language", _("has a text in “{code}”, which nobody reads here.").format(code=code),
                _("Take it away, or install the language."), "warning",
            )  # fmt: skip


def _is(value: Any, wanted: tuple[type, ...]) -> bool:
    return isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool))


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    from modules.workflow.expressions.scope import nearest

    meant = nearest(name, known)
    return _("Did you mean “{name}”?").format(name=meant) if meant else _("Take it away.")
