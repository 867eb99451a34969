"""Compiling expressions: CEL, checked against the fields of a record type when it is saved, evaluated many times.

The package is loaded by the first expression, not with the process. Each name that an expression may read is declared
under its whole path (`record.customer.email`), so that the compiler itself checks names and kinds and only what is read
is fetched. An environment takes 100 KB, so few are kept; what runs is the checked form in a shared one.
"""

import re
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, Literal

from django.db import models
from django.utils.translation import gettext as _

from modules.workflow.expressions import weighing
from modules.workflow.expressions.binding import cel
from modules.workflow.expressions.constants import refuse_constants
from modules.workflow.expressions.diagnosis import explain
from modules.workflow.expressions.errors import TooLarge, UnknownName, Unreadable, WrongType
from modules.workflow.expressions.evaluating import Expression
from modules.workflow.expressions.scope import Variable, variable, variables
from modules.workflow.expressions.surroundings import surroundings
from modules.workflow.expressions.tree import Node, read_tree

Result = Literal["bool", "int", "number", "text", "moment", "duration", "texts", "any"]

LONGEST = 2_000
MOST_NODES = 500
OWN_NAMES = frozenset({"record", "actor", "facts", "data", "now", "today"})
MOST_KEPT = 500
"""So many compiled expressions are kept (some 7 KB each)."""
MOST_CHECKERS = 8
"""So many environments of checks are kept (100 KB each): expressions over the same fields share one."""

AROUND = {
    "now": Variable("now", "moment"),
    "today": Variable("today", "moment"),
    "actor.email": Variable("actor.email", "text"),
    "actor.kind": Variable("actor.kind", "text"),
    "actor.roles": Variable("actor.roles", "texts"),
}
"""What may be read beside the record."""

_TYPES = {
    "text": ("STRING", "StringValue"), "int": ("INT", "Int64Value"), "number": ("DOUBLE", "DoubleValue"),
    "bool": ("BOOL", "BoolValue"), "moment": ("TIMESTAMP", ""), "duration": ("DURATION", ""), "any": ("DYN", ""),
}  # fmt: skip
_RESULTS = {
    "bool": {"BOOL"}, "int": {"INT"}, "number": {"DOUBLE", "INT"}, "text": {"STRING"}, "moment": {"TIMESTAMP"},
    "duration": {"DURATION"}, "texts": {"STRING", "LIST<STRING>", "LIST<DYN>"},
}  # fmt: skip
_QUOTED = re.compile(
    r"""(\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""", re.DOTALL
)
_PATH = re.compile(r"(?<![\w.])(record|facts|data|actor)((?:\s*\.\s*[A-Za-z_]\w*)+)(\s*\()?")
_PRESENCE = re.compile(r"(?<![\w.])has\s*\(\s*(record|facts|data|actor)\b")

_kept: "OrderedDict[Hashable, Expression]" = OrderedDict()
_checkers: "OrderedDict[Hashable, Any]" = OrderedDict()
_lock = Lock()


def compile_expression(text: str, model: type[models.Model] | None, *, result: Result = "bool") -> Expression:
    """An expression, checked against the fields of a model; ExpressionError says what is wrong, where, and the mend."""
    key = (text, model, result, surroundings())
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = _compile(text, model, result)
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def forget_expressions() -> None:
    """Compile everything anew: for record types that change while the process runs."""
    with _lock:
        _kept.clear()


def _compile(text: str, model: type[models.Model] | None, result: Result) -> Expression:
    if len(text) > LONGEST:
        raise TooLarge(
            _("An expression may have {most} characters; this one has {count}.").format(most=LONGEST, count=len(text)),
            mend=_("Split it into several conditions."),
        )
    bare = _QUOTED.sub(lambda found: "'" + " " * (len(found[0]) - 2) + "'", text)
    presence = _PRESENCE.search(bare)
    if presence is not None:
        raise WrongType(
            _("“has” does not work with fields and facts."), column=presence.start() + 1,
            mend=_("Write “… != null”."),
        )  # fmt: skip
    declared = _declared(bare, model)
    checked = _checked(text, declared, model)
    tree = read_tree(checked.serialize())
    _refuse_tree(tree)
    refuse_constants(tree)
    _refuse_result(checked.return_type().name(), result)
    used = {node.name for node in tree.walk() if node.kind == "name"}
    read = tuple(entry for name, entry in sorted(declared.items()) if name in used)
    return Expression(text, result, tree, checked.serialize(), read)


