"""The JSON Schema of a workflow's document, made from the nodes: what is published and what an import is held to."""

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from modules.workflow.graph import nodes
from modules.workflow.graph.workflow_graph import WorkflowGraph
from modules.workflow.graph.written import FORMAT

Schema = dict[str, Any]

LONGEST_WAIT = 100 * 366 * 24 * 3600
"""Seconds: no workflow waits longer than a century."""
LONGEST_WORDS, LONGEST_EXPRESSION, LONGEST_NAME = 2_000, 2_000, 200
MOST = {"states": 1_000, "transitions": 10_000, "tasks": 2_000, "repeats": 1_000, "slas": 1_000}
LENGTHS = {
    ("StateNode", "key"): 60, ("Transition", "key"): 120, ("TaskNode", "key"): 60, ("Repeat", "key"): 120,
    ("Sla", "key"): 60, ("Outcome", "name"): 59, ("Transition", "event"): 120, ("Wait", "calendar"): 40,
    ("WorkflowGraph", "key"): 80, ("WorkflowGraph", "record_type"): 80,
    ("Brought", "name"): 60, ("GuardUse", "expression"): LONGEST_EXPRESSION, ("ActorRule", "value"): LONGEST_EXPRESSION,
}  # fmt: skip
"""As long as the engine's tables take them."""
RANGES = {
    ("WorkflowGraph", "version"): (1, 1_000_000_000), ("Wait", "days"): (-36_600, 36_600),
    ("Wait", "months"): (-1_200, 1_200), ("Decision", "count"): (0, 1_000), ("Repeat", "times"): (0, 100_000),
}  # fmt: skip
NAME = "^[A-Za-z_][A-Za-z0-9_]*$"
LANGUAGE = "^[a-z]{2,3}(-[a-z0-9]{2,8})*$"
SECONDS: Schema = {"type": "number", "minimum": -LONGEST_WAIT, "maximum": LONGEST_WAIT}
PARAMS: Schema = {"type": "object", "propertyNames": {"maxLength": 60}}


@cache
def document_schema() -> Schema:
    """The schema of format 2, with a definition for each kind of node."""
    root = _object(WorkflowGraph)
    root["properties"] = {"format": {"const": FORMAT}, **root["properties"]}
    root["required"] = ["format", "key", "version", "record_type", "states"]
    named = {kind.__name__: _definition(kind) for kind in NODES}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Workflow",
        **root,
        "description": f"A workflow of Modular Connect, format {FORMAT}; docs/workflow-json.md explains it.",
        "$defs": {"Words": _words(), "Seconds": SECONDS, **named},
    }


NODES: tuple[type[Any], ...] = (
    nodes.StateNode, nodes.Transition, nodes.TaskNode, nodes.Repeat, nodes.Sla, nodes.Outcome, nodes.Decision,
    nodes.Escalation, nodes.Ask, nodes.Brought, nodes.Wait, nodes.ActorRule, nodes.GuardUse, nodes.EffectUse,
)  # fmt: skip


def _definition(kind: type[Any]) -> Schema:
    """A node; some may be written shorter than as an object."""
    whole = _object(kind)
    if kind is nodes.Wait:
        return {"anyOf": [_ref("Seconds"), whole]}
    return {"anyOf": [_text(LONGEST_NAME, 1), whole]} if kind is nodes.EffectUse else whole


def _object(kind: type[Any]) -> Schema:
    hints = get_type_hints(kind)
    needed = [name for name in hints if not _has_default(kind, name)]
    listed = {name: _of(hint, kind.__name__, name) for name, hint in hints.items()}
    said = " ".join((kind.__doc__ or "").partition("\n\n")[0].split())
    return {"type": "object", "description": said, "properties": listed, "required": needed,
            "additionalProperties": False}  # fmt: skip


def _has_default(kind: type[Any], name: str) -> bool:
    """Whether it may be left out."""
    if issubclass(kind, tuple):
        return name in kind._field_defaults  # type: ignore[attr-defined]
    entry = next(entry for entry in fields(kind) if entry.name == name)
    return entry.default is not entry.default_factory


def _of(hint: Any, kind: str, name: str) -> Schema:
    if hint == nodes.Words:
        return _ref("Words")
    if hint == nodes.Params:
        return dict(PARAMS)
    if get_origin(hint) in (Union, UnionType):
        (inner,) = (part for part in get_args(hint) if part is not NoneType)
        return {"anyOf": [_of(inner, kind, name), {"type": "null"}]}
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _of(get_args(hint)[0], kind, name), "maxItems": MOST.get(name, 500)}
    return _simple(hint, kind, name)


def _simple(hint: Any, kind: str, name: str) -> Schema:
    if hint in NODES:
        return _ref(hint.__name__)
    least, most = RANGES.get((kind, name), (0, 0))
    made: dict[Any, Callable[[], Schema]] = {
        str: lambda: (
            ({"pattern": NAME} if kind == "Brought" else {})
            | _text(
                LENGTHS.get((kind, name), LONGEST_NAME),
                int(name in ("key", "name", "field") and kind != "GuardUse" and kind != "Wait"),
            )
        ),
        bool: lambda: {"type": "boolean"},
        int: lambda: {"type": "integer", "minimum": least, "maximum": most},
        timedelta: lambda: _ref("Seconds"),
    }
    return made[hint]()


def _text(most: int, least: int = 0) -> Schema:
    return {"type": "string", "maxLength": most, **({"minLength": least} if least else {})}


def _words() -> Schema:
    """One text, which the catalogue of the program may translate, or one for each language."""
    each = {
        "type": "object", "propertyNames": {"pattern": LANGUAGE}, "additionalProperties": _text(LONGEST_WORDS),
        "minProperties": 1, "maxProperties": 50,
    }  # fmt: skip
    return {"anyOf": [_text(LONGEST_WORDS), each]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
