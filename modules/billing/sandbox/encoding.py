"""Stripe's form encoding: `line_items[0][price_data][currency]=usd` to nested dicts and lists of strings."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from modules.billing.sandbox.errors import JsonObject, invalid

MAXIMUM_FIELDS = 1000
MAXIMUM_DEPTH = 12
NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


def decode(text: str) -> JsonObject:
    """Raises ApiError for text that is not such a form."""
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=MAXIMUM_FIELDS, errors="strict"
        )
    except (ValueError, UnicodeDecodeError):
        raise invalid("The request is not a form that can be read.") from None
    root: JsonObject = {}
    for name, value in pairs:
        place(root, steps_of(name), value)
    result: JsonObject = {name: as_lists(value) for name, value in root.items()}
    return result


def steps_of(name: str) -> list[str]:
    match = NAME.match(name)
    if not match:
        raise invalid(f"Invalid parameter name: {name}", param=name)
    steps = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    if len(steps) > MAXIMUM_DEPTH:
        raise invalid(f"Parameter nested too deeply: {name}", param=name)
    return steps


def place(root: JsonObject, steps: list[str], value: str) -> None:
    node = root
    for step in steps[:-1]:
        node = node.setdefault(step or str(len(node)), {})
        if not isinstance(node, dict):
            raise invalid(f"Parameter given both as a value and as a group: {steps[0]}", param=steps[0])
    last = steps[-1] or str(len(node))
    if isinstance(node.get(last), dict):
        raise invalid(f"Parameter given both as a value and as a group: {steps[0]}", param=steps[0])
    node[last] = value


def as_lists(value: Any) -> Any:
    """A group whose names are 0, 1, 2… is a list, whatever order they came in."""
    if not isinstance(value, dict):
        return value
    inner = {name: as_lists(child) for name, child in value.items()}
    if inner and all(name.isascii() and name.isdigit() and len(name) < 5 for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
