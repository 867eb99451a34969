"""Data held to the part of JSON Schema that `schema.py` writes; every fault names its place."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from modules.workflow.graph.faults import DocumentFault, below, shown

Faults = Iterator[DocumentFault]

_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


class Examiner:
    """Holds data to the part of JSON Schema that `schema.py` writes."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root

    def faults(self, value: Any, schema: Mapping[str, Any], path: str) -> Faults:
        branches = [entry for entry in self._branches(schema) if _fits(value, entry)]
        if not branches:
            yield _wrong_kind(value, path, [_kind(entry) for entry in self._branches(schema)])
            return
        found = branches[0]
        if "const" in found or "enum" in found:
            yield from _of_choice(value, found, path)
        elif isinstance(value, str):
            yield from _of_text(value, found, path)
        elif isinstance(value, dict):
            yield from self._of_object(value, found, path)
        elif isinstance(value, list):
            yield from self._of_array(value, found, path)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield from _of_number(value, found, path)

    def _branches(self, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if "$ref" in schema:
            return self._branches(self.root["$defs"][schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return [branch for entry in schema["anyOf"] for branch in self._branches(entry)]
        return [schema]

    def _of_array(self, value: list[Any], schema: Mapping[str, Any], path: str) -> Faults:
        if len(value) > schema["maxItems"]:
            yield _too_many(path, schema["maxItems"])
            return
        for number, entry in enumerate(value):
            yield from self.faults(entry, schema["items"], f"{path}[{number}]")

    def _of_object(self, value: dict[str, Any], schema: Mapping[str, Any], path: str) -> Faults:
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield DocumentFault(
                    "document_missing", below(path, name), _("“{name}” is missing.").format(name=name), _("Add it.")
                )  # fmt: skip
        yield from _of_names(value, schema, path)
        for name, entry in value.items():
            if name in known:
                yield from self.faults(entry, known[name], below(path, name))
            elif isinstance(schema.get("additionalProperties"), Mapping):
                yield from self.faults(entry, schema["additionalProperties"], below(path, name))
            elif schema.get("additionalProperties") is False:
                yield _unknown_key(name, path, list(known))


def _of_names(value: dict[str, Any], schema: Mapping[str, Any], path: str) -> Faults:
    names = schema.get("propertyNames", {})
    for name in value:
        if len(name) > names.get("maxLength", len(name)) or not _matches(name, names):
            yield DocumentFault(
                "document_name", below(path, name), _("“{name}” cannot stand here.").format(name=shown(name)),
                _("Languages are written as “en” or “pt-br”.") if "pattern" in names else _("Shorten it."),
            )  # fmt: skip
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
        yield _too_many(path, schema["maxProperties"]) if value else _empty(path)


def _matches(text: str, schema: Mapping[str, Any]) -> bool:
    return "pattern" not in schema or re.fullmatch(schema["pattern"], text) is not None


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    if "type" not in schema:  # a choice of texts, or the format's number
        return isinstance(value, str) if "enum" in schema else True
    return isinstance(value, _KINDS[schema["type"]]) and (schema["type"] == "boolean") == isinstance(value, bool)


def _kind(schema: Mapping[str, Any]) -> str:
    return str(schema.get("type", "string"))


def _of_choice(value: Any, schema: Mapping[str, Any], path: str) -> Faults:
    choices = schema.get("enum") or [schema["const"]]
    if value not in choices:
        yield DocumentFault(
            "document_choice", path, _("“{value}” cannot be chosen here.").format(value=shown(value)),
            _("One of: {choices}.").format(choices=", ".join(map(str, choices))),
        )  # fmt: skip


def _of_text(value: str, schema: Mapping[str, Any], path: str) -> Faults:
    if len(value) < schema.get("minLength", 0):
        yield _empty(path)
    elif not _matches(value, schema):
        yield DocumentFault(
            "document_name", path, _("“{name}” cannot stand here.").format(name=shown(value)),
            _("Use letters, digits and _."),
        )  # fmt: skip
    elif len(value) > schema.get("maxLength", len(value)):
        yield DocumentFault(
            "document_too_long", path, _("This has {count} characters.").format(count=len(value)),
            _("It may have {most}.").format(most=schema["maxLength"]),
        )  # fmt: skip


def _of_number(value: float, schema: Mapping[str, Any], path: str) -> Faults:
    least, most = schema.get("minimum", value), schema.get("maximum", value)
    if not least <= value <= most:
        yield DocumentFault(
            "document_out_of_range", path, _("{value} is out of range.").format(value=shown(value)),
            _("Write a number from {least} to {most}.").format(least=least, most=most),
        )  # fmt: skip


def _wrong_kind(value: Any, path: str, wanted: list[str]) -> DocumentFault:
    names = {
        "object": _("an object"), "array": _("a list"), "string": _("a text"), "integer": _("a whole number"),
        "number": _("a number"), "boolean": _("true or false"), "null": _("nothing"),
    }  # fmt: skip
    mend = _("Expected is: {kinds}.").format(kinds=", ".join(names[kind] for kind in dict.fromkeys(wanted)))
    return DocumentFault("document_wrong_kind", path, _("“{value}” does not fit.").format(value=shown(value)), mend)


def _unknown_key(name: str, path: str, known: list[str]) -> DocumentFault:
    from difflib import get_close_matches

    near = get_close_matches(name[:60], known, n=1)
    mend = _("Did you mean “{name}”?").format(name=near[0]) if near else _("Known are: {names}.").format(
        names=", ".join(known)
    )  # fmt: skip
    problem = _("“{name}” is not known here.").format(name=shown(name))
    return DocumentFault("document_unknown_key", below(path, name), problem, mend)


def _empty(path: str) -> DocumentFault:
    return DocumentFault("document_empty", path, _("This is empty."), _("Fill it in."))


def _too_many(path: str, most: int) -> DocumentFault:
    problem = _("There are more than {most} entries.").format(most=most)
    return DocumentFault("document_too_many", path, problem, _("Split the workflow."))
