"""Texts of messages that builders write: Liquid, with every limit set, over the same fields as expressions.

The package is loaded by the first text. It is given plain copies of what the text names and nothing else.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from modules.core import clock
from modules.workflow.expressions.errors import ExpressionError, NoAnswer, TooLarge, UnknownName, Unreadable
from modules.workflow.expressions.evaluating import fact
from modules.workflow.expressions.liquid import LONGEST_OUTPUT, environment, refuse_ranges
from modules.workflow.expressions.scope import Variable, nearest, variable, variables
from modules.workflow.expressions.shown import shown
from modules.workflow.expressions.surroundings import surroundings
from modules.workflow.expressions.values import local_day, read
from modules.workflow.vocabulary.parameters import Fault

LONGEST = 4_000
MOST_KEPT = 200
AROUND = ("now", "today", "business_name")
OF_VALUES = frozenset({"size", "first", "last"})
"""What Liquid itself knows of lists and texts."""

_kept: "OrderedDict[tuple[str, bool], Text]" = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Text:
    """A parsed text and the paths that it names, each with its place."""

    template: Any
    paths: tuple[tuple[tuple[str, ...], int], ...]


def render_text(
    text: str, record: Any, facts: Any = None, language: str | None = None, *, html: bool = False,
    at: datetime | None = None, data: Any = None,
) -> str:  # fmt: skip
    """The words for one reader, in a language; ExpressionError where there are none. In HTML all values are escaped."""
    parsed = _parsed(text, html=html)
    with _in(language):
        given = _given(parsed, record, {"facts": facts, "data": data}, at or clock.now())
        try:
            return str(parsed.template.render(**given))
        except Exception as error:  # whatever the package raises: it is about this text
            raise _explained(error) from None


def check_text(text: str, model: type[models.Model]) -> Iterator[Fault]:
    """What is wrong with a text as it is saved."""
    from modules.workflow.expressions.checking import as_fault

    try:
        parsed = _parsed(text)
    except ExpressionError as error:
        yield as_fault(error, text)
        return
    first = dict(reversed(parsed.paths))  # each once, where it stands first
    for path, column in sorted(first.items(), key=lambda entry: entry[1]):
        if _meant(path, model) is None:
            yield as_fault(_unknown(path, model, column), text)


def _in(language: str | None) -> AbstractContextManager[Any]:
    return nullcontext() if language is None else translation.override(language)


def _parsed(text: str, *, html: bool = False) -> Text:
    key = (text, html)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = _parse(text, html=html)
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _parse(text: str, *, html: bool) -> Text:
    if len(text) > LONGEST:
        raise TooLarge(
            _("A text may have {most} characters; this one has {count}.").format(most=LONGEST, count=len(text)),
            mend=_("Shorten it."),
        )
    try:
        template = environment(html=html).from_string(text)
        refuse_ranges(template)
        found = template.analyze(include_partials=False)
    except ExpressionError:
        raise
    except Exception as error:  # whatever the package raises: it is about this text
        wrong = _explained(error)
        raise (Unreadable(mend=_("Write it anew.")) if isinstance(wrong, NoAnswer) else wrong) from None
    _refuse_filters(found.filters, template.env.filters)
    return Text(template, tuple(_paths(found.globals)))


def _paths(named: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], int]]:
    """The paths that a text names, each with its place."""
    for uses in named.values():
        for use in uses:
            if not all(isinstance(segment, str | int) for segment in use.segments):
                raise Unreadable(
                    _("A name in brackets must be written out."), column=use.span.index + 1, mend=_("Use a point.")
                )
            yield tuple(str(segment) for segment in use.segments), use.span.index + 1


def _refuse_filters(used: Mapping[str, Any], offered: Mapping[str, Any]) -> None:
    for name, spans in used.items():
        if name not in offered:
            meant = nearest(name, offered)
            mend = _("Did you mean “{name}”?").format(name=meant) if meant else _("The filters are: {names}.").format(
                names=", ".join(sorted(offered))
            )  # fmt: skip
            raise UnknownName(_("There is no filter “{name}”."), column=spans[0].index + 1, mend=mend, name=name)


def _meant(path: tuple[str, ...], model: type[models.Model]) -> Variable | str | None:
    """The variable that a path means, or the name of something beside the record; None for what is not there."""
    if path[0] in ("facts", "data"):
        return path[0] if _is_declared(path) else None
    if path[0] in AROUND and len(path) == 1:
        return path[0]
    if path[0] != "record":
        return None
    for count in range(len(path), 1, -1):
        entry = variable(model, ".".join(path[:count]))
        if entry is not None:
            rest = path[count:]
            return entry if not rest or entry.kind == "any" or set(rest) <= OF_VALUES else None
    return None


def _is_declared(path: tuple[str, ...]) -> bool:
    """Whether the workflow's facts or the step's data have such a thing, as far as anybody says."""
    beside, steps = surroundings(), list(path)
    while len(steps) > 2 and (steps[-1] in OF_VALUES or steps[-1].isdecimal()):
        steps.pop()
    return beside.of(path[0]) is None or beside.meant(steps) is not None


def _unknown(path: tuple[str, ...], model: type[models.Model], column: int) -> UnknownName:
    name = ".".join(path)
    known = [*AROUND, *(entry.name for entry in variables(model))]
    meant = nearest(name, known) or nearest(f"record.{name}", known)
    mend = _("Did you mean “{name}”?").format(name=meant) if meant else _("Use a field of the record: record.…")
    return UnknownName(column=column, mend=surroundings().mend(name) or mend, name=name)


def _given(parsed: Text, record: Any, beside: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Plain copies of what a text names."""
    given: dict[str, Any] = {}
    for path, column in parsed.paths:
        match meant := _meant(path, type(record)):
            case None:
                raise _unknown(path, type(record), column)
            case Variable():
                _put(given, meant.name.split("."), shown(read(record, meant)))
            case "facts" | "data":
                steps = list(takewhile(lambda step: step not in OF_VALUES and not step.isdecimal(), path))
                _put(given, steps, shown(fact(beside[meant], steps[1:])))
            case "business_name":
                given["business_name"] = settings.BUSINESS_NAME
            case _:
                given[meant] = shown(local_day(at) if meant == "today" else at)
    return given


def _put(given: dict[str, Any], path: Any, value: Any) -> None:
    """Set a value at the end of a path; what is longer stays where both are named."""
    *before, last = path
    place = given
    for step in before:
        below = place.get(step)
        place[step] = place = below if isinstance(below, dict) else {}
    if not isinstance(place.get(last), dict):
        place[last] = value


def _explained(error: Exception) -> ExpressionError:
    from liquid import exceptions

    token = getattr(error, "token", None)
    column = token.start_index + 1 if token is not None and token.start_index >= 0 else 0
    if isinstance(error, exceptions.ResourceLimitError | RecursionError):
        return TooLarge(
            _("This text repeats too often, is nested too deeply or becomes longer than {most} characters.").format(
                most=LONGEST_OUTPUT
            ), column=column, mend=_("Make it simpler."),
        )  # fmt: skip
    if isinstance(error, exceptions.LiquidSyntaxError):
        return Unreadable(
            _("This cannot be read from here on."), column=column,
            mend=_("Look for a missing bracket, an end tag or a tag that is not offered."),
        )  # fmt: skip
    if isinstance(error, exceptions.UndefinedError):
        return NoAnswer(_("Something that the text names is not there."), column=column)
    return NoAnswer(_("This text cannot be written for these values."), column=column)
