"""What the compiler found wrong, in words a builder understands, with the place and a mend."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from modules.workflow.expressions.errors import ExpressionError, TooLarge, UnknownName, Unreadable, WrongType
from modules.workflow.expressions.scope import nearest
from modules.workflow.expressions.surroundings import surroundings

_FIRST = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): ([^\n]*)")
_UNKNOWN = re.compile(r"undeclared reference to '([^']+)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']+)' applied to '(.*)'")
_FUNCTIONS = (
    "contains", "startsWith", "endsWith", "matches", "size", "exists", "all", "filter", "map", "duration", "timestamp",
    "getFullYear", "getMonth", "getDayOfWeek", "getHours", "string", "int", "double",
)  # fmt: skip
_SIGNS = {"_?_:_": "? :", "_[_]": "[ ]", "!_": "!", "-_": "-", "@in": "in"}


def explain(said: str, text: str, known: Iterable[str]) -> ExpressionError:
    """The compiler's first complaint as a typed error."""
    found = _FIRST.search(said)
    if found is None or "recursion" in said:
        return _deep(said)
    line, column, problem = int(found[1]), int(found[2]), found[3]
    lines = text.split("\n")
    place = sum(len(entry) + 1 for entry in lines[: line - 1]) + column
    unknown = _UNKNOWN.search(problem)
    if unknown is not None:
        return _unknown(unknown[1], text, place, known)
    overload = _OVERLOAD.search(problem)
    if overload is not None:
        return _mismatch(overload[1], overload[2], place)
    if "Syntax error" in problem:
        return Unreadable(
            _("This cannot be read from here on."), column=place,
            mend=_("Look for a missing bracket, quotation mark or sign."),
        )  # fmt: skip
    if "literal" in problem:
        return Unreadable(_("A number is larger than numbers can be here."), column=place, mend=_("Use a smaller one."))
    return WrongType(
        _("Something here is used as what it is not."), column=place, mend=_("Look at the kinds of fields.")
    )


def _deep(said: str) -> ExpressionError:
    if "recursion" in said:
        return TooLarge(_("This is nested too deeply."), mend=_("Split it into several conditions."))
    return Unreadable(mend=_("Write it anew."))


def _unknown(name: str, text: str, place: int, known: Iterable[str]) -> ExpressionError:
    column = place - name.rindex(".") if "." in name else place
    if "." not in name:
        if text[place - 1 : place] == "(":  # of a called function the bracket is pointed at
            column = place - len(name)
            mend = _("The functions are: {names}.").format(names=", ".join(_FUNCTIONS))
            return UnknownName(column=max(column, 1), mend=_probably(nearest(name, _FUNCTIONS)) or mend, name=name)
        meant = nearest(name, _FUNCTIONS) or nearest(f"record.{name}", list(known))
    else:
        meant = nearest(name, list(known))
    mend = _probably(meant) or _("Use a field of the record: record.…")
    return UnknownName(column=max(column, 1), mend=surroundings().mend(name) or mend, name=name)


def _probably(meant: str) -> str:
    return _("Did you mean “{name}”?").format(name=meant) if meant else ""


def _mismatch(function: str, kinds: str, place: int) -> ExpressionError:
    sign = _SIGNS.get(function) or function.strip("_")
    named = [_kind(kind) for kind in re.split(r",\s*(?![^(<]*[)>])", kinds.strip("()"))]
    words = _("“{sign}” does not work with {kinds}.").format(sign=sign, kinds=_(" and ").join(named))
    mend = _("Compare and combine values of one kind.")
    if {"int", "double"} <= set(re.findall(r"\w+", kinds)):
        mend = _("Write whole numbers with a point here: 5.0.")
    elif function == "_?_:_" and named[0] == _kind("bool"):
        mend = _("Both answers must be of one kind.")
    elif function in {"_&&_", "_||_", "!_", "_?_:_"}:
        mend = _("A condition is yes or no: compare the value with something.")
    return WrongType(words, column=place, mend=mend)


def _kind(kind: str) -> str:
    bare = kind.strip().removeprefix("wrapper(").rstrip(")")
    names = {
        "int": _("a whole number"), "double": _("a number with a point"), "string": _("a text"),
        "bool": _("yes or no"), "timestamp": _("a moment"), "google.protobuf.Timestamp": _("a moment"),
        "duration": _("a duration"), "google.protobuf.Duration": _("a duration"), "null": _("nothing"),
    }  # fmt: skip
    return names.get(bare) or (_("a list") if bare.startswith("list") else bare)
