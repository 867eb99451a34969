"""Documents from outside: read as text, examined place by place, before anything is made of them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from modules.workflow.graph.examining import Examiner
from modules.workflow.graph.faults import FORBIDDEN, DocumentFault, Faulty, below, shown

LONGEST = 2_000_000
"""Characters: 200 states with 1,000 transitions take a fifth of it."""
DEEPEST = 24
MOST_FAULTS = 50
LARGEST = 2**63
FIRST_FORMAT = 1
OUTCOME = ("name", "title", "target", "undo")


class _Object(dict[str, Any]):
    """An object of the text, with the keys that stand in it twice."""

    doubled: tuple[str, ...] = ()


def read_text(text: str) -> Any:
    """The data of a text; Faulty where it is no JSON or larger than a document may be."""
    if len(text) > LONGEST:
        raise Faulty([_too_large()])
    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_pairs)
    except json.JSONDecodeError as error:
        problem = _("This is no JSON at line {line}, column {column}: {why}.").format(
            line=error.lineno, column=error.colno, why=error.msg
        )
        mend = _("Look for a missing comma, bracket or quotation mark there.")
        raise Faulty([DocumentFault("document_syntax", "", problem, mend)]) from None
    except RecursionError:
        raise Faulty([_too_deep("")]) from None
    except ValueError:  # a whole number of thousands of digits
        raise Faulty([_no_number("")]) from None


def _pairs(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        counted = Counter(name for name, _value in pairs)
        made.doubled = tuple(name for name, count in counted.items() if count > 1)
    return made


def examined(data: Any, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A plain copy of a document that holds to the schema; Faulty says where it does not."""
    try:
        faults = list(islice(_unsafe(data, "", DEEPEST), MOST_FAULTS))
    except RecursionError:
        faults = [_too_deep("")]
    if faults:
        raise Faulty(faults)
    if not isinstance(data, Mapping):
        raise Faulty([DocumentFault("document_wrong_kind", "", _("A JSON object is expected."), "")])
    given = _as_format_2(_copied(data), schema["properties"]["format"]["const"])
    faults = list(islice(Examiner(schema).faults(given, schema, ""), MOST_FAULTS))
    if faults:
        raise Faulty(faults)
    return given


def _unsafe(value: Any, path: str, depth: int) -> Iterator[DocumentFault]:
    """What no database or reader takes, wherever it stands."""
    if depth < 0:
        yield _too_deep(path)
    elif isinstance(value, Mapping):
        yield from _unsafe_object(value, path, depth)
    elif isinstance(value, list | tuple):
        for number, entry in enumerate(value):
            yield from _unsafe(entry, f"{path}[{number}]", depth - 1)
    else:
        yield from _unsafe_leaf(value, path)


def _unsafe_object(value: Mapping[Any, Any], path: str, depth: int) -> Iterator[DocumentFault]:
    for name in getattr(value, "doubled", ()):
        yield DocumentFault(
            "document_duplicate_key", below(path, name), _("“{name}” stands here twice.").format(name=shown(name)),
            _("Keep one."),
        )  # fmt: skip
    for name, entry in value.items():
        if not isinstance(name, str):
            yield DocumentFault("document_wrong_kind", path, _("A name is no text."), "")
            continue
        yield from _unsafe(name, path, depth)
        yield from _unsafe(entry, below(path, name), depth - 1)


def _unsafe_leaf(value: Any, path: str) -> Iterator[DocumentFault]:
    if isinstance(value, str):
        if FORBIDDEN.search(value):
            yield DocumentFault(
                "document_character", path, _("There is a character in it that is none, or that nobody sees."),
                _("Write the text anew."),
            )  # fmt: skip
    elif isinstance(value, int | float) and not abs(value) < LARGEST:  # nor what is no number
        yield _no_number(path)
    elif not isinstance(value, bool | int | float | None):
        yield DocumentFault("document_wrong_kind", path, _("This is nothing that JSON has."), "")


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(entry) for name, entry in value.items()}
    return [_copied(entry) for entry in value] if isinstance(value, list | tuple) else value


def _as_format_2(data: dict[str, Any], present: int) -> dict[str, Any]:
    """The first form had a task's `due_from` beside its wait, and outcomes as lists."""
    if isinstance(data.get("format"), bool) or data.get("format") not in (FIRST_FORMAT, present):
        problem = _("This is workflow format {format}; {known} is understood.").format(
            format=shown(data.get("format")), known=present
        )
        raise Faulty([DocumentFault("document_format", "format", problem, _("Export it anew."))])
    tasks = data.get("tasks")
    for task in tasks if data["format"] == FIRST_FORMAT and isinstance(tasks, list) else ():
        if isinstance(task, dict):
            _task_as_format_2(task)
    return {**data, "format": present}


def _task_as_format_2(task: dict[str, Any]) -> None:
    field = task.pop("due_from", "")
    if field:
        task["due"] = {"amount": task.get("due") or 0, "field": field}
    if isinstance(task.get("outcomes"), list):
        task["outcomes"] = [
            {name: value for name, value in zip(OUTCOME, end, strict=False) if value is not None}
            if isinstance(end, list)
            else end
            for end in task["outcomes"]
        ]


def _too_large() -> DocumentFault:
    problem = _("A workflow may have {most} characters.").format(most=LONGEST)
    return DocumentFault("document_too_large", "", problem, _("Split the workflow."))


def _too_deep(path: str) -> DocumentFault:
    return DocumentFault("document_too_deep", path, _("This is nested too deeply."), _("Make it simpler."))


def _no_number(path: str) -> DocumentFault:
    return DocumentFault("document_no_number", path, _("This is no number that can be kept."), _("Write another one."))