def _declared(bare: str, model: type[models.Model] | None) -> dict[str, Variable]:
    """The variables that a text may mean: each path with the longest beginning that is a field, each fact."""
    beside = surroundings()
    found = AROUND | {base: Variable(base, "any") for base in ("facts", "data") if beside.of(base) is None}
    for base, rest, called in _PATH.findall(bare):
        steps = [step.strip() for step in rest.split(".")[1:]]
        if called:
            steps = steps[:-1]
        if base in ("facts", "data") and steps:
            meant = beside.meant([base, *steps])
            found |= {} if meant is None else {meant.name: meant}
        elif base == "record" and model is not None:
            for count in range(len(steps), 0, -1):
                entry = variable(model, f"record.{'.'.join(steps[:count])}")
                if entry is not None and (count == len(steps) or entry.kind == "any"):
                    found[entry.name] = entry
                    break
    return found


def _checked(text: str, declared: dict[str, Variable], model: type[models.Model] | None) -> Any:
    try:
        return _checker(declared).compile(text)
    except TypeError:  # half of a surrogate pair
        raise Unreadable(_("There is a character in it that is none."), mend=_("Write it anew.")) from None
    except RuntimeError as error:
        known = [*AROUND, *(entry.name for entry in variables(model))] if model is not None else list(AROUND)
        raise explain(str(error), text, known) from None


def _checker(declared: dict[str, Variable]) -> Any:
    """An environment in which these names are known."""
    key = frozenset((name, entry.kind, entry.nullable) for name, entry in declared.items())
    with _lock:
        found = _checkers.get(key)
        if found is None:
            found = _checkers[key] = cel().NewEnv(variables={name: _type(entry) for name, entry in declared.items()})
            while len(_checkers) > MOST_CHECKERS:
                _checkers.popitem(last=False)
        _checkers.move_to_end(key)
        return found


def _type(entry: Variable) -> Any:
    if entry.kind == "texts":
        return cel().Type.List(cel().Type.STRING)
    name, wrapper = _TYPES[entry.kind]
    if entry.nullable and wrapper:
        return cel().Type(f"google.protobuf.{wrapper}")
    return getattr(cel().Type, name)


def _refuse_tree(tree: Node) -> None:
    nodes = list(tree.walk())
    if len(nodes) > MOST_NODES:
        raise TooLarge(_("This expression has too many parts."), mend=_("Split it into several conditions."))
    for node in nodes:
        if node.kind == "loop" and OWN_NAMES & set(node.variables):
            raise UnknownName(
                _("“{name}” is a name of its own here."), mend=_("Give the variable another name."), name=node.name
            )
    weighing.check_patterns(tree)


def _refuse_result(given: str, wanted: Result) -> None:
    if given in ("BYTES", "TYPE"):
        raise WrongType(_("The result is of a kind that cannot be used."), column=1, mend=_("Give a text or a number."))
    if wanted == "any" or given == "DYN" or given in _RESULTS[wanted]:
        return
    words = {
        "bool": _("A condition must come to yes or no."), "int": _("This must come to a whole number."),
        "number": _("This must come to a number."), "text": _("This must come to a text."),
        "moment": _("This must come to a moment."), "duration": _("This must come to a duration."),
        "texts": _("This must come to a text or a list of texts."),
    }  # fmt: skip
    mend = _("Compare it with something: record.cost > 500.") if wanted == "bool" else _("Write what gives this kind.")
    raise WrongType(words[wanted], column=1, mend=mend)
